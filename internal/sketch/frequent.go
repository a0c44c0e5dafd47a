package sketch

import (
	"encoding/binary"
	"math"
	"slices"
	"sort"
)

// Item is a value by its bytes, with the number that Java hashes it to.
type Item struct {
	Bytes string
	Code  int32
}

// Count is an item with how often it came, at least.
type Count struct {
	Item
	N int64
}

// Frequent counts the most frequent items as DataSketches' ItemsSketch does: a hash table of at most Max counters, from which it subtracts their median
// when it is full (Anderson et al., "A high-performance algorithm for identifying frequent items in data streams", 2017).
type Frequent struct {
	lgMax  int
	keys   []Item
	counts []int64 // 0: a free place
	at     map[string]int
	active int
	offset int64 // what was subtracted
}

// NewFrequent returns an empty sketch that tracks so many items.
func NewFrequent(maxItems int) *Frequent {
	f := &Frequent{lgMax: 3}
	for f.lgMax < 30 && 1<<f.lgMax < (maxItems*4+2)/3 {
		f.lgMax++
	}
	f.resize(3)
	return f
}

func (f *Frequent) resize(lg int) {
	keys, counts := f.keys, f.counts
	f.keys, f.counts, f.at, f.active = make([]Item, 1<<lg), make([]int64, 1<<lg), make(map[string]int, 1<<lg), 0
	for i, n := range counts {
		if n > 0 {
			f.place(keys[i], n)
		}
	}
}

// place puts an item that is not there into the first free place from where its hash leads.
func (f *Frequent) place(x Item, n int64) {
	mask := len(f.keys) - 1
	at := int(int32(finish(uint64(int64(x.Code))))) & mask
	for f.counts[at] > 0 {
		at = (at + 1) & mask
	}
	f.keys[at], f.counts[at] = x, n
	f.at[x.Bytes] = at
	f.active++
}

// Add counts an item n times.
func (f *Frequent) Add(x Item, n int64) {
	if at, ok := f.at[x.Bytes]; ok {
		f.counts[at] += n
		return
	}
	f.place(x, n)
	if f.active <= len(f.keys)*3/4 {
		return
	}
	if lg := f.lg(); lg < f.lgMax {
		f.resize(lg + 1)
		return
	}
	f.purge()
}

func (f *Frequent) lg() int {
	lg := 0
	for 1<<lg < len(f.keys) {
		lg++
	}
	return lg
}

// purge subtracts the median of the counts (of at most 1024 of them) from all.
func (f *Frequent) purge() {
	var some []int64
	for _, n := range f.counts {
		if n > 0 && len(some) < 1024 {
			some = append(some, n)
		}
	}
	slices.Sort(some)
	median := some[len(some)/2]
	for i := range f.counts {
		f.counts[i] = max(f.counts[i]-median, 0)
	}
	f.offset += median
	f.resize(f.lg())
}

// Merge adds the counts of another sketch.
func (f *Frequent) Merge(o *Frequent) {
	for i, n := range o.counts {
		if n > 0 {
			f.Add(o.keys[i], n)
		}
	}
	f.offset += o.offset
}

// each yields the items in the order of DataSketches' iterator, which strides through the table by the golden ratio.
func (f *Frequent) each(yield func(x Item, n int64)) {
	mask := len(f.keys) - 1
	stride := int(float64(len(f.keys))*((math.Sqrt(5)-1)/2)) | 1
	for i, at := 0, 0; i < len(f.keys); i, at = i+1, (at+stride)&mask {
		if n := f.counts[at]; n > 0 {
			yield(f.keys[at], n)
		}
	}
}

// Top returns the items that came most often; those that came equally often in the order in which Spark lists them, whose final sketch is merged from one
// that was written and read.
func (f *Frequent) Top() []Count {
	read, final := &Frequent{lgMax: f.lgMax}, &Frequent{lgMax: f.lgMax}
	read.resize(f.lg())
	for i, n := range f.counts {
		if n > 0 {
			read.Add(f.keys[i], n)
		}
	}
	final.resize(3)
	read.each(func(x Item, n int64) { final.Add(x, n) })
	var out []Count
	final.each(func(x Item, n int64) {
		if n > f.offset { // what may be noise is left out
			out = append(out, Count{x, n + f.offset})
		}
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].N > out[j].N })
	return out
}

// Bytes returns the sketch in a form of our own.
func (f *Frequent) Bytes() []byte {
	b := []byte{byte(f.lgMax), byte(f.lg())}
	b = binary.AppendVarint(b, f.offset)
	b = binary.AppendUvarint(b, uint64(f.active))
	for i, n := range f.counts {
		if n > 0 {
			b = binary.AppendVarint(b, n)
			b = binary.LittleEndian.AppendUint32(b, uint32(f.keys[i].Code))
			b = append(binary.AppendUvarint(b, uint64(len(f.keys[i].Bytes))), f.keys[i].Bytes...)
		}
	}
	return b
}

// ReadFrequent reads what Bytes has written.
func ReadFrequent(b []byte) (*Frequent, error) {
	if len(b) < 4 || b[0] > 30 || b[0] < 3 || b[1] > b[0] || b[1] < 3 {
		return nil, ErrInvalid
	}
	f := &Frequent{lgMax: int(b[0])}
	f.resize(int(b[1]))
	b = b[2:]
	ok := true
	number := func(read func([]byte) (int64, int)) int64 {
		v, n := read(b)
		if n <= 0 {
			ok, b = false, nil
			return 0
		}
		b = b[n:]
		return v
	}
	unsigned := func(b []byte) (int64, int) { v, n := binary.Uvarint(b); return int64(v & math.MaxInt64), n }
	f.offset = number(binary.Varint)
	for range number(unsigned) {
		n := number(binary.Varint)
		if !ok || n <= 0 || len(b) < 4 || f.active > len(f.keys)*3/4 {
			return nil, ErrInvalid
		}
		code := int32(binary.LittleEndian.Uint32(b))
		b = b[4:]
		size := number(unsigned)
		if !ok || int64(len(b)) < size {
			return nil, ErrInvalid
		}
		f.place(Item{string(b[:size]), code}, n)
		b = b[size:]
	}
	return f, nil
}

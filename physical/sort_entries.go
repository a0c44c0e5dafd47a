package physical

import (
	"cmp"
	"math/bits"
	"slices"
)

// sortEntry is a row to sort: the beginning of its normalized key, and its place.
type sortEntry struct {
	key uint64
	ref rowRef
}

// Sizes at which another algorithm is the fastest.
const (
	insertionSize = 32
	cacheSize     = 1 << 14 // entries that stay in the second-level cache
)

// sortByKey sorts entries by key, stable, with tmp of the same length as scratch: a byte at a time from the top until a bucket stays in the
// cache, then from the bottom (MSD, then LSD radix sort).
func sortByKey(a, tmp []sortEntry) { sortInto(a, a, tmp) }

// sortInto sorts the entries of src to dst, which is src or other. Both are overwritten.
func sortInto(dst, src, other []sortEntry) {
	n := len(src)
	if n <= insertionSize {
		insertionSort(src)
		copyEntries(dst, src)
		return
	}
	and, or := ^uint64(0), uint64(0)
	ordered := true
	last := uint64(0)
	for _, e := range src {
		and &= e.key
		or |= e.key
		ordered = ordered && last <= e.key
		last = e.key
	}
	differing := and ^ or
	switch {
	case ordered:
		copyEntries(dst, src)
	case n <= cacheSize:
		copyEntries(dst, sortFromBottom(src, other, differing))
	default:
		sortFromTop(dst, src, other, max(bits.Len64(differing)-8, 0))
	}
}

// copyEntries copies entries unless they are there already.
func copyEntries(dst, src []sortEntry) {
	if len(src) > 0 && &dst[0] != &src[0] {
		copy(dst, src)
	}
}

func insertionSort(a []sortEntry) {
	for i := 1; i < len(a); i++ {
		e := a[i]
		j := i
		for j > 0 && a[j-1].key > e.key {
			a[j] = a[j-1]
			j--
		}
		a[j] = e
	}
}

// sortFromBottom passes over the bytes that differ, the lowest first, and returns the one of both where the entries are then.
func sortFromBottom(src, other []sortEntry, differing uint64) []sortEntry {
	for shift := 0; shift < 64; shift += 8 {
		if differing>>shift&0xff == 0 {
			continue
		}
		var at [256]int32
		for _, e := range src {
			at[e.key>>shift&0xff]++
		}
		sum := int32(0)
		for b, n := range at {
			at[b] = sum
			sum += n
		}
		other = other[:len(src)]
		for _, e := range src {
			b := e.key >> shift & 0xff
			other[at[b]] = e
			at[b]++
		}
		src, other = other, src
	}
	return src
}

// sortFromTop divides by the 8 bits at shift, the highest that differ, and sorts the buckets.
func sortFromTop(dst, src, other []sortEntry, shift int) {
	var ends [257]int
	for _, e := range src {
		ends[e.key>>shift&0xff+1]++
	}
	for b := range 256 {
		ends[b+1] += ends[b]
	}
	at := ends
	for _, e := range src {
		b := e.key >> shift & 0xff
		other[at[b]] = e
		at[b]++
	}
	if shift == 0 {
		copyEntries(dst, other)
		return
	}
	for b := range 256 {
		if from, to := ends[b], ends[b+1]; from < to {
			sortInto(dst[from:to], other[from:to], src[from:to])
		}
	}
}

// sortTies puts entries of equal key in the order of compare, stable.
func sortTies(a []sortEntry, compare func(x, y rowRef) int) {
	for from := 0; from < len(a); {
		to := from + 1
		for to < len(a) && a[to].key == a[from].key {
			to++
		}
		if to-from > 1 {
			sortTie(a[from:to], compare)
		}
		from = to
	}
}

// sortTie sorts entries of one key. Their places stand in for the key meanwhile: a sort that is not stable by itself compares less.
func sortTie(a []sortEntry, compare func(x, y rowRef) int) {
	key := a[0].key
	for i := range a {
		a[i].key = uint64(i)
	}
	slices.SortFunc(a, func(x, y sortEntry) int {
		if c := compare(x.ref, y.ref); c != 0 {
			return c
		}
		return cmp.Compare(x.key, y.key)
	})
	for i := range a {
		a[i].key = key
	}
}

// sortWords makes entries of keys, whose places are from first on, and reports whether they are in order: if the bits in which the keys differ and a place fit
// in a word, which is half as large as an entry, or they were in order before. keys and other, of the same length, are overwritten.
func sortWords(dst []sortEntry, keys, other []uint64, first int) bool {
	lo, hi, differing, last, ordered := ^uint64(0), uint64(0), uint64(0), uint64(0), true
	for _, k := range keys {
		lo, hi = min(lo, k), max(hi, k)
		differing |= k ^ keys[0]
		ordered = ordered && last <= k
		last = k
	}
	unused := bits.TrailingZeros64(differing) // keys begin at the top of a number
	width, places := bits.Len64((hi-lo)>>unused), bits.Len(uint(len(keys)))
	if ordered || width+places > 64 {
		for i, k := range keys {
			dst[i] = sortEntry{k, rowRef(first + i)}
		}
		return ordered
	}
	for i, k := range keys {
		keys[i] = (k-lo)>>unused<<places | uint64(i)
	}
	mask := uint64(1)<<places - 1
	for i, k := range sortedBits(keys, other, places, width) {
		dst[i] = sortEntry{lo + k>>places<<unused, rowRef(first + int(k&mask))}
	}
	return true
}

// sortedBits sorts words by the width bits from a place on, from the bottom, and returns the one of both where they are then.
func sortedBits(src, other []uint64, from, width int) []uint64 {
	passes := (width + 7) / 8
	for pass := range passes {
		shift := from + pass*width/passes
		digit := uint64(1)<<(from+(pass+1)*width/passes-shift) - 1
		var at [256]uint32
		for _, w := range src {
			at[w>>shift&digit&0xff]++
		}
		sum := uint32(0)
		for b := range digit + 1 {
			at[b], sum = sum, sum+at[b]
		}
		other = other[:len(src)]
		for _, w := range src {
			b := w >> shift & digit & 0xff
			other[at[b]] = w
			at[b]++
		}
		src, other = other, src
	}
	return src
}

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
func sortByKey(a, tmp []sortEntry) {
	n := len(a)
	if n <= insertionSize {
		insertionSort(a)
		return
	}
	and, or := ^uint64(0), uint64(0)
	ordered := true
	for i, e := range a {
		and &= e.key
		or |= e.key
		ordered = ordered && (i == 0 || a[i-1].key <= e.key)
	}
	differing := and ^ or
	switch {
	case ordered:
	case n <= cacheSize:
		sortFromBottom(a, tmp, differing)
	default:
		sortFromTop(a, tmp, max(bits.Len64(differing)-8, 0))
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

// sortFromBottom passes over the bytes that differ, the lowest first.
func sortFromBottom(a, tmp []sortEntry, differing uint64) {
	src, dst := a, tmp[:len(a)]
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
		for _, e := range src {
			b := e.key >> shift & 0xff
			dst[at[b]] = e
			at[b]++
		}
		src, dst = dst, src
	}
	if &src[0] != &a[0] {
		copy(a, src)
	}
}

// sortFromTop divides by the 8 bits at shift, the highest that differ, and sorts the buckets.
func sortFromTop(a, tmp []sortEntry, shift int) {
	var ends [257]int
	for _, e := range a {
		ends[e.key>>shift&0xff+1]++
	}
	for b := range 256 {
		ends[b+1] += ends[b]
	}
	at := ends
	for _, e := range a {
		b := e.key >> shift & 0xff
		tmp[at[b]] = e
		at[b]++
	}
	copy(a, tmp[:len(a)])
	if shift == 0 {
		return
	}
	for b := range 256 {
		if part := a[ends[b]:ends[b+1]]; len(part) > 1 {
			sortByKey(part, tmp[ends[b]:ends[b+1]])
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

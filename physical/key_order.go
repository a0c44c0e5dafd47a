package physical

// keyOrder measures, by a sample, whether keys lie near the keys of the rows before them, as those of a file sorted by key do, also after a
// filter. Then rows that look them up most likely come in that order, too, and a bitmap over the range of the keys is read from its beginning
// to its end.
type keyOrder struct{ pairs, near int }

// Neighbouring keys share a page of a bitmap, or nearly so, when they are nearKeys from each other. orderSample is the pairs that are looked at
// in a run of keys.
const (
	nearKeys    = 4096
	orderSample = 1024
)

// add looks at a run of n keys, of which at gives the i-th as an offset.
func (o *keyOrder) add(n int, at func(i int) uint64) {
	step := max(n/orderSample, 1)
	for i := 1; i < n; i += step {
		o.pairs++
		if at(i)-at(i-1)+nearKeys <= 2*nearKeys {
			o.near++
		}
	}
}

// clustered reports whether most neighbours were near each other.
func (o *keyOrder) clustered() bool { return o.near*4 >= o.pairs*3 }

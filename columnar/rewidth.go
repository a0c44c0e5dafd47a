package columnar

import "github.com/sparrow-engine/sparrow/internal/slab"

// Rewidth gives a flat vector another width, keeping its type, length and validity; the values are then unspecified. A kernel calls it
// when its decimal results are known to fit in 64 bits, or turn out not to.
func (v *Vector) Rewidth(w Width) {
	size := v.Len * w.Bytes()
	if cap(v.data) < size {
		slab.Free(v.arena, v.data)
		v.data = alignedBytes(v.arena, size)
	}
	v.data, v.Width = v.data[:size], w
}

package functions

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

// The array forms of functions that also work on strings.

func resolveConcatArrays(c *expr.Resolving) (*expr.Resolution, error) {
	ts := c.Types()
	t, ok := types.CommonIn(c.Mode != expr.Legacy, ts...)
	if !ok || t.Kind != types.Array {
		return nil, dataDiffTypes(c)
	}
	params := make([]types.Type, len(ts))
	for i := range params {
		params[i] = t
	}
	return &expr.Resolution{Params: params, Result: t}, nil
}

// takeElements makes out the list vector whose rows take elements of one child vector by position; spans are filled in by the caller.
func takeElements(out, child *columnar.Vector, positions []int32) {
	columnar.Append(out.Children[0], child, columnar.Rows{Sel: positions, N: child.Len})
}

func newReverseArray(*expr.Spec) (expr.Kernel, error) {
	var positions []int32
	return func(k *expr.KernelCall) {
		in, spans, out := k.Args[0], columnOf[columnar.Span](k.Args[0]), columnar.Values[columnar.Span](k.Out)
		clear(out)
		positions = positions[:0]
		for i := range live(k) {
			s := spans.at(i)
			out[i] = columnar.Span{Off: int32(len(positions)), Len: s.Len}
			for j := s.Len - 1; j >= 0; j-- {
				positions = append(positions, s.Off+j)
			}
		}
		takeElements(k.Out, in.Children[0], positions)
	}, nil
}

func newConcatArrays(*expr.Spec) (expr.Kernel, error) {
	var positions []int32
	all := &columnar.Vector{}
	return func(k *expr.KernelCall) {
		children := make([]*columnar.Vector, len(k.Args))
		bases := make([]int32, len(k.Args))
		base := int32(0)
		for j, a := range k.Args {
			children[j], bases[j] = a.Children[0], base
			base += int32(a.Children[0].Len)
		}
		columnar.Concat(all, children...)
		out := columnar.Values[columnar.Span](k.Out)
		clear(out)
		positions = positions[:0]
		for i := range live(k) {
			off := int32(len(positions))
			for j, a := range k.Args {
				s := columnar.Values[columnar.Span](a)[i&formMask(a)]
				for e := range s.Len {
					positions = append(positions, bases[j]+s.Off+e)
				}
			}
			out[i] = columnar.Span{Off: off, Len: int32(len(positions)) - off}
		}
		takeElements(k.Out, all, positions)
	}, nil
}

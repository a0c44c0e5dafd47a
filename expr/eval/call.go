package eval

import (
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// call applies a kernel. It gives kernels what their contract promises: flat or constant arguments, and to fallible ones exactly the rows
// that SQL evaluates.
type call struct {
	fn        expr.Kernel
	typ       types.Type
	width     columnar.Width
	mode      expr.Mode
	pos       sqlerr.Pos
	nullIfAny bool
	exact     bool // the kernel must see active rows only
	volatile  bool
	args      []node // nil for lambdas
	narrow    []bool
	lambdas   []expr.LambdaEval
	closures  []*lambda
	captures  bool // a lambda refers to outer columns
	cacheable bool // total, and all arguments but one are literals

	vecs    []*columnar.Vector // arguments as evaluated
	dense   []*columnar.Vector // arguments as the kernel gets them
	scratch []columnar.Vector  // flattened arguments
	consts  []columnar.Vector  // constant arguments of another length
	sel     []int32            // rows that are not null
	live    []int32            // rows for narrowed arguments
	used    []uint64           // dictionary entries that active rows refer to
	entries []int32
	out     *columnar.Vector
	wrapped columnar.Vector // result as a dictionary
	valid   []uint64
	k       expr.KernelCall
	cache   dictCache[*columnar.Vector]
}

// finish allocates scratch and decides what may be cached.
func (c *call) finish(args []expr.Expr) {
	n := len(args)
	c.vecs, c.dense = make([]*columnar.Vector, n), make([]*columnar.Vector, n)
	c.scratch, c.consts = make([]columnar.Vector, n), make([]columnar.Vector, n)
	c.out = &columnar.Vector{}
	c.k.First = -1
	other := 0
	for i, a := range args {
		if c.args[i] == nil {
			c.vecs[i] = &columnar.Vector{Form: columnar.Constant} // a lambda; kernels do not look at it
			c.dense[i] = c.vecs[i]
			continue
		}
		if _, ok := a.(*expr.Literal); !ok {
			other++
		}
	}
	for _, l := range c.closures {
		c.captures = c.captures || len(l.outer) > 0
	}
	c.cacheable = other == 1 && !c.exact && !c.volatile && len(c.closures) == 0
}

func (c *call) eval(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	dead, err := c.evalArgs(f, rows)
	switch {
	case err != nil:
		return nil, err
	case dead || rows.Count() == 0:
		return c.nulls(f.n), nil
	case c.volatile || c.captures:
		return c.flat(f, rows)
	case c.constant():
		return c.once(f)
	}
	if lead := c.peelable(); lead != nil {
		return c.peel(f, lead, rows)
	}
	return c.flat(f, rows)
}

// evalArgs evaluates arguments from left to right. dead tells that no row is left to evaluate because of nulls.
func (c *call) evalArgs(f *frame, rows columnar.Rows) (dead bool, err error) {
	active, seen := rows, 0
	for i, a := range c.args {
		if a == nil {
			continue
		}
		if c.narrow != nil && c.narrow[i] {
			for ; seen < i; seen++ {
				if c.args[seen] != nil && c.vecs[seen].MayHaveNulls() {
					c.live = kernel.SelectNotNull(c.vecs[seen], active, c.live)
					active.Sel = c.live
				}
			}
			if active.Count() == 0 {
				return true, nil
			}
		}
		if c.vecs[i], err = a.eval(f, active); err != nil {
			return false, err
		}
	}
	return false, nil
}

// nulls returns n nulls.
func (c *call) nulls(n int) *columnar.Vector {
	c.out.Reset(c.typ, c.width, 1)
	c.out.ClearReferences()
	c.out.SetAllNull()
	c.out.Form, c.out.Len = columnar.Constant, n
	return c.out
}

func (c *call) constant() bool {
	for i, v := range c.vecs {
		if c.args[i] != nil && v.Form != columnar.Constant {
			return false
		}
	}
	return true
}

// once evaluates for one row what is the same in all.
func (c *call) once(f *frame) (*columnar.Vector, error) {
	copy(c.dense, c.vecs)
	v, err := c.invoke(f, c.dense, columnar.AllRows(1), c.out)
	if err != nil {
		return nil, err
	}
	if v.Form == columnar.Dictionary {
		v = columnar.Flatten(&c.scratch[0], v, columnar.AllRows(1))
	}
	if v != c.out { // the kernel returned another's vector
		v = v.Resized(f.n)
	}
	v.Form, v.Len = columnar.Constant, f.n
	return v, nil
}

// flat evaluates row by row of the frame.
func (c *call) flat(f *frame, rows columnar.Rows) (*columnar.Vector, error) {
	for i, v := range c.vecs {
		if c.args[i] != nil {
			c.dense[i] = c.sized(i, dense(&c.scratch[i], v, rows), f.n)
		}
	}
	return c.invoke(f, c.dense, columnar.Rows{Sel: rows.Sel, N: f.n}, c.out)
}

// sized returns a constant with at least n rows; other vectors have them.
func (c *call) sized(i int, v *columnar.Vector, n int) *columnar.Vector {
	if v.Form != columnar.Constant || v.Len >= n {
		return v
	}
	c.consts[i] = *v
	c.consts[i].Len = n
	return &c.consts[i]
}

// invoke runs the kernel.
func (c *call) invoke(f *frame, args []*columnar.Vector, rows columnar.Rows, out *columnar.Vector) (*columnar.Vector, error) {
	out.Reset(c.typ, c.width, rows.N)
	out.ClearReferences()
	if c.nullIfAny {
		for i, a := range args {
			if c.args[i] != nil {
				kernel.AndValid(out, a)
			}
		}
		if c.exact && out.Valid != nil {
			c.sel = kernel.SelectNotNull(out, rows, c.sel)
			rows.Sel = c.sel
		}
	}
	if rows.Count() == 0 {
		return out, nil
	}
	for _, l := range c.closures {
		l.frame = f
	}
	k := &c.k
	k.Args, k.Rows, k.Out, k.Lambdas, k.Morsel, k.RowBase = args, rows, out, c.lambdas, f.morsel, f.rowBase
	k.ResetErrors()
	c.fn(k)
	if k.Fatal != nil {
		return nil, k.Fatal
	}
	if k.Failed() != nil && c.mode == expr.ANSI {
		if k.Err == nil {
			return nil, sqlerr.Internal("a kernel of %s failed without an error", c.typ).At(c.pos)
		}
		return nil, k.Err.At(c.pos)
	}
	return c.unshare(args, out), nil
}

// unshare gives up a result vector that the kernel has overwritten with another's, so that its memory is not reused.
func (c *call) unshare(args []*columnar.Vector, out *columnar.Vector) *columnar.Vector {
	shared := out.Form != columnar.Flat
	if d := out.Data(); len(d) > 0 {
		for _, a := range args {
			if ad := a.Data(); len(ad) > 0 && &ad[0] == &d[0] {
				shared = true
			}
		}
	}
	if !shared {
		return out
	}
	res := out.Resized(out.Len)
	*out = columnar.Vector{}
	return res
}

package functions

import (
	"slices"
	"strings"
	"sync"

	"github.com/sparrow-engine/sparrow/expr"
)

// families lists the tables of built-in functions; adding a family is one line here. It is a function, not a variable, because
// functions that rewrite themselves look others up.
func families() []func() []*expr.Func {
	return []func() []*expr.Func{
		aggregates,
		operators,
		bitOperators,
		collections,
		comparisons,
		conditionals,
		extremes,
		scalars,
		datetimes,
		windows,
		textMatches,
	}
}

// registry is built at the first look-up.
type registry struct {
	all    []*expr.Func
	byName map[string]*expr.Func
	names  []string
	total  map[string]*expr.Func // the forms of fallible functions for arguments that exclude an error
}

var builtins struct {
	once sync.Once
	registry
}

func load() *registry {
	builtins.once.Do(builtins.build)
	return &builtins.registry
}

func (r *registry) build() {
	r.byName = make(map[string]*expr.Func, 1024)
	for _, family := range families() {
		for _, f := range family() {
			r.all = append(r.all, f)
			r.add(f.Name, f)
			for _, a := range f.Aliases {
				r.add(a, f)
			}
		}
	}
	r.total = map[string]*expr.Func{}
	for _, f := range r.all {
		if f.Fallible && f.Kind == expr.Scalar {
			t := *f
			t.Fallible = false
			r.total[f.Name] = &t
		}
	}
	slices.SortFunc(r.all, func(a, b *expr.Func) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(r.names)
}

func (r *registry) add(name string, f *expr.Func) {
	if _, taken := r.byName[name]; taken {
		return // a test rejects this; the first one stays
	}
	r.byName[name] = f
	r.names = append(r.names, name)
}

// Lookup returns the built-in function or operator of a name or alias, compared without case, or nil.
func Lookup(name string) *expr.Func {
	r := load()
	if f := r.byName[name]; f != nil {
		return f
	}
	return r.byName[strings.ToLower(name)]
}

// Names returns all names and aliases in order. The slice must not be changed.
func Names() []string { return load().names }

// All returns every function once, by name. The slice must not be changed.
func All() []*expr.Func { return load().all }

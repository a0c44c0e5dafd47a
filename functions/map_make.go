package functions

import (
	"strings"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

const mapGroup = "map_funcs"

// mapMakers make maps.
func mapMakers() []*expr.Func {
	return []*expr.Func{
		{Name: "map", Group: mapGroup, Since: "2.0.0", Usage: "map(key, value, …) - Returns a map of the keys to the values.",
			Examples: []expr.Example{{SQL: "SELECT map(1.0, '2', 3.0, '4')", Want: `{1.0:"2",3.0:"4"}`}},
			Resolve:  resolveMap, NullRule: expr.NullCustom, NeverNull: true, Fallible: true, New: newMap},
		{Name: "map_from_arrays", Group: mapGroup, Since: "2.4.0", Usage: "map_from_arrays(keys, values) - Returns a map of an array's elements to those of another.",
			Examples: []expr.Example{{SQL: "SELECT map_from_arrays(array(1.0, 3.0), array('2', '4'))", Want: `{1.0:"2",3.0:"4"}`}},
			Resolve:  resolveMapFromArrays, Fallible: true, New: newMapFromArrays},
		{Name: "map_from_entries", Group: mapGroup, Since: "2.4.0", Usage: "map_from_entries(array) - Returns a map of an array of pairs.",
			Examples: []expr.Example{{SQL: "SELECT map_from_entries(array(struct(1, 'a'), struct(2, 'b')))", Want: `{1:"a",2:"b"}`}},
			Resolve:  resolveMapFromEntries, Fallible: true, New: newMapFromEntries},
		{Name: "map_concat", Group: mapGroup, Since: "2.4.0", Usage: "map_concat(map, …) - Returns the entries of all maps in one.",
			Examples: []expr.Example{{SQL: "SELECT map_concat(map(1, 'a', 2, 'b'), map(3, 'c'))", Want: `{1:"a",2:"b",3:"c"}`}},
			Resolve:  resolveMapConcat, Fallible: true, New: newMapConcat},
	}
}

// mapWriter fills the maps of a result with keys and values named by position in two source vectors. What a key that comes twice does is
// set by spark.sql.mapKeyDedupPolicy: an error, or the later value wins.
type mapWriter struct {
	spec       *expr.Spec
	lastWins   bool
	keys, vals []int32
	out        []columnar.Span
	from       int32
	src        *columnar.Vector // of the keys
	set        valueSet
}

func newMapWriter(s *expr.Spec) *mapWriter {
	return &mapWriter{spec: s, lastWins: setting(s, "spark.sql.mapKeyDedupPolicy") == "last_win"}
}

// begin starts a result whose keys come from src.
func (w *mapWriter) begin(k *expr.KernelCall, src *columnar.Vector) {
	w.keys, w.vals, w.from, w.src = w.keys[:0], w.vals[:0], 0, src
	w.out = columnar.Values[columnar.Span](k.Out)
	clear(w.out)
	w.set.reset(src, 0)
}

// put adds an entry to row i. It fails the row for a null key or one that was there before.
func (w *mapWriter) put(k *expr.KernelCall, i int, key, val int32) bool {
	if w.src.IsNull(int(key)) {
		reject(k, i, w.spec, "NULL_MAP_KEY", "Cannot use null as map key.")
		return false
	}
	n := int(int32(len(w.keys)) - w.from)
	if at := w.find(key, n); at >= 0 {
		if !w.lastWins {
			reject(k, i, w.spec, "DUPLICATED_MAP_KEY", "Duplicate map key %s was found, please check the input data. If you want to remove the duplicated keys, you can set \"spark.sql.mapKeyDedupPolicy\" to \"LAST_WIN\" so that the key inserted at last takes precedence.",
				text.Cast(w.src.Value(int(key)), w.src.Type, zoneOf(w.spec, types.TimestampType)))
			return false
		}
		w.vals[w.from+int32(at)] = val
		return true
	}
	w.keys, w.vals = append(w.keys, key), append(w.vals, val)
	return true
}

// smallSet is the size up to which a set of values is searched one by one.
const smallSet = 8

// find returns the number of an equal key among the n of the row, -1 if there is none. The key is then in the set.
func (w *mapWriter) find(key int32, n int) int {
	if n < smallSet {
		for j, p := range w.keys[w.from:] {
			if kernel.EqualRows(w.src, int(p), w.src, int(key)) {
				return j
			}
		}
		return -1
	}
	if n == smallSet || w.set.n == 0 {
		w.set.reset(w.src, 4*n)
		for _, p := range w.keys[w.from:] {
			w.set.add(p)
		}
	}
	return w.set.add(key)
}

// end makes the entries put since the last end the map of row i.
func (w *mapWriter) end(i int) {
	n := int32(len(w.keys))
	w.out[i] = columnar.Span{Off: w.from, Len: n - w.from}
	w.from = n
	w.set.n = 0
}

// drop forgets the entries of a failed row.
func (w *mapWriter) drop() {
	w.keys, w.vals = w.keys[:w.from], w.vals[:w.from]
	w.set.n = 0
}

func (w *mapWriter) finish(k *expr.KernelCall, vals *columnar.Vector) {
	columnar.Gather(k.Out.Children[0], w.src, w.keys)
	columnar.Gather(k.Out.Children[1], vals, w.vals)
}

// checkKey rejects types that cannot be keys of maps.
func checkKey(c *expr.Resolving, t types.Type) error {
	if hasMap(t) || t.Kind == types.Variant {
		return sqlerr.New("DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The key of map cannot be/contain \"%s\".", describeCall(c.Func.Name, c.Args), t.SQL())
	}
	return nil
}

func hasMap(t types.Type) bool {
	switch t.Kind {
	case types.Map:
		return true
	case types.Array:
		return hasMap(t.Elem())
	case types.Struct:
		for _, f := range t.Fields() {
			if hasMap(f.Type) {
				return true
			}
		}
	}
	return false
}

func resolveMap(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args)%2 != 0 {
		return nil, WrongCount(c.Func.Name, "2n (n > 0)", len(c.Args), c.Pos)
	}
	var keys, vals []types.Type
	nulls := false
	for i, t := range c.Types() {
		if i%2 == 0 {
			keys = append(keys, t)
		} else {
			vals = append(vals, t)
			nulls = nulls || c.Args[i].Nullable()
		}
	}
	ansi := c.Mode != expr.Legacy
	kt, ok := types.CommonIn(ansi, keys...)
	if !ok {
		return nil, mapDiffTypes(c, "CREATE_MAP_KEY_DIFF_TYPES", "keys", keys)
	}
	vt, ok := types.CommonIn(ansi, vals...)
	if !ok {
		return nil, mapDiffTypes(c, "CREATE_MAP_VALUE_DIFF_TYPES", "values", vals)
	}
	params := make([]types.Type, len(c.Args))
	for i := range params {
		params[i] = kt
		if i%2 == 1 {
			params[i] = vt
		}
	}
	return &expr.Resolution{Params: params, Result: types.MapOf(kt, vt, nulls)}, checkKey(c, kt)
}

func mapDiffTypes(c *expr.Resolving, condition, what string, ts []types.Type) error {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = "\"" + t.SQL() + "\""
	}
	return sqlerr.New("DATATYPE_MISMATCH."+condition, c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The given %s of function `map` should all be the same type, but they are [%s].",
		describeCall(c.Func.Name, c.Args), what, strings.Join(names, ", "))
}

func newMap(s *expr.Spec) (expr.Kernel, error) {
	w := newMapWriter(s)
	var pk, pv pool
	return func(k *expr.KernelCall) {
		n := k.Rows.N
		if len(k.Args) == 0 {
			clear(columnar.Values[columnar.Span](k.Out))
			return
		}
		var keyArgs, valArgs []*columnar.Vector
		for j := 0; j < len(k.Args); j += 2 {
			keyArgs, valArgs = append(keyArgs, k.Args[j]), append(valArgs, k.Args[j+1])
		}
		keys, vals := pk.fillRows(n, keyArgs...), pv.fillRows(n, valArgs...)
		w.begin(k, keys)
	rows:
		for i := range each(k) {
			for j := range keyArgs {
				if !w.put(k, i, pk.base[j]+int32(i), pv.base[j]+int32(i)) {
					w.drop()
					continue rows
				}
			}
			w.end(i)
		}
		w.finish(k, vals)
	}, nil
}

func resolveMapFromArrays(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	kt, err := accept(c, 0, types.ClassArray)
	if err != nil {
		return nil, err
	}
	vt, err := accept(c, 1, types.ClassArray)
	if err != nil {
		return nil, err
	}
	return &expr.Resolution{Params: []types.Type{kt, vt}, Result: types.MapOf(kt.Elem(), vt.Elem(), vt.ContainsNull())}, checkKey(c, kt.Elem())
}

func newMapFromArrays(s *expr.Spec) (expr.Kernel, error) {
	w := newMapWriter(s)
	return func(k *expr.KernelCall) {
		ks, vs := columnOf[columnar.Span](k.Args[0]), columnOf[columnar.Span](k.Args[1])
		w.begin(k, k.Args[0].Children[0])
	rows:
		for i := range live(k) {
			a, b := ks.at(i), vs.at(i)
			if a.Len != b.Len {
				reject(k, i, s, "_LEGACY_ERROR_TEMP_2128", "The key array and value array of MapData must have the same length.")
				continue
			}
			for j := range a.Len {
				if !w.put(k, i, a.Off+j, b.Off+j) {
					w.drop()
					continue rows
				}
			}
			w.end(i)
		}
		w.finish(k, k.Args[1].Children[0])
	}, nil
}

func resolveMapFromEntries(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 1 {
		return nil, WrongCount(c.Func.Name, "1", len(c.Args), c.Pos)
	}
	t := c.Args[0].Type()
	if t.Kind != types.Array || t.Elem().Kind != types.Struct || len(t.Elem().Fields()) != 2 {
		return nil, sqlerr.New("DATATYPE_MISMATCH.MAP_FROM_ENTRIES_WRONG_TYPE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The `map_from_entries` requires the \"ARRAY\" of pair \"STRUCT\" type, however \"%s\" has the type \"%s\".",
			describeCall(c.Func.Name, c.Args), describe(c.Args[0]), t.SQL())
	}
	f := t.Elem().Fields()
	null := c.Args[0].Nullable() || t.ContainsNull()
	return &expr.Resolution{Params: []types.Type{t}, Result: types.MapOf(f[0].Type, f[1].Type, f[1].Nullable), Nullable: &null}, checkKey(c, f[0].Type)
}

func newMapFromEntries(s *expr.Spec) (expr.Kernel, error) {
	w := newMapWriter(s)
	var flat columnar.Vector
	return func(k *expr.KernelCall) {
		spans, entries := columnOf[columnar.Span](k.Args[0]), k.Args[0].Children[0]
		entries = columnar.Flatten(&flat, entries, columnar.AllRows(entries.Len))
		w.begin(k, entries.Children[0])
	rows:
		for i := range live(k) {
			e := spans.at(i)
			for p := e.Off; p < e.Off+e.Len; p++ {
				if entries.IsNull(int(p)) { // a null entry makes the whole map null
					w.drop()
					k.Out.SetNull(i)
					continue rows
				}
			}
			for p := e.Off; p < e.Off+e.Len; p++ {
				if !w.put(k, i, p, p) {
					w.drop()
					continue rows
				}
			}
			w.end(i)
		}
		w.finish(k, entries.Children[1])
	}, nil
}

func resolveMapConcat(c *expr.Resolving) (*expr.Resolution, error) {
	ts := c.Types()
	if len(ts) == 0 {
		return &expr.Resolution{Params: ts, Result: types.MapOf(types.StringType, types.StringType, false)}, nil
	}
	for i, t := range ts {
		if t.Kind != types.Map && t.Kind != types.Null {
			return nil, sqlerr.New("DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES", c.Args[i].Pos(), "Cannot resolve \"%s\" due to data type mismatch: The `map_concat` should all be of type map, but it's \"%s\".", describeCall(c.Func.Name, c.Args), t.SQL())
		}
	}
	t, ok := types.CommonIn(c.Mode != expr.Legacy, ts...)
	if !ok || t.Kind != types.Map {
		return nil, dataDiffTypes(c)
	}
	params := make([]types.Type, len(ts))
	for i := range params {
		params[i] = t
	}
	return &expr.Resolution{Params: params, Result: t}, nil
}

func newMapConcat(s *expr.Spec) (expr.Kernel, error) {
	w := newMapWriter(s)
	var pk, pv pool
	return func(k *expr.KernelCall) {
		if len(k.Args) == 0 {
			clear(columnar.Values[columnar.Span](k.Out))
			return
		}
		n, ks := children(0, k.Args...)
		_, vs := children(1, k.Args...)
		keys, vals := pk.fill(n, ks...), pv.fill(n, vs...)
		w.begin(k, keys)
	rows:
		for i := range live(k) {
			for j, a := range k.Args {
				m := shiftSpan(columnar.Values[columnar.Span](a)[i&formMask(a)], pk.base[j])
				for p := m.Off; p < m.Off+m.Len; p++ {
					if !w.put(k, i, p, p) {
						w.drop()
						continue rows
					}
				}
			}
			w.end(i)
		}
		w.finish(k, vals)
	}, nil
}

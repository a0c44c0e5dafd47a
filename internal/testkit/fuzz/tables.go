// Package fuzz makes random tables and queries and compares the engine in all its configurations with the naive oracle.
package fuzz

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/datasource/memory"
	"github.com/sparrow-engine/sparrow/types"
)

// kind is the type of an expression in a random query.
type kind int

const (
	integer kind = iota
	bigint
	double
	decimal
	wide // decimal(38, 2)
	str
	boolean
	date
	timestamp
	span  // interval day to second
	list  // array<int>
	words // array<string>
	pair  // struct<a: int, b: string>
	kinds
	dict // map<string, int>: only read from, since maps are neither compared nor ordered
)

var (
	pairFields = []types.Field{{Name: "a", Type: types.IntType, Nullable: true}, {Name: "b", Type: types.StringType, Nullable: true}}
	kindTypes  = [...]types.Type{types.IntType, types.BigIntType, types.DoubleType, types.DecimalOf(9, 2), types.DecimalOf(38, 2), types.StringType, types.BooleanType,
		types.DateType, types.TimestampType, types.DayTimeType, types.ArrayOf(types.IntType, true), types.ArrayOf(types.StringType, true), types.StructOf(pairFields...),
		{}, types.MapOf(types.StringType, types.IntType, true)}
)

// basic are the kinds of which most expressions are.
var basic = []kind{integer, bigint, double, decimal, wide, str, boolean, date}

// schema is that of every table: a unique id and a column of each kind; n is never null.
func schema() types.Schema {
	return types.Schema{
		{Name: "id", Type: types.IntType}, {Name: "n", Type: types.IntType},
		{Name: "i", Type: types.IntType, Nullable: true}, {Name: "b", Type: types.BigIntType, Nullable: true},
		{Name: "d", Type: types.DoubleType, Nullable: true}, {Name: "e", Type: types.DecimalOf(9, 2), Nullable: true},
		{Name: "w", Type: types.DecimalOf(38, 2), Nullable: true}, {Name: "s", Type: types.StringType, Nullable: true},
		{Name: "g", Type: types.BooleanType, Nullable: true}, {Name: "t", Type: types.DateType, Nullable: true},
		{Name: "y", Type: types.TinyIntType, Nullable: true}, {Name: "f", Type: types.FloatType, Nullable: true},
		{Name: "ts", Type: types.TimestampType, Nullable: true}, {Name: "iv", Type: types.DayTimeType, Nullable: true},
		{Name: "l", Type: kindTypes[list], Nullable: true}, {Name: "q", Type: kindTypes[words], Nullable: true},
		{Name: "p", Type: kindTypes[pair], Nullable: true}, {Name: "m", Type: kindTypes[dict], Nullable: true},
	}
}

// base lists the columns of a table as expressions of an alias.
func base(alias string) []column {
	ks := []kind{integer, integer, integer, bigint, double, decimal, wide, str, boolean, date, integer, double, timestamp, span, list, words, pair, dict}
	var out []column
	for i, f := range schema() {
		out = append(out, column{alias + "." + f.Name, ks[i]})
	}
	return out
}

var (
	strs = []string{"", "a", "b", "ab", "A", "abcabcabcabcabc", "abcabcabcabcabd", "%", "ä"}
	// Doubles are dyadic and small, so that sums of them are exact in any order.
	doubles = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 2.25, -3.75, math.NaN(), math.Inf(1), math.Inf(-1), 100, 8}
)

// tableNames are the tables of a database.
var tableNames = []string{"t0", "t1", "t2", "t3"}

// database makes tables of 0 to about 60 rows, in chunks of random sizes and forms.
func database(r *rand.Rand) map[string]datasource.Table {
	out := map[string]datasource.Table{}
	for i, name := range tableNames {
		rows := []int{r.IntN(60), r.IntN(12), r.IntN(25), 0}[i]
		if i == 3 && r.IntN(3) > 0 {
			rows = r.IntN(4)
		}
		out[name] = table(r, rows)
	}
	return out
}

func table(r *rand.Rand, rows int) *memory.Table {
	s := schema()
	spread := []int{2, 5, 20}[r.IntN(3)]
	nulls := []int{0, 5, 40}[r.IntN(3)]
	var chunks []*columnar.Batch
	for at := 0; at < rows; {
		n := min(rows-at, 1+r.IntN(40))
		b := &columnar.Batch{N: n}
		for c, f := range s {
			v := columnar.New(f.Type, n)
			for i := range n {
				switch {
				case c == 0:
					v.SetValue(i, int32(at+i))
				case f.Nullable && r.IntN(100) < nulls:
					v.SetNull(i)
				default:
					v.SetValue(i, value(r, f.Type, spread))
				}
			}
			if c > 1 && r.IntN(3) == 0 {
				v = encoded(r, v, n)
			}
			v.Class = columnar.Shared
			b.Cols = append(b.Cols, v)
		}
		chunks = append(chunks, b)
		at += n
	}
	return memory.New(s, chunks)
}

// encoded makes a dictionary vector of the same values, with entries that no row uses and with entries that are null.
func encoded(r *rand.Rand, v *columnar.Vector, n int) *columnar.Vector {
	order := r.Perm(n)
	dict := columnar.New(v.Type, n+1)
	codes := make([]int32, n)
	for to, from := range order {
		dict.SetValue(to, v.Value(from))
		codes[from] = int32(to)
	}
	dict.SetValue(n, value(r, v.Type, 1000))
	dict.Class = columnar.Shared
	return columnar.NewDictionary(dict, codes)
}

func value(r *rand.Rand, t types.Type, spread int) any {
	small := r.IntN(spread) - spread/4
	rare := r.IntN(40) == 0
	switch t.Kind {
	case types.Int:
		if rare {
			return []int32{math.MaxInt32, math.MinInt32}[r.IntN(2)]
		}
		return int32(small)
	case types.BigInt:
		if rare {
			return []int64{math.MaxInt64, math.MinInt64, 1 << 40}[r.IntN(3)]
		}
		return int64(small)
	case types.Double:
		return doubles[r.IntN(min(len(doubles), spread+2))]
	case types.Decimal:
		if rare {
			edge := types.Pow10(int(t.Precision)).Sub(types.Int128Of(1))
			return []types.Int128{edge, edge.Neg()}[r.IntN(2)]
		}
		return types.Int128Of(int64(small * 50))
	case types.String:
		return strs[r.IntN(min(len(strs), spread+1))]
	case types.Boolean:
		return small&1 == 0
	case types.Date:
		return int32(19000 + small)
	case types.TinyInt:
		if rare {
			return []int8{math.MaxInt8, math.MinInt8}[r.IntN(2)]
		}
		return int8(small)
	case types.Float:
		return float32(doubles[r.IntN(min(len(doubles), spread+2))])
	case types.Timestamp:
		return (19000*24+int64(small)*7)*3600_000_000 + int64(r.IntN(2))*1500
	case types.DayTime:
		return int64(small) * 1800_000_000
	}
	return nested(r, t, spread)
}

// nested gives arrays, maps and structs, some of them empty, some with nulls inside.
func nested(r *rand.Rand, t types.Type, spread int) any {
	items := func(t types.Type, n int, nulls bool) []any {
		out := make([]any, n)
		for i := range out {
			if !nulls || r.IntN(6) > 0 {
				out[i] = value(r, t, spread)
			}
		}
		return out
	}
	switch t.Kind {
	case types.Array:
		return items(t.Elem(), r.IntN(4), true)
	case types.Struct:
		return []any{items(types.IntType, 1, true)[0], items(types.StringType, 1, true)[0]}
	case types.Map:
		keys := []any{"a", "b", "ab"}[:r.IntN(4)]
		return types.MapValue{Keys: keys, Values: items(types.IntType, len(keys), true)}
	}
	panic(fmt.Sprintf("no values of %s", t))
}

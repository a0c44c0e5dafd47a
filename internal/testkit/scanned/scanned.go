// Package scanned reads tables of sources for tests.
package scanned

import (
	"context"
	"strings"
	"time"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// Request asks for columns of a table, all without names, numbered from 1.
func Request(tab datasource.VectorTable, names ...string) *datasource.VectorRequest {
	s := tab.SQLSchema()
	if names == nil {
		for _, f := range s {
			names = append(names, f.Name)
		}
	}
	r := &datasource.VectorRequest{Env: &expr.Env{ANSI: true, Zone: time.UTC}}
	for i, n := range names {
		f := s.Index(n)
		r.Fields = append(r.Fields, f)
		r.Columns = append(r.Columns, &expr.Column{ID: expr.ColumnID(i + 1), Name: n, T: s[f].Type, Null: s[f].Nullable})
	}
	return r
}

// Text scans columns in batches of a size and returns each row as its cells as Spark shows them, joined by |.
func Text(tab datasource.Table, batch int, names ...string) ([]string, error) {
	vt := tab.(datasource.VectorTable)
	r := Request(vt, names...)
	r.BatchSize = batch
	var out []string
	_, err := Each(vt, r, func(cols []*columnar.Vector, i int) {
		cells := make([]string, len(cols))
		for j, c := range cols {
			cells[j] = text.Hive(c.Value(i), c.Type, time.UTC)
		}
		out = append(out, strings.Join(cells, "|"))
	})
	return out, err
}

// Each calls f for every row that a scan gives, in the order of the morsels, and returns what the scan counted.
func Each(tab datasource.VectorTable, r *datasource.VectorRequest, f func(cols []*columnar.Vector, i int)) (c datasource.ScanCounters, err error) {
	ctx := context.Background()
	scan, err := tab.ScanVectors(ctx, r)
	if err != nil {
		return c, err
	}
	defer scan.Close()
	in, err := scan.NewReader(ctx)
	if err != nil {
		return c, err
	}
	for m := 0; m < scan.Morsels() && err == nil; m++ {
		var b columnar.Batch
		err = in.Open(m)
		for more := err == nil; more; {
			if more, err = in.Next(&b); !more || err != nil {
				break
			}
			set := b.Rows()
			for i := range set.Count() {
				f(b.Cols, set.Row(i))
			}
		}
	}
	if e := in.Close(); err == nil {
		err = e
	}
	return scan.Counters(), err
}

// Columns returns a table's columns as a type.
func Columns(tab datasource.Table) string {
	return types.StructOf(tab.(datasource.VectorTable).SQLSchema()...).String()
}

package datasource

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/sparrow-engine/sparrow/types"
)

// Identified is the ability of a Table to say what its rows are, so that two tables can be known to be one: those of equal identity have the
// same columns and rows.
type Identified interface {
	Identity() string
}

// Identity returns a comparable value that is equal for tables known to have the same columns and rows: what the table says, otherwise the
// table itself.
func Identity(t Table) any {
	if i, ok := t.(Identified); ok {
		return i.Identity()
	}
	if !reflect.TypeOf(t).Comparable() {
		return new(byte) // a value that cannot be compared equals no other
	}
	return t
}

// Origin is where the rows of a table of files come from: its format, options and columns, and the name, size and time of change of each
// file. A table that embeds it is Identified; when a file changes, tables opened from then on are others.
type Origin struct {
	identity func() string
}

// OriginOf returns the origin of a table; schema is the user's, nil if the files give it.
func OriginOf(format string, files []File, o Options, schema types.Schema) Origin {
	return Origin{identity: sync.OnceValue(func() string {
		h := sha256.New()
		fmt.Fprintf(h, "%q", format)
		for _, k := range slices.Sorted(maps.Keys(o)) {
			fmt.Fprintf(h, " %q=%q", k, o[k])
		}
		for _, c := range schema {
			fmt.Fprintf(h, " %q:%v:%t", c.Name, c.Type, c.Nullable)
		}
		for _, f := range files {
			fmt.Fprintf(h, "\n%q %d %d %q", f.Path, f.Size, f.ModTime, f.Partitions)
		}
		return fmt.Sprintf("files %x", h.Sum(nil))
	})}
}

// Identity is the same for tables of the same origin.
func (o Origin) Identity() string { return o.identity() }

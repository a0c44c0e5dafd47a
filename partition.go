package sparrow

import (
	"strings"

	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Repartition asks for n partitions, 0 for as many as the engine likes, of rows with equal values of the columns together.
func (df *DataFrame) Repartition(n int, by ...Column) *DataFrame {
	keys := make([]Ordering, len(by))
	for i, c := range by {
		keys[i] = c
	}
	return df.repartition(n, false, keys)
}

// RepartitionByRange asks for n partitions, each of a range of the keys.
func (df *DataFrame) RepartitionByRange(n int, keys ...Ordering) *DataFrame {
	if len(keys) == 0 {
		return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.NULL", sqlerr.Pos{}, "At least one partition-by expression must be specified."))
	}
	return df.repartition(n, true, keys)
}

func (df *DataFrame) repartition(n int, ranges bool, by []Ordering) *DataFrame {
	keys, err := orders(by)
	if err == nil && n < 0 {
		err = sqlerr.New("INVALID_PARAMETER_VALUE.INTEGER", sqlerr.Pos{}, "The number of partitions must not be negative, but is %d.", n)
	}
	if err != nil {
		return df.failed(err)
	}
	return df.with(&logical.Repartition{Input: df.plan, N: n, By: keys, Range: ranges})
}

// Coalesce asks for at most n partitions.
func (df *DataFrame) Coalesce(n int) *DataFrame {
	if n < 1 {
		return df.failed(sqlerr.New("INVALID_PARAMETER_VALUE.INTEGER", sqlerr.Pos{}, "The number of partitions must be positive, but is %d.", n))
	}
	return df.Repartition(n)
}

// Hint tells how a join should treat these rows, by Spark's names: broadcast, shuffle_hash, merge, shuffle_replicate_nl. A hinted join is not reordered. Other hints are
// passed over, as in Spark.
func (df *DataFrame) Hint(name string) *DataFrame {
	d := df.with(df.plan)
	switch n := strings.ToUpper(name); n {
	case "BROADCAST", "BROADCASTJOIN", "MAPJOIN":
		d.hint = "BROADCAST"
	case "MERGE", "SHUFFLE_MERGE", "MERGEJOIN":
		d.hint = "MERGE"
	case "SHUFFLE_HASH", "SHUFFLE_REPLICATE_NL":
		d.hint = n
	}
	return d
}

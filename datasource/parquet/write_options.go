package parquet

import (
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// bloomOption, followed by # and a column's name, asks for a bloom filter of the column.
const bloomOption = "parquet.bloom.filter.enabled"

// ParseWriteOptions reads the options of a write command, under the names Spark and parquet-mr use. Options that are not the writer's are not
// looked at.
func ParseWriteOptions(o datasource.Options) (WriteOptions, error) {
	w := WriteOptions{Compression: o.Get("compression", o.Get("parquet.compression", ""))}
	for key, target := range map[string]*int{
		"parquet.block.row.count.limit": &w.RowGroupRows,
		"parquet.page.row.count.limit":  &w.PageRows,
		"parquet.page.size":             &w.PageBytes,
		"parquet.dictionary.page.size":  &w.DictionaryBytes,
	} {
		text, ok := o[key]
		if !ok {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return w, badOption(key, text, "a positive number")
		}
		*target = n
	}
	if dictionary, err := boolOption(o, "parquet.enable.dictionary", true); err != nil {
		return w, err
	} else if !dictionary {
		w.DictionaryBytes = -1
	}
	for key := range o {
		column, ok := strings.CutPrefix(key, bloomOption+"#")
		if !ok {
			continue
		}
		on, err := boolOption(o, key, false)
		if err != nil {
			return w, err
		}
		if on {
			w.Bloom = append(w.Bloom, column)
		}
	}
	return w, nil
}

func boolOption(o datasource.Options, key string, otherwise bool) (bool, error) {
	text, ok := o[key]
	if !ok {
		return otherwise, nil
	}
	on, err := strconv.ParseBool(strings.ToLower(text))
	if err != nil {
		return false, badOption(key, text, "true or false")
	}
	return on, nil
}

func badOption(key, value, wanted string) error {
	return sqlerr.New("INVALID_PARAMETER_VALUE", sqlerr.Pos{}, "The value %q of the Parquet option %s is not %s.", value, key, wanted)
}

// Package testkit holds what the tests of several layers share: the matrix of configurations that must all give one answer, the naive oracle
// (naive), sqllogictest files (slt), random queries (fuzz) and chaos. Only tests import it.
package testkit

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow"
)

// Setup is one configuration of a session.
type Setup struct {
	Name string
	Conf map[string]string
}

// Matrix lists the configurations. The first is the default one.
var Matrix = []Setup{
	{"default", nil},
	{"one row a batch, one thread", map[string]string{"sparrow.batchSize": "1", "sparrow.threads": "1"}},
	{"three rows a batch, three threads", map[string]string{"sparrow.batchSize": "3", "sparrow.threads": "3"}},
	{"64 KiB", map[string]string{"sparrow.memory": "64KiB", "sparrow.threads": "2", "sparrow.batchSize": "64"}},
	{"optimizer off", map[string]string{"sparrow.optimizer.enabled": "false"}},
	{"optimizer checked", map[string]string{"sparrow.optimizer.check": "true"}},
	{"adaptive off", map[string]string{"sparrow.adaptive.enabled": "false"}},
	{"adaptive forced", map[string]string{"sparrow.adaptive.force": "true", "sparrow.optimizer.check": "true"}},
	{"no runtime filters", map[string]string{"sparrow.runtimeFilters.enabled": "false"}},
	{"flat", map[string]string{"sparrow.scan.flatten": "true"}},
}

// Apply sets a session to a configuration after undoing another one.
func (c Setup) Apply(s *sparrow.Session) error {
	for _, other := range Matrix {
		for k := range other.Conf {
			if _, set := c.Conf[k]; set {
				continue
			}
			if _, err := s.SQL(context.Background(), "RESET "+k); err != nil {
				return err
			}
		}
	}
	for k, v := range c.Conf {
		if err := s.SetConf(k, v); err != nil {
			return err
		}
	}
	return nil
}

// Null is how cells show NULL.
const Null = "NULL"

// Run runs a query and returns its rows as the texts that Spark prints.
func Run(ctx context.Context, s *sparrow.Session, text string) (types []string, rows [][]string, err error) {
	df, err := s.SQL(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	types = df.Types()
	for cells, err := range df.Cells(ctx) {
		if err != nil {
			return types, nil, err
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = Null
			if c != nil {
				row[i] = Normal(*c, types[i])
			}
		}
		rows = append(rows, row)
	}
	return types, rows, nil
}

// Normal rounds a floating-point cell to twelve digits, since sums depend on the order of their terms, and drops the sign of zero, since -0.0
// and 0.0 are one value to joins and groups.
func Normal(cell, typ string) string {
	if typ != "double" && typ != "float" || cell == Null {
		return cell
	}
	f, err := strconv.ParseFloat(strings.Replace(cell, "Infinity", "Inf", 1), 64)
	switch {
	case err != nil:
		return cell
	case f == 0:
		return "0"
	case math.IsNaN(f):
		return "NaN"
	case typ == "float":
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	return strconv.FormatFloat(f, 'g', 12, 64)
}

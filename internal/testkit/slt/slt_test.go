package slt

import (
	"context"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/internal/testkit"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// TestFiles runs every file of testdata/slt in every configuration, its views as they are written and as Parquet tables.
func TestFiles(t *testing.T) {
	root := "../../../testdata/slt"
	n := 0
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".slt" {
			return err
		}
		n++
		name, _ := filepath.Rel(root, path)
		t.Run(strings.TrimSuffix(filepath.ToSlash(name), ".slt"), func(t *testing.T) { runFile(t, path) })
		return nil
	}))
	require.Positive(t, n)
}

func runFile(t *testing.T, path string) {
	records, err := Read(path)
	require.NoError(t, err)
	wrong := map[int]bool{} // lines that failed already: one configuration tells enough
	for _, tables := range []bool{false, true} {
		s, err := sparrow.NewSession(sparrow.WithTimeZone("America/Los_Angeles"), sparrow.WithConf("spark.sql.warehouse.dir", t.TempDir()))
		require.NoError(t, err)
		defer s.Close()
		for _, r := range records {
			if !r.Query {
				_, err := s.SQL(context.Background(), text(r, tables))
				require.NoError(t, err, r.SQL)
			}
		}
		for _, setup := range testkit.Matrix {
			require.NoError(t, setup.Apply(s))
			for _, r := range records {
				if !r.Query || wrong[r.Line] {
					continue
				}
				if diff := compare(s, r); diff != "" {
					wrong[r.Line] = true
					t.Errorf("%s:%d: %s%s:\n%s\n%s", path, r.Line, setup.Name, map[bool]string{true: " over tables"}[tables], r.SQL, diff)
				}
			}
		}
	}
}

// text turns views into tables.
func text(r Record, tables bool) string {
	if tables {
		return strings.Replace(r.SQL, "CREATE TEMPORARY VIEW ", "CREATE TABLE ", 1)
	}
	return r.SQL
}

// compare runs a query and describes how its answer differs from the file's.
func compare(s *sparrow.Session, r Record) string {
	types, rows, err := run(s, r)
	if err != nil {
		e := sqlerr.As(err)
		switch {
		case r.Error == "":
			return "error: " + err.Error()
		case e == nil || !sameCondition(e.Condition, r.Error):
			return "error: " + err.Error() + "\nexpected " + r.Error
		}
		return ""
	}
	if r.Error != "" {
		return "no error, expected " + r.Error
	}
	for i := range types {
		types[i] = strings.ReplaceAll(types[i], " ", "_")
	}
	if strings.Join(types, ",") != strings.Join(r.Types, ",") {
		return "types " + strings.Join(types, ",") + ", expected " + strings.Join(r.Types, ",")
	}
	if r.Sorted {
		slices.Sort(rows)
	}
	want := r.Rows
	if len(rows) == len(want) && equal(rows, want) {
		return ""
	}
	return strings.Join(rows, "\n") + "\nexpected\n" + strings.Join(want, "\n")
}

// sameCondition lets a condition stand for its subconditions.
func sameCondition(got, want string) bool {
	return got == want || strings.HasPrefix(got, want+".") || strings.HasPrefix(want, got+".")
}

func equal(rows, want []string) bool {
	for i := range rows {
		a, b := strings.Split(rows[i], "\t"), strings.Split(want[i], "\t")
		if len(a) != len(b) {
			return false
		}
		for j := range a {
			if a[j] != b[j] && !closeTo(a[j], b[j]) {
				return false
			}
		}
	}
	return true
}

// closeTo compares floating-point numbers to 1e-12 relative; decimals and integers must be equal as text.
func closeTo(a, b string) bool {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err != nil || err2 != nil || len(a) < 15 && len(b) < 15 || math.Signbit(x) != math.Signbit(y) {
		return false
	}
	return math.Abs(x-y) <= 1e-12*math.Abs(y)
}

func run(s *sparrow.Session, r Record) (types, rows []string, err error) {
	df, err := s.SQL(context.Background(), r.SQL)
	if err != nil {
		return nil, nil, err
	}
	types = df.Types()
	escape := strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\t", "\\t")
	for cells, err := range df.Cells(context.Background()) {
		if err != nil {
			return nil, nil, err
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			switch {
			case c == nil:
				row[i] = "NULL"
			case *c == "":
				row[i] = "(empty)"
			default:
				row[i] = escape.Replace(*c)
			}
		}
		rows = append(rows, strings.Join(row, "\t"))
	}
	return types, rows, nil
}

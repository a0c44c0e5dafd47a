package sparrow

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/sparrow-engine/sparrow"

// layers is the house from the ground up: a package imports only packages of lines above its own. An entry ending in /* stands for all packages
// directly below the folder that have no entry of their own.
var layers = [][]string{
	{"sqlerr", "internal/tree", "internal/invariants", "internal/sketch", "internal/xmltree"},
	{"internal/slab"},
	{"types"},
	{"types/temporal", "types/variant"},
	{"types/text", "config", "exec/metrics"},
	{"exec/budget"},
	{"columnar"},
	{"columnar/kernel", "columnar/jsontext"},
	{"columnar/row", "expr"},
	{"expr/eval", "functions", "exec/spill"},
	{"exec"},
	{"datasource"},
	{"datasource/lines"},
	{"datasource/*", "logical"},
	{"cost", "catalog", "sql"},
	{"analyzer", "optimizer", "sql/mysql"}, // the dialect only makes plans, so that any program may import it beside the root
	{"physical"},
	{"adaptive"},
	{""},
	{"driver", "connect", "f", "benchmarks/tpch/gen"},
	{"benchmarks/tpch"},
	{"benchmarks", "benchmarks/peers"},
	{"cmd/sparrow"},
}

// exempt packages may import anything and are imported by tests only.
var exempt = []string{"internal/testkit"}

type listed struct {
	ImportPath          string
	Imports             []string
	TestImports         []string
	DependencyErrorList []any `json:"DepsErrors"`
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-e", "-json=ImportPath,Imports,TestImports,DepsErrors"}, args...)...)
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else {
			require.NoError(t, err)
		}
		all = append(all, p)
	}
}

// layerOf returns the line of a package, -1 if it has none.
func layerOf(name string) int {
	for i, line := range layers {
		if slices.Contains(line, name) {
			return i
		}
	}
	if k := strings.LastIndexByte(name, '/'); k >= 0 {
		for i, line := range layers {
			if slices.Contains(line, name[:k]+"/*") {
				return i
			}
		}
	}
	return -1
}

func relative(path string) (string, bool) {
	if path == module {
		return "", true
	}
	name, ok := strings.CutPrefix(path, module+"/")
	return name, ok
}

func TestLayers(t *testing.T) {
	for _, p := range list(t, "./...") {
		name, _ := relative(p.ImportPath)
		if slices.Contains(exempt, name) || strings.HasPrefix(name, "internal/testkit/") {
			continue
		}
		own := layerOf(name)
		if own < 0 {
			t.Errorf("package %q has no place in the table of layers", name)
			continue
		}
		for _, imp := range p.Imports {
			if other, ours := relative(imp); ours && layerOf(other) >= own {
				t.Errorf("%q (line %d) imports %q (line %d)", name, own, other, layerOf(other))
			}
		}
	}
}

// The library must stay light: what only the shell, the MySQL dialect or the benchmark needs is not pulled into a program that imports it.
func TestLibraryDependencies(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	for _, dep := range strings.Fields(string(out)) {
		for _, heavy := range []string{"github.com/spf13/cobra", "github.com/reeflective/readline", "github.com/alecthomas/chroma", "github.com/schollz/progressbar",
			"github.com/pingcap/", "google.golang.org/grpc", module + "/benchmarks", module + "/sql/mysql", module + "/cmd"} {
			if strings.HasPrefix(dep, heavy) {
				t.Errorf("the library depends on %s", dep)
			}
		}
	}
}

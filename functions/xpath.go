package functions

import (
	"math"
	"strconv"
	"strings"

	"github.com/antchfx/xpath"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/internal/xmltree"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

const xmlGroup = "xml_funcs"

// xpathFuncs evaluate XPath 1.0 expressions on XML texts.
func xpathFuncs() []*expr.Func {
	of := func(name, what, sql, want string, result types.Type, store func(k *expr.KernelCall, i int, v any), aliases ...string) *expr.Func {
		return &expr.Func{Name: name, Aliases: aliases, Group: xmlGroup, Since: "2.0.0", Usage: name + "(xml, xpath) - Returns " + what + " an XPath expression gives for an XML text.",
			Examples: []expr.Example{{SQL: sql, Want: want}}, Sigs: []expr.Sig{returns(result, types.ClassString, types.ClassString)}, AlwaysNull: true, Fallible: true,
			New: newXPath(name, store)}
	}
	const sum = "('<a><b>1</b><b>2</b></a>', 'sum(a/b)')"
	double := func(k *expr.KernelCall, i int, v any) { setDouble(k, i, xpathNumber(v)) }
	return []*expr.Func{
		of("xpath", "the texts of the nodes that", "SELECT xpath('<a><b>b1</b><b>b2</b></a>', 'a/b/text()')", `["b1","b2"]`, types.ArrayOf(types.StringType, true), storeNodes),
		of("xpath_boolean", "whether there is a node or truth that", "SELECT xpath_boolean('<a><b>1</b></a>', 'a/b')", "true", types.BooleanType, func(k *expr.KernelCall, i int, v any) {
			columnar.Values[uint8](k.Out)[i] = boolByte(xpathBoolean(v))
		}),
		of("xpath_string", "the text of the first node that", "SELECT xpath_string('<a><b>b</b><c>cc</c></a>', 'a/c')", "cc", types.StringType, func(k *expr.KernelCall, i int, v any) {
			k.Out.SetBytes(i, []byte(xpathText(v)))
		}),
		of("xpath_double", "the number that", "SELECT xpath_double"+sum, "3.0", types.DoubleType, double, "xpath_number"),
		of("xpath_float", "the number that", "SELECT xpath_float"+sum, "3.0", types.FloatType, func(k *expr.KernelCall, i int, v any) {
			columnar.Values[float32](k.Out)[i] = float32(xpathNumber(v))
		}),
		of("xpath_int", "the number that", "SELECT xpath_int"+sum, "3", types.IntType, func(k *expr.KernelCall, i int, v any) {
			columnar.Values[int32](k.Out)[i] = javaInt(xpathNumber(v))
		}),
		of("xpath_long", "the number that", "SELECT xpath_long"+sum, "3", types.BigIntType, func(k *expr.KernelCall, i int, v any) {
			columnar.Values[int64](k.Out)[i] = javaLong(xpathNumber(v))
		}),
		of("xpath_short", "the number that", "SELECT xpath_short"+sum, "3", types.SmallIntType, func(k *expr.KernelCall, i int, v any) {
			columnar.Values[int16](k.Out)[i] = int16(javaInt(xpathNumber(v)))
		}),
	}
}

func newXPath(name string, store func(k *expr.KernelCall, i int, v any)) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		if s.Consts[1] == nil {
			return nil, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", s.Pos, "Cannot resolve \"%s\" due to data type mismatch: the input `path` should be a foldable \"STRING\" expression.", name)
		}
		path, _ := s.Consts[1].Value.(string)
		var e *xpath.Expr
		if s.Consts[1].Value != nil {
			var err error
			if e, err = xpath.Compile(path); err != nil {
				return nil, badXPath(s, name, path, err.Error())
			}
			if _, nodes := e.Evaluate(xmltree.Navigator(&xmltree.Node{})).(*xpath.NodeIterator); !nodes && name == "xpath" {
				return nil, badXPath(s, name, path, "it does not lead to nodes")
			}
		}
		return func(k *expr.KernelCall) {
			in := textsOf(k.Args[0])
			for i := range live(k) {
				text := in.at(i)
				if len(text) == 0 || e == nil {
					k.Out.SetNull(i)
					continue
				}
				doc, err := xmltree.Parse(string(text))
				if err != nil {
					reject(k, i, s, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "Malformed records are detected in record parsing: %s.", text)
					continue
				}
				store(k, i, e.Evaluate(xmltree.Navigator(doc)))
			}
		}, nil
	}
}

// badXPath is the error of an expression; Spark has no condition for it (it lets Java's exception through).
func badXPath(s *expr.Spec, name, path, why string) error {
	return sqlerr.New("INVALID_PARAMETER_VALUE.PATTERN", s.Pos, "The value of parameter(s) `path` in `%s` is invalid: '%s' is no XPath expression for this function: %s.", name, path, why)
}

// storeNodes stores the values of nodes: the text of texts and attributes, null for elements.
func storeNodes(k *expr.KernelCall, i int, v any) {
	child := k.Out.Children[0]
	from := child.Len
	if it, ok := v.(*xpath.NodeIterator); ok {
		for it.MoveNext() {
			at := child.Len
			child.Grow(at + 1)
			if n, text := xmltree.Of(it.Current()); n == nil || n.IsText() {
				child.SetBytes(at, []byte(text))
			} else {
				child.SetBytes(at, nil)
				child.SetNull(at)
			}
		}
	}
	columnar.Values[columnar.Span](k.Out)[i] = columnar.Span{Off: int32(from), Len: int32(child.Len - from)}
}

func xpathText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.FormatInt(int64(v), 10)
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case *xpath.NodeIterator:
		if v.MoveNext() {
			_, text := xmltree.Of(v.Current())
			return text
		}
	}
	return ""
}

func xpathNumber(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case bool:
		return float64(boolByte(v))
	}
	text := strings.TrimSpace(xpathText(v))
	if strings.Trim(text, "0123456789.-") != "" { // XPath has neither exponents nor words
		return math.NaN()
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

func xpathBoolean(v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case float64:
		return v != 0 && v == v
	case *xpath.NodeIterator:
		return v.MoveNext()
	}
	return xpathText(v) != ""
}

// javaInt and javaLong convert as Java's casts do: NaN is 0, what is too large the end of the range.
func javaInt(f float64) int32 {
	return int32(min(max(javaLong(f), math.MinInt32), math.MaxInt32))
}

func javaLong(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

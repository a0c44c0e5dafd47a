package functions

import (
	"encoding/base64"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// numberFormatFuncs turn numbers into text by formats and back.
func numberFormatFuncs() []*expr.Func {
	str := types.ClassString
	return []*expr.Func{
		{Name: "to_number", Group: stringGroup, Since: "3.3.0", Usage: "to_number(s, format) - Reads a number by a format of 0 and 9 (digits), . or D, comma or G, $, S, MI and PR; text that does not match is an error.",
			Examples: []expr.Example{{SQL: "SELECT to_number('454', '999')", Want: "454"}, {SQL: "SELECT to_number('12,454.8-', '99,999.9S')", Want: "-12454.8"}},
			Sigs:     []expr.Sig{returns(types.StringType, str, str)}, Resolve: resolveToNumber, AlwaysNull: true, Fallible: true, New: newToNumber},
		{Name: "try_to_number", Group: stringGroup, Since: "3.3.0", Usage: "try_to_number(s, format) - Is to_number with NULL in place of errors.",
			Examples: []expr.Example{{SQL: "SELECT try_to_number('$78.12', '$99.99')", Want: "78.12"}},
			Sigs:     []expr.Sig{returns(types.StringType, str, str)}, Resolve: resolveToNumber, AlwaysNull: true, New: tolerant(newToNumber)},
		{Name: "to_char", Aliases: []string{"to_varchar"}, Group: stringGroup, Since: "3.4.0", Usage: "to_char(x, format) - Writes a number by a format as to_number reads it, a date or timestamp by a datetime pattern, or a binary as base64, hex or utf-8.",
			Examples: []expr.Example{{SQL: "SELECT to_char(454, '999')", Want: "454"}, {SQL: "SELECT to_char(78.12, '$99.99')", Want: "$78.12"}, {SQL: "SELECT to_char(-12454.8, '99G999D9S')", Want: "12,454.8-"}},
			Resolve:  resolveToChar, Rewrite: rewriteToChar, New: newToChar},
		{Name: "format_number", Group: stringGroup, Since: "1.5.0", Usage: "format_number(x, d) - Writes a number with commas between thousands and d decimal places; d may also be a pattern such as '#,##0.00'.",
			Examples: []expr.Example{{SQL: "SELECT format_number(12332.123456, 4)", Want: "12,332.1235"}, {SQL: "SELECT format_number(12332.123456, '##################.###')", Want: "12332.123"}},
			Sigs:     []expr.Sig{returns(types.StringType, types.ClassNumeric, types.ClassOneOf(types.ClassInt, str))}, AlwaysNull: true, New: newFormatNumber},
		{Name: "format_string", Aliases: []string{"printf"}, Group: stringGroup, Since: "1.5.0", Usage: "format_string(format, x, …) - Writes arguments by a format of printf's kind (Java's syntax).",
			Examples: []expr.Example{{SQL: `SELECT format_string("Hello World %d %s", 100, "days")`, Want: "Hello World 100 days"}},
			Sigs:     []expr.Sig{{Params: []types.Class{str, types.ClassAny}, Variadic: true, Result: stringResult}}, NullRule: expr.NullCustom, Fallible: true, New: newFormatString},
	}
}

// formatArgument returns the constant format of a call under resolution; known is false while it is not folded.
func formatArgument(c *expr.Resolving) (format string, null bool, err error) {
	l := literalOf(c.Args[1])
	if l == nil {
		return "", false, sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", c.Args[1].Pos(), "Cannot resolve \"%s\" due to data type mismatch: the input `format` should be a foldable \"STRING\" expression; however, got \"%s\".", describeCall(c.Func.Name, c.Args), describe(c.Args[1]))
	}
	if l.Value == nil {
		return "", true, nil
	}
	format, ok := l.Value.(string)
	if !ok {
		return "", false, WrongType(c.Func.Name, c.Args, 1, "STRING", c.Pos)
	}
	return format, false, nil
}

func resolveToNumber(c *expr.Resolving) (*expr.Resolution, error) {
	res, err := bySigs(c, c.Args)
	if err != nil {
		return nil, err
	}
	format, null, err := formatArgument(c)
	if err != nil {
		return nil, err
	}
	if null {
		res.Result = types.DecimalOf(10, 0)
		return res, nil
	}
	p, err := parseNumberPattern(format)
	if err != nil {
		return nil, err
	}
	res.Result = p.decimal()
	return res, nil
}

func newToNumber(s *expr.Spec) (expr.Kernel, error) {
	v, err := constant(s, 1)
	if err != nil {
		return nil, err
	}
	format, ok := v.(string)
	if !ok {
		return func(*expr.KernelCall) {}, nil // all rows are null by the null rule
	}
	p, err := parseNumberPattern(format)
	if err != nil {
		return nil, err
	}
	return func(k *expr.KernelCall) {
		text := textsOf(k.Args[0])
		for i := range live(k) {
			b := text.at(i)
			x, ok := p.parse(string(b))
			if !ok {
				reject(k, i, s, "INVALID_FORMAT.MISMATCH_INPUT", "The format is invalid: '%s'. The input \"STRING\" '%s' does not match the format.", format, b)
				continue
			}
			setUnscaled(k.Out, i, x)
		}
	}, nil
}

// resolveToChar types the three functions that to_char is.
func resolveToChar(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) != 2 {
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	}
	t := c.Args[0].Type()
	res := &expr.Resolution{Params: []types.Type{t, types.StringType}, Result: types.StringType}
	if t.IsDatetime() {
		return res, nil
	}
	format, null, err := formatArgument(c)
	switch {
	case err != nil:
		return nil, err
	case t.Kind == types.Binary:
		if _, ok := binaryEncoder(format); !ok && !null {
			return nil, sqlerr.New("DATATYPE_MISMATCH.INVALID_ARG_VALUE", c.Pos, "Cannot resolve \"%s\" due to data type mismatch: The `format` value must to be a case-insensitive \"STRING\" literal of 'base64', 'hex', 'utf-8', or 'utf8', but got '%s'.", describeCall(c.Func.Name, c.Args), format)
		}
		return res, nil
	}
	if res.Params[0], err = accept(c, 0, types.ClassDecimal); err == nil && !null {
		_, err = parseNumberPattern(format)
	}
	return res, err
}

// rewriteToChar leaves dates and timestamps to date_format.
func rewriteToChar(c *expr.Call) (expr.Expr, error) {
	if !c.Args[0].Type().IsDatetime() {
		return c, nil
	}
	f := Lookup("date_format")
	if f == nil {
		return nil, sqlerr.Unsupported("TO_CHAR_DATETIME", c.At, "to_char of dates and timestamps is not supported.")
	}
	return Bind(f, c.Args, BindOptions{Mode: c.Mode, Pos: c.At})
}

func binaryEncoder(format string) (func(dst, s []byte) []byte, bool) {
	switch strings.ToLower(format) {
	case "base64":
		return base64.StdEncoding.AppendEncode, true
	case "hex":
		return appendHex, true
	case "utf-8", "utf8":
		return func(dst, s []byte) []byte { return append(dst, s...) }, true
	}
	return nil, false
}

func newToChar(s *expr.Spec) (expr.Kernel, error) {
	v, err := constant(s, 1)
	if err != nil {
		return nil, err
	}
	format, ok := v.(string)
	if !ok {
		return func(*expr.KernelCall) {}, nil
	}
	if s.Args[0].Kind == types.Binary {
		f, ok := binaryEncoder(format)
		if !ok {
			return nil, sqlerr.New("DATATYPE_MISMATCH.INVALID_ARG_VALUE", s.Pos, "The format of to_char must be 'base64', 'hex', 'utf-8', or 'utf8', but got '%s'.", format)
		}
		return appendMap(f)(s)
	}
	p, err := parseNumberPattern(format)
	if err != nil {
		return nil, err
	}
	var buf []byte
	return func(k *expr.KernelCall) {
		scale := int(k.Args[0].Type.Scale)
		for i := range live(k) {
			buf = p.appendNumber(buf[:0], unscaledAt(k.Args[0], i), scale)
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

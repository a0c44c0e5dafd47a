package functions

import (
	"bytes"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

const csvGroup = "csv_funcs"

// csvFuncs read and write lines of separated values; see jsonFuncs on their schemas and options.
func csvFuncs() []*expr.Func {
	return []*expr.Func{
		{Name: "from_csv", Group: csvGroup, Since: "3.0.0", Usage: "from_csv(line, schema[, options]) - Returns a struct of the values of a line.",
			Examples: []expr.Example{{SQL: "SELECT from_csv('1, 0.8', 'a INT, b DOUBLE')", Want: `{"a":1,"b":0.8}`}},
			Resolve:  resolveFromText(csvSchema), NullRule: expr.NullCustom, AlwaysNull: true, Fallible: true, New: newFromCSV},
		{Name: "to_csv", Group: csvGroup, Since: "3.0.0", Usage: "to_csv(struct[, options]) - Returns the fields of a struct as a line.",
			Examples: []expr.Example{{SQL: "SELECT to_csv(named_struct('a', 1, 'b', 2))", Want: "1,2"}},
			Resolve:  resolveToCSV, New: newToCSV},
		{Name: "schema_of_csv", Group: csvGroup, Since: "3.0.0", Usage: "schema_of_csv(line[, options]) - Returns the type of a line.",
			Examples: []expr.Example{{SQL: "SELECT schema_of_csv('1,abc')", Want: "STRUCT<_c0: INT, _c1: STRING>"}},
			Resolve:  resolveSchemaOf("csv"), New: newSchemaOfCSV},
	}
}

func csvSchema(c *expr.Resolving, t types.Type) error {
	if t.Kind != types.Struct {
		return sqlerr.New("INVALID_SCHEMA.NON_STRUCT_TYPE", c.Pos, "The input schema is not a valid schema string: The input expression should be evaluated to struct type, but got \"%s\".", t.SQL())
	}
	for _, f := range t.Fields() {
		if f.Type.IsNested() || f.Type.Kind == types.Binary || f.Type.Kind == types.Variant {
			return sqlerr.New("UNSUPPORTED_DATATYPE", c.Pos, "Unsupported data type \"%s\".", f.Type.SQL())
		}
	}
	return nil
}

// csvFormat is how cells stand in a line.
type csvFormat struct {
	sep           []byte
	quote, escape byte // 0: none
	null, empty   string
	quoteAll      bool
	trimLeft      bool
	trimRight     bool
}

// csvFormatOf reads the format; trim is the default of the options on white space.
func csvFormatOf(o options, s *expr.Spec, trim bool) (*csvFormat, error) {
	if err := o.reject(s, "locale", "multiline", "comment"); err != nil {
		return nil, err
	}
	f := &csvFormat{sep: []byte(o.get("sep", o.get("delimiter", ","))), quote: '"', escape: '\\', null: o["nullvalue"], empty: o.get("emptyvalue", `""`), quoteAll: o.is("quoteall")}
	f.trimLeft = o.get("ignoreleadingwhitespace", boolText(trim)) == "true"
	f.trimRight = o.get("ignoretrailingwhitespace", boolText(trim)) == "true"
	if string(f.sep) == `\t` {
		f.sep = []byte("\t")
	}
	if len(f.sep) == 0 {
		return nil, sqlerr.New("INVALID_DELIMITER_VALUE.EMPTY_STRING", s.Pos, "Invalid value for delimiter: Delimiter cannot be empty string.")
	}
	for key, dst := range map[string]*byte{"quote": &f.quote, "escape": &f.escape} {
		if v, ok := o[key]; ok {
			*dst = 0
			if len(v) > 0 {
				*dst = v[0]
			}
		}
	}
	return f, nil
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// csvCell is a value of a line and whether it stood in quotes.
type csvCell struct {
	text   []byte
	quoted bool
}

// isNull reports a cell that is NULL: the text for NULL, by default nothing.
func (f *csvFormat) isNull(c csvCell) bool {
	return string(c.text) == f.null && !(c.quoted && f.null == "")
}

// split appends the cells of a line.
func (f *csvFormat) split(cells []csvCell, line []byte) []csvCell {
	for {
		var c csvCell
		var more bool
		c, line, more = f.cell(line)
		if f.trimLeft && !c.quoted {
			c.text = bytes.TrimLeft(c.text, " \t")
		}
		if f.trimRight && !c.quoted {
			c.text = bytes.TrimRight(c.text, " \t")
		}
		if cells = append(cells, c); !more {
			return cells
		}
	}
}

// cell takes the first cell off a line; more tells that a separator followed. Quotes inside quotes are doubled or escaped; text behind a
// closing quote belongs to the cell.
func (f *csvFormat) cell(line []byte) (c csvCell, rest []byte, more bool) {
	start := bytes.TrimLeft(line, " ")
	if f.quote == 0 || len(start) == 0 || start[0] != f.quote {
		before, after, found := bytes.Cut(line, f.sep)
		return csvCell{before, false}, after, found
	}
	var out []byte
	for i := 1; i < len(start); i++ {
		switch b := start[i]; {
		case b == f.escape && i+1 < len(start) && (start[i+1] == f.quote || start[i+1] == f.escape):
			i++
			out = append(out, start[i])
		case b == f.quote && i+1 < len(start) && start[i+1] == f.quote:
			i++
			out = append(out, b)
		case b == f.quote:
			_, after, found := bytes.Cut(start[i+1:], f.sep)
			return csvCell{out, true}, after, found
		default:
			out = append(out, b)
		}
	}
	return csvCell{out, true}, nil, false
}

// fromCSV is one from_csv call.
type fromCSV struct {
	spec     *expr.Spec
	format   *csvFormat
	values   cellReader
	failFast bool
	corrupt  int   // field for malformed lines, -1 if there is none
	fields   []int // of the other fields, in the order of cells
	cells    []csvCell
}

func newFromCSV(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 2)
	if err != nil {
		return nil, err
	}
	f := &fromCSV{spec: s, corrupt: -1}
	if f.format, err = csvFormatOf(o, s, false); err != nil {
		return nil, err
	}
	if f.failFast, err = o.failFast(s, "from_csv"); err != nil {
		return nil, err
	}
	if f.values.textTimes, err = textTimesOf(o, s, true); err != nil {
		return nil, err
	}
	f.values.nan, f.values.inf, f.values.negInf = o.get("nanvalue", "NaN"), o.get("positiveinf", "Inf"), o.get("negativeinf", "-Inf")
	f.corrupt = s.Result.FieldIndex(o.get("columnnameofcorruptrecord", "_corrupt_record"))
	for j := range s.Result.Fields() {
		if j != f.corrupt {
			f.fields = append(f.fields, j)
		}
	}
	return f.run, nil
}

func (f *fromCSV) run(k *expr.KernelCall) {
	in := textsOf(k.Args[0])
	for i := range each(k) {
		if k.Args[0].IsNull(i) {
			jsontext.SetNull(k.Out, i)
			continue
		}
		line := in.at(i)
		if f.line(k.Out, i, line) {
			continue
		}
		if f.failFast {
			jsontext.SetNull(k.Out, i)
			reject(k, i, f.spec, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "Malformed records are detected in record parsing: %s. Parse Mode: FAILFAST. To process malformed records as null result, try setting the option 'mode' as 'PERMISSIVE'.", line)
		} else if f.corrupt >= 0 {
			k.Out.Children[f.corrupt].SetBytes(i, line)
			k.Out.Children[f.corrupt].EnsureValid()[i>>6] |= 1 << (i & 63)
		}
	}
}

// line stores a line as row i of a struct and reports whether it fits the schema.
func (f *fromCSV) line(v *columnar.Vector, i int, line []byte) bool {
	f.cells = f.format.split(f.cells[:0], line)
	ok := len(line) > 0 && len(f.cells) == len(f.fields)
	for c, j := range f.fields {
		child := v.Children[j]
		if c >= len(f.cells) || f.format.isNull(f.cells[c]) {
			jsontext.SetNull(child, i)
		} else if !f.values.store(child, i, f.cells[c].text) {
			jsontext.SetNull(child, i)
			ok = false
		}
	}
	if f.corrupt >= 0 {
		jsontext.SetNull(v.Children[f.corrupt], i)
	}
	return ok
}

func resolveToCSV(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) < 1 || len(c.Args) > 2 {
		return nil, WrongCount(c.Func.Name, "[1, 2]", len(c.Args), c.Pos)
	}
	if c.Args[0].Type().Kind != types.Struct {
		return nil, WrongType(c.Func.Name, c.Args, 0, "STRUCT", c.Pos)
	}
	return &expr.Resolution{Params: c.Types(), Result: types.StringType}, nil
}

func newToCSV(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 1)
	if err != nil {
		return nil, err
	}
	f, err := csvFormatOf(o, s, true)
	if err != nil {
		return nil, err
	}
	times, err := textTimesOf(o, s, false)
	if err != nil {
		return nil, err
	}
	var buf, cell []byte
	return func(k *expr.KernelCall) {
		v := k.Args[0]
		for i := range live(k) {
			buf = buf[:0]
			for j, child := range v.Children {
				if j > 0 {
					buf = append(buf, f.sep...)
				}
				at := i & formMask(v)
				if child.IsNull(at) {
					buf = append(buf, f.null...)
					continue
				}
				cell = cell[:0]
				switch x := child.Value(at); child.Type.Kind {
				case types.Date:
					cell = times.appendDate(cell, x.(int32))
				case types.Timestamp:
					cell = times.appendTimestamp(cell, x.(int64))
				case types.TimestampNTZ:
					cell = times.appendNTZ(cell, x.(int64))
				default:
					cell = text.AppendCast(cell, x, child.Type, times.zone)
				}
				buf = f.append(buf, cell)
			}
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

// append appends a cell, in quotes if it needs them.
func (f *csvFormat) append(dst, cell []byte) []byte {
	if f.trimLeft {
		cell = bytes.TrimLeft(cell, " \t")
	}
	if f.trimRight {
		cell = bytes.TrimRight(cell, " \t")
	}
	switch {
	case len(cell) == 0:
		return append(dst, f.empty...)
	case f.quote == 0, !f.quoteAll && !bytes.Contains(cell, f.sep) && bytes.IndexByte(cell, f.quote) < 0 && !bytes.ContainsAny(cell, "\r\n"):
		return append(dst, cell...)
	}
	dst = append(dst, f.quote)
	for _, b := range cell {
		if b == f.quote && f.escape != 0 {
			dst = append(dst, f.escape)
		}
		dst = append(dst, b)
	}
	return append(dst, f.quote)
}

// csvTypes are what a cell is tried as, in this order.
var csvTypes = []types.Type{types.IntType, types.BigIntType, types.DecimalOf(38, 0), types.DoubleType, types.DateType, types.TimestampType, types.BooleanType}

func newSchemaOfCSV(s *expr.Spec) (expr.Kernel, error) {
	o, err := textOptions(s, 1)
	if err != nil {
		return nil, err
	}
	f, err := csvFormatOf(o, s, false)
	if err != nil {
		return nil, err
	}
	r := cellReader{nan: o.get("nanvalue", "NaN"), inf: o.get("positiveinf", "Inf"), negInf: o.get("negativeinf", "-Inf")}
	if r.textTimes, err = textTimesOf(o, s, true); err != nil {
		return nil, err
	}
	return func(k *expr.KernelCall) {
		in := textsOf(k.Args[0])
		for i := range live(k) {
			var fields []types.Field
			for j, c := range f.split(nil, in.at(i)) {
				fields = append(fields, types.Field{Name: "_c" + itoa(j), Type: r.guess(f, c), Nullable: true})
			}
			k.Out.SetBytes(i, []byte(types.StructOf(fields...).SQL()))
		}
	}, nil
}

// guess is the first type that a cell is a value of.
func (r *cellReader) guess(f *csvFormat, c csvCell) types.Type {
	if f.isNull(c) {
		return types.StringType
	}
	for _, t := range csvTypes {
		if t.Kind == types.Decimal {
			if _, p, scale, ok := types.ParseDecimal(string(c.text)); ok && scale == 0 && p <= types.MaxPrecision && !bytes.ContainsAny(c.text, ".eE") {
				return types.DecimalOf(p, 0)
			}
			continue
		}
		if t.Kind == types.Timestamp && len(c.text) < len("2000-01-01") {
			continue
		}
		if t.Kind == types.Date && len(c.text) < len("2000-1-1") {
			continue
		}
		if r.store(columnar.New(t, 1), 0, c.text) {
			return t
		}
	}
	return types.StringType
}

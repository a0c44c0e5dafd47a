package sparrow

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/datasource/memory"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// CreateDataFrame makes a DataFrame of rows in memory. rows is a slice of structs (exported fields become columns, named by the tag `sparrow:"name"`
// or the field), of []any, or of basic values (one column "value"). ddl names and types the columns of []any rows ("a INT, b STRING"); for others it
// may be empty. The rows are copied.
func (s *Session) CreateDataFrame(rows any, ddl string) (*DataFrame, error) {
	v := reflect.ValueOf(rows)
	if v.Kind() != reflect.Slice {
		return nil, sqlerr.New("UNSUPPORTED_DATATYPE", sqlerr.Pos{}, "Rows are a slice, not %T.", rows)
	}
	b, err := s.rowReader(v.Type().Elem(), ddl)
	if err != nil {
		return nil, err
	}
	cols := make([]*columnar.Vector, len(b.schema))
	for j, f := range b.schema {
		cols[j] = columnar.New(f.Type, v.Len())
		cols[j].ClearReferences()
	}
	for i := range v.Len() {
		cells, err := b.cells(v.Index(i))
		if err != nil {
			return nil, err
		}
		for j, f := range b.schema {
			x, err := internal(cells[j], f.Type)
			if err != nil {
				return nil, sqlerr.New("INVALID_COLUMN_OR_FIELD_DATA_TYPE", sqlerr.Pos{}, "Row %d, column %s: %v.", i+1, types.Quote(f.Name), err)
			}
			cols[j].SetValue(i, x)
		}
	}
	for _, c := range cols {
		c.Class = columnar.Shared
	}
	return s.scan(memory.New(b.schema, []*columnar.Batch{{Cols: cols, N: v.Len()}}), "rows")
}

// FromRecords makes a DataFrame of Arrow records, which stay in use as long as it is: they must not be released before.
func (s *Session) FromRecords(schema *arrow.Schema, records ...arrow.RecordBatch) (*DataFrame, error) {
	t, err := memory.FromRecords(schema, records)
	if err != nil {
		return nil, err
	}
	return s.scan(t, "records")
}

// FromReader reads all records and makes a DataFrame of them.
func (s *Session) FromReader(r array.RecordReader) (*DataFrame, error) {
	var records []arrow.RecordBatch
	for r.Next() {
		rec := r.RecordBatch()
		rec.Retain()
		records = append(records, rec)
	}
	if err := r.Err(); err != nil {
		for _, rec := range records {
			rec.Release()
		}
		return nil, err
	}
	return s.FromRecords(r.Schema(), records...)
}

// Range is the numbers from start to before end, in steps: one bigint column id.
func (s *Session) Range(start, end, step int64) (*DataFrame, error) {
	if step == 0 {
		return nil, sqlerr.New("DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", sqlerr.Pos{}, "The step of a range cannot be 0.")
	}
	st, err := s.begin("", analyzer.Params{})
	if err != nil {
		return nil, err
	}
	out := &expr.Column{ID: st.nextID(), Name: "id", T: types.BigIntType}
	return newFrame(st, &logical.Range{Start: start, End: end, Step: step, Out: out}, nil), nil
}

// rowReader takes rows of a Go type apart.
type rowReader struct {
	schema types.Schema
	cells  func(v reflect.Value) ([]any, error)
}

var timeType, decimalType, intervalType = reflect.TypeFor[time.Time](), reflect.TypeFor[Decimal](), reflect.TypeFor[Interval]()

func (s *Session) rowReader(t reflect.Type, ddl string) (*rowReader, error) {
	r := &rowReader{}
	if ddl != "" {
		var err error
		if r.schema, err = sql.ParseSchema(ddl); err != nil {
			return nil, err
		}
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[[]any]() || t == reflect.TypeFor[Row]():
		if r.schema == nil {
			return nil, sqlerr.New("CANNOT_INFER_EMPTY_SCHEMA", sqlerr.Pos{}, "Rows of type %s need a schema.", t)
		}
		r.cells = func(v reflect.Value) ([]any, error) {
			cells, ok := v.Interface().([]any)
			if !ok {
				cells = v.Interface().(Row).values
			}
			if len(cells) != len(r.schema) {
				return nil, sqlerr.New("AXIS_LENGTH_MISMATCH", sqlerr.Pos{}, "A row has %d values, the schema %d columns.", len(cells), len(r.schema))
			}
			return cells, nil
		}
		return r, nil
	case t.Kind() == reflect.Struct && t != timeType && t != decimalType && t != intervalType:
		fields, inferred, err := structFields(t)
		if err != nil {
			return nil, err
		}
		if r.schema == nil {
			r.schema = inferred
		}
		if len(r.schema) != len(fields) {
			return nil, sqlerr.New("AXIS_LENGTH_MISMATCH", sqlerr.Pos{}, "%s has %d fields, the schema %d columns.", t, len(fields), len(r.schema))
		}
		r.cells = func(v reflect.Value) ([]any, error) {
			for v.Kind() == reflect.Pointer {
				if v.IsNil() {
					return make([]any, len(fields)), nil
				}
				v = v.Elem()
			}
			return fieldValues(v, fields), nil
		}
		return r, nil
	}
	if r.schema == nil {
		ct, err := typeOfGo(t)
		if err != nil {
			return nil, err
		}
		r.schema = types.Schema{{Name: "value", Type: ct, Nullable: true}}
	}
	r.cells = func(v reflect.Value) ([]any, error) { return []any{goValue(v)}, nil }
	return r, nil
}

// structFields returns the paths of a struct's columns and their types.
func structFields(t reflect.Type) (paths [][]int, s types.Schema, err error) {
	return fieldsWithin(t, []reflect.Type{t})
}

func fieldsWithin(t reflect.Type, open []reflect.Type) (paths [][]int, s types.Schema, err error) {
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("sparrow"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && embedsColumns(f.Type) {
			continue
		}
		if name == "" {
			name = f.Name
		}
		ft, err := typeWithin(f.Type, open)
		if err != nil {
			return nil, nil, err
		}
		paths = append(paths, f.Index)
		s = append(s, types.Field{Name: name, Type: ft, Nullable: true})
	}
	return paths, s, nil
}

// embedsColumns reports types whose fields are the columns of a struct that embeds them.
func embedsColumns(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return isRecord(t)
}

// fieldValues returns the values of a struct's columns, nil for those of an embedded pointer that is nil.
func fieldValues(v reflect.Value, paths [][]int) []any {
	cells := make([]any, len(paths))
	for i, p := range paths {
		if x, err := v.FieldByIndexErr(p); err == nil {
			cells[i] = goValue(x)
		}
	}
	return cells
}

// typeOfGo returns the SQL type of a Go type.
func typeOfGo(t reflect.Type) (types.Type, error) { return typeWithin(t, nil) }

// typeWithin is typeOfGo inside of the structs open, which it must not contain again.
func typeWithin(t reflect.Type, open []reflect.Type) (types.Type, error) {
	switch t {
	case timeType:
		return types.TimestampType, nil
	case reflect.TypeFor[time.Duration]():
		return types.DayTimeType, nil
	case decimalType:
		return types.DecimalOf(38, 18), nil
	case intervalType:
		return types.CalendarType, nil
	case reflect.TypeFor[[]byte]():
		return types.BinaryType, nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeWithin(t.Elem(), open)
	case reflect.Bool:
		return types.BooleanType, nil
	case reflect.Int8:
		return types.TinyIntType, nil
	case reflect.Int16, reflect.Uint8:
		return types.SmallIntType, nil
	case reflect.Int32, reflect.Uint16:
		return types.IntType, nil
	case reflect.Int, reflect.Int64, reflect.Uint32:
		return types.BigIntType, nil
	case reflect.Uint, reflect.Uint64:
		return types.DecimalOf(20, 0), nil
	case reflect.Float32:
		return types.FloatType, nil
	case reflect.Float64:
		return types.DoubleType, nil
	case reflect.String:
		return types.StringType, nil
	case reflect.Slice, reflect.Array:
		e, err := typeWithin(t.Elem(), open)
		return types.ArrayOf(e, true), err
	case reflect.Map:
		k, err := typeWithin(t.Key(), open)
		if err != nil {
			return k, err
		}
		v, err := typeWithin(t.Elem(), open)
		return types.MapOf(k, v, true), err
	case reflect.Struct:
		if slices.Contains(open, t) {
			return types.NullType, sqlerr.New("UNSUPPORTED_DATATYPE", sqlerr.Pos{}, "The Go type %s contains itself, which no SQL type does.", t)
		}
		_, s, err := fieldsWithin(t, append(open, t))
		return types.StructOf(s...), err
	}
	return types.NullType, sqlerr.New("UNSUPPORTED_DATATYPE", sqlerr.Pos{}, "The Go type %s has no SQL type.", t)
}

// goValue follows pointers; nil for a nil one.
func goValue(v reflect.Value) any {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	return v.Interface()
}

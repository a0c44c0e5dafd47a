package sql

import (
	"strconv"
	"strings"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// dataType reads a type. Element and field types are nullable unless a field says NOT NULL.
func (p *parser) dataType() types.Type {
	if !p.enter() {
		p.leave()
		return types.NullType
	}
	defer p.leave()
	start := p.start()
	k := p.kind()
	switch k {
	case kwARRAY:
		p.pos++
		p.expect(tokLt)
		elem := p.dataType()
		p.expect(tokGt)
		return types.ArrayOf(elem, true)
	case kwMAP:
		p.pos++
		p.expect(tokLt)
		key := p.dataType()
		p.expect(tokComma)
		value := p.dataType()
		p.expect(tokGt)
		return types.MapOf(key, value, true)
	case kwSTRUCT:
		p.pos++
		return p.structType()
	}
	if !p.atIdent() {
		p.unexpected("a data type")
		return types.NullType
	}
	p.pos++
	if t, ok := simpleType(k); ok {
		if p.at(tokLParen) && k != kwSTRING { // INT(5): Spark has no such type
			p.unsupportedType(start)
		}
		return t
	}
	return p.parameterType(k, start)
}

func simpleType(k kind) (types.Type, bool) {
	switch k {
	case kwBOOLEAN:
		return types.BooleanType, true
	case kwTINYINT, kwBYTE:
		return types.TinyIntType, true
	case kwSMALLINT, kwSHORT:
		return types.SmallIntType, true
	case kwINT, kwINTEGER:
		return types.IntType, true
	case kwBIGINT, kwLONG:
		return types.BigIntType, true
	case kwFLOAT, kwREAL:
		return types.FloatType, true
	case kwDOUBLE:
		return types.DoubleType, true
	case kwDATE:
		return types.DateType, true
	case kwBINARY:
		return types.BinaryType, true
	case kwVOID:
		return types.NullType, true
	case kwVARIANT:
		return types.VariantType, true
	}
	return types.Type{}, false
}

// parameterType reads the types that may have parameters, and rejects the rest.
func (p *parser) parameterType(k kind, start int32) types.Type {
	switch k {
	case kwSTRING:
		p.collation(start)
		return types.StringType
	case kwCHAR, kwCHARACTER, kwVARCHAR:
		return p.charType(k, start)
	case kwDECIMAL, kwDEC, kwNUMERIC:
		return p.decimalType(start)
	case kwTIMESTAMP:
		p.timestampPrecision(start)
		switch {
		case p.acceptSeq(kwWITHOUT, kwTIME, kwZONE):
			return types.TimestampNTZType
		case p.acceptSeq(kwWITH, kwLOCAL, kwTIME, kwZONE):
		case p.opts.TimestampNTZ:
			return types.TimestampNTZType
		}
		return types.TimestampType
	case kwTIMESTAMP_LTZ:
		p.timestampPrecision(start)
		return types.TimestampType
	case kwTIMESTAMP_NTZ:
		p.timestampPrecision(start)
		return types.TimestampNTZType
	case kwTIME:
		t := types.TimeType
		if n, ok := p.typeParameter(); ok {
			if n > 9 {
				p.failf("UNSUPPORTED_TIME_PRECISION", p.from(start), "The seconds precision %d of the TIME data type is out of the supported range [0, 9].", n)
			}
			t.Precision = uint8(n)
		}
		p.acceptSeq(kwWITHOUT, kwTIME, kwZONE)
		return t
	case kwINTERVAL:
		return p.intervalType()
	case kwGEOMETRY, kwGEOGRAPHY:
		if p.accept(tokLParen) {
			p.advance()
			p.expect(tokRParen)
		}
		p.unsupported("GEOSPATIAL_TYPE", start, "The data type %s is not supported yet.", strings.ToUpper(p.source(start)))
		return types.NullType
	}
	return p.unsupportedType(start)
}

// unsupported reports what parses but is not executed.
func (p *parser) unsupported(feature string, start int32, format string, args ...any) {
	p.fail(sqlerr.Unsupported(feature, p.from(start), format, args...))
}

func (p *parser) unsupportedType(start int32) types.Type {
	if p.accept(tokLParen) {
		for !p.at(tokRParen) && !p.at(tokEOF) {
			p.pos++
		}
		p.accept(tokRParen)
	}
	p.failf("UNSUPPORTED_DATATYPE", p.from(start), "Unsupported data type \"%s\".", strings.ToUpper(p.source(start)))
	return types.NullType
}

// typeParameter takes (n).
func (p *parser) typeParameter() (int, bool) {
	if !p.accept(tokLParen) {
		return 0, false
	}
	n := p.smallInt()
	p.expect(tokRParen)
	return n, true
}

// smallInt takes an integer that fits an int32.
func (p *parser) smallInt() int {
	if !p.at(tokInteger) {
		p.unexpected("an integer")
		return 0
	}
	t := p.advance()
	n, err := strconv.ParseInt(p.tokenText(t), 10, 32)
	if err != nil {
		p.rangeError(p.tokenText(t), types.IntType, "-2147483648", "2147483647")
	}
	return int(n)
}

func (p *parser) charType(k kind, start int32) types.Type {
	n, ok := p.typeParameter()
	if !ok {
		p.failf("DATATYPE_MISSING_SIZE", p.from(start), "DataType \"%s\" requires a length parameter, for example \"%s\"(10). Please specify the length.", keywordNames[k], keywordNames[k])
		return types.StringType
	}
	p.collation(start)
	if k == kwVARCHAR {
		return types.VarcharOf(n)
	}
	return types.CharOf(n)
}

func (p *parser) collation(start int32) {
	if !p.accept(kwCOLLATE) {
		return
	}
	if name := p.multipart(); !strings.EqualFold(name[len(name)-1], "UTF8_BINARY") {
		p.unsupported("COLLATION", start, "The collation %s is not supported yet; strings compare as UTF8_BINARY.", strings.Join(name, "."))
	}
}

func (p *parser) decimalType(start int32) types.Type {
	precision, scale := 10, 0
	if p.accept(tokLParen) {
		precision = p.smallInt()
		if p.accept(tokComma) {
			scale = p.smallInt()
		}
		p.expect(tokRParen)
	}
	if p.err == nil && precision > types.MaxPrecision {
		p.failf("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", p.from(start), "Decimal precision %d exceeds max precision %d.", precision, types.MaxPrecision)
		return types.DecimalOf(types.MaxPrecision, 0)
	}
	if p.err == nil && scale > precision {
		p.failf("INVALID_DECIMAL_SCALE", p.from(start), "Decimal scale (%d) cannot be greater than precision (%d).", scale, precision)
		scale = 0
	}
	return types.DecimalOf(precision, scale)
}

// timestampPrecision reads (n); only microseconds, 6, are built.
func (p *parser) timestampPrecision(start int32) {
	n, ok := p.typeParameter()
	switch {
	case !ok || n == 6:
	case n > 6 && n <= 9:
		p.unsupported("TIMESTAMP_NANOS", start, "Timestamps with a precision of %d digits are not supported yet; the precision is 6.", n)
	default:
		p.failf("INVALID_TIMESTAMP_PRECISION", p.from(start), "The precision %d of the timestamp type is not supported.", n)
	}
}

func (p *parser) intervalType() types.Type {
	_, from, ok := intervalUnit(p.kind())
	if !ok {
		return types.CalendarType
	}
	start := p.start()
	p.pos++
	to := from
	if p.accept(kwTO) {
		var ok bool
		if _, to, ok = intervalUnit(p.kind()); !ok {
			p.unexpected("a unit of an interval")
			return types.NullType
		}
		p.pos++
	}
	switch {
	case from <= types.Month && to <= types.Month && from <= to:
		return types.YearMonthOf(from, to)
	case from >= types.Day && from <= to:
		return types.DayTimeOf(from, to)
	}
	p.failf("INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", p.from(start), "Cannot support the interval type from %s to %s.", from, to)
	return types.NullType
}

// structType reads <a: INT, b STRING NOT NULL COMMENT 'c'>.
func (p *parser) structType() types.Type {
	if p.accept(tokNe) { // STRUCT<>
		return types.StructOf()
	}
	p.expect(tokLt)
	if p.accept(tokGt) {
		return types.StructOf()
	}
	fields := p.colTypes(true)
	p.expect(tokGt)
	return types.StructOf(fields...)
}

// colTypes reads "a INT, b STRING NOT NULL COMMENT 'c'"; in structs a colon may follow the name.
func (p *parser) colTypes(colon bool) []types.Field {
	var fields []types.Field
	for {
		f := types.Field{Name: p.ident(), Nullable: true}
		if colon {
			p.accept(tokColon)
		}
		f.Type = p.dataType()
		if p.acceptSeq(kwNOT, kwNULL) || p.acceptSeq(tokBang, kwNULL) {
			f.Nullable = false
		}
		if p.accept(kwCOMMENT) {
			f.Comment = p.stringLit()
		}
		fields = append(fields, f)
		if !p.accept(tokComma) {
			return fields
		}
	}
}

package mysql

import (
	"errors"
	"strconv"
	"strings"

	"github.com/pingcap/tidb/pkg/parser/ast"
	tidb "github.com/pingcap/tidb/pkg/parser/mysql"
	driver "github.com/pingcap/tidb/pkg/parser/test_driver"
	field "github.com/pingcap/tidb/pkg/parser/types"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// literal translates a constant: integers take the narrowest type, 1.50 is decimal(3,2), hexadecimal and bit literals are binary.
func (t *translator) literal(x *driver.ValueExpr) expr.Expr {
	lit := &expr.Literal{Base: t.base(x), T: types.NullType}
	switch x.Kind() {
	case driver.KindNull:
	case driver.KindInt64:
		v := x.GetInt64()
		switch {
		case x.Type.GetFlag()&tidb.IsBooleanFlag != 0:
			lit.Value, lit.T = v != 0, types.BooleanType
		case v == int64(int32(v)):
			lit.Value, lit.T = int32(v), types.IntType
		default:
			lit.Value, lit.T = v, types.BigIntType
		}
	case driver.KindFloat32, driver.KindFloat64:
		lit.Value, lit.T = x.GetFloat64(), types.DoubleType
	case driver.KindString, driver.KindBytes:
		lit.Value, lit.T = x.GetString(), types.StringType
	case driver.KindBinaryLiteral:
		lit.Value, lit.T = append([]byte{}, x.GetBytes()...), types.BinaryType
	case driver.KindUint64:
		return t.spark(x, strconv.FormatUint(x.GetUint64(), 10))
	case driver.KindMysqlDecimal:
		return t.spark(x, x.GetMysqlDecimal().String())
	default:
		t.unsupported("LITERAL", x, "literal")
	}
	return lit
}

// spark reads a literal in Spark's spelling, at the place of n.
func (t *translator) spark(n ast.Node, text string) expr.Expr {
	e, err := sql.ParseExpr(text, sql.Options{})
	if err == nil {
		return e
	}
	if se := (*sqlerr.Error)(nil); errors.As(err, &se) {
		err = sqlerr.New(se.Condition, t.pos(n), "%s", se.Message)
	}
	t.fail(err)
	return expr.Null
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// text returns the value of a literal string.
func text(n ast.ExprNode) (string, bool) {
	v, ok := n.(*driver.ValueExpr)
	if !ok || v.Kind() != driver.KindString {
		return "", false
	}
	return v.GetString(), true
}

// number returns the value of a literal integer, also one with a sign.
func number(n ast.ExprNode) (int64, bool) {
	switch x := n.(type) {
	case *driver.ValueExpr:
		if x.Kind() == driver.KindInt64 {
			return x.GetInt64(), true
		}
	case *ast.ParenthesesExpr:
		return number(x.Expr)
	case *ast.UnaryOperationExpr:
		if v, ok := number(x.V); ok && x.Op.String() == "unaryminus" {
			return -v, true
		}
	}
	return 0, false
}

// typeOf returns Sparrow's type for a type of MySQL, false if there is none.
func typeOf(f *field.FieldType) (types.Type, bool) {
	unsigned := f.GetFlag()&tidb.UnsignedFlag != 0
	switch f.GetType() {
	case tidb.TypeTiny, tidb.TypeShort, tidb.TypeInt24, tidb.TypeLong, tidb.TypeLonglong, tidb.TypeYear:
		return integerType(f.GetType(), unsigned)
	case tidb.TypeFloat:
		return types.FloatType, true
	case tidb.TypeDouble:
		return types.DoubleType, true
	case tidb.TypeNewDecimal:
		p, s := f.GetFlen(), max(0, f.GetDecimal())
		if p <= 0 {
			p = 10
		}
		return types.DecimalOf(p, s), p <= types.MaxPrecision
	case tidb.TypeString, tidb.TypeVarchar, tidb.TypeVarString, tidb.TypeBlob, tidb.TypeTinyBlob, tidb.TypeMediumBlob, tidb.TypeLongBlob:
		if f.GetCharset() == "binary" {
			return types.BinaryType, true
		}
		return types.StringType, true
	case tidb.TypeDate, tidb.TypeNewDate:
		return types.DateType, true
	case tidb.TypeDatetime:
		return types.TimestampNTZType, true
	case tidb.TypeTimestamp:
		return types.TimestampType, true
	}
	return types.NullType, false
}

// integerType gives an unsigned type the next wider one, which holds all its values.
func integerType(b byte, unsigned bool) (types.Type, bool) {
	switch b {
	case tidb.TypeTiny:
		if unsigned {
			return types.SmallIntType, true
		}
		return types.TinyIntType, true
	case tidb.TypeShort, tidb.TypeYear:
		if unsigned {
			return types.IntType, true
		}
		return types.SmallIntType, true
	case tidb.TypeInt24, tidb.TypeLong:
		if unsigned {
			return types.BigIntType, true
		}
		return types.IntType, true
	}
	if unsigned {
		return types.DecimalOf(20, 0), true
	}
	return types.BigIntType, true
}

// cast translates CAST and CONVERT. CHAR(n) keeps n characters.
func (t *translator) cast(x *ast.FuncCastExpr) expr.Expr {
	e := t.expr(x.Expr)
	if x.FunctionType == ast.CastBinaryOperator {
		return &expr.Cast{Base: t.base(x), Child: e, To: types.BinaryType}
	}
	to, ok := typeOf(x.Tp)
	if !ok || to == types.TinyIntType {
		t.unsupported("TYPE", x, "CAST to this type")
		return e
	}
	c := &expr.Cast{Base: t.base(x), Child: e, To: to}
	if n := x.Tp.GetFlen(); to == types.StringType && n > 0 {
		return t.call(x, "left", c, count(int32(n)))
	}
	return c
}

package functions

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types"
)

// encodingFuncs turn bytes into text and back.
func encodingFuncs() []*expr.Func {
	str, bin := types.ClassString, types.ClassBinary
	return []*expr.Func{
		{Name: "base64", Group: stringGroup, Since: "1.5.0", Usage: "base64(b) - Returns a binary as Base64 text.",
			Examples: []expr.Example{{SQL: "SELECT base64('Spark SQL')", Want: "U3BhcmsgU1FM"}},
			Sigs:     []expr.Sig{returns(types.StringType, bin)}, New: appendMap(base64.StdEncoding.AppendEncode)},
		{Name: "unbase64", Group: stringGroup, Since: "1.5.0", Usage: "unbase64(s) - Returns the bytes that Base64 text stands for; characters outside its alphabet are skipped.",
			Examples: []expr.Example{{SQL: "SELECT unbase64('U3BhcmsgU1FM')", Want: "Spark SQL"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.BinaryType, str)}, New: decoder("BASE64", "unbase64", appendUnbase64)},
		{Name: "to_base32", Group: stringGroup, Since: "4.3.0", Usage: "to_base32(b) - Returns a binary as Base32 text (RFC 4648).",
			Examples: []expr.Example{{SQL: "SELECT to_base32('foobar')", Want: "MZXW6YTBOI======"}},
			Sigs:     []expr.Sig{returns(types.StringType, bin)}, New: appendMap(base32.StdEncoding.AppendEncode)},
		{Name: "from_base32", Group: stringGroup, Since: "4.3.0", Usage: "from_base32(s) - Returns the bytes that Base32 text stands for.",
			Examples: []expr.Example{{SQL: "SELECT from_base32('MZXW6YTBOI======')", Want: "foobar"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.BinaryType, str)}, New: decoder("BASE32", "from_base32", appendUnbase32)},
		{Name: "encode", Group: stringGroup, Since: "1.5.0", Usage: "encode(s, charset) - Returns a string in a character set: US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16 or UTF-32.",
			Examples: []expr.Example{{SQL: "SELECT encode('abc', 'utf-8')", Want: "abc"}}, Fallible: true,
			Sigs: []expr.Sig{returns(types.BinaryType, str, str)}, New: newCharset("encode", func(c charset) func(dst, s []byte) ([]byte, bool) { return c.encode })},
		{Name: "decode", Group: stringGroup, Since: "1.5.0", Usage: "decode(b, charset) - Returns the string that bytes in a character set stand for. decode(x, search, result[, search, result …][, default]) - Returns the result whose search equals x, nulls being equal.",
			Examples: []expr.Example{{SQL: "SELECT decode(encode('abc', 'utf-8'), 'utf-8')", Want: "abc"}}, Fallible: true,
			Resolve: resolveDecode, Rewrite: rewriteDecode, New: newCharset("decode", func(c charset) func(dst, s []byte) ([]byte, bool) { return c.decode })},
		{Name: "to_binary", Group: stringGroup, Since: "3.3.0", Usage: "to_binary(s[, format]) - Returns the bytes that text in the format hex (the default), utf-8 or base64 stands for.",
			Examples: []expr.Example{{SQL: "SELECT to_binary('abc', 'utf-8')", Want: "abc"}}, Fallible: true,
			Sigs: []expr.Sig{optional(1, returns(types.BinaryType, str, str))}, Resolve: resolveToBinary, New: newToBinary},
		{Name: "try_to_binary", Group: stringGroup, Since: "3.3.0", Usage: "try_to_binary(s[, format]) - Is to_binary with NULL in place of errors.",
			Examples: []expr.Example{{SQL: "SELECT try_to_binary('a!', 'base64')", Want: "NULL"}}, AlwaysNull: true,
			Sigs: []expr.Sig{optional(1, returns(types.BinaryType, str, str))}, Resolve: resolveToBinary, New: tolerant(newToBinary)},
	}
}

// decoder makes a kernel that fails where f reports text that is not of its format.
func decoder(format, name string, f func(dst, s []byte) ([]byte, bool)) newKernel {
	return func(s *expr.Spec) (expr.Kernel, error) {
		var buf []byte
		return func(k *expr.KernelCall) {
			text := textsOf(k.Args[0])
			for i := range live(k) {
				var ok bool
				if buf, ok = f(buf[:0], text.at(i)); !ok {
					reject(k, i, s, "CONVERSION_INVALID_INPUT", "The value '%s' (%s) cannot be converted to \"BINARY\" because it is malformed. Correct the value as per the syntax, or change its format. Use `try_%s` to tolerate malformed input and return NULL instead.",
						text.at(i), format, name)
					continue
				}
				k.Out.SetBytes(i, buf)
			}
		}, nil
	}
}

func base64Value(c byte) (uint32, bool) {
	switch {
	case c >= 'A' && c <= 'Z':
		return uint32(c - 'A'), true
	case c >= 'a' && c <= 'z':
		return uint32(c-'a') + 26, true
	case c >= '0' && c <= '9':
		return uint32(c-'0') + 52, true
	case c == '+':
		return 62, true
	case c == '/':
		return 63, true
	}
	return 0, false
}

// appendUnbase64 decodes as Java's MIME decoder: other characters are skipped, padding may be missing, nothing but those may follow it.
func appendUnbase64(dst, s []byte) ([]byte, bool) {
	var acc uint32
	n := 0
	for i, c := range s {
		if c == '=' {
			rest := s[i+1:]
			if n < 2 || n == 2 && (len(rest) == 0 || rest[0] != '=') {
				return dst, false
			}
			if n == 2 {
				rest = rest[1:]
			}
			for _, c := range rest {
				if _, ok := base64Value(c); ok || c == '=' {
					return dst, false
				}
			}
			break
		}
		v, ok := base64Value(c)
		if !ok {
			continue
		}
		acc = acc<<6 | v
		if n++; n == 4 {
			dst = append(dst, byte(acc>>16), byte(acc>>8), byte(acc))
			acc, n = 0, 0
		}
	}
	switch n {
	case 1:
		return dst, false
	case 2:
		dst = append(dst, byte(acc>>4))
	case 3:
		dst = append(dst, byte(acc>>10), byte(acc>>2))
	}
	return dst, true
}

// appendStrictBase64 decodes what Spark's to_binary takes: the alphabet, white space, and at the end correct padding in one piece or none.
func appendStrictBase64(dst, s []byte) ([]byte, bool) {
	values, pads := 0, 0
	for i, c := range s {
		_, ok := base64Value(c)
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
		case c == '=':
			if pads++; pads > 1 && s[i-1] != '=' {
				return dst, false
			}
		case !ok || pads > 0:
			return dst, false
		default:
			values++
		}
	}
	if rest := values % 4; rest == 1 || pads > 0 && rest+pads != 4 {
		return dst, false
	}
	return appendUnbase64(dst, bytes.ReplaceAll(s, []byte{' '}, nil))
}

func appendUnbase32(dst, s []byte) ([]byte, bool) {
	out, err := base32.StdEncoding.AppendDecode(dst, bytes.ToUpper(s))
	if err != nil {
		return dst, false
	}
	return out, true
}

// binaryFormat checks the format argument of to_binary.
func binaryFormat(e expr.Expr, c *expr.Resolving) error {
	l := literalOf(e)
	if l == nil {
		if _, ok := e.(*expr.Column); ok {
			return sqlerr.New("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", e.Pos(), "Cannot resolve \"%s\" due to data type mismatch: the input `fmt` should be a foldable \"STRING\" expression; however, got \"%s\".", describeCall(c.Func.Name, c.Args), describe(e))
		}
		return nil // folded later
	}
	if l.Value == nil {
		return nil
	}
	if name, ok := l.Value.(string); ok {
		if _, ok := binaryDecoders(name); ok {
			return nil
		}
	}
	return sqlerr.New("DATATYPE_MISMATCH.INVALID_ARG_VALUE", e.Pos(), "Cannot resolve \"%s\" due to data type mismatch: The `fmt` value must to be a case-insensitive \"STRING\" literal of 'hex', 'utf-8', 'utf8', or 'base64', but got '%s'.",
		describeCall(c.Func.Name, c.Args), strings.ToLower(describe(e)))
}

func resolveToBinary(c *expr.Resolving) (*expr.Resolution, error) {
	if len(c.Args) == 2 {
		if err := binaryFormat(c.Args[1], c); err != nil {
			return nil, err
		}
	}
	return bySigs(c, c.Args)
}

func binaryDecoders(format string) (newKernel, bool) {
	switch strings.ToLower(format) {
	case "hex":
		return decoder("HEX", "to_binary", appendUnhex), true
	case "base64":
		return decoder("BASE64", "to_binary", appendStrictBase64), true
	case "utf-8", "utf8":
		return sliceMap(func(s []byte) []byte { return s }), true
	}
	return nil, false
}

func newToBinary(s *expr.Spec) (expr.Kernel, error) {
	format := "hex"
	if len(s.Args) == 2 {
		v, err := constant(s, 1)
		if err != nil {
			return nil, err
		}
		if v == nil {
			return func(*expr.KernelCall) {}, nil // every row is null by the null rule
		}
		format = v.(string)
	}
	make, ok := binaryDecoders(format)
	if !ok {
		return nil, sqlerr.New("DATATYPE_MISMATCH.INVALID_ARG_VALUE", s.Pos, "The format of to_binary must be 'hex', 'utf-8', 'utf8', or 'base64', but got '%s'.", strings.ToLower(format))
	}
	return make(s)
}

// resolveDecode types both functions of the name.
func resolveDecode(c *expr.Resolving) (*expr.Resolution, error) {
	switch {
	case len(c.Args) < 2:
		return nil, WrongCount(c.Func.Name, "2", len(c.Args), c.Pos)
	case len(c.Args) == 2:
		b, err := accept(c, 0, types.ClassBinary)
		if err != nil {
			return nil, err
		}
		s, err := accept(c, 1, types.ClassString)
		return &expr.Resolution{Params: []types.Type{b, s}, Result: types.StringType}, err
	}
	var results []types.Type
	for i := 2; i < len(c.Args); i += 2 {
		results = append(results, c.Args[i].Type())
	}
	if len(c.Args)%2 == 0 {
		results = append(results, c.Args[len(c.Args)-1].Type())
	}
	t, ok := types.CommonIn(c.Mode != expr.Legacy, results...)
	if !ok {
		return nil, dataDiffTypes(c)
	}
	params := c.Types()
	for i := 2; i < len(params); i += 2 {
		params[i] = t
	}
	if len(params)%2 == 0 {
		params[len(params)-1] = t
	}
	return &expr.Resolution{Params: params, Result: t}, nil
}

// rewriteDecode turns the comparing decode into CASE WHEN x <=> search THEN result …
func rewriteDecode(c *expr.Call) (expr.Expr, error) {
	if len(c.Args) == 2 {
		return c, nil
	}
	out := &expr.Case{Base: c.Base, T: c.T}
	for i := 1; i+1 < len(c.Args); i += 2 {
		eq, err := Bind(Lookup("<=>"), []expr.Expr{c.Args[0], c.Args[i]}, BindOptions{Mode: c.Mode, Pos: c.At})
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, expr.When{Cond: eq, Then: c.Args[i+1]})
	}
	if len(c.Args)%2 == 0 {
		out.Else = c.Args[len(c.Args)-1]
	}
	return out, nil
}

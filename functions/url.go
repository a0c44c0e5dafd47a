package functions

import (
	"bytes"
	"strings"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
)

const urlGroup = "url_funcs"

func urlFuncs() []*expr.Func {
	str := types.ClassString
	text := []expr.Sig{returns(types.StringType, str)}
	parse := []expr.Sig{optional(1, returns(types.StringType, str, str, str))}
	return []*expr.Func{
		{Name: "url_encode", Group: urlGroup, Since: "3.4.0", Usage: "url_encode(s) - Returns s as application/x-www-form-urlencoded text.",
			Examples: []expr.Example{{SQL: "SELECT url_encode('https://spark.apache.org')", Want: "https%3A%2F%2Fspark.apache.org"}}, Sigs: text, New: appendMap(appendURLEncoded)},
		{Name: "url_decode", Group: urlGroup, Since: "3.4.0", Usage: "url_decode(s) - Returns the text that was encoded as application/x-www-form-urlencoded.",
			Examples: []expr.Example{{SQL: "SELECT url_decode('https%3A%2F%2Fspark.apache.org')", Want: "https://spark.apache.org"}}, Sigs: text, Fallible: true, New: newURLDecode},
		{Name: "try_url_decode", Group: urlGroup, Since: "4.0.0", Usage: "try_url_decode(s) - Is url_decode with NULL in place of errors.",
			Examples: []expr.Example{{SQL: "SELECT try_url_decode('https%3A%2F%2Fspark.apache.org')", Want: "https://spark.apache.org"}}, Sigs: text, AlwaysNull: true, New: tolerant(newURLDecode)},
		{Name: "parse_url", Group: urlGroup, Since: "2.0.0", Usage: "parse_url(url, part[, key]) - Returns HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL, or the value of a key of its query.",
			Examples: []expr.Example{{SQL: "SELECT parse_url('http://spark.apache.org/path?query=1', 'HOST')", Want: "spark.apache.org"}, {SQL: "SELECT parse_url('http://spark.apache.org/path?query=1', 'QUERY', 'query')", Want: "1"}},
			Sigs:     parse, AlwaysNull: true, Fallible: true, New: newParseURL},
		{Name: "try_parse_url", Group: urlGroup, Since: "4.0.0", Usage: "try_parse_url(url, part[, key]) - Is parse_url with NULL in place of errors.",
			Examples: []expr.Example{{SQL: "SELECT try_parse_url('inva lid://spark.apache.org/path?query=1', 'QUERY')", Want: "NULL"}},
			Sigs:     parse, AlwaysNull: true, New: tolerant(newParseURL)},
	}
}

func appendURLEncoded(dst, s []byte) []byte {
	for _, c := range s {
		switch {
		case c == ' ':
			dst = append(dst, '+')
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z', c == '.', c == '-', c == '*', c == '_':
			dst = append(dst, c)
		default:
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

func newURLDecode(s *expr.Spec) (expr.Kernel, error) {
	var buf []byte
	return func(k *expr.KernelCall) {
		text := textsOf(k.Args[0])
		for i := range live(k) {
			b := text.at(i)
			var ok bool
			if buf, ok = appendURLDecoded(buf[:0], b); !ok {
				reject(k, i, s, "CANNOT_DECODE_URL", "The provided URL cannot be decoded: %s. Please ensure that the URL is properly formatted and try again.", b)
				continue
			}
			k.Out.SetBytes(i, buf)
		}
	}, nil
}

func appendURLDecoded(dst, s []byte) ([]byte, bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			dst = append(dst, ' ')
		case '%':
			if i+2 >= len(s) {
				return dst, false
			}
			hi, ok1 := hexDigit(s[i+1])
			lo, ok2 := hexDigit(s[i+2])
			if !ok1 || !ok2 {
				return dst, false
			}
			dst = append(dst, hi<<4|lo)
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst, true
}

func newParseURL(s *expr.Spec) (expr.Kernel, error) {
	return func(k *expr.KernelCall) {
		text, part := textsOf(k.Args[0]), textsOf(k.Args[1])
		var key texts
		if len(k.Args) > 2 {
			key = textsOf(k.Args[2])
		}
		for i := range live(k) {
			u, ok := splitURL(text.at(i))
			if !ok {
				reject(k, i, s, "INVALID_URL", "The url is invalid: %s. Use `try_parse_url` to tolerate invalid URL and return NULL instead.", text.at(i))
				continue
			}
			p := part.at(i)
			value, found := u.part(string(p))
			if len(k.Args) > 2 {
				if found = found && string(p) == "QUERY"; found {
					value, found = queryValue(value, key.at(i))
				}
			}
			if found {
				k.Out.SetBytes(i, value)
			} else {
				k.Out.SetNull(i)
			}
		}
	}, nil
}

// url holds the parts of a URL as java.net.URI cuts them; nil parts are absent.
type url struct {
	scheme, authority, userinfo, host, path, query, ref []byte
}

// splitURL cuts a URL by the grammar of RFC 2396. It fails for characters that must be escaped.
func splitURL(s []byte) (url, bool) {
	var u url
	for i, c := range s {
		if c <= ' ' || c == 0x7F || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return u, false
		}
		if c == '%' {
			if i+2 >= len(s) {
				return u, false
			}
			_, ok1 := hexDigit(s[i+1])
			_, ok2 := hexDigit(s[i+2])
			if !ok1 || !ok2 {
				return u, false
			}
		}
	}
	if i := bytes.IndexByte(s, '#'); i >= 0 {
		s, u.ref = s[:i], s[i+1:]
	}
	if i := bytes.IndexAny(s, ":/?"); i >= 0 && s[i] == ':' {
		if i == 0 || !isScheme(s[:i]) {
			return u, false
		}
		u.scheme, s = s[:i], s[i+1:]
		if len(s) == 0 {
			return u, false
		}
		if s[0] != '/' { // an opaque URI such as mailto:a@b has no other parts
			return u, true
		}
	}
	if i := bytes.IndexByte(s, '?'); i >= 0 {
		s, u.query = s[:i], s[i+1:]
	}
	if bytes.HasPrefix(s, []byte("//")) {
		s = s[2:]
		end := bytes.IndexByte(s, '/')
		if end < 0 {
			end = len(s)
		}
		if end > 0 {
			u.authority = s[:end]
			u.splitAuthority()
		}
		s = s[end:]
	}
	u.path = append([]byte{}, s...)
	return u, true
}

func isScheme(s []byte) bool {
	for i, c := range s {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return true
}

// splitAuthority finds user and host; an authority that names no server has neither.
func (u *url) splitAuthority() {
	rest := u.authority
	if i := bytes.LastIndexByte(rest, '@'); i >= 0 {
		u.userinfo, rest = rest[:i], rest[i+1:]
	}
	u.host = rest
	if i := bytes.LastIndexByte(rest, ':'); i >= 0 && bytes.IndexByte(rest[i:], ']') < 0 {
		u.host = rest[:i]
		for _, c := range rest[i+1:] {
			if c < '0' || c > '9' {
				u.host, u.userinfo = nil, nil
				return
			}
		}
	}
	for _, c := range u.host {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte(".-[]:", c) >= 0 {
			continue
		}
		u.host, u.userinfo = nil, nil
		return
	}
}

func (u *url) part(name string) ([]byte, bool) {
	var v []byte
	switch name {
	case "HOST":
		v = u.host
	case "PATH":
		v = u.path
	case "QUERY":
		v = u.query
	case "REF":
		v = u.ref
	case "PROTOCOL":
		v = u.scheme
	case "FILE":
		if v = u.path; u.query != nil {
			v = append(append(append([]byte{}, v...), '?'), u.query...)
		}
	case "AUTHORITY":
		v = u.authority
	case "USERINFO":
		v = u.userinfo
	}
	return v, v != nil
}

// queryValue returns what follows "key=" in a query, up to the next ampersand.
func queryValue(query, key []byte) ([]byte, bool) {
	for pair := range bytes.SplitSeq(query, []byte{'&'}) {
		if k, v, ok := bytes.Cut(pair, []byte{'='}); ok && bytes.Equal(k, key) {
			return v, true
		}
	}
	return nil, false
}

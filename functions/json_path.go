package functions

import (
	"strconv"

	"github.com/sparrow-engine/sparrow/columnar"
	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/text"
)

// pathStep is a step of a JSON path: a name or all fields of an object, an index or all elements of an array.
type pathStep struct {
	array bool
	all   bool
	name  string
	index int
}

// parsePath reads $.a['b'][0][*].*; ok is false for what is no path.
func parsePath(s string) (path []pathStep, ok bool) {
	if s == "" || s[0] != '$' {
		return nil, false
	}
	for s = s[1:]; s != ""; {
		var step pathStep
		n := 0
		switch {
		case s[0] == '.':
			step, n = dotStep(s)
		case s[0] == '[':
			step, n = bracketStep(s)
		}
		if n == 0 {
			return nil, false
		}
		path, s = append(path, step), s[n:]
	}
	return path, true
}

// dotStep reads .name or .* and returns its length, 0 if it is none.
func dotStep(s string) (pathStep, int) {
	n := 1
	for n < len(s) && s[n] != '.' && s[n] != '[' {
		n++
	}
	name := s[1:n]
	return pathStep{name: name, all: name == "*"}, n * min(len(name), 1)
}

// bracketStep reads [0], [*], ['name'] or ['*'].
func bracketStep(s string) (pathStep, int) {
	if len(s) > 1 && s[1] == '\'' {
		for n := 2; n+1 < len(s); n++ {
			if s[n] == '?' {
				break
			}
			if s[n] == '\'' {
				if s[n+1] != ']' || n == 2 {
					break
				}
				return pathStep{name: s[2:n], all: s[2:n] == "*"}, n + 2
			}
		}
		return pathStep{}, 0
	}
	n := 1
	for n < len(s) && s[n] != ']' {
		n++
	}
	if n == len(s) {
		return pathStep{}, 0
	}
	if s[1:n] == "*" {
		return pathStep{array: true, all: true}, n + 1
	}
	i, err := strconv.ParseUint(s[1:n], 10, 31)
	if err != nil {
		return pathStep{}, 0
	}
	return pathStep{array: true, index: int(i)}, n + 1
}

// pathStyle is how matches are written. Hive's rules, which Spark follows: text stands bare unless it is in an array; a second wildcard
// flattens.
type pathStyle uint8

const (
	rawStyle pathStyle = iota
	quotedStyle
	flattenStyle
)

// pathFinder evaluates a path on a text.
type pathFinder struct {
	jsontext.Scanner
	out []byte
}

// comma separates values inside the array that is being written.
func (f *pathFinder) comma(in bool, from int) {
	if in && len(f.out) > from && f.out[len(f.out)-1] != '[' {
		f.out = append(f.out, ',')
	}
}

// find follows a path from the next value, of kind k, and reports whether it wrote anything. inArray tells that values are elements.
func (f *pathFinder) find(k jsontext.Kind, path []pathStep, style pathStyle, inArray bool) (bool, error) {
	if len(path) == 0 {
		return f.copyMatch(k, style, inArray)
	}
	step := path[0]
	switch {
	case k == jsontext.Object && !step.array:
		return f.findField(path, style, inArray)
	case k == jsontext.Array && step.array && step.all:
		return f.findElements(path, style, inArray)
	case k == jsontext.Array && step.array:
		return f.findIndex(path, style, inArray)
	}
	return false, f.Skip(k)
}

func (f *pathFinder) copyMatch(k jsontext.Kind, style pathStyle, inArray bool) (bool, error) {
	switch {
	case k == jsontext.String && style == rawStyle:
		s, err := f.Str()
		f.out = append(f.out, s...)
		return true, err
	case k == jsontext.Array && style == flattenStyle:
		if err := f.Enter(); err != nil {
			return false, err
		}
		dirty := false
		for first := true; ; first = false {
			k, err := f.Element(first)
			if err != nil || k == jsontext.End {
				return dirty, err
			}
			ok, err := f.copyMatch(k, style, inArray)
			if err != nil {
				return false, err
			}
			dirty = dirty || ok
		}
	}
	f.comma(inArray, 0)
	var err error
	f.out, err = appendCompact(f.out, &f.Scanner, k)
	return true, err
}

func (f *pathFinder) findField(path []pathStep, style pathStyle, inArray bool) (bool, error) {
	if err := f.Enter(); err != nil {
		return false, err
	}
	dirty := false
	for first := true; ; first = false {
		name, k, err := f.Field(first)
		if err != nil || k == jsontext.End {
			return dirty, err
		}
		switch {
		case dirty, !path[0].all && string(name) != path[0].name, !path[0].all && k == jsontext.Null:
			err = f.Skip(k)
		default:
			dirty, err = f.find(k, path[1:], style, inArray)
		}
		if err != nil {
			return false, err
		}
	}
}

// findElements follows the path for every element of an array.
func (f *pathFinder) findElements(path []pathStep, style pathStyle, inArray bool) (bool, error) {
	rest, next := path[1:], quotedStyle
	unwrap := style != quotedStyle
	if len(rest) > 0 && rest[0].array && rest[0].all {
		rest, next, unwrap = rest[1:], flattenStyle, false
	} else if style == flattenStyle {
		next = flattenStyle
	}
	f.comma(inArray, 0)
	from := len(f.out)
	f.out = append(f.out, '[')
	if err := f.Enter(); err != nil {
		return false, err
	}
	n := 0
	for first := true; ; first = false {
		k, err := f.Element(first)
		if err != nil {
			return false, err
		}
		if k == jsontext.End {
			break
		}
		ok, err := f.find(k, rest, next, true)
		if err != nil {
			return false, err
		}
		if ok {
			n++
		}
	}
	f.out = append(f.out, ']')
	switch {
	case unwrap && n == 0:
		f.out = f.out[:from]
	case unwrap && n == 1: // one match stands without the brackets
		f.out = append(f.out[:from], f.out[from+1:len(f.out)-1]...)
	}
	return n > 0, nil
}

func (f *pathFinder) findIndex(path []pathStep, style pathStyle, inArray bool) (bool, error) {
	if len(path) > 1 && path[1].array && path[1].all {
		style = quotedStyle
	}
	if err := f.Enter(); err != nil {
		return false, err
	}
	dirty := false
	for i := 0; ; i++ {
		k, err := f.Element(i == 0)
		if err != nil || k == jsontext.End {
			return dirty, err
		}
		if i == path[0].index {
			dirty, err = f.find(k, path[1:], style, inArray)
		} else {
			err = f.Skip(k)
		}
		if err != nil {
			return false, err
		}
	}
}

// appendCompact takes a value and appends it without white space.
func appendCompact(dst []byte, s *jsontext.Scanner, k jsontext.Kind) ([]byte, error) {
	switch k {
	case jsontext.String:
		b, err := s.Str()
		return text.AppendJSONString(dst, b), err
	case jsontext.Number:
		return appendNumber(dst, s)
	case jsontext.Object, jsontext.Array:
		return appendNested(dst, s, k)
	}
	from := s.Offset()
	_, err := s.Literal()
	return append(dst, s.Since(from)...), err
}

// appendNumber writes fractions as Java prints doubles.
func appendNumber(dst []byte, s *jsontext.Scanner) ([]byte, error) {
	b, kind, err := s.Num()
	switch {
	case err != nil || kind == jsontext.Integer:
		return append(dst, b...), err
	case kind == jsontext.Special:
		return text.AppendJSONString(dst, b), nil
	}
	x, _ := strconv.ParseFloat(string(b), 64)
	return text.AppendFloat(dst, x, 64), nil
}

func appendNested(dst []byte, s *jsontext.Scanner, k jsontext.Kind) ([]byte, error) {
	open, end := byte('['), byte(']')
	if k == jsontext.Object {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	if err := s.Enter(); err != nil {
		return dst, err
	}
	for first := true; ; first = false {
		var inner jsontext.Kind
		var name []byte
		var err error
		if k == jsontext.Object {
			name, inner, err = s.Field(first)
		} else {
			inner, err = s.Element(first)
		}
		if err != nil {
			return dst, err
		}
		if inner == jsontext.End {
			return append(dst, end), nil
		}
		if !first {
			dst = append(dst, ',')
		}
		if k == jsontext.Object {
			dst = append(text.AppendJSONString(dst, name), ':')
		}
		if dst, err = appendCompact(dst, s, inner); err != nil {
			return dst, err
		}
	}
}

func newGetJSONObject(s *expr.Spec) (expr.Kernel, error) {
	var f pathFinder
	var last string
	var path []pathStep
	ok := false
	return func(k *expr.KernelCall) {
		in, paths := textsOf(k.Args[0]), textsOf(k.Args[1])
		for i := range live(k) {
			if p := paths.at(i); path == nil && !ok || string(p) != last {
				last = string(p)
				path, ok = parsePath(last)
			}
			if !ok || !f.search(in.at(i), path) {
				k.Out.SetNull(i)
				continue
			}
			k.Out.SetBytes(i, f.out)
		}
	}, nil
}

// search evaluates the path on a text; text that is malformed as far as it is read has no match.
func (f *pathFinder) search(text []byte, path []pathStep) bool {
	f.out = f.out[:0]
	f.Reset(text)
	k, err := f.Peek()
	if err != nil || k == jsontext.End {
		return false
	}
	found, err := f.find(k, path, rawStyle, false)
	return found && err == nil
}

func newJSONArrayLength(*expr.Spec) (expr.Kernel, error) {
	var s jsontext.Scanner
	return func(k *expr.KernelCall) {
		in, out := textsOf(k.Args[0]), columnar.Values[int32](k.Out)
		for i := range live(k) {
			s.Reset(in.at(i))
			n, ok := countElements(&s)
			if out[i] = int32(n); !ok {
				k.Out.SetNull(i)
			}
		}
	}, nil
}

// countElements returns the number of elements of an array; ok is false for other text.
func countElements(s *jsontext.Scanner) (n int, ok bool) {
	k, err := s.Peek()
	if err != nil || k != jsontext.Array || s.Enter() != nil {
		return 0, false
	}
	for ; ; n++ {
		k, err := s.Element(n == 0)
		if err == nil && k == jsontext.End {
			return n, true
		}
		if err != nil || s.Skip(k) != nil {
			return 0, false
		}
	}
}

func newJSONObjectKeys(*expr.Spec) (expr.Kernel, error) {
	var s jsontext.Scanner
	return func(k *expr.KernelCall) {
		in, list := textsOf(k.Args[0]), newTextList(k.Out)
		for i := range live(k) {
			s.Reset(in.at(i))
			list.begin(i)
			if !objectKeys(&s, func(name []byte) { list.add(i, name) }) {
				k.Out.SetNull(i)
			}
		}
	}, nil
}

// objectKeys calls f for each key of an object; ok is false for other text.
func objectKeys(s *jsontext.Scanner, f func(name []byte)) (ok bool) {
	k, err := s.Peek()
	if err != nil || k != jsontext.Object || s.Enter() != nil {
		return false
	}
	for first := true; ; first = false {
		name, k, err := s.Field(first)
		if err == nil && k == jsontext.End {
			return true
		}
		if err != nil {
			return false
		}
		f(name)
		if s.Skip(k) != nil {
			return false
		}
	}
}

func tupleColumns(s *expr.Spec) types.Schema {
	out := make(types.Schema, len(s.Args)-1)
	for i := range out {
		out[i] = types.Field{Name: "c" + itoa(i), Type: types.StringType, Nullable: true}
	}
	return out
}

func newJSONTuple(spec *expr.Spec) (expr.GeneratorKernel, error) {
	cols := make([]columnar.Vector, len(spec.Args)-1)
	var f pathFinder
	var outer []int32
	return func(args []*columnar.Vector, rows columnar.Rows, at *expr.GeneratorCursor, most int) ([]int32, []*columnar.Vector, error) {
		rows = rows.Part(at.Row, min(at.Row+most, rows.Count()))
		at.Row += rows.Count()
		outer = outer[:0]
		out := make([]*columnar.Vector, len(cols))
		for j := range cols {
			cols[j].Reset(types.StringType, columnar.WView, rows.Count())
			cols[j].ClearReferences()
			cols[j].SetAllNull()
			out[j] = &cols[j]
		}
		for i := range rows.Count() {
			r := rows.Row(i)
			outer = append(outer, int32(r))
			if !args[0].IsNull(r) && !f.tuple(args, r, out, i) {
				for _, c := range out {
					c.SetNull(i)
				}
			}
		}
		return outer, out, nil
	}, nil
}

// tuple stores the values of the keys args[1:] of the object in row r as row i of the columns; false if the text is no object.
func (f *pathFinder) tuple(args []*columnar.Vector, r int, out []*columnar.Vector, i int) bool {
	f.Reset(args[0].Bytes(r))
	k, err := f.Peek()
	if err != nil || k != jsontext.Object || f.Enter() != nil {
		return false
	}
	for first := true; ; first = false {
		name, k, err := f.Field(first)
		if err != nil || k == jsontext.End {
			return err == nil
		}
		var wanted []*columnar.Vector
		for j, a := range args[1:] {
			if !a.IsNull(r) && string(a.Bytes(r)) == string(name) {
				wanted = append(wanted, out[j])
			}
		}
		if len(wanted) == 0 || k == jsontext.Null {
			for _, c := range wanted {
				c.SetNull(i)
			}
			if f.Skip(k) != nil {
				return false
			}
			continue
		}
		f.out = f.out[:0]
		if _, err := f.copyMatch(k, rawStyle, false); err != nil {
			return false
		}
		for _, c := range wanted {
			c.EnsureValid()[i>>6] |= 1 << (i & 63)
			c.SetBytes(i, f.out)
		}
	}
}

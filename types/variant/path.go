package variant

import (
	"strconv"
	"strings"
)

// Step is a step of a path: the name of a field, or with IsIndex the number of an element.
type Step struct {
	Name    string
	Index   int
	IsIndex bool
}

// ParsePath reads a path: $, then .name, ['name'], ["name"] or [0] any number of times.
func ParsePath(s string) ([]Step, bool) {
	s, ok := strings.CutPrefix(s, "$")
	var path []Step
	for ok && s != "" {
		var step Step
		step, s, ok = parseStep(s)
		path = append(path, step)
	}
	return path, ok
}

func parseStep(s string) (step Step, rest string, ok bool) {
	if s[0] == '.' {
		n := 1
		for n < len(s) && s[n] != '.' && s[n] != '[' {
			n++
		}
		return Step{Name: s[1:n]}, s[n:], n > 1
	}
	if s[0] != '[' || len(s) < 3 {
		return Step{}, "", false
	}
	if q := s[1]; q == '\'' || q == '"' {
		name, rest, ok := strings.Cut(s[2:], string(q))
		if !ok || name == "" || strings.Contains(name, "?") {
			return Step{}, "", false
		}
		rest, ok = strings.CutPrefix(rest, "]")
		return Step{Name: name}, rest, ok
	}
	digits, rest, ok := strings.Cut(s[1:], "]")
	i, err := strconv.ParseUint(digits, 10, 31)
	return Step{Index: int(i), IsIndex: true}, rest, ok && err == nil
}

// Get follows a path; false if it leads nowhere.
func (v Value) Get(path []Step) (Value, bool) {
	for _, s := range path {
		var ok bool
		if v, ok = v.step(s); !ok {
			return v, false
		}
	}
	return v, true
}

func (v Value) step(s Step) (Value, bool) {
	switch k := v.Kind(); {
	case s.IsIndex && k == Array && s.Index < v.Len():
		return v.Elem(s.Index), true
	case !s.IsIndex && k == Object:
		return v.Field(s.Name)
	}
	return Value{}, false
}

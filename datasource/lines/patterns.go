package lines

import (
	"time"

	"github.com/sparrow-engine/sparrow/datasource"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Patterns are the options dateFormat, timestampFormat and timestampNTZFormat.
type Patterns struct{ date, timestamp, ntz *temporal.Pattern }

// PatternsOf compiles the patterns among the options; parsing tells whether values are read or written.
func PatternsOf(o datasource.Options, parsing bool) (*Patterns, error) {
	p := &Patterns{}
	for key, dst := range map[string]**temporal.Pattern{"dateformat": &p.date, "timestampformat": &p.timestamp, "timestampntzformat": &p.ntz} {
		text, ok := o[key]
		if !ok {
			continue
		}
		c, err := temporal.CompilePattern(text, parsing)
		if err != nil {
			return nil, err
		}
		*dst = c
	}
	return p, nil
}

// ParseDate returns how dates are read, nil for the usual form.
func (p *Patterns) ParseDate() func(s string) (int32, bool) {
	if p.date == nil {
		return nil
	}
	return func(s string) (int32, bool) {
		local, _, err := p.date.Parse(s)
		days, _ := temporal.Split(local)
		return days, err == nil
	}
}

// ParseTimestamp returns how timestamps are read, nil for the usual form; zone is where those without a zone are.
func (p *Patterns) ParseTimestamp(zone *time.Location) func(s string) (int64, bool) {
	if p.timestamp == nil {
		return nil
	}
	return func(s string) (int64, bool) {
		local, own, err := p.timestamp.Parse(s)
		if own == nil {
			own = zone
		}
		if err != nil {
			return 0, false
		}
		return temporal.ToUTC(local, own), true
	}
}

// ParseNTZ returns how timestamps without a zone are read, nil for the usual form.
func (p *Patterns) ParseNTZ() func(s string) (int64, bool) {
	if p.ntz == nil {
		return nil
	}
	return func(s string) (int64, bool) {
		local, _, err := p.ntz.Parse(s)
		return local, err == nil
	}
}

// AppendDate returns how dates are written, nil for the usual form.
func (p *Patterns) AppendDate() func(dst []byte, days int32) []byte {
	if p.date == nil {
		return nil
	}
	return func(dst []byte, days int32) []byte {
		return p.date.Append(dst, int64(days)*temporal.Day, time.UTC)
	}
}

// AppendTimestamp returns how timestamps are written, nil for the usual form.
func (p *Patterns) AppendTimestamp(zone *time.Location) func(dst []byte, micros int64) []byte {
	if p.timestamp == nil {
		return nil
	}
	return func(dst []byte, micros int64) []byte { return p.timestamp.Append(dst, micros, zone) }
}

// AppendNTZ returns how timestamps without a zone are written, nil for the usual form.
func (p *Patterns) AppendNTZ() func(dst []byte, local int64) []byte {
	if p.ntz == nil {
		return nil
	}
	return func(dst []byte, local int64) []byte { return p.ntz.Append(dst, local, time.UTC) }
}

package functions

import (
	"time"

	"github.com/sparrow-engine/sparrow/columnar/jsontext"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// textTimes are the forms of dates and timestamps that the options of a function of text name; nil where they name none.
type textTimes struct {
	date, timestamp, ntz *temporal.Pattern
	zone                 *time.Location
}

func textTimesOf(o options, s *expr.Spec, parsing bool) (t textTimes, err error) {
	if t.zone, err = o.zone(s); err != nil {
		return t, err
	}
	for key, dst := range map[string]**temporal.Pattern{"dateformat": &t.date, "timestampformat": &t.timestamp, "timestampntzformat": &t.ntz} {
		if text, ok := o[key]; ok && err == nil {
			*dst, err = temporal.CompilePattern(text, parsing)
		}
	}
	return t, err
}

func (t *textTimes) parseDate(s string) (int32, bool) {
	if t.date == nil {
		return temporal.ParseDate(s)
	}
	local, _, err := t.date.Parse(s)
	return int32(floorDiv(local, microsPerDay)), err == nil
}

func (t *textTimes) parseTimestamp(s string) (int64, bool) {
	if t.timestamp == nil {
		return temporal.ParseTimestamp(s, t.zone, nil)
	}
	local, zone, err := t.timestamp.Parse(s)
	if zone == nil {
		zone = t.zone
	}
	return temporal.ToUTC(local, zone), err == nil
}

func (t *textTimes) parseNTZ(s string) (int64, bool) {
	if t.ntz == nil {
		return temporal.ParseNTZ(s, true)
	}
	local, _, err := t.ntz.Parse(s)
	return local, err == nil
}

func (t *textTimes) appendDate(dst []byte, days int32) []byte {
	if t.date == nil {
		return temporal.AppendDate(dst, days)
	}
	return t.date.AppendAt(dst, int64(days)*microsPerDay, 0, time.UTC)
}

func (t *textTimes) appendTimestamp(dst []byte, micros int64) []byte {
	if t.timestamp == nil {
		offset := temporal.Offset(micros, t.zone)
		return jsontext.AppendOffset(jsontext.AppendClock(dst, micros+offset, false), offset)
	}
	return t.timestamp.Append(dst, micros, t.zone)
}

func (t *textTimes) appendNTZ(dst []byte, local int64) []byte {
	if t.ntz == nil {
		return jsontext.AppendClock(dst, local, false)
	}
	return t.ntz.AppendAt(dst, local, 0, time.UTC)
}

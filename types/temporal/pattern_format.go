package temporal

import (
	"strconv"
	"strings"
	"time"
)

// Names in English, in full; their first three letters are the short forms.
var (
	monthTexts   = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	weekdayTexts = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
	quarterTexts = [...]string{"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"}
	eraTexts     = [...]string{"Before Christ", "Anno Domini"}
	halfTexts    = [...]string{"AM", "PM"}
)

// civilTime is a wall clock time taken apart.
type civilTime struct {
	days    int32
	micros  int64 // of the day
	y, m, d int
	offset  int64 // microseconds
	zone    *time.Location
}

// Append writes an instant as the wall clock of a zone shows it.
func (p *Pattern) Append(dst []byte, instant int64, zone *time.Location) []byte {
	return p.AppendAt(dst, instant, Offset(instant, zone), zone)
}

// AppendAt is Append for a caller that knows the offset, in microseconds.
func (p *Pattern) AppendAt(dst []byte, instant, offset int64, zone *time.Location) []byte {
	t := civilTime{offset: offset, zone: zone}
	t.days, t.micros = Split(instant + offset)
	t.y, t.m, t.d = Civil(t.days)
	for i := range p.items {
		dst = p.items[i].append(dst, &t)
	}
	return dst
}

// OnlyTime reports whether the pattern has nothing but parts of a time of day.
func (p *Pattern) OnlyTime() bool {
	for i := range p.items {
		switch it := &p.items[i]; it.kind {
		case itemLiteral, itemOptional, itemFraction:
		case itemNumber, itemText:
			if it.field < fieldHour || it.field > fieldNano {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func (it *patternItem) append(dst []byte, t *civilTime) []byte {
	switch it.kind {
	case itemLiteral:
		return append(dst, it.literal...)
	case itemNumber:
		return it.appendNumber(dst, t.value(it.field))
	case itemReduced:
		y := t.value(it.field)
		if y < 0 {
			y = -y
		}
		return appendPadded(dst, y%100, 2)
	case itemFraction:
		return appendFixedFraction(dst, t.micros%Second*1000, it.max)
	case itemText:
		return it.appendText(dst, t)
	case itemZoneID:
		return append(dst, t.zone.String()...)
	case itemZoneText:
		return append(dst, zoneName(t, it.full)...)
	case itemOffset:
		return it.appendOffset(dst, int(t.offset/Second))
	case itemLocalOffset:
		return appendLocalOffset(dst, int(t.offset/Second), it.full)
	}
	return dst
}

// value returns a field as a number.
func (t *civilTime) value(f patternField) int {
	hour := int(t.micros / Hour)
	switch f {
	case fieldYear:
		return t.y
	case fieldYearOfEra:
		if t.y <= 0 {
			return 1 - t.y
		}
		return t.y
	case fieldMonth:
		return t.m
	case fieldQuarter:
		return (t.m + 2) / 3
	case fieldDay:
		return t.d
	case fieldYearDay:
		return YearDay(t.days)
	case fieldMonthWeekday:
		return (t.d-1)%7 + 1
	case fieldHour:
		return hour
	case fieldClockHour:
		return (hour+23)%24 + 1
	case fieldHalfHour:
		return hour % 12
	case fieldClockHalfHour:
		return (hour+11)%12 + 1
	case fieldMinute:
		return int(t.micros / Minute % 60)
	}
	return int(t.micros / Second % 60)
}

func (it *patternItem) appendNumber(dst []byte, v int) []byte {
	if v < 0 {
		dst, v = append(dst, '-'), -v
	} else if it.sign == signExceedsPad && len(strconv.Itoa(v)) > it.min {
		dst = append(dst, '+')
	}
	return appendPadded(dst, v, it.min)
}

// appendFixedFraction writes the first n digits of nanoseconds.
func appendFixedFraction(dst []byte, nanos int64, n int) []byte {
	at := len(dst)
	dst = appendPadded(dst, int(nanos), 9)
	return dst[:at+n]
}

func (it *patternItem) appendText(dst []byte, t *civilTime) []byte {
	switch it.field {
	case fieldMonth:
		return append(dst, short(monthTexts[t.m-1], it.full)...)
	case fieldWeekday:
		return append(dst, short(weekdayTexts[Weekday(t.days)], it.full)...)
	case fieldQuarter:
		q := (t.m + 2) / 3
		if it.full {
			return append(dst, quarterTexts[q-1]...)
		}
		return append(dst, 'Q', byte('0'+q))
	case fieldHalf:
		return append(dst, halfTexts[t.micros/(12*Hour)]...)
	}
	era := 1
	if t.y <= 0 {
		era = 0
	}
	if it.full {
		return append(dst, eraTexts[era]...)
	}
	return append(dst, [...]string{"BC", "AD"}[era]...)
}

func short(s string, full bool) string {
	if full {
		return s
	}
	return s[:3]
}

// appendOffset writes +HHmm and its kin: X and Z of five letters write Z for no offset, the others zeros.
func (it *patternItem) appendOffset(dst []byte, secs int) []byte {
	n, colon := it.count, it.count == 3 || it.count == 5
	if it.letter == 'Z' && n < 5 {
		n, colon = 2, false
	}
	if secs == 0 {
		switch {
		case it.letter == 'X' || it.letter == 'Z' && n == 5:
			return append(dst, 'Z')
		case it.letter == 'x' && n == 1:
			return append(dst, "+00"...)
		case colon:
			return append(dst, "+00:00"...)
		}
		return append(dst, "+0000"...)
	}
	dst, secs = appendSign(dst, secs)
	dst = appendPadded(dst, secs/3600, 2)
	if m := secs / 60 % 60; n > 1 || m != 0 {
		dst = appendPart(dst, m, colon)
	}
	if s := secs % 60; n > 3 && s != 0 {
		dst = appendPart(dst, s, colon)
	}
	return dst
}

func appendSign(dst []byte, v int) ([]byte, int) {
	if v < 0 {
		return append(dst, '-'), -v
	}
	return append(dst, '+'), v
}

func appendPart(dst []byte, v int, colon bool) []byte {
	if colon {
		dst = append(dst, ':')
	}
	return appendPadded(dst, v, 2)
}

// appendLocalOffset writes GMT+8 or GMT+08:00.
func appendLocalOffset(dst []byte, secs int, full bool) []byte {
	dst = append(dst, "GMT"...)
	if secs == 0 {
		return dst
	}
	dst, secs = appendSign(dst, secs)
	h, m, s := secs/3600, secs/60%60, secs%60
	if full {
		dst = appendPart(appendPadded(dst, h, 2), m, true)
	} else {
		dst = strconv.AppendInt(dst, int64(h), 10)
		if m != 0 || s != 0 {
			dst = appendPart(dst, m, true)
		}
	}
	if s != 0 {
		dst = appendPart(dst, s, true)
	}
	return dst
}

// zoneTexts names the zones for which Java has names of their own: short and full, of standard and of summer time.
var zoneTexts = [...]struct {
	zones                        string
	standard, summer             string
	fullStandard, fullSummerText string
}{
	{"America/Los_Angeles US/Pacific PST8PDT America/Vancouver America/Tijuana", "PST", "PDT", "Pacific Standard Time", "Pacific Daylight Time"},
	{"America/Denver US/Mountain MST7MDT America/Edmonton America/Boise", "MST", "MDT", "Mountain Standard Time", "Mountain Daylight Time"},
	{"America/Chicago US/Central CST6CDT America/Winnipeg", "CST", "CDT", "Central Standard Time", "Central Daylight Time"},
	{"America/New_York US/Eastern EST5EDT America/Toronto America/Detroit", "EST", "EDT", "Eastern Standard Time", "Eastern Daylight Time"},
	{"America/Anchorage US/Alaska", "AKST", "AKDT", "Alaska Standard Time", "Alaska Daylight Time"},
	{"Pacific/Honolulu US/Hawaii", "HST", "HDT", "Hawaii-Aleutian Standard Time", "Hawaii-Aleutian Daylight Time"},
	{"Europe/Paris Europe/Berlin Europe/Brussels Europe/Amsterdam Europe/Madrid Europe/Rome Europe/Vienna Europe/Zurich Europe/Prague Europe/Warsaw Europe/Budapest Europe/Stockholm Europe/Oslo Europe/Copenhagen CET",
		"CET", "CEST", "Central European Standard Time", "Central European Summer Time"},
	{"Europe/Athens Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Sofia Europe/Bucharest EET", "EET", "EEST", "Eastern European Standard Time", "Eastern European Summer Time"},
	{"Europe/London", "GMT", "BST", "Greenwich Mean Time", "British Summer Time"},
	{"Europe/Moscow", "MSK", "MSD", "Moscow Standard Time", "Moscow Summer Time"},
	{"Asia/Tokyo Japan", "JST", "JDT", "Japan Standard Time", "Japan Daylight Time"},
	{"Asia/Shanghai PRC Asia/Chongqing", "CST", "CDT", "China Standard Time", "China Daylight Time"},
	{"Asia/Hong_Kong Hongkong", "HKT", "HKST", "Hong Kong Standard Time", "Hong Kong Summer Time"},
	{"Asia/Seoul", "KST", "KDT", "Korean Standard Time", "Korean Daylight Time"},
	{"Asia/Kolkata Asia/Calcutta", "IST", "IST", "India Standard Time", "India Standard Time"},
	{"Australia/Sydney Australia/Melbourne", "AEST", "AEDT", "Australian Eastern Standard Time", "Australian Eastern Daylight Time"},
	{"UTC Etc/UTC", "UTC", "UTC", "Coordinated Universal Time", "Coordinated Universal Time"},
	{"GMT Etc/GMT", "GMT", "GMT", "Greenwich Mean Time", "Greenwich Mean Time"},
}

// zoneName returns the name of a zone at a time; where Java has one that is not in the table it is the zone database's.
func zoneName(t *civilTime, full bool) string {
	at := time.Unix(FloorDiv64(int64(t.days)*Day+t.micros-t.offset, Second), 0).In(t.zone)
	id := t.zone.String()
	for i := range zoneTexts {
		x := &zoneTexts[i]
		if !containsWord(x.zones, id) {
			continue
		}
		switch summer := at.IsDST(); {
		case full && summer:
			return x.fullSummerText
		case full:
			return x.fullStandard
		case summer:
			return x.summer
		}
		return x.standard
	}
	if name, _ := at.Zone(); name != "" && name[0] != '+' && name[0] != '-' {
		return name
	}
	return id
}

func containsWord(list, word string) bool {
	for len(list) > 0 {
		w, rest, _ := strings.Cut(list, " ")
		if w == word {
			return true
		}
		list = rest
	}
	return false
}

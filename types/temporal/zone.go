package temporal

import (
	"fmt"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a machine without a zone database still knows all zones
)

var zones sync.Map // string to *time.Location

// ParseZone returns a zone by region name ("Europe/Berlin"), "Z", "UTC", "GMT", an offset ("+01:00", "-8", "+0130", "+01:30:15"), or an
// offset behind UTC, GMT or UT.
func ParseZone(name string) (*time.Location, error) {
	if z, ok := zones.Load(name); ok {
		return z.(*time.Location), nil
	}
	z, err := parseZone(strings.TrimSpace(name))
	if err != nil {
		return nil, err
	}
	zones.Store(name, z)
	return z, nil
}

// shortZones are the three-letter names of java.time.ZoneId.SHORT_IDS that differ from the region database.
var shortZones = map[string]string{"ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires",
	"ART": "Africa/Cairo", "AST": "America/Anchorage", "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka", "CAT": "Africa/Harare",
	"CNT": "America/St_Johns", "CST": "America/Chicago", "CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris",
	"IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo", "MIT": "Pacific/Apia", "NET": "Asia/Yerevan",
	"NST": "Pacific/Auckland", "PLT": "Asia/Karachi", "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles",
	"SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh", "EST": "-05:00", "MST": "-07:00", "HST": "-10:00"}

func parseZone(name string) (*time.Location, error) {
	bad := fmt.Errorf("temporal: unknown time zone %q", name)
	if name == "" {
		return nil, bad
	}
	if z, ok := shortZones[name]; ok {
		name = z
	}
	switch name {
	case "Z", "z", "UTC", "GMT", "UT", "Etc/UTC":
		return time.UTC, nil
	}
	off := name
	for _, p := range []string{"UTC", "GMT", "UT"} {
		if r, ok := strings.CutPrefix(name, p); ok && r != "" && (r[0] == '+' || r[0] == '-') {
			off = r
			break
		}
	}
	if off[0] == '+' || off[0] == '-' {
		secs, ok := parseOffset(off[1:])
		if !ok {
			return nil, bad
		}
		if off[0] == '-' {
			secs = -secs
		}
		if secs == 0 {
			return time.UTC, nil
		}
		return time.FixedZone(name, secs), nil
	}
	if name == "Local" {
		return nil, bad
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, bad
	}
	return z, nil
}

// parseOffset reads h, hh, h:m, hh:mm, hhmm, hh:mm:ss or hhmmss in seconds; at most 18 hours.
func parseOffset(s string) (int, bool) {
	var parts []string
	if strings.Contains(s, ":") {
		parts = strings.Split(s, ":")
	} else {
		switch len(s) {
		case 1, 2:
			parts = []string{s}
		case 4:
			parts = []string{s[:2], s[2:]}
		case 6:
			parts = []string{s[:2], s[2:4], s[4:]}
		default:
			return 0, false
		}
	}
	if len(parts) > 3 {
		return 0, false
	}
	total, unit := 0, 3600
	for i, p := range parts {
		v, n := digits(p)
		if n == 0 || n != len(p) || n > 2 || i > 0 && v > 59 {
			return 0, false
		}
		total += v * unit
		unit /= 60
	}
	return total, total <= 18*3600
}

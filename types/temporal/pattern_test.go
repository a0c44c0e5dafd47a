package temporal

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

func losAngeles(t *testing.T) *time.Location {
	z, err := ParseZone("America/Los_Angeles")
	require.NoError(t, err)
	return z
}

// TestPatternFormat compares with what Spark writes.
func TestPatternFormat(t *testing.T) {
	la := losAngeles(t)
	for _, x := range []struct{ at, pattern, want string }{
		{"1582-05-31 19:40:35.123", "G GG GGG GGGG", "AD AD AD Anno Domini"},
		{"1582-05-31 19:40:35.123", "y yy yyy yyyy yyyyy yyyyyy", "1582 82 1582 1582 01582 001582"},
		{"1582-05-31 19:40:35.123", "X XX XXX XXXX XXXXX", "-0752 -0752 -07:52 -075258 -07:52:58"},
		{"1582-05-31 19:40:35.123", "Z ZZZZ ZZZZZ O OOOO", "-0752 GMT-07:52:58 -07:52:58 GMT-7:52:58 GMT-07:52:58"},
		{"1582-05-31 19:40:35.123", "z zzzz VV", "PST Pacific Standard Time America/Los_Angeles"},
		{"2018-11-17 05:33:33.123", "Q QQ QQQ QQQQ M MM MMM MMMM L LL", "4 04 Q4 4th quarter 11 11 Nov November 11 11"},
		{"2018-11-17 05:33:33.123", "E EEEE F d D DDD", "Sat Saturday 3 17 321 321"},
		{"2019-12-31 12:00:00", "H k K h a m s S SSSSSSSSS", "12 12 0 12 PM 0 0 0 000000000"},
		{"2020-06-01 00:00:00", "h K k H x xxx z", "12 0 24 0 -07 -07:00 PDT"},
		{"2020-06-01 00:00:00", "[yyyy-MM-dd]", "2020-06-01"},
		{"2020-06-01 00:00:00", "'q''x' yyyy ''z", "q'x 2020 'PDT"},
		{"0000-11-17 00:00:00", "G y yyyy", "BC 1 0001"},
		{"+10000-11-17 00:00:00", "y yyyy yyyyy", "10000 +10000 10000"},
	} {
		at, ok := ParseTimestamp(strings.TrimPrefix(x.at, "+"), la, nil)
		require.True(t, ok, x.at)
		p, err := CompilePattern(x.pattern, false)
		require.NoError(t, err)
		require.Equal(t, x.want, string(p.Append(nil, at, la)), x.pattern)
	}
}

// TestPatternParse compares with what Spark reads, and with its messages.
func TestPatternParse(t *testing.T) {
	la := losAngeles(t)
	for _, x := range []struct{ text, pattern, want string }{
		{"1", "y", "0001-01-01 00:00:00"},
		{"99", "yy", "2099-01-01 00:00:00"},
		{"009999", "yyy", "9999-01-01 00:00:00"},
		{"123", "yy", "Text '123' could not be parsed, unparsed text found at index 2"},
		{"-12", "yy", "Text '-12' could not be parsed at index 0"},
		{"300", "D", "1970-10-27 00:00:00"},
		{"366", "D", "Invalid date 'DayOfYear 366' as '1970' is not a leap year"},
		{"99", "DDD", "Text '99' could not be parsed at index 0"},
		{"30-365", "dd-DDD", "Conflict found: Field DayOfMonth 30 differs from DayOfMonth 31 derived from 1970-12-31."},
		{"2020-12-31-366", "yyyy-MM-dd-DDD", "2020-12-31 00:00:00"},
		{"02-29", "MM-dd", "Invalid date 'February 29' as '1970' is not a leap year"},
		{"20200131121314", "yyyyMMddHHmmss", "2020-01-31 12:13:14"},
		{"20200131121314567", "yyyyMMddHHmmssSSS", "Text '20200131121314567' could not be parsed at index 0"},
		{"2019-10-06 10:11:12.", "yyyy-MM-dd HH:mm:ss.SSSSSS[zzz]", "Text '2019-10-06 10:11:12.' could not be parsed at index 20"},
		{"2019-10-06 10:11:12.123UTC", "yyyy-MM-dd HH:mm:ss.SSSSSS[zzz]", "2019-10-06 03:11:12.123"},
		{"2019-10-06 10:11:12.12345CST", "yyyy-MM-dd HH:mm:ss.SSSSSS[zzz]", "2019-10-06 08:11:12.12345"},
		{"223456 2019-10-06 10:11:12.123456PST", "SSSSSS yyyy-MM-dd HH:mm:ss.SSSSSS[zzz]", "Text '223456 2019-10-06 10:11:12.123456PST' could not be parsed at index 27"},
		{"12.1234019-10-06S10:11", "ss.SSSSy-MM-dd'S'HH:mm", "0019-10-06 10:11:12.1234"},
		{"2019-10-06T10:11:12'12", "yyyy-MM-dd'T'HH:mm:ss''SSSS", "2019-10-06 10:11:12.12"},
		{"2019-10-06 10:11", "yyyy-MM-dd HH:mm[:ss.SSSSSS]", "2019-10-06 10:11:00"},
		{"2020-01-01 12 AM", "yyyy-MM-dd h a", "2020-01-01 00:00:00"},
		{"2020-01-01 24", "yyyy-MM-dd k", "2020-01-01 00:00:00"},
		{"2020-january-01", "yyyy-MMMM-dd", "2020-01-01 00:00:00"},
		{"2020-01-01 GMT+8", "yyyy-MM-dd O", "2019-12-31 08:00:00"},
		{"2020-01-01 +0800", "yyyy-MM-dd Z", "2019-12-31 08:00:00"},
		{"294248", "y", "long overflow"},
		{"", "y", "Text '' could not be parsed at index 0"},
	} {
		p, err := CompilePattern(x.pattern, true)
		require.NoError(t, err, x.pattern)
		local, zone, bad := p.Parse(x.text)
		got := ""
		switch {
		case bad != nil:
			got = bad.Message
		case zone != nil:
			got = FormatTimestamp(ToUTC(local, zone), la)
		default:
			got = FormatNTZ(local)
		}
		require.Equal(t, x.want, got, "%s by %s", x.text, x.pattern)
	}
}

func TestPatternErrors(t *testing.T) {
	for _, x := range []struct {
		pattern string
		parsing bool
		want    string
	}{
		{"GGGGG", false, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"},
		{"qqqqq", false, "INVALID_DATETIME_PATTERN.LENGTH"},
		{"FF", false, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"},
		{"V", false, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION"},
		{"A", false, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER"},
		{"e", false, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN"},
		{"Y", false, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"},
		{"yyyy-MM-ddTHH", false, "INVALID_DATETIME_PATTERN.WITH_SUGGESTION"},
		{"dd MM yyyy EEEE", true, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"},
		{"q", true, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER"},
	} {
		_, err := CompilePattern(x.pattern, x.parsing)
		require.Error(t, err, x.pattern)
		require.Equal(t, x.want, sqlerr.As(err).Condition, x.pattern)
	}
}

// FuzzPattern checks that no pattern and no text panics, and that what a pattern of all parts writes it reads.
func FuzzPattern(f *testing.F) {
	f.Add("yyyy-MM-dd HH:mm:ss.SSSSSS[ VV]", "2020-01-01 10:11:12", int64(0))
	f.Add("G y'x' D h a z", "AD 1x 1 1 AM PST", int64(-1))
	f.Fuzz(func(t *testing.T, pattern, text string, at int64) {
		if p, err := CompilePattern(pattern, true); err == nil {
			p.Parse(text)
		}
		if p, err := CompilePattern(pattern, false); err == nil {
			p.Append(nil, at, time.UTC)
		}
		p, _ := CompilePattern("yyyyy-MM-dd HH:mm:ss.SSSSSS", true)
		q, _ := CompilePattern("yyyyy-MM-dd HH:mm:ss.SSSSSS", false)
		if local, _, err := p.Parse(string(q.Append(nil, at, time.UTC))); err == nil && local != at {
			t.Errorf("%d became %d", at, local)
		}
	})
}

func TestTimestampAtTheEnd(t *testing.T) {
	_, ok := ParseTimestamp("294247-01-10 04:00:54.775807", losAngeles(t), nil)
	require.False(t, ok)
	_, ok = ParseTimestamp("294247-01-09 20:00:54.775807", losAngeles(t), nil)
	require.True(t, ok)
}

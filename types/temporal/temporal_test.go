package temporal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sparrow-engine/sparrow/types"
)

func TestCivilAgreesWithTimePackage(t *testing.T) {
	for d := int32(-800000); d < 800000; d += 37 {
		y, m, day := Civil(d)
		u := time.Unix(int64(d)*86400, 0).UTC()
		require.Equal(t, []int{u.Year(), int(u.Month()), u.Day()}, []int{y, m, day})
		require.Equal(t, d, FromCivil(y, m, day))
		require.Equal(t, u.YearDay(), YearDay(d))
		require.Equal(t, (int(u.Weekday())+6)%7, Weekday(d))
		wy, w := ISOWeek(d)
		uy, uw := u.ISOWeek()
		require.Equal(t, []int{uy, uw}, []int{wy, w})
	}
}

func TestParseTimestamp(t *testing.T) {
	la, err := ParseZone("America/Los_Angeles")
	require.NoError(t, err)
	for text, want := range map[string]string{
		"2020":                           "2020-01-01 00:00:00",
		"2020-3-8 2:30:00":               "2020-03-08 03:30:00", // in the gap
		"2020-11-01 01:30:00":            "2020-11-01 01:30:00",
		" 2020-01-02T03:04:05.123456789": "2020-01-02 03:04:05.123456",
		"2020-01-02 03:04:05 UTC":        "2020-01-01 19:04:05",
		"2020-01-02 03:04:05+01:30":      "2020-01-01 17:34:05",
		"2020-01-02 03:04":               "2020-01-02 03:04:00",
		"2020-13-01":                     "",
		"2020-1-1x":                      "",
		"20":                             "",
	} {
		got, ok := ParseTimestamp(text, la, func() int32 { return 0 })
		s := ""
		if ok {
			s = FormatTimestamp(got, la)
		}
		require.Equal(t, want, s, text)
	}
}

func TestIntervals(t *testing.T) {
	iv, ok := ParseInterval("interval 1 year -2 days 3.5 seconds")
	require.True(t, ok)
	require.Equal(t, types.Interval{Months: 12, Days: -2, Micros: 3500000}, iv)
	require.Equal(t, "1 years -2 days 3.5 seconds", FormatInterval(iv))
	us, ok := ParseDayTime("-1 02:03:04.5", types.Day, types.Second)
	require.True(t, ok)
	require.Equal(t, "-1 02:03:04.5", FormatDayTime(us, types.Day, types.Second))
	ym, ok := ParseYearMonth("-1-2", types.Year, types.Month)
	require.True(t, ok)
	require.Equal(t, int32(-14), ym)
	require.Equal(t, "-1-2", FormatYearMonth(ym, types.Year, types.Month))
}

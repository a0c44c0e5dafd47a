package functions_test

import (
	"testing"

	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/expr/eval"
	"github.com/sparrow-engine/sparrow/functions"
	"github.com/sparrow-engine/sparrow/types"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// TestDatetimes compares calls with the answers of Spark in UTC: limits, nulls, units, errors.
func TestDatetimes(t *testing.T) {
	for _, x := range []struct{ call, want string }{
		{"year('-0001-01-01')", "-1"},
		{"weekofyear('2021-01-03')", "53"},
		{"dayofyear('2020-12-31')", "366"},
		{"dayofweek('2020-01-05')", "1"},
		{"weekday('2020-01-05')", "6"},
		{"hour('1969-12-31 23:10:11')", "23"},
		{"date_part('yearofweek', '2021-01-01')", "2020"},
		{"date_part('seconds', to_timestamp('1969-12-31 23:59:59.5'))", "59.500000"},
		{"date_part(null, '2021-01-01')", "NULL"},
		{"date_part('foo', '2021-01-01')", "INVALID_EXTRACT_FIELD"},
		{"date_add('2011-11-11', '1')", "2011-11-12"},
		{"date_add('2011-11-11', '1.2')", "CAST_INVALID_INPUT"},
		{"add_months('2020-01-31', 1)", "2020-02-29"},
		{"add_months('2020-01-31', -2147483648)", "ARITHMETIC_OVERFLOW"},
		{"months_between('2020-02-29', '2020-01-31')", "1.0"},
		{"months_between('2020-03-30 10:00:00', '2020-01-31 11:00:00')", "1.96639785"},
		{"next_day('2015-07-23', 'thursday')", "2015-07-30"},
		{"next_day('2015-07-23', 'xx')", "ILLEGAL_DAY_OF_WEEK"},
		{"last_day('2020-02-01')", "2020-02-29"},
		{"trunc('2019-08-04', 'day')", "NULL"},
		{"trunc('2019-08-04', 'quarter')", "2019-07-01"},
		{"date_trunc('week', '2015-03-05')", "2015-03-02 00:00:00"},
		{"date_trunc('millisecond', '1969-12-31 23:59:59.123456')", "1969-12-31 23:59:59.123"},
		{"date_trunc('foo', '2015-03-05')", "NULL"},
		{"make_date(2019, 2, 29)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"},
		{"make_date(5881581, 1, 1)", "ARITHMETIC_OVERFLOW"},
		{"make_timestamp(2019, 12, 31, 23, 59, 60)", "2020-01-01 00:00:00"},
		{"make_timestamp(2019, 12, 31, 23, 59, 60.5)", "INVALID_FRACTION_OF_SECOND"},
		{"make_timestamp(2019, 12, 31, 24, 0, 0)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"},
		{"make_timestamp(2019, 12, 31, 0, 0, 0, 'foo')", "INVALID_TIMEZONE"},
		{"try_make_timestamp(2019, 13, 31, 0, 0, 0)", "NULL"},
		{"try_make_interval(2147483647)", "NULL"},
		{"make_interval(2147483647)", "ARITHMETIC_OVERFLOW"},
		{"make_ym_interval(178956970, 8)", "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION"},
		{"timestampadd('MONTH', 1, to_timestamp('2020-01-31 10:00:00'))", "2020-02-29 10:00:00"},
		{"timestampadd('YEAR', 2147483647, to_timestamp('2020-01-31 10:00:00'))", "DATETIME_OVERFLOW"},
		{"timestampdiff('MONTH', '2020-01-31', '2020-02-29')", "0"},
		{"timestampdiff('QUARTER', '2023-08-10 01:02:03', '2022-01-14 01:02:03')", "-6"},
		{"timestamp_seconds(cast('NaN' as double))", "NULL"},
		{"timestamp_seconds('1')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"},
		{"timestamp_millis(92233720368547758)", "DATETIME_OVERFLOW"},
		{"unix_timestamp('1970-01-02 00:00:00')", "86400"},
		{"unix_timestamp('1970-01-02')", "CANNOT_PARSE_TIMESTAMP"},
		{"from_unixtime(-1, 'HH:mm')", "23:59"},
		{"to_date('12/31/2020', 'MM/dd/yyyy')", "2020-12-31"},
		{"try_to_date('2020-02-30')", "NULL"},
		{"to_timestamp(1)", "1970-01-01 00:00:01"},
		{"to_utc_timestamp('2020-01-01', 'foo')", "INVALID_TIMEZONE"},
		{"convert_timezone('UTC', 'Europe/Paris', '2020-06-01')", "2020-06-01 02:00:00"},
		{"date_format('2020-01-01', 'yyyyyyy')", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"},
		{"make_time(24, 0, 0)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"},
		{"to_time('10:11:61')", "CANNOT_PARSE_TIME"},
		{"try_to_time('foo')", "NULL"},
		{"time_diff('foo', '10:00:00', '11:00:00')", "INVALID_PARAMETER_VALUE.TIME_UNIT"},
		{"time_from_seconds(86400)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"},
	} {
		got, _, err := answer(x.call)
		if err != nil || got != x.want {
			t.Errorf("%s = %q (%v), want %q", x.call, got, err, x.want)
		}
	}
}

// TestLegacyDifference counts as Spark does with spark.sql.legacy.interval.enabled.
func TestLegacyDifference(t *testing.T) {
	env := *testEnv
	env.Conf = func(string) string { return "true" }
	for _, x := range []struct{ a, b, want string }{
		{"2040-04-10", "2000-01-01", "40 years 3 months 9 days"},
		{"1957-06-13", "1970-01-01", "-12 years -6 months -18 days"},
		{"1997-03-01", "1997-01-31", "1 months 1 days"},
		{"2000-01-01", "2000-01-01", "0 seconds"},
	} {
		date := func(s string) expr.Expr {
			days, _ := temporal.ParseDate(s)
			return lit(days, types.DateType)
		}
		e, err := functions.Bind(functions.Lookup("-"), []expr.Expr{date(x.a), date(x.b)}, functions.BindOptions{Env: &env})
		if err != nil {
			t.Fatal(err)
		}
		got, err := eval.EvalConstant(&expr.Cast{Child: e, To: types.StringType}, &env)
		if err != nil || got != x.want {
			t.Errorf("%s - %s = %v (%v), want %s", x.a, x.b, got, err, x.want)
		}
	}
}

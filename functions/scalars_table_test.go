package functions_test

import (
	"testing"

	"github.com/sparrow-engine/sparrow/expr"
)

// TestAnswers compares calls with the answers of Spark and Java, with what the examples do not show: limits, nulls, errors, Unicode.
func TestAnswers(t *testing.T) {
	for _, x := range []struct{ call, want string }{
		// rounding
		{"round(1.005D, 2)", "1.01"},
		{"round(2.675D, 2)", "2.68"},
		{"round(-2.5D)", "-3.0"},
		{"bround(2.5D)", "2.0"},
		{"bround(-3.5D)", "-4.0"},
		{"round(1234567.891D, -3)", "1235000.0"},
		{"round(0.4D, -1)", "0.0"},
		{"round(cast('NaN' as double), 2)", "NaN"},
		{"round(123.456, 1)", "123.5"},
		{"round(155, -1)", "160"},
		{"bround(155, -1)", "160"},
		{"bround(145, -1)", "140"},
		{"round(9223372036854775807L, -1)", "ARITHMETIC_OVERFLOW"},
		{"round(127Y, -1)", "ARITHMETIC_OVERFLOW"},
		{"floor(-0.5D)", "-1"},
		{"ceil(9.99)", "10"},
		{"floor(cast('Infinity' as double))", "ARITHMETIC_OVERFLOW"},
		{"ceil(cast(1.5 as float))", "2"},
		{"floor(cast(-1.5 as float))", "-2"},
		{"ceil('1.5')", "2"},
		{"round(-0.0D, 1)", "0.0"},
		{"to_char(1.239, '9.99')", "#.##"},
		{"array_remove(array(1), 1.5)", "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES"},
		// numbers
		{"factorial(21)", "NULL"},
		{"hex(-1L)", "FFFFFFFFFFFFFFFF"},
		{"hex(0)", "0"},
		{"unhex('F')", "\x0f"},
		{"unhex('G')", "NULL"},
		{"conv('11', 1, 10)", "NULL"},
		{"conv('-1', 10, 16)", "FFFFFFFFFFFFFFFF"},
		{"conv('zz9!', 36, 10)", "46629"},
		{"ln(0)", "NULL"},
		{"log(-1, 2)", "NULL"},
		{"log10(1000)", "3.0"},
		{"log1p(-1)", "NULL"},
		{"pow(cast('NaN' as double), 0)", "1.0"},
		{"width_bucket(5, 5, 5, 10)", "NULL"},
		{"width_bucket(10, 0, 10, 10)", "11"},
		{"getbit(11L, 64)", "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE"},
		{"bit_count(-1Y)", "64"},
		// text
		{"length('größer')", "6"},
		{"octet_length('größer')", "8"},
		{"substring('größer', 3, 2)", "öß"},
		{"substring('abc', -5, 3)", "a"},
		{"substring('abc', 0, 2)", "ab"},
		{"substring(x'00010203', 2, 2)", "\x01\x02"},
		{"substring('größer', 1, 3)", "grö"},
		{"substring('😀', 1, 4)", "😀"},
		{"substring(x'C3B60203', 1, 1)", "\xC3"},
		{"left('abcdefghijklmnop', 4)", "abcd"},
		{"left('abcdefghijklmnop', 0)", ""},
		{"upper('straße')", "STRASSE"},
		{"lower('ÄÖ')", "äö"},
		{"initcap('ÄPFEL und birnen')", "Äpfel Und Birnen"},
		{"reverse('añb')", "bña"},
		{"lpad('ß', 3, 'öä')", "öäß"},
		{"rpad('abc', -1, 'x')", ""},
		{"lpad('abc', 5, '')", "abc"},
		{"repeat('ab', -1)", ""},
		{"repeat('abcdefgh', 2000000000)", "EXCEED_LIMIT_LENGTH"},
		{"trim('\t a ')", "\t a"},
		{"trim('xy', 'yxTomxx')", "Tom"},
		{"btrim('xxaxx', 'x')", "a"},
		{"overlay('abc', 'ä', 2)", "aäc"},
		{"locate('', 'abc', 3)", "1"},
		{"locate('b', 'abc', NULL)", "0"},
		{"locate('ß', 'aaß')", "3"},
		{"instr('abcabc', 'b', -1, 2)", "2"},
		{"find_in_set('a,b', 'a,b')", "0"},
		{"find_in_set('', 'a,,b')", "2"},
		{"split_part('aaa', 'aa', -1)", "a"},
		{"substring_index('a.b.c', '.', -2)", "b.c"},
		{"substring_index('a.b.c', '.', 0)", ""},
		{"translate('añb', 'ñb', 'n')", "an"},
		{"concat_ws(',', 'a', NULL, split('b c', ' '))", "a,b,c"},
		{"concat_ws(NULL, 'a')", "NULL"},
		{"concat('a', NULL)", "NULL"},
		{"concat(x'61', 'b')", "ab"},
		{"concat(split('a b', ' '), split('c', ' '))", `["a","b","c"]`},
		{"reverse(split('a b c', ' '))", `["c","b","a"]`},
		{"elt(3, 'a', 'b')", "INVALID_ARRAY_INDEX"},
		{"elt(NULL, 'a')", "NULL"},
		{"ascii('ß')", "223"},
		{"char(256)", "\x00"},
		{"char(-1)", ""},
		{"char(228)", "ä"},
		{"levenshtein('', 'größe')", "5"},
		{"soundex('Tymczak')", "T522"},
		{"soundex('Pfister')", "P236"},
		{"soundex('Ashcraft')", "A261"},
		{"jaro_winkler_similarity('', '')", "1.0"},
		{"jaro_winkler_similarity('martha', 'marhta')", "0.9611111111111111"},
		{"mask('Äb1-', NULL, 'y')", "Äyn-"},
		{"mask('a', 'XX')", "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE"},
		{"make_valid_utf8(x'61F08062')", "a\ufffd\ufffdb"},
		{"validate_utf8(x'80')", "INVALID_UTF8_STRING"},
		{"collate('a', 'UNICODE')", "UNSUPPORTED_FEATURE.COLLATION"},
		// bytes
		{"unbase64('U3Bhcms')", "Spark"},
		{"unbase64('a')", "CONVERSION_INVALID_INPUT"},
		{"from_base32('!')", "CONVERSION_INVALID_INPUT"},
		{"hex(encode('ä', 'UTF-16'))", "FEFF00E4"},
		{"hex(encode('😀', 'utf-16le'))", "3DD800DE"},
		{"decode(encode('😀', 'utf-16'), 'utf-16')", "😀"},
		{"decode(x'ff', 'utf-8')", "MALFORMED_CHARACTER_CODING"},
		{"encode('a', 'x')", "INVALID_PARAMETER_VALUE.CHARSET"},
		{"try_to_binary('a!', 'base64')", "NULL"},
		{"sha2('Spark', 1)", "NULL"},
		{"hash(NULL)", "42"},
		{"aes_decrypt(x'00', '0000111122223333')", "INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR"},
		{"aes_encrypt('a', 'b')", "INVALID_PARAMETER_VALUE.AES_KEY_LENGTH"},
		{"aes_decrypt(aes_encrypt('text', '0000111122223333', 'ECB'), '0000111122223333', 'ECB')", "text"},
		{"try_aes_decrypt(x'00', '0000111122223333')", "NULL"},
		// URLs
		{"parse_url('https://user:pw@example.com:8080/a/b?x=1&y=2#top', 'AUTHORITY')", "user:pw@example.com:8080"},
		{"parse_url('https://user:pw@example.com:8080/a/b?x=1&y=2#top', 'HOST')", "example.com"},
		{"parse_url('https://user:pw@example.com:8080/a/b?x=1&y=2#top', 'USERINFO')", "user:pw"},
		{"parse_url('https://user:pw@example.com:8080/a/b?x=1&y=2#top', 'FILE')", "/a/b?x=1&y=2"},
		{"parse_url('https://user:pw@example.com:8080/a/b?x=1&y=2#top', 'REF')", "top"},
		{"parse_url('https://example.com/?x=1&y=2', 'QUERY', 'y')", "2"},
		{"parse_url('https://example.com/?x=1', 'QUERY', 'z')", "NULL"},
		{"parse_url('in valid://x', 'HOST')", "INVALID_URL"},
		{"url_decode('%zz')", "CANNOT_DECODE_URL"},
		{"url_encode('a b&ä')", "a+b%26%C3%A4"},
		// random values of the first partition, as Spark shows them
		{"rand(0)", "0.7604953758285915"},
		{"rand(NULL)", "0.7604953758285915"},
		{"randn(0)", "1.6034991609278433"},
		{"randstr(3, 0)", "ceV"},
		// errors raised on purpose
		{"raise_error('x')", "USER_RAISED_EXCEPTION"},
		{"assert_true(NULL)", "USER_RAISED_EXCEPTION"},
		{"input_file_name()", "UNSUPPORTED_FEATURE.INPUT_FILE"},
		// casts by name
		{"int('12')", "12"},
		{"int('x')", "CAST_INVALID_INPUT"},
		{"boolean('yes')", "true"},
		{"date(1)", "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION"},
	} {
		got, _, err := answer(x.call)
		if err != nil || got != x.want {
			t.Errorf("%s = %q (%v), want %q", x.call, got, err, x.want)
		}
	}
}

// TestRegexps compares what Java's patterns mean where Go's differ.
func TestRegexps(t *testing.T) {
	for _, x := range []struct{ call, want string }{
		{`regexp_extract_all('aab', 'a*', 0)`, `["aa","",""]`},
		{`regexp_replace('abc', 'x*', '-')`, "-a-b-c-"},
		{`regexp_replace('aXbX', '(?<n>X)', r'<${n}>')`, "a<X>b<X>"},
		{`regexp_replace('ab', '(a)(b)', r'$2$1\$')`, "ba$"},
		{`regexp_replace('ab', '(a)', r'$12')`, "a2b"},
		{`regexp_replace('ab', 'a', r'$1')`, "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX"},
		{`rlike("a\n", 'a$')`, "true"},
		{`rlike("a\nb", 'a.b')`, "false"},
		{`rlike("a\nb", '(?s)a.b')`, "true"},
		{`rlike('foobar', 'foo(?=bar)')`, "true"},
		{`rlike('abab', r'(ab)\1')`, "true"},
		{`rlike('aaa', 'a++a')`, "false"},
		{`rlike('b', '[a-z&&[^a]]')`, "true"},
		{`rlike('a', '[a-z&&[^a]]')`, "false"},
		{`rlike('d', '[a-c[d-f]]')`, "true"},
		{`rlike('+', r'\p{Punct}')`, "true"},
		{`rlike('ä', r'\p{L}')`, "true"},
		{`rlike('a.b', r'\Qa.b\E')`, "true"},
		{`rlike('A', '(?i)a')`, "true"},
		{`rlike('x', 'a{')`, "INVALID_PARAMETER_VALUE.PATTERN"},
		{`rlike('x', r'\y')`, "INVALID_PARAMETER_VALUE.PATTERN"},
		{`rlike('ab', '(?x) a b # text')`, "true"},
		{`regexp_count('a1b22', r'\d+')`, "2"},
		{`regexp_instr('äb1', r'\d')`, "3"},
		{`split('a1b2c', r'\d', -1)`, `["a","b","c"]`},
		{`split('abc', '')`, `["a","b","c"]`},
		{`split(',a,,', ',')`, `["","a","",""]`},
		{`split('', ',')`, `[""]`},
		{`regexp_extract('100-200', r'(\d+)-(\d+)', 2)`, "200"},
		{`regexp_extract('abc', '(x)?b', 1)`, ""},
	} {
		got, _, err := answer(x.call)
		if err != nil || got != x.want {
			t.Errorf("%s = %q (%v), want %q", x.call, got, err, x.want)
		}
	}
}

// TestFormats compares number formats and printf.
func TestFormats(t *testing.T) {
	for _, x := range []struct{ call, want string }{
		{"to_number('', '9')", "INVALID_FORMAT.MISMATCH_INPUT"},
		{"to_number('1', '')", "INVALID_FORMAT.EMPTY"},
		{"to_number('1', '9x')", "INVALID_FORMAT.UNEXPECTED_TOKEN"},
		{"to_number('1', '$')", "INVALID_FORMAT.WRONG_NUM_DIGIT"},
		{"to_number('1', '9$')", "INVALID_FORMAT.CUR_MUST_BEFORE_DIGIT"},
		{"to_number('1', '9..9')", "INVALID_FORMAT.WRONG_NUM_TOKEN"},
		{"to_number('1,', '9,')", "INVALID_FORMAT.CONT_THOUSANDS_SEPS"},
		{"to_number('<12>', '99PR')", "-12"},
		{"to_number('12', '99PR')", "12"},
		{"to_number('<12', '99PR')", "INVALID_FORMAT.MISMATCH_INPUT"},
		{"to_char(454, '000D00')", "454.00"},
		{"to_char(5, '99,999')", "     5"},
		{"to_char(1234, '00,000')", "01,234"},
		{"to_char(1234, '999')", "###"},
		{"to_char(-1.5, 'MI99.9')", " -1.5"},
		{"to_char(x'616263', 'base64')", "YWJj"},
		{"format_number(12332.123456, 4)", "12,332.1235"},
		{"format_number(-1234567, 0)", "-1,234,567"},
		{"format_number(0.125D, 2)", "0.12"},
		{"format_number(0.375D, 2)", "0.38"},
		{"format_number(5, -1)", "NULL"},
		{"format_number(1234.5D, '#,##0.00')", "1,234.50"},
		{"format_number(0.5D, '0.#%')", "50%"},
		{"format_number(cast('NaN' as double), 2)", "NaN"},
		{"format_string('%5d|%-5d|%05d|%,d|%+d', 42, 42, 42, 1234567, 42)", "   42|42   |00042|1,234,567|+42"},
		{"format_string('%x %X %o %#x', 255, 255, 8, 255)", "ff FF 10 0xff"},
		{"format_string('%.2f %8.3f %e', 1.005D, 3.14159D, 12345.678D)", "1.01    3.142 1.234568e+04"},
		{"format_string('%s %b %c %S', 1.5D, true, 65, 'x')", "1.5 true A X"},
		{"format_string('%2$s %1$s %<s', 'a', 'b')", "b a a"},
		{"format_string('%.3s', 'abcdef')", "abc"},
		{"format_string('%d', 'x')", "java.util.IllegalFormatConversionException"},
		{"format_string('%s')", "java.util.MissingFormatArgumentException"},
		{"format_string('%')", "java.util.UnknownFormatConversionException"},
		{"format_string(NULL, 1)", "NULL"},
		{"format_string('%x', -1)", "ffffffff"},
		{"format_string('%(d', -5)", "(5)"},
	} {
		got, _, err := answer(x.call)
		if err != nil || got != x.want {
			t.Errorf("%s = %q (%v), want %q", x.call, got, err, x.want)
		}
	}
}

// TestLegacy checks what fails, and what gives null, without ANSI.
func TestLegacy(t *testing.T) {
	defer func(env *expr.Env) { testEnv = env }(testEnv)
	legacy := *testEnv
	legacy.ANSI = false
	testEnv = &legacy
	for _, x := range []struct{ call, want string }{
		{"round(2147483647, -1)", "-2147483646"},
		{"conv('92233720368547758070', 10, 16)", "FFFFFFFFFFFFFFFF"},
		{"elt(3, 'a', 'b')", "NULL"},
		{"left('abcd', 'a')", "NULL"},
		{"validate_utf8(x'80')", "INVALID_UTF8_STRING"},
		{"try_validate_utf8(x'80')", "NULL"},
		{"try_url_decode('%')", "NULL"},
		{"rlike('a', '(')", "INVALID_PARAMETER_VALUE.PATTERN"},
		{"getbit(1, 32)", "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE"},
		{"raise_error('x')", "USER_RAISED_EXCEPTION"},
	} {
		if got, _, err := answer(x.call); err != nil || got != x.want {
			t.Errorf("%s = %q (%v), want %q", x.call, got, err, x.want)
		}
	}
}

// TestLegacyCharsets checks the two settings that bring back what older Sparks did.
func TestLegacyCharsets(t *testing.T) {
	defer func(env *expr.Env) { testEnv = env }(testEnv)
	legacy := *testEnv
	legacy.Conf = func(string) string { return "true" }
	testEnv = &legacy
	for _, x := range []struct{ call, want string }{
		{"encode('é€', 'WINDOWS-1252')", "\xe9\x80"},
		{"decode(x'e980', 'windows-1252')", "é€"},
		{"encode('渭a', 'US-ASCII')", "?a"},
		{"decode(x'ff61', 'US-ASCII')", "\ufffda"},
		{"decode(x'ff61', 'UTF-8')", "\ufffda"},
		{"encode('a', 'Windows-xxx')", "INVALID_PARAMETER_VALUE.CHARSET"},
	} {
		if got, _, err := answer(x.call); err != nil || got != x.want {
			t.Errorf("%s = %q (%v), want %q", x.call, got, err, x.want)
		}
	}
}

package sql

import (
	"testing"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// seeds are statements that touch every rule of the grammar; the corpus, where it is, adds Spark's own.
var seeds = []string{
	"SELECT 1", "SELECT a AS b, t.*, * EXCEPT (x, y.z), s.* REPLACE (a + 1 AS a) FROM t", "SELECT -1, - 1, -x, +x, ~x, !a, NOT a AND b OR c",
	"SELECT 1Y, 2S, 3L, 4.5, 1e3, 1.5F, 2D, 3BD, 0E3BD, .5, 5., 99999999999, 99999999999999999999, -2147483648, -9223372036854775808L",
	"SELECT 'a''b' 'c', \"d\", r'\\n', '\\u0041\\101\\n\\%', X'1F', DATE'2020-01-01', TIMESTAMP'2020-01-01 10:00', TIMESTAMP_NTZ'2020-01-01', TIME'10:00'",
	"SELECT INTERVAL 1 DAY, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 02:03:04.5' DAY TO SECOND, INTERVAL '3 weeks -2 hours', INTERVAL -1.5 SECONDS, INTERVAL 2 YEARS 3 MONTHS",
	"SELECT a IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT UNKNOWN, a IS DISTINCT FROM b, a BETWEEN 1 AND 2, a NOT IN (1, 2), a IN (SELECT 1), (a, b) IN (SELECT 1, 2), EXISTS (SELECT 1)",
	"SELECT a LIKE 'x%' ESCAPE '/', a NOT ILIKE b, a RLIKE b, a LIKE ANY ('x', 'y'), a NOT LIKE ALL ('x', 'y')",
	"SELECT CASE WHEN a THEN b END, CASE a WHEN 1 THEN 2 ELSE 3 END, CAST(a AS DECIMAL(5, 2)), TRY_CAST(a AS ARRAY<STRUCT<x: INT, y: MAP<STRING, INT>>>), a::INT[0].b, v:a.b[0]['c']",
	"SELECT f(), f(DISTINCT x), count(*), f(a => 1), transform(xs, x -> x + 1), aggregate(xs, 0, (a, x) -> a + x), (a, b), struct(a AS x), IDENTIFIER('f')(1), IDENTIFIER('a')",
	"SELECT sum(x) FILTER (WHERE y) OVER (PARTITION BY a ORDER BY b DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING), lag(x) IGNORE NULLS OVER w, percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t WINDOW w AS (CLUSTER BY a)",
	"SELECT EXTRACT(YEAR FROM d), TRIM(BOTH 'x' FROM y), TRIM(FROM y), SUBSTRING(a FROM 1 FOR 2), POSITION('a' IN b), OVERLAY(a PLACING b FROM 1), TIMESTAMPADD(MONTH, 1, t), DATEDIFF(DAY, a, b), date_add(a, 1), CURRENT_DATE",
	"SELECT ?, :a, a & b | c ^ d << 1 >> 2 >>> 3, a || b, a DIV b % c, a <=> b, a == b, a != b",
	"SELECT /*+ BROADCAST(a, b), REPARTITION(3) */ DISTINCT a FROM a, LATERAL (SELECT 1) x JOIN b USING (k) LEFT SEMI JOIN c ON d NATURAL FULL OUTER JOIN e CROSS JOIN f",
	"SELECT * FROM 'f.parquet' AS t(a, b), parquet.`x/y`, range(10) r, explode(array(1)) WITH_, UNNEST(a) WITH ORDINALITY u, (VALUES (1, 2), (3, 4)) v(a, b), ((SELECT 1)) x, (a JOIN b) y",
	"SELECT * FROM t VERSION AS OF 3 TABLESAMPLE (10 PERCENT) REPEATABLE (7) x, u TABLESAMPLE BERNOULLI (5 ROWS), w TABLESAMPLE (BUCKET 1 OUT OF 4)",
	"SELECT a FROM t LATERAL VIEW OUTER explode(x) y AS z, q WHERE a GROUP BY a, ROLLUP(b, (c, d)), CUBE(e), GROUPING SETS ((), a, (a, b), CUBE(c)) HAVING b QUALIFY c ORDER BY a DESC LIMIT 10 OFFSET 5",
	"SELECT a, count(*) FROM t GROUP BY ALL ORDER BY ALL DESC NULLS FIRST", "SELECT a FROM t GROUP BY a, b WITH CUBE", "SELECT a FROM t GROUP BY a GROUPING SETS ((a), ())",
	"SELECT * FROM t UNPIVOT ((x) FOR n IN ((a, b), (c)))",
	"SELECT * FROM t PIVOT (sum(x) AS s FOR (a, b) IN ((1, 2) AS p, (3, 4))) UNPIVOT INCLUDE NULLS ((x, y) FOR n IN ((a, b) AS ab, (c, d)))",
	"WITH RECURSIVE a(x) MAX RECURSION LEVEL 5 AS (SELECT 1 UNION ALL SELECT x + 1 FROM a), b AS (TABLE c) SELECT * FROM a UNION SELECT 1 INTERSECT SELECT 2 EXCEPT ALL (SELECT 3 ORDER BY 1)",
	"FROM t |> WHERE a |> SELECT b AS c |> EXTEND d AS e, f |> SET g = h |> DROP i |> AS j |> JOIN k ON l |> AGGREGATE m GROUP BY n |> ORDER BY o |> LIMIT 1 |> UNION ALL (SELECT 1) |> TABLESAMPLE (1 ROWS)",
	"SELECT * FROM t DISTRIBUTE BY b SORT BY a", "FROM t SELECT a WHERE b SELECT c", "VALUES (1, 'a'), (2, NULL) AS t(x, y)",
	"CREATE OR REPLACE TEMPORARY VIEW v (a COMMENT 'c', b) COMMENT 'd' TBLPROPERTIES ('k' = 'v') AS SELECT 1, 2", "CREATE TEMPORARY VIEW v (a INT) USING csv OPTIONS (path 'p', header true)",
	"CREATE TABLE IF NOT EXISTS t (a INT NOT NULL DEFAULT 1 COMMENT 'x', b STRING) USING parquet OPTIONS (k = 1) PARTITIONED BY (b) LOCATION 'l' COMMENT 'c' TBLPROPERTIES (a.b = 'c') AS SELECT 1",
	"CREATE TABLE t LIKE u USING csv", "REPLACE TABLE t AS SELECT 1", "DROP TABLE IF EXISTS a.b PURGE", "DROP VIEW v", "CREATE DATABASE d COMMENT 'c' LOCATION 'l' WITH DBPROPERTIES (a = 'b')", "DROP SCHEMA IF EXISTS d CASCADE",
	"INSERT INTO t (a, b) VALUES (1, DEFAULT)", "INSERT OVERWRITE TABLE t PARTITION (a = 1, b) IF NOT EXISTS SELECT 1", "INSERT INTO t BY NAME SELECT 1 AS a", "INSERT OVERWRITE DIRECTORY 'd' USING csv OPTIONS (a 'b') SELECT 1",
	"DESCRIBE TABLE EXTENDED t a.b AS JSON", "DESCRIBE QUERY SELECT 1", "DESC FUNCTION EXTENDED +", "DESC DATABASE EXTENDED d", "SHOW TABLES IN d LIKE 'x*'", "SHOW COLUMNS IN t IN d", "SHOW USER FUNCTIONS LIKE 'a'", "SHOW CREATE TABLE t",
	"SET a.b=c d", "SET `a b` = `c;d`", "SET -v", "SET", "RESET a.b", "SET TIME ZONE INTERVAL 10 HOURS", "SET TIME ZONE LOCAL", "SET VAR a = 1 + 1", "USE CATALOG c", "USE d",
	"CACHE LAZY TABLE t OPTIONS ('a' = 'b') AS SELECT 1", "UNCACHE TABLE IF EXISTS t", "CLEAR CACHE", "REFRESH TABLE t", "REFRESH /a/b", "ANALYZE TABLE t COMPUTE STATISTICS FOR COLUMNS a, b", "TRUNCATE TABLE t",
	"EXPLAIN FORMATTED SELECT 1", "EXPLAIN ANALYZE SELECT 1", "DECLARE OR REPLACE VARIABLE a, b INT DEFAULT 5", "DROP TEMPORARY VARIABLE IF EXISTS a",
	"CREATE TEMPORARY FUNCTION f(a INT DEFAULT 1, b STRING) RETURNS INT COMMENT 'c' RETURN a + 1", "CREATE FUNCTION f() RETURNS TABLE (a INT) RETURN SELECT 1", "DROP TEMPORARY FUNCTION f",
	"BEGIN DECLARE i INT = 0; WHILE i < 3 DO SET i = i + 1; END WHILE; SELECT i; END", "MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT *", "ALTER TABLE t ADD COLUMN a INT",
	"SELECT a FROM l ASOF JOIN r MATCH_CONDITION (l.t >= r.t) USING (k)", "SELECT TRANSFORM(a) USING 'cat' AS (b STRING) FROM t", "SELECT ((SELECT 1) + 1), ((SELECT 1) UNION (SELECT 2)), ((((1))))",
}

// FuzzParse checks that no text makes the parser panic or hang, that its errors are proper, and that what it takes is printed as SQL
// that parses to the same plan.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Parse(text, Options{}); err != nil && sqlerr.As(err) == nil {
			t.Fatalf("an error without a condition: %v", err)
		}
		if d := roundTrip(text, Options{}); d != "" {
			t.Fatal(d)
		}
		Split(text)
	})
}

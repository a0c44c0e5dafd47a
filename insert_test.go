package sparrow

import "testing"

func TestInsertDefault(t *testing.T) {
	s, _ := testSession(t)
	run(t, s,
		step{"CREATE TABLE d (a INT, b STRING DEFAULT 'dd', c INT) USING parquet", nil},
		step{"INSERT INTO d (c, a) VALUES (3, 1), (DEFAULT, 2)", nil},
		step{"INSERT INTO d VALUES (3, DEFAULT, DEFAULT)", nil},
		step{"INSERT INTO d SELECT 4, DEFAULT, 5", nil},
		step{"WITH x AS (SELECT 6 AS a) INSERT INTO d SELECT a, DEFAULT, 7 FROM x", nil},
		step{"SELECT * FROM d ORDER BY a", []string{"1|dd|3", "2|dd|NULL", "3|dd|NULL", "4|dd|5", "6|dd|7"}},
		step{"INSERT INTO d VALUES (1, upper(DEFAULT), 1)", []string{"!DEFAULT_PLACEMENT_INVALID"}},
		step{"INSERT INTO d VALUES (1, DEFAULT, 1, DEFAULT)", []string{"!DEFAULT_PLACEMENT_INVALID"}},
		step{"SELECT count(*) FROM d", []string{"5"}},
		step{"CREATE TABLE p (a INT, b INT DEFAULT 8) USING parquet PARTITIONED BY (b)", nil},
		step{"INSERT INTO p PARTITION (b = 2) VALUES (DEFAULT)", nil},
		step{"INSERT INTO p VALUES (1, DEFAULT)", nil},
		step{"SELECT * FROM p ORDER BY b", []string{"NULL|2", "1|8"}},
	)
}

func TestInsertOverflow(t *testing.T) {
	s, _ := testSession(t)
	run(t, s,
		step{"CREATE TABLE o (a TINYINT, d DECIMAL(3, 1)) USING parquet", nil},
		step{"INSERT INTO o VALUES (1000, 1)", []string{"!CAST_OVERFLOW_IN_TABLE_INSERT"}},
		step{"INSERT INTO o VALUES (1, 100.5)", []string{"!CAST_OVERFLOW_IN_TABLE_INSERT"}},
		step{"INSERT INTO o SELECT CAST(1000 AS TINYINT), 1", []string{"!CAST_OVERFLOW"}},
		step{"SELECT count(*) FROM o", []string{"0"}},
	)
}

func TestDescribeAnalyzedColumn(t *testing.T) {
	s, _ := testSession(t)
	run(t, s,
		step{"CREATE TABLE an (a INT, s STRING) USING parquet", nil},
		step{"INSERT INTO an VALUES (1, 'x'), (2, 'four'), (NULL, NULL)", nil},
		step{"DESCRIBE EXTENDED an a", []string{"col_name|a", "data_type|int", "comment|NULL", "min|NULL", "max|NULL", "num_nulls|NULL", "distinct_count|NULL",
			"avg_col_len|NULL", "max_col_len|NULL", "histogram|NULL"}},
		step{"ANALYZE TABLE an COMPUTE STATISTICS FOR ALL COLUMNS", nil},
		step{"DESCRIBE EXTENDED an a", []string{"col_name|a", "data_type|int", "comment|NULL", "min|1", "max|2", "num_nulls|1", "distinct_count|2",
			"avg_col_len|4", "max_col_len|4", "histogram|NULL"}},
		step{"DESCRIBE EXTENDED an s", []string{"col_name|s", "data_type|string", "comment|NULL", "min|NULL", "max|NULL", "num_nulls|1", "distinct_count|2",
			"avg_col_len|3", "max_col_len|4", "histogram|NULL"}},
		step{"DESCRIBE an a", []string{"col_name|a", "data_type|int", "comment|NULL"}},
	)
}

func TestShowCreateTable(t *testing.T) {
	s, _ := testSession(t)
	run(t, s,
		step{"CREATE TABLE sct (a INT DEFAULT 1 + 1 COMMENT 'it''s', p INT) USING parquet PARTITIONED BY (p) COMMENT 'c'", nil},
		step{"SHOW CREATE TABLE sct", []string{"CREATE TABLE spark_catalog.default.sct (\n  a INT DEFAULT (1 + 1) COMMENT 'it\\'s',\n  p INT)\nUSING parquet\nPARTITIONED BY (p)\nCOMMENT 'c'\n"}},
	)
}

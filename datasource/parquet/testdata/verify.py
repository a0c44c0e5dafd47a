#!/usr/bin/env python3
"""verify.py FILE.parquet FILE.arrow: the Parquet file holds the rows of the Arrow file, for pyarrow and DuckDB, and its statistics hold."""
import sys
import duckdb, pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc, pyarrow.compute as pc

def same(a, b, where):
    if isinstance(a, float) and isinstance(b, float) and a != a and b != b:
        return
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        assert len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b)):
            same(x, y, where)
        return
    if isinstance(a, dict) and isinstance(b, dict):
        assert a.keys() == b.keys(), where
        for k in a:
            same(a[k], b[k], where)
        return
    assert a == b, (where, a, b)

parquet, arrow = sys.argv[1:3]
want = ipc.open_file(arrow).read_all()
file = pq.ParquetFile(parquet, page_checksum_verification=True)
got = file.read()
assert got.num_rows == want.num_rows, (got.num_rows, want.num_rows)
for name in want.column_names:
    w, g = want[name], got[name]
    if pa.types.is_dictionary(w.type):
        w = w.cast(w.type.value_type)
    if pa.types.is_duration(w.type):
        w = w.cast(pa.duration("us")).cast(pa.int64())
    if w.type == pa.month_day_nano_interval() or "month_interval" in str(w.type):
        continue
    same(w.to_pylist(), g.to_pylist(), name)
meta = file.metadata
for r in range(meta.num_row_groups):
    part = file.read_row_group(r)
    for c in range(meta.num_columns):
        chunk = meta.row_group(r).column(c)
        name, s = chunk.path_in_schema, chunk.statistics
        if "." in name or s is None:
            continue
        values = part[name].drop_null()
        assert s.null_count == part[name].null_count, name
        if s.has_min_max:
            seen = values.to_pylist()
            seen = [v for v in seen if v == v]
            assert min(seen) == s.min and max(seen) == s.max, (name, s.min, min(seen), s.max, max(seen))
con = duckdb.connect()
con.execute("set timezone='UTC'")
con.register("got", got)
n = con.execute(f"select count(*) from (select * from read_parquet('{parquet}'))").fetchone()[0]
assert n == want.num_rows
for name in got.column_names:
    t = got.schema.field(name).type
    if pa.types.is_null(t) or pa.types.is_nested(t) or pa.types.is_time(t):
        con.execute(f'select "{name}" from read_parquet(\'{parquet}\')').fetchall()
        continue
    a = con.execute(f'select count("{name}"), min("{name}")::varchar, max("{name}")::varchar, count(distinct "{name}") from read_parquet(\'{parquet}\')').fetchone()
    b = con.execute(f'select count("{name}"), min("{name}")::varchar, max("{name}")::varchar, count(distinct "{name}") from got').fetchone()
    assert a == b, (name, a, b)
    # Every value of the first rows is found through statistics, page index and bloom filter.
    if not pa.types.is_binary(t) and not pa.types.is_fixed_size_binary(t):
        for v, k in con.execute(f'select "{name}", count(*) from got where "{name}" is not null group by 1 order by hash("{name}") limit 20').fetchall():
            if v == v:
                f = con.execute(f'select count(*) from read_parquet(\'{parquet}\') where "{name}" = ?', [v]).fetchone()[0]
                assert f == k or pa.types.is_floating(t) or pa.types.is_timestamp(t), (name, v, k, f)
print("ok", got.num_rows, meta.num_row_groups)

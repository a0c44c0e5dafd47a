#!/usr/bin/env python3
"""verify.py A.parquet A.arrow [B.parquet B.arrow ...]: each Parquet file holds the rows of the Arrow file behind it, for pyarrow and DuckDB, and its
statistics hold. What does not hold is printed, with the file's name, and the status is 1."""
import sys, traceback
import duckdb, pyarrow as pa, pyarrow.parquet as pq, pyarrow.ipc as ipc

con = duckdb.connect()
con.execute("set timezone='UTC'; set parquet_metadata_cache=true; set threads=1")


def same(a, b, where):
    if isinstance(a, float) and isinstance(b, float) and a != a and b != b:
        return
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        assert len(a) == len(b), where
        for x, y in zip(a, b):
            same(x, y, where)
        return
    if isinstance(a, dict) and isinstance(b, dict):
        assert a.keys() == b.keys(), where
        for k in a:
            same(a[k], b[k], where)
        return
    assert a == b, (where, a, b)


def check_values(want, got):
    assert got.num_rows == want.num_rows, (got.num_rows, want.num_rows)
    for name in want.column_names:
        w, g = want[name], got[name]
        if pa.types.is_dictionary(w.type):
            w = w.cast(w.type.value_type)
        if pa.types.is_duration(w.type):
            w = w.cast(pa.duration("us")).cast(pa.int64())
        if w.type == pa.month_day_nano_interval() or "month_interval" in str(w.type):
            continue
        if w.type != g.type or not w.equals(g):  # NaN is not equal to itself there
            same(w.to_pylist(), g.to_pylist(), name)


def check_statistics(file):
    meta = file.metadata
    for r in range(meta.num_row_groups):
        part = file.read_row_group(r)
        for c in range(meta.num_columns):
            chunk = meta.row_group(r).column(c)
            name, s = chunk.path_in_schema, chunk.statistics
            if "." in name or s is None:
                continue
            assert s.null_count == part[name].null_count, name
            if s.has_min_max:
                seen = [v for v in part[name].drop_null().to_pylist() if v == v]
                assert min(seen) == s.min and max(seen) == s.max, (name, s.min, min(seen), s.max, max(seen))


def check_duckdb(parquet, got):
    con.register("got", got)
    assert con.execute(f"select count(*) from read_parquet('{parquet}')").fetchall()[0][0] == got.num_rows
    types = {name: got.schema.field(name).type for name in got.column_names}
    odd = [n for n, t in types.items() if pa.types.is_null(t) or pa.types.is_nested(t) or pa.types.is_time(t)]
    con.execute("select " + ", ".join(f'"{n}"' for n in odd) + f" from read_parquet('{parquet}')").fetchall()
    plain = [n for n in types if n not in odd]
    facts = ", ".join(f'count("{n}"), min("{n}")::varchar, max("{n}")::varchar, count(distinct "{n}")' for n in plain)
    a = con.execute(f"select {facts} from read_parquet('{parquet}')").fetchall()[0]
    b = con.execute(f"select {facts} from got").fetchall()[0]
    for i, name in enumerate(plain):
        assert a[4 * i : 4 * i + 4] == b[4 * i : 4 * i + 4], (name, a[4 * i : 4 * i + 4], b[4 * i : 4 * i + 4])
    for name in plain:
        if not pa.types.is_binary(types[name]) and not pa.types.is_fixed_size_binary(types[name]):
            check_lookups(parquet, name, pa.types.is_floating(types[name]) or pa.types.is_timestamp(types[name]))


def check_lookups(parquet, name, inexact):
    """The least, the largest and some other values are each found through statistics, page index and bloom filter."""
    groups = f'select "{name}" as v, count(*) from got where "{name}" is not null group by 1'
    values = con.execute(" union ".join(f"(from ({groups}) order by {by})" for by in ("v limit 1", "v desc limit 1", "hash(v) limit 1"))).fetchall()
    values = [(v, k) for v, k in values if v == v]
    if not values:
        return
    one = f"(select count(*) from read_parquet('{parquet}') where \"{name}\" = ?)"
    found = con.execute("select " + ", ".join([one] * len(values)), [v for v, _ in values]).fetchall()[0]
    for (v, k), f in zip(values, found):
        assert f == k or inexact, (name, v, k, f)


status = 0
for parquet, arrow in zip(sys.argv[1::2], sys.argv[2::2]):
    try:
        file = pq.ParquetFile(parquet, page_checksum_verification=True)
        got = file.read()
        check_values(ipc.open_file(arrow).read_all(), got)
        check_statistics(file)
        check_duckdb(parquet, got)
    except Exception:
        status = 1
        print(parquet)
        traceback.print_exc(file=sys.stdout)
sys.exit(status)

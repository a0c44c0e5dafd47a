#!/usr/bin/env python3
"""run_queries.py DIR FORMAT QUERIES: runs the queries with DuckDB on generated files, printing each result as lines of cells parted by tabs."""
import glob, os, sys
import duckdb

directory, form, queries = sys.argv[1:4]
con = duckdb.connect()
for t in "region nation supplier part customer partsupp orders lineitem".split():
    path = f"{directory}/{t}.{form}" if os.path.exists(f"{directory}/{t}.{form}") else f"{directory}/{t}/*.{form}"
    source = f"read_{form}('{path}')"
    # CSV has no decimals; DuckDB guesses floating point.
    amounts = [c[0] for c in con.execute(f"describe select * from {source}").fetchall() if c[1] == "DOUBLE"]
    columns = "* replace (" + ", ".join(f"{c}::decimal(15,2) as {c}" for c in amounts) + ")" if amounts else "*"
    con.execute(f"create table {t} as select {columns} from {source}")
for q in range(1, 23):
    result = con.execute(open(f"{queries}/q{q:02d}.sql").read())
    print("#", q)
    print("\t".join(d[0] for d in result.description))
    for row in result.fetchall():
        print("\t".join("NULL" if v is None else str(v) for v in row))

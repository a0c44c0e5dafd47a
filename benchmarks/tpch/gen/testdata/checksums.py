#!/usr/bin/env python3
"""Writes checksums.txt: SHA-256 of every column's values as text, one a line, of files made by tpchgen-cli.

Usage: checksums.py SF=DIR ... > checksums.txt, after `tpchgen-cli parquet -s SF -o DIR` for each. One part of a large scale is named
SF:PART/PARTS, PART from 0, and DIR holds its files under the tables' names; tables without a file are left out.
"""
import hashlib, os, sys
import pyarrow as pa, pyarrow.parquet as pq

tables = "region nation supplier part customer partsupp orders lineitem".split()
print("# sf table column rows sha256 (16 digits); tpchgen-cli 4.0.0, made by checksums.py")
for arg in sys.argv[1:]:
    sf, directory = arg.split("=")
    for table in tables:
        if not os.path.exists(f"{directory}/{table}.parquet"):
            continue
        data = pq.read_table(f"{directory}/{table}.parquet")
        for name in data.column_names:
            text = "".join(v + "\n" for v in data[name].cast(pa.string()).to_pylist())
            print(sf, table, name, data.num_rows, hashlib.sha256(text.encode()).hexdigest()[:16])

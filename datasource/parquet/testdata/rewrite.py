"""Writes Arrow files as Parquet with pyarrow: rewrite.py A.arrow A.parquet '{"option": ...}' [B.arrow ...]."""
import json
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

for arrow, parquet, options in zip(*[iter(sys.argv[1:])] * 3):
    pq.write_table(pa.ipc.open_file(arrow).read_all(), parquet, **json.loads(options))

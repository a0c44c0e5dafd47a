"""Writes an Arrow file as Parquet with pyarrow: rewrite.py IN.arrow OUT.parquet '{"option": ...}'."""
import json
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

table = pa.ipc.open_file(sys.argv[1]).read_all()
pq.write_table(table, sys.argv[2], **json.loads(sys.argv[3]))

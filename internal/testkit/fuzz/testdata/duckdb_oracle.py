#!/usr/bin/env python3
"""What DuckDB answers: reads {"sql": …} lines, answers {"rows": [[cell, …]]} or {"err": …} lines, in the protocol of the Spark oracle.

Cells are written as Spark prints them, so that answers can be compared as text. NULLs are ordered as in Spark.
"""
import datetime, decimal, json, math, sys
import duckdb

db = duckdb.connect()
db.execute("SET default_null_order='nulls_first_on_asc_last_on_desc'; SET threads=1; SET TimeZone='UTC'")


def cell(v, nested=False):
    if v is None:
        return "null" if nested else None
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, float):
        return "NaN" if math.isnan(v) else ("Infinity" if v > 0 else "-Infinity") if math.isinf(v) else repr(v)
    if isinstance(v, decimal.Decimal):
        return format(v, "f")
    if isinstance(v, datetime.datetime):
        text = v.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0")
        return text.rstrip(".")
    if isinstance(v, list):
        return "[" + ",".join(cell(x, True) for x in v) + "]"
    if isinstance(v, dict):
        return "{" + ",".join(json.dumps(k) + ":" + cell(x, True) for k, x in v.items()) + "}"
    return json.dumps(v, ensure_ascii=False) if nested and isinstance(v, str) else str(v)


for line in sys.stdin:
    try:
        cur = db.execute(json.loads(line)["sql"])
        answer = {"rows": [[cell(v) for v in row] for row in cur.fetchall()] if cur.description else []}
    except Exception as e:
        answer = {"err": type(e).__name__, "message": str(e)[:300]}
    print(json.dumps(answer), flush=True)

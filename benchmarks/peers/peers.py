"""Answers queries of one engine: a JSON request a line on standard input, {"sql": "..."}, an answer a line on standard output, as
`sparrow serve --stdio` does; any other request is answered with the engine's version. Started by the benchmark harness:
peers.py ENGINE TABLES THREADS.

Seconds go from the text of a query to its whole result as Arrow data; the conversion of cells to text is not counted.
"""

import datetime
import decimal
import glob
import json
import os
import sys
import time


def tables(folder):
    """Names, formats and paths of the tables: files, or folders of files, of Parquet or CSV."""
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*"))):
        name, ext = os.path.splitext(os.path.basename(path))
        if os.path.isdir(path):
            inside = [f for ext in ("parquet", "csv") for f in glob.glob(os.path.join(glob.escape(path), "**", "*." + ext), recursive=True)]
            if not inside:
                continue
            ext = os.path.splitext(inside[0])[1]
        if ext in (".parquet", ".csv"):
            yield name, ext[1:], path


def duckdb_engine(folder, threads):
    import duckdb

    con = duckdb.connect()
    con.execute(f"SET threads = {threads}")
    for name, kind, path in tables(folder):
        if os.path.isdir(path):
            path = os.path.join(path, "**", "*." + kind)
        text = path.replace("'", "''")
        con.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_{kind}('{text}')")

    def query(sql):
        result = con.execute(sql)
        return result.to_arrow_table() if hasattr(result, "to_arrow_table") else result.fetch_arrow_table()

    return query, duckdb.__version__


def polars_engine(folder, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)  # read when the module is loaded
    import polars

    scans = {"parquet": polars.scan_parquet, "csv": lambda p: polars.scan_csv(p, try_parse_dates=True)}
    context = polars.SQLContext({name: scans[kind](path) for name, kind, path in tables(folder)})
    return (lambda sql: context.execute(sql).collect(engine="streaming").to_arrow()), polars.__version__


def datafusion_engine(folder, threads):
    import datafusion
    import pyarrow

    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(threads))
    for name, kind, path in tables(folder):
        getattr(context, "register_" + kind)(name, path)

    def query(sql):
        frame = context.sql(sql)
        return pyarrow.Table.from_batches(frame.collect(), frame.schema())

    return query, datafusion.__version__


def spark_engine(folder, threads):
    import pyspark
    from pyspark.sql import SparkSession

    options = {
        "spark.driver.memory": "8g",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(max(threads, 4)),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    }
    builder = SparkSession.builder.master(f"local[{threads}]")
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for name, kind, path in tables(folder):
        reader = session.read.options(header=True, inferSchema=True) if kind == "csv" else session.read
        getattr(reader, kind)(path).createOrReplaceTempView(name)
    return (lambda sql: session.sql(sql).toArrow()), pyspark.__version__


def cell(value):
    """The text of a value as Sparrow prints it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def respond(query, sql):
    start = time.perf_counter()
    try:
        result = query(sql)
        seconds = time.perf_counter() - start
        columns = [[cell(v) for v in column.to_pylist()] for column in result.columns]
        return {
            "cols": list(result.column_names),
            "types": [str(field.type) for field in result.schema],
            "rows": list(zip(*columns)),
            "seconds": seconds,
        }
    except BaseException as err:  # some engines panic with exceptions that are no Exception
        if isinstance(err, (KeyboardInterrupt, SystemExit)):
            raise
        return {"err": type(err).__name__, "message": str(err)[:500]}


def main():
    engine, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the engines print must not get between the answers
    try:
        query, version = globals()[engine + "_engine"](folder, threads)
    except Exception as err:
        print(json.dumps({"err": type(err).__name__, "message": str(err)[:500]}), file=out, flush=True)
        return
    for line in sys.stdin:
        request = json.loads(line)
        answer = respond(query, request["sql"]) if "sql" in request else {"version": version}
        print(json.dumps(answer), file=out, flush=True)


main()

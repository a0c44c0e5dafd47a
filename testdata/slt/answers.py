#!/usr/bin/env python3
"""answers.py FILE.slt ...: fills the answers of sqllogictest files in, from real Spark.

    ../peers-work/venv/bin/python testdata/slt/answers.py --oracle ../shared/tools/spark/spark_oracle.py testdata/slt/*/*.slt

A record is `statement ok` or `query …` with SQL on the lines below, up to an empty line. What a record said before is replaced:

    query int,string rowsort        types of the columns; rowsort: the order of the rows does not count, nosort: it does
    SELECT …
    ----
    1<TAB>a                         NULL is NULL, the empty string (empty)

    query error DIVIDE_BY_ZERO      the condition of the error
    SELECT …

A record behind a line `# engine:` keeps its answer; the comment says why Sparrow's answer is not Spark's.
"""
import json, subprocess, sys

args = sys.argv[1:]
oracle = args[args.index("--oracle") + 1]
files = [a for a in args if a.endswith(".slt")]
proc = subprocess.Popen([sys.executable, oracle, "--timezone", "America/Los_Angeles"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(request):
    proc.stdin.write(json.dumps(request) + "\n")
    proc.stdin.flush()
    while True:
        line = proc.stdout.readline()
        if not line:
            sys.exit("the oracle ended")
        if line.startswith("{"):
            return json.loads(line)


def cell(c):
    return "NULL" if c is None else "(empty)" if c == "" else c.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def record(lines):
    head, body = lines[0], []
    for l in lines[1:]:
        if l == "----":
            break
        body.append(l)
    sql = "\n".join(body)
    if head.startswith("statement"):
        r = ask({"sql": sql})
        if "err" in r:
            sys.exit(f"{sql}\n{r['err']}: {r['message']}")
        return ["statement ok"] + body
    r = ask({"sql": sql, "lines": True})
    if "err" in r:
        return [f"query error {r['err']}"] + body
    ordered = r.get("ordered", False)
    rows = ["\t".join(cell(c) for c in row) for row in r["rows"]]
    if not ordered:
        rows.sort()
    return [f"query {','.join(t.replace(' ', '_') for t in r['types'])} {'nosort' if ordered else 'rowsort'}"] + body + ["----"] + rows


for f in files:
    ask({"reset": True})
    out, kept = [], False
    for block in open(f).read().split("\n\n"):
        lines = block.strip("\n").split("\n")
        comments = []
        while lines and lines[0].startswith("#"):
            comments.append(lines.pop(0))
        if lines and lines[0] and any(c.startswith("# engine:") for c in comments):
            out.append("\n".join(comments + lines))
        elif lines and lines[0]:
            out.append("\n".join(comments + record(lines)))
        elif comments:
            out.append("\n".join(comments))
    open(f, "w").write("\n\n".join(out) + "\n")
    print(f, len(out), flush=True)
proc.stdin.close()

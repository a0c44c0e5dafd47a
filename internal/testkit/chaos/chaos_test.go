// Package chaos runs queries while estimates lie, memory is refused, hashes collide, files fail and clients cancel.
package chaos

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/sparrow-engine/sparrow"
	"github.com/sparrow-engine/sparrow/columnar/kernel"
	"github.com/sparrow-engine/sparrow/exec/budget"
	"github.com/sparrow-engine/sparrow/exec/metrics"
	"github.com/sparrow-engine/sparrow/internal/slab"
	"github.com/sparrow-engine/sparrow/internal/testkit"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// queries use every operator that holds rows. big and small are the tables; pad makes rows wide enough to spill.
var queries = []string{
	"SELECT count(*), sum(b.v), min(s.name) FROM big b JOIN small s ON b.k = s.k",
	"SELECT s.name, count(*), sum(b.v) FROM small s LEFT JOIN big b ON b.k = s.k AND b.v > 100 GROUP BY s.name ORDER BY s.name LIMIT 20",
	"SELECT count(*), count(a.id), count(b.id) FROM big a FULL JOIN big b ON a.id = b.id + 500",
	"SELECT count(*), sum(id) FROM big WHERE k IN (SELECT k FROM small WHERE name > '4')",
	"SELECT count(*), sum(id) FROM big WHERE k NOT IN (SELECT k FROM small WHERE name > '4' AND k IS NOT NULL)",
	"SELECT id, (SELECT max(v) FROM small s WHERE s.k = b.k) AS m FROM big b ORDER BY m DESC NULLS LAST, id LIMIT 7",
	"SELECT k, count(*), sum(v), count(DISTINCT v), max(pad) FROM big GROUP BY k ORDER BY k LIMIT 30",
	"SELECT count(*) FROM (SELECT DISTINCT pad, v FROM big)",
	"SELECT id, pad FROM big ORDER BY v DESC, pad, id LIMIT 10 OFFSET 2000",
	"SELECT sum(r * id), max(s) FROM (SELECT id, row_number() OVER (PARTITION BY k ORDER BY v, id) AS r, sum(v) OVER (PARTITION BY k ORDER BY id) AS s FROM big)",
	"SELECT count(*) FROM (SELECT k, v FROM big EXCEPT SELECT k, v FROM small)",
	"SELECT count(*) FROM (SELECT k FROM big INTERSECT ALL SELECT k FROM small UNION ALL SELECT v FROM small)",
	"WITH t AS (SELECT k, sum(v) AS t FROM big GROUP BY k) SELECT count(*), sum(a.t) FROM t a JOIN t b ON a.t = b.t WHERE a.t >= (SELECT avg(t) FROM t)",
	"WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 20) SELECT count(*), sum(v) FROM r JOIN small ON r.i = small.k",
	"SELECT k, v, count(*) FROM small GROUP BY CUBE (k, v) ORDER BY 3 DESC, 1, 2 LIMIT 9",
	"SELECT count(*) FROM small a JOIN small b ON a.v < b.v AND a.k <> b.k",
	// Keys that are hashed, since they are neither dense integers nor packed into a word.
	"SELECT count(*), sum(b.v), min(s.k) FROM big b JOIN small s ON b.text = s.name",
	"SELECT count(*), count(b.id), count(s.k) FROM big b FULL JOIN small s ON b.text = s.name AND b.v > s.v",
	"SELECT count(*), sum(id) FROM big WHERE text NOT IN (SELECT name FROM small WHERE v > 3)",
	"SELECT count(*), sum(n), max(t) FROM (SELECT text, pad, count(*) AS n, sum(v) AS t FROM big GROUP BY text, pad)",
	"SELECT count(*) FROM (SELECT text, v FROM big INTERSECT SELECT name, v FROM small)",
	"SELECT count(DISTINCT pad), count(DISTINCT text, v) FROM big",
	"SELECT count(*), sum(a.v) FROM big a JOIN small b ON a.k = b.k JOIN small c ON b.v = c.v JOIN small d ON c.k = d.k WHERE d.name < '7'",
}

// session makes the tables with n rows in big.
func session(t *testing.T, n int) *sparrow.Session {
	s, err := sparrow.NewSession(sparrow.WithConf("spark.sql.warehouse.dir", t.TempDir()), sparrow.WithThreads(2), sparrow.WithConf("sparrow.batchSize", "256"),
		sparrow.WithConf("sparrow.optimizer.check", "true"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	for _, text := range []string{
		fmt.Sprintf(`CREATE TABLE big AS SELECT id, CASE WHEN id %% 11 <> 0 THEN (id * 7919) %% 211 END AS k, (id * 31) %% 997 AS v,
			CAST((id * 7919) %% 211 AS STRING) AS text, concat(repeat('x', CAST(id %% 40 AS INT)), id %% 50) AS pad FROM range(%d)`, n),
		`CREATE TABLE small AS SELECT CASE WHEN id % 13 <> 0 THEN id END AS k, id % 17 AS v, CAST(id AS STRING) AS name FROM range(150)`,
	} {
		_, err := s.SQL(context.Background(), text)
		require.NoError(t, err)
	}
	return s
}

// answers runs all queries.
func answers(t *testing.T, s *sparrow.Session) []string {
	out := make([]string, len(queries))
	for i, q := range queries {
		_, rows, err := testkit.Run(context.Background(), s, q)
		require.NoError(t, err, q)
		out[i] = text(rows)
	}
	return out
}

func text(rows [][]string) string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = strings.Join(r, "|")
	}
	return strings.Join(lines, "\n")
}

// settings applies settings and returns what undoes them.
func settings(t *testing.T, s *sparrow.Session, pairs ...string) (undo func()) {
	for i := 0; i < len(pairs); i += 2 {
		require.NoError(t, s.SetConf(pairs[i], pairs[i+1]))
	}
	return func() {
		for i := 0; i < len(pairs); i += 2 {
			_, err := s.SQL(context.Background(), "RESET "+pairs[i])
			require.NoError(t, err)
		}
	}
}

func check(t *testing.T, s *sparrow.Session, want []string, mode string) {
	t.Helper()
	for i, q := range queries {
		_, rows, err := testkit.Run(context.Background(), s, q)
		if err != nil {
			t.Errorf("%s: %v\n%s", mode, err, q)
		} else if got := text(rows); got != want[i] {
			t.Errorf("%s differs: %s\nexpected %s\n%s", mode, got, want[i], q)
		}
	}
}

// bites runs f and returns how often it disturbed a query in a way.
func bites(d metrics.Disturbance, f func()) int64 {
	before := d.Times()
	f()
	return d.Times() - before
}

// plans explains all queries.
func plans(t *testing.T, s *sparrow.Session) []string {
	out := make([]string, len(queries))
	for i, q := range queries {
		_, rows, err := testkit.Run(context.Background(), s, "EXPLAIN "+q)
		require.NoError(t, err, q)
		out[i] = text(rows)
	}
	return out
}

// TestFalseEstimates lets every estimate be off by up to a factor of 1000: join orders, build sides and strategies change, answers do not.
func TestFalseEstimates(t *testing.T) {
	s := session(t, 3000)
	want, plain := answers(t, s), plans(t, s)
	orders, sides := map[string]bool{}, map[string]bool{}
	for seed := 1; seed <= 6; seed++ {
		undo := settings(t, s, "sparrow.test.estimates", fmt.Sprint(seed), "sparrow.adaptive.force", fmt.Sprint(seed%2 == 0), "sparrow.adaptive.enabled", fmt.Sprint(seed%3 != 0))
		require.Greater(t, bites(metrics.FalseEstimate, func() { check(t, s, want, fmt.Sprintf("estimates of seed %d", seed)) }), int64(len(queries)))
		other := 0
		for i, p := range plans(t, s) {
			if p != plain[i] {
				other++
			}
			switch i {
			case 0: // a join of two tables
				sides[scanned(p)] = true
			case len(queries) - 1: // a join of four
				orders[scanned(p)] = true
			}
		}
		require.Positive(t, other, "plans changed by seed %d", seed)
		undo()
	}
	require.Len(t, sides, 2, "both tables have been the build side")
	require.Greater(t, len(orders), 2, "join orders")
}

// scanned names the tables of a plan in the order of its lines: the build side of a join comes last.
func scanned(plan string) string {
	var names []string
	for _, m := range regexp.MustCompile(`Scan (\w+) (\[\w+)`).FindAllStringSubmatch(plan, -1) {
		names = append(names, m[1]+m[2])
	}
	return strings.Join(names, " ")
}

// TestForcedReplans plans the rest of every query again after every stage.
func TestForcedReplans(t *testing.T) {
	s := session(t, 3000)
	want := answers(t, s)
	replanned := func(q string) (stages, changes int) {
		ctx := sparrow.WithProgress(context.Background(), func(p sparrow.Progress) {
			switch p.Kind {
			case sparrow.StageFinished:
				stages++
			case sparrow.Replanned:
				changes++
			}
		})
		_, _, err := testkit.Run(ctx, s, q)
		require.NoError(t, err, q)
		return stages, changes
	}
	before := 0
	for _, q := range queries {
		_, n := replanned(q)
		before += n
	}
	defer settings(t, s, "sparrow.adaptive.force", "true")()
	require.Greater(t, bites(metrics.ForcedReplan, func() { check(t, s, want, "forced re-plans") }), int64(len(queries)))
	after := 0
	for _, q := range queries {
		stages, n := replanned(q)
		require.Positive(t, stages, q)
		after += n
	}
	require.Greater(t, after, before, "changes of plans, forced and not")
}

// TestOneHash gives all values one hash: joins, groups and partitions must compare keys, and give up dividing what does not divide.
func TestOneHash(t *testing.T) {
	s := session(t, 1200)
	want := answers(t, s)
	kernel.Collide(true)
	defer kernel.Collide(false)
	hashing := 0 // dense integer keys are not hashed, nor are keys that a code, a number or a word stands for
	for i, q := range queries {
		if bites(metrics.OneHash, func() {
			_, rows, err := testkit.Run(context.Background(), s, q)
			require.NoError(t, err, q)
			require.Equal(t, want[i], text(rows), q)
		}) > 0 {
			hashing++
		}
	}
	require.GreaterOrEqual(t, hashing, 8)
	defer settings(t, s, "sparrow.memory", "64KiB")()
	require.Positive(t, bites(metrics.OneHash, func() { check(t, s, want, "one hash in 64 KiB") }))
}

// TestRefusedMemory refuses every n-th reservation. Operators spill; those that cannot fail with the budget's error, never with another answer.
func TestRefusedMemory(t *testing.T) {
	s := session(t, 3000)
	want := answers(t, s)
	dir := t.TempDir()
	defer settings(t, s, "sparrow.spill.dir", dir)()
	for _, n := range []string{"1", "2", "3", "7"} {
		undo := settings(t, s, "sparrow.test.refuse", n)
		for i, q := range queries {
			refused := bites(metrics.RefusedMemory, func() {
				_, rows, err := testkit.Run(context.Background(), s, q)
				switch {
				case err != nil && !budget.Refused(err):
					t.Errorf("refusing every %s-th: %v\n%s", n, err, q)
				case err == nil && text(rows) != want[i]:
					t.Errorf("refusing every %s-th differs: %s\nexpected %s\n%s", n, text(rows), want[i], q)
				}
			})
			if n == "1" {
				require.Positive(t, refused, q)
			}
		}
		undo()
	}
	requireEmpty(t, dir)
}

// TestLittleMemory runs everything within 64 KiB.
func TestLittleMemory(t *testing.T) {
	s := session(t, 6000)
	want := answers(t, s)
	dir := t.TempDir()
	defer settings(t, s, "sparrow.memory", "64KiB", "sparrow.spill.dir", dir)()
	check(t, s, want, "64 KiB")
	requireEmpty(t, dir)
}

func requireEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "spilled files are left")
}

// requireNoSlabs checks that a query that has ended, however it did, holds no memory outside the Go heap.
func requireNoSlabs(t *testing.T, query string) {
	t.Helper()
	if c := slab.Count(); c.InUse != 0 || c.Blocks != 0 {
		t.Fatalf("%d slabs of %d bytes are left by %s", c.Blocks, c.InUse, query)
	}
}

// TestNoSlabIsLeft runs queries large enough for slabs to their end, into an error and into a cancellation.
func TestNoSlabIsLeft(t *testing.T) {
	s := session(t, 40_000)
	answers(t, s)
	for _, mode := range []string{"", "sparrow.test.fail", "sparrow.test.cancel"} {
		taken, ended := slab.Taken(), 0
		for _, n := range []string{"5", "60", "200"} {
			undo := func() {}
			if mode != "" {
				undo = settings(t, s, mode, n)
			}
			for _, q := range queries {
				if _, _, err := testkit.Run(context.Background(), s, q); err != nil {
					ended++
				}
				requireNoSlabs(t, q)
			}
			undo()
		}
		require.Greater(t, slab.Taken(), taken+int64(len(queries)), "%s: no slab was used", mode)
		require.Equal(t, mode != "", ended > 0, mode)
	}
}

// TestInterruptions fails or cancels queries at the n-th read, while they spill. Nothing is left behind, and the next query is right.
func TestInterruptions(t *testing.T) {
	s := session(t, 3000)
	want := answers(t, s)
	dir := t.TempDir()
	defer settings(t, s, "sparrow.memory", "64KiB", "sparrow.spill.dir", dir)()
	before := goleak.IgnoreCurrent()
	for mode, disturbance := range map[string]metrics.Disturbance{"sparrow.test.fail": metrics.FailedRead, "sparrow.test.cancel": metrics.CancelledRead} {
		ended, before := 0, disturbance.Times()
		for _, n := range []int{1, 2, 3, 8, 21, 55, 144} {
			undo := settings(t, s, mode, fmt.Sprint(n))
			for i, q := range queries {
				_, rows, err := testkit.Run(context.Background(), s, q)
				switch e := sqlerr.As(err); {
				case err == nil && text(rows) != want[i]:
					t.Errorf("%s %d: another answer: %s\nexpected %s\n%s", mode, n, text(rows), want[i], q)
				case err != nil:
					ended++
					if !strings.Contains(err.Error(), "the test disturbs") && (e == nil || e.Condition != "OPERATION_CANCELED") {
						t.Errorf("%s %d: %v\n%s", mode, n, err, q)
					}
				}
				requireEmpty(t, dir)
				requireNoSlabs(t, q)
			}
			undo()
		}
		require.Greater(t, ended, len(queries), mode)
		require.GreaterOrEqual(t, disturbance.Times()-before, int64(ended), "%s: no query ended but by the test", mode)
	}
	goleak.VerifyNone(t, before)
	check(t, s, want, "after the interruptions")
}

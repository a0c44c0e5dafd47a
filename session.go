package sparrow

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sparrow-engine/sparrow/analyzer"
	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/config"
	"github.com/sparrow-engine/sparrow/expr"
	"github.com/sparrow-engine/sparrow/logical"
	"github.com/sparrow-engine/sparrow/optimizer"
	"github.com/sparrow-engine/sparrow/sql"
	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Version is the version of Sparrow.
const Version = "0.1.0"

// Session holds settings, views and tables, and runs statements. It is safe for use from many goroutines. Close it when done.
type Session struct {
	conf    *config.Conf
	catalog *catalog.Catalog
	user    string
	// localZone is what SET TIME ZONE LOCAL goes back to: the zone that the session was started with, "" for the process's.
	localZone string
	now       func() time.Time
	warn      func(message string) // nil drops warnings
	cache     planCache

	mu        sync.Mutex
	warehouse string // folder of managed tables, "" until needed
	private   bool   // warehouse goes with the session
	closed    bool
}

// NewSession starts a session.
func NewSession(options ...Option) (*Session, error) {
	s := &Session{conf: config.New(), catalog: catalog.New(), user: os.Getenv("USER"), now: time.Now}
	if s.user == "" {
		s.user = "sparrow"
	}
	s.catalog.SetPathResolver(s.openPath, formatNames()...)
	for _, o := range options {
		if err := o(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Close releases cached tables and removes the private folder of managed tables.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.cache.clear()
	if s.private && s.warehouse != "" {
		return os.RemoveAll(s.warehouse)
	}
	return nil
}

// alive reports a session that was closed.
func (s *Session) alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return sqlerr.New("INVALID_HANDLE.SESSION_CLOSED", sqlerr.Pos{}, "The session is closed.")
	}
	return nil
}

// Conf returns the value of a setting and whether it is known.
func (s *Session) Conf(key string) (string, bool) { return s.conf.Lookup(key) }

// SetConf changes a setting.
func (s *Session) SetConf(key, value string) error { return s.conf.Set(key, value) }

// warehouseDir returns the folder of managed tables.
func (s *Session) warehouseDir() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if dir := s.conf.Get("spark.sql.warehouse.dir"); dir != "" {
		return dir, nil
	}
	if s.warehouse == "" {
		dir, err := os.MkdirTemp("", "sparrow-warehouse-")
		if err != nil {
			return "", err
		}
		s.warehouse, s.private = dir, true
	}
	return s.warehouse, nil
}

// tableDir returns the folder of a managed table.
func (s *Session) tableDir(database, name string) (string, error) {
	dir, err := s.warehouseDir()
	if err != nil {
		return "", err
	}
	if database != catalog.DefaultDatabase {
		dir = filepath.Join(dir, database+".db")
	}
	return filepath.Join(dir, name), nil
}

// env fixes what a statement sees of the world when it starts.
func (s *Session) env(conf *config.Conf) (*expr.Env, error) {
	zone := time.Local
	if name := conf.Get("spark.sql.session.timeZone"); name != "" {
		z, err := temporal.ParseZone(name)
		if err != nil {
			return nil, sqlerr.New("INVALID_CONF_VALUE.TIME_ZONE", sqlerr.Pos{}, "The session time zone %q is unknown.", name)
		}
		zone = z
	}
	return &expr.Env{Now: s.now(), Zone: zone, ANSI: conf.Bool("spark.sql.ansi.enabled"), User: s.user, Catalog: catalog.DefaultCatalog,
		Database: s.catalog.CurrentDatabase(), Conf: conf.Get}, nil
}

// statement is one statement on its way from text to result: the settings and the clock it started with.
type statement struct {
	session *Session
	conf    *config.Conf
	bound   *config.Conf // the settings with which expressions were bound, and compute
	env     *expr.Env
	ids     *atomic.Int32
	params  analyzer.Params
	text    string
}

func (s *Session) begin(text string, params analyzer.Params) (*statement, error) {
	if err := s.alive(); err != nil {
		return nil, err
	}
	conf := s.conf.Clone()
	env, err := s.env(conf)
	if err != nil {
		return nil, err
	}
	return &statement{session: s, conf: conf, bound: conf, env: env, ids: new(atomic.Int32), params: params, text: text}, nil
}

// renewed is the statement for another run of its query: under the clock and the settings of execution of this moment.
func (st *statement) renewed() (*statement, error) {
	if err := st.session.alive(); err != nil {
		return nil, err
	}
	c, env := *st, *st.env
	env.Now = st.session.now()
	c.env, c.conf = &env, st.session.conf.Clone()
	return &c, nil
}

// form is equal for plans that compute the same: written alike, under equal settings of the language.
func (st *statement) form(p logical.Plan) string {
	var b strings.Builder
	b.WriteString(st.env.Zone.String())
	values := st.bound.Values()
	for _, k := range slices.Sorted(maps.Keys(values)) {
		if !strings.HasPrefix(k, "sparrow.") {
			fmt.Fprintf(&b, " %s=%s", k, values[k])
		}
	}
	return b.String() + "\n" + optimizer.Canonical(p)
}

func (st *statement) nextID() expr.ColumnID { return expr.ColumnID(st.ids.Add(1)) }

func (st *statement) parseOptions() sql.Options {
	return sql.Options{DoubleQuotedIdentifiers: st.conf.Bool("spark.sql.ansi.doubleQuotedIdentifiers") && st.env.ANSI,
		EnforceReserved: st.conf.Bool("spark.sql.ansi.enforceReservedKeywords") && st.env.ANSI,
		EscapedStrings:  st.conf.Bool("spark.sql.parser.escapedStringLiterals"),
		AdjacentStrings: st.conf.Bool("spark.sql.legacy.consecutiveStringLiterals.enabled"),
		LegacyIntervals: st.conf.Bool("spark.sql.legacy.interval.enabled"), TimestampNTZ: strings.EqualFold(st.conf.Get("spark.sql.timestampType"), "TIMESTAMP_NTZ")}
}

// analyze binds a plan.
func (st *statement) analyze(ctx context.Context, p logical.Plan) (logical.Plan, error) {
	out, err := analyzer.Analyze(ctx, p, &analyzer.Session{Catalog: st.session.catalog, Conf: st.conf.Get, Env: st.env, Params: st.params, NextID: st.nextID, Warn: st.session.warn,
		Parse: func(text string, in *sqlerr.Origin) (logical.Plan, error) {
			o := st.parseOptions()
			o.Origin = in
			return sql.Parse(text, o)
		}})
	return out, sqlerr.Attach(err, st.text)
}

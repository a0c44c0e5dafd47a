package sparrow

import (
	"fmt"
	"runtime"
	"time"

	"github.com/sparrow-engine/sparrow/config"
)

// Option configures a new Session.
type Option func(*Session) error

// WithConf sets a setting by key, as SET key = value does.
func WithConf(key, value string) Option {
	return func(s *Session) error { return s.conf.Set(key, value) }
}

// WithThreads sets the number of workers of a query; 0 is one a processor.
func WithThreads(n int) Option { return WithConf("sparrow.threads", fmt.Sprint(n)) }

// WithMemory sets the bytes a query's state may take before it spills to files.
func WithMemory(bytes int64) Option { return WithConf("sparrow.memory", fmt.Sprint(bytes)) }

// WithDialect sets the dialect of SQL text: "spark", or "mysql" in a program that imports github.com/sparrow-engine/sparrow/sql/mysql. It holds for
// Session.SQL; expressions in text, as of DataFrame.Where, are Spark's.
func WithDialect(name string) Option { return WithConf("sparrow.sql.dialect", name) }

// WithTimeZone sets the session's time zone.
func WithTimeZone(name string) Option {
	return func(s *Session) error {
		s.localZone = name
		return s.SetConf("spark.sql.session.timeZone", name)
	}
}

// WithUser sets what current_user() returns.
func WithUser(name string) Option {
	return func(s *Session) error { s.user = name; return nil }
}

// WithWarnings has f told what a statement says without effect, such as a hint that is not known. f may be called from many goroutines. Without it
// warnings are dropped.
func WithWarnings(f func(message string)) Option {
	return func(s *Session) error { s.warn = f; return nil }
}

// withClock fixes the time that queries see, for tests.
func withClock(now func() time.Time) Option {
	return func(s *Session) error { s.now = now; return nil }
}

func threads(c *config.Conf) int {
	if n := int(c.Int("sparrow.threads")); n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// Package config is the table of settings: what each is called, means and defaults to, and the values of one session.
//
// Sparrow makes no compatibility promise for this package.
package config

import (
	"maps"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/dustin/go-humanize"

	"github.com/sparrow-engine/sparrow/sqlerr"
	"github.com/sparrow-engine/sparrow/types/temporal"
)

// Kind is the form of a setting's value.
type Kind uint8

// The kinds of values.
const (
	Text Kind = iota
	Bool
	Int
	Bytes
	Zone
	OneOf
	Dialect // SPARK or a registered one
)

// Setting is one key.
type Setting struct {
	Key     string
	Default string
	Kind    Kind
	Choices []string // OneOf, upper case
	Doc     string
}

// Settings lists every key that Sparrow acts on. Other spark.* keys may be set and read but change nothing, as in Spark.
var Settings = []Setting{
	{"spark.sql.ansi.enabled", "true", Bool, nil, "errors on overflow, bad casts, division by zero and bad indexes; otherwise NULL or wrap-around"},
	{"spark.sql.session.timeZone", "", Zone, nil, "zone of TIMESTAMP text; default: the machine's"},
	{"spark.sql.timestampType", "TIMESTAMP_LTZ", OneOf, []string{"TIMESTAMP_LTZ", "TIMESTAMP_NTZ"}, "what TIMESTAMP means"},
	{"spark.sql.ansi.doubleQuotedIdentifiers", "false", Bool, nil, `"x" is a name instead of a string`},
	{"spark.sql.ansi.enforceReservedKeywords", "false", Bool, nil, "reserved words cannot be names"},
	{"spark.sql.legacy.interval.enabled", "false", Bool, nil, "interval literals are calendar intervals"},
	{"spark.sql.storeAssignmentPolicy", "ANSI", OneOf, []string{"ANSI", "LEGACY", "STRICT"}, "casts that INSERT may add by itself"},
	{"spark.sql.mapKeyDedupPolicy", "EXCEPTION", OneOf, []string{"EXCEPTION", "LAST_WIN"}, "what a repeated map key does"},
	{"spark.sql.decimalOperations.allowPrecisionLoss", "true", Bool, nil, "decimal results cut their scale to fit 38 digits"},
	{"spark.sql.groupByOrdinal", "true", Bool, nil, "GROUP BY 1 means the first column"},
	{"spark.sql.orderByOrdinal", "true", Bool, nil, "ORDER BY 1 means the first column"},
	{"spark.sql.groupByAliases", "true", Bool, nil, "GROUP BY may name an alias of the list"},
	{"spark.sql.cteRecursionLevelLimit", "100", Int, nil, "levels of a recursive query; -1 for no limit"},
	{"spark.sql.cteRecursionRowLimit", "1000000", Int, nil, "rows of a recursive query; -1 for no limit"},
	{"spark.sql.pivotMaxValues", "10000", Int, nil, "distinct values of a PIVOT without list"},
	{"spark.sql.sources.default", "parquet", Text, nil, "format when none is named"},
	{"spark.sql.sources.partitionOverwriteMode", "STATIC", OneOf, []string{"STATIC", "DYNAMIC"}, "what INSERT OVERWRITE replaces"},
	{"spark.sql.warehouse.dir", "", Text, nil, "folder of managed tables; default: a private folder that ends with the session"},
	{"spark.sql.adaptive.enabled", "true", Bool, nil, "re-plan from what finished stages measured (also sparrow.adaptive.enabled)"},
	{"spark.sql.optimizer.excludedRules", "", Text, nil, "names of optimizer rules to leave out, separated by commas"},
	{"spark.sql.variable.substitute", "true", Bool, nil, "${key} in SQL text stands for a setting's value"},
	{"spark.sql.parser.escapedStringLiterals", "false", Bool, nil, "backslashes in string literals stand for themselves"},
	{"spark.sql.parser.quotedRegexColumnNames", "false", Bool, nil, "quoted names in a list are regular expressions over the columns' names"},
	{"spark.sql.legacy.consecutiveStringLiterals.enabled", "false", Bool, nil, "a doubled quote in a string literal ends it and begins the next, which is joined to it"},
	{"spark.sql.legacy.ctePrecedencePolicy", "CORRECTED", Text, nil, "EXCEPTION rejects a nested definition of WITH that has the name of an outer one"},
	{"spark.sql.function.concatBinaryAsString", "false", Bool, nil, "|| of binaries gives a string"},
	{"spark.sql.function.eltOutputAsString", "false", Bool, nil, "elt of binaries gives a string"},
	{"sparrow.adaptive.enabled", "true", Bool, nil, "re-plan from what finished stages measured"},
	{"sparrow.adaptive.force", "false", Bool, nil, "re-plan after every stage, whatever it measured (a test of answers)"},
	{"sparrow.optimizer.enabled", "true", Bool, nil, "rules that only make plans faster"},
	{"sparrow.optimizer.check", "false", Bool, nil, "verify the plan after every rule"},
	{"sparrow.runtimeFilters.enabled", "true", Bool, nil, "push join keys into scans"},
	{"sparrow.scan.flatten", "false", Bool, nil, "read no dictionary vectors (a test of answers)"},
	{"sparrow.threads", "0", Int, nil, "workers of a query; 0: one a processor"},
	{"sparrow.memory", "0", Bytes, nil, "memory of a query's state before it spills; 0: three quarters of what the machine has"},
	{"sparrow.batchSize", "0", Int, nil, "rows of a batch; 0: the engine's choice"},
	{"sparrow.spill.dir", "", Text, nil, "folder for spilled state; default: the system's temporary folder"},
	{"sparrow.sql.dialect", "spark", Dialect, nil, "dialect of SQL text: spark, or one whose package the program imports (sql/mysql)"},
}

// The chaos modes of the tests. They are settings that no list shows, each a number.
const (
	TestEstimates = "sparrow.test.estimates" // seed: every estimate is off by a factor from 10^-3 to 10^3, hence join orders and build sides are random
	TestRefuse    = "sparrow.test.refuse"    // every n-th reservation of memory is refused
	TestFail      = "sparrow.test.fail"      // the n-th read of a source or use of a spilled file fails with an I/O error
	TestCancel    = "sparrow.test.cancel"    // the query is cancelled at the n-th such event
)

func byKey() map[string]*Setting {
	m := make(map[string]*Setting, len(Settings))
	for i := range Settings {
		m[strings.ToLower(Settings[i].Key)] = &Settings[i]
	}
	return m
}

var index = sync.OnceValue(byKey)

// Find returns the setting of a key, compared without case, or nil.
func Find(key string) *Setting { return index()[strings.ToLower(key)] }

// Conf is the values of one session. It is safe for concurrent use.
type Conf struct {
	mu     sync.RWMutex
	values map[string]string
}

// New returns a Conf of defaults.
func New() *Conf { return &Conf{values: map[string]string{}} }

func canonical(key string) string {
	if s := Find(key); s != nil {
		return s.Key
	}
	return key
}

// Lookup returns the value or default of a key, and whether the key is known or set.
func (c *Conf) Lookup(key string) (string, bool) {
	key = canonical(key)
	c.mu.RLock()
	v, ok := c.values[key]
	c.mu.RUnlock()
	if ok {
		return v, true
	}
	if s := Find(key); s != nil {
		return s.Default, true
	}
	return "", false
}

// Get returns the value or default of a key, "" for an unknown one.
func (c *Conf) Get(key string) string {
	v, _ := c.Lookup(key)
	return v
}

// Bool returns a Bool setting.
func (c *Conf) Bool(key string) bool { return strings.EqualFold(c.Get(key), "true") }

// Int returns an Int setting.
func (c *Conf) Int(key string) int64 {
	v, _ := strconv.ParseInt(c.Get(key), 10, 64)
	return v
}

// Bytes returns a Bytes setting.
func (c *Conf) Bytes(key string) int64 {
	v, _ := ParseBytes(c.Get(key))
	return v
}

// ParseBytes reads "512MB", "4g", "1.5GiB" or a number of bytes; the units are powers of 1024, as in Spark.
func ParseBytes(s string) (int64, error) {
	t := strings.ToLower(strings.TrimSpace(s))
	t = strings.TrimSuffix(strings.TrimSuffix(t, "b"), "i")
	if t != "" && strings.ContainsAny(t[len(t)-1:], "kmgtp") {
		t += "ib"
	}
	n, err := humanize.ParseBytes(t)
	return int64(n), err
}

// unknown is the error for a key of Sparrow's that does not exist, nil for keys of others, which may be set and read as in Spark.
func unknown(key string) error {
	lower := strings.ToLower(key)
	switch lower {
	case TestEstimates, TestRefuse, TestFail, TestCancel:
		return nil
	}
	if !strings.HasPrefix(lower, "sparrow.") {
		return nil
	}
	var own []string
	for _, s := range Settings {
		if strings.HasPrefix(s.Key, "sparrow.") {
			own = append(own, s.Key)
		}
	}
	return sqlerr.New("SQL_CONF_NOT_FOUND", sqlerr.Pos{}, "The setting %q does not exist.", key).WithHint("Near: %s.", strings.Join(sqlerr.Nearest(key, own, 3), ", "))
}

// Set changes a setting after checking the value. A key that begins with sparrow. must exist.
func (c *Conf) Set(key, value string) error {
	s := Find(key)
	if s == nil {
		if err := unknown(key); err != nil {
			return err
		}
	} else {
		if err := s.check(value); err != nil {
			return err
		}
		if s.Kind == OneOf {
			value = strings.ToUpper(value)
		}
		key = s.Key
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[key] = value
	return nil
}

// Unset returns a setting to its default.
func (c *Conf) Unset(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.values, canonical(key))
}

// Reset returns all settings to their defaults.
func (c *Conf) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values = map[string]string{}
}

// Values returns what was set, by key.
func (c *Conf) Values() map[string]string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return maps.Clone(c.values)
}

// Clone returns a copy that changes independently.
func (c *Conf) Clone() *Conf { return &Conf{values: c.Values()} }

// Keys returns the keys that are known or set, sorted.
func (c *Conf) Keys() []string {
	m := c.Values()
	for _, s := range Settings {
		m[s.Key] = ""
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

func (s *Setting) check(value string) error {
	bad := func(want string) error {
		return sqlerr.New("INVALID_CONF_VALUE.TYPE_MISMATCH", sqlerr.Pos{}, "The value %q of the setting %s is not %s.", value, s.Key, want)
	}
	switch s.Kind {
	case Bool:
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return bad("true or false")
		}
	case Int:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return bad("an integer")
		}
	case Bytes:
		if _, err := ParseBytes(value); err != nil {
			return bad("a size such as 512MB")
		}
	case Zone:
		if _, err := temporal.ParseZone(value); err != nil {
			return sqlerr.New("INVALID_CONF_VALUE.TIME_ZONE", sqlerr.Pos{}, "The value %q of the setting %s is not a time zone.", value, s.Key).
				WithHint("Use a region such as Europe/Berlin or an offset such as +01:00.")
		}
	case Dialect:
		return checkDialect(value)
	case OneOf:
		for _, c := range s.Choices {
			if strings.EqualFold(c, value) {
				return nil
			}
		}
		return sqlerr.New("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", sqlerr.Pos{}, "The value %q of the setting %s is not one of %s.", value, s.Key, strings.Join(s.Choices, ", "))
	}
	return nil
}

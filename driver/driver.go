// Package driver is the database/sql driver of Sparrow, registered under the name "sparrow".
//
// The data source name is a list of settings, key=value separated by semicolons, each as SET takes it; the key tables names a folder whose files become
// views:
//
//	db, err := sql.Open("sparrow", "sparrow.threads=4;tables=/data")
//
// All connections of a DB share one session, so views and settings made on one are seen by all. There are no transactions.
package driver

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/sparrow-engine/sparrow"
)

func init() { sql.Register("sparrow", &Driver{}) }

// Driver opens sessions for database/sql.
type Driver struct{}

// Open is part of driver.Driver; database/sql calls OpenConnector.
func (d *Driver) Open(name string) (driver.Conn, error) {
	c, err := d.OpenConnector(name)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

// OpenConnector starts the session that the connections of a DB share.
func (d *Driver) OpenConnector(name string) (driver.Connector, error) {
	var options []sparrow.Option
	var tables []string
	for _, kv := range strings.Split(name, ";") {
		if kv = strings.TrimSpace(kv); kv == "" {
			continue
		}
		k, v, ok := strings.Cut(kv, "=")
		switch {
		case !ok:
			return nil, fmt.Errorf("sparrow: the data source name takes key=value, not %q", kv)
		case strings.EqualFold(k, "tables"):
			tables = append(tables, v)
		default:
			options = append(options, sparrow.WithConf(k, v))
		}
	}
	s, err := sparrow.NewSession(options...)
	if err != nil {
		return nil, err
	}
	for _, dir := range tables {
		if err := addViews(s, dir); err != nil {
			s.Close()
			return nil, err
		}
	}
	return &connector{d, s}, nil
}

func addViews(s *sparrow.Session, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !sparrow.IsTableFile(e.Name()) {
			continue
		}
		df, err := s.Read().Load(context.Background(), filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		name, _, _ := strings.Cut(e.Name(), ".")
		if err := df.CreateOrReplaceTempView(name); err != nil {
			return err
		}
	}
	return nil
}

// NewConnector makes a connector of a session, for sql.OpenDB; closing the DB closes the session.
func NewConnector(s *sparrow.Session) driver.Connector { return &connector{&Driver{}, s} }

type connector struct {
	driver  *Driver
	session *sparrow.Session
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return &conn{c.session}, nil }
func (c *connector) Driver() driver.Driver                        { return c.driver }
func (c *connector) Close() error                                 { return c.session.Close() }

type conn struct{ session *sparrow.Session }

func (c *conn) Prepare(query string) (driver.Stmt, error) { return &stmt{c, query}, nil }
func (c *conn) Close() error                              { return nil }

// Ping succeeds while the session is open.
func (c *conn) Ping(ctx context.Context) error {
	_, err := c.session.SQL(ctx, "SELECT 1")
	return err
}

// Begin fails: Sparrow has no transactions.
func (c *conn) Begin() (driver.Tx, error) {
	return nil, errors.New("sparrow: there are no transactions")
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	df, err := c.session.SQL(ctx, query, values(args)...)
	if err != nil {
		return nil, err
	}
	return newRows(ctx, df)
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	df, err := c.session.SQL(ctx, query, values(args)...)
	if err != nil {
		return nil, err
	}
	if len(df.Columns()) > 0 { // a query for its effects
		for _, err := range df.Rows(ctx) {
			if err != nil {
				return nil, err
			}
		}
	}
	return driver.ResultNoRows, nil
}

// CheckNamedValue takes every value that a literal can be.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	for {
		valuer, ok := v.Value.(driver.Valuer)
		if !ok {
			return nil // the session tells what it cannot take
		}
		x, err := valuer.Value()
		if err != nil {
			return err
		}
		v.Value = x
	}
}

func values(args []driver.NamedValue) []any {
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = a.Value
		if a.Name != "" {
			out[i] = sparrow.Named(a.Name, a.Value)
		}
	}
	return out
}

type stmt struct {
	conn  *conn
	query string
}

func (s *stmt) Close() error  { return nil }
func (s *stmt) NumInput() int { return -1 }

func (s *stmt) Exec(args []driver.Value) (driver.Result, error) {
	return s.conn.ExecContext(context.Background(), s.query, named(args))
}

func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	return s.conn.QueryContext(context.Background(), s.query, named(args))
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.ExecContext(ctx, s.query, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return s.conn.QueryContext(ctx, s.query, args)
}

func named(args []driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}

// rows walks a result. Decimals, intervals, times and nested values come as the text that Spark prints; other values as Go's.
type rows struct {
	columns []string
	types   []string
	fields  []arrow.Field
	next    func() (sparrow.Row, error, bool)
	stop    func()
	once    sync.Once
}

func newRows(ctx context.Context, df *sparrow.DataFrame) (*rows, error) {
	schema, err := df.Schema(ctx)
	if err != nil {
		return nil, err
	}
	r := &rows{columns: df.Columns(), types: df.Types(), fields: schema.Fields()}
	r.next, r.stop = iter.Pull2(df.Rows(ctx))
	return r, nil
}

func (r *rows) Columns() []string { return r.columns }

// Close ends a query whose rows are not wanted any more.
func (r *rows) Close() error {
	r.once.Do(r.stop)
	return nil
}

func (r *rows) Next(dest []driver.Value) error {
	row, err, ok := r.next()
	if !ok {
		return io.EOF
	}
	if err != nil {
		return err
	}
	for i := range dest {
		dest[i] = value(row, i)
	}
	return nil
}

func value(row sparrow.Row, i int) driver.Value {
	switch x := row.At(i).(type) {
	case nil, bool, int64, float64, string, []byte, time.Time:
		return x
	case int8:
		return int64(x)
	case int16:
		return int64(x)
	case int32:
		return int64(x)
	case float32:
		return float64(x)
	}
	text, _ := row.Text(i)
	return text
}

// ColumnTypeDatabaseTypeName returns Spark's name of the type without parameters, in upper case.
func (r *rows) ColumnTypeDatabaseTypeName(i int) string {
	name, _, _ := strings.Cut(r.types[i], "(")
	name, _, _ = strings.Cut(name, "<")
	name, _, _ = strings.Cut(name, " to ")
	return strings.ToUpper(name)
}

// ColumnTypeNullable tells whether a column may be NULL.
func (r *rows) ColumnTypeNullable(i int) (nullable, ok bool) { return r.fields[i].Nullable, true }

// ColumnTypePrecisionScale returns those of a decimal.
func (r *rows) ColumnTypePrecisionScale(i int) (precision, scale int64, ok bool) {
	d, ok := r.fields[i].Type.(arrow.DecimalType)
	if !ok {
		return 0, 0, false
	}
	return int64(d.GetPrecision()), int64(d.GetScale()), true
}

// ColumnTypeScanType returns the type of the values that Next gives.
func (r *rows) ColumnTypeScanType(i int) reflect.Type {
	switch r.fields[i].Type.ID() {
	case arrow.BOOL:
		return reflect.TypeFor[bool]()
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64:
		return reflect.TypeFor[int64]()
	case arrow.FLOAT32, arrow.FLOAT64:
		return reflect.TypeFor[float64]()
	case arrow.BINARY, arrow.BINARY_VIEW, arrow.LARGE_BINARY:
		return reflect.TypeFor[[]byte]()
	case arrow.DATE32, arrow.TIMESTAMP:
		return reflect.TypeFor[time.Time]()
	}
	return reflect.TypeFor[string]()
}

package sparrow

import (
	"context"
	"strings"

	"github.com/sparrow-engine/sparrow/catalog"
	"github.com/sparrow-engine/sparrow/sqlerr"
)

// Cache keeps the rows of the query in memory when it first runs; queries that contain an equal one read them. Unpersist ends that.
func (df *DataFrame) Cache(ctx context.Context) *DataFrame {
	p, err := df.analyzed(ctx)
	if err != nil {
		return df // every use reports it
	}
	df.st.session.cache.addOnce(df.st.cachePlan("", plain(p)))
	return df
}

// Persist is Cache.
func (df *DataFrame) Persist(ctx context.Context) *DataFrame { return df.Cache(ctx) }

// Unpersist forgets the rows that Cache keeps. Queries that are reading them come to their end.
func (df *DataFrame) Unpersist(ctx context.Context) *DataFrame {
	if p, err := df.analyzed(ctx); err == nil {
		form := df.st.cachePlan("", plain(p)).form
		df.st.session.cache.dropIf(func(e *cached) bool { return e.name == "" && e.form == form })
	}
	return df
}

// IsCached reports whether Cache keeps, or will keep, the rows.
func (df *DataFrame) IsCached(ctx context.Context) bool {
	p, err := df.analyzed(ctx)
	return err == nil && df.st.session.cache.has(df.st.cachePlan("", plain(p)).form)
}

// CreateOrReplaceTempView gives the query a name for SQL in this session.
func (df *DataFrame) CreateOrReplaceTempView(name string) error {
	return df.tempView(name, false, catalog.Replace)
}

// CreateTempView is CreateOrReplaceTempView that fails when the name is taken.
func (df *DataFrame) CreateTempView(name string) error {
	return df.tempView(name, false, catalog.Fail)
}

// CreateOrReplaceGlobalTempView gives the query the name global_temp.name.
func (df *DataFrame) CreateOrReplaceGlobalTempView(name string) error {
	return df.tempView(name, true, catalog.Replace)
}

// CreateGlobalTempView is CreateOrReplaceGlobalTempView that fails when the name is taken.
func (df *DataFrame) CreateGlobalTempView(name string) error {
	return df.tempView(name, true, catalog.Fail)
}

func (df *DataFrame) tempView(name string, global bool, how catalog.Exists) error {
	if err := df.Err(); err != nil {
		return err
	}
	parts, err := df.tableName(name)
	if err == nil && len(parts) != 1 {
		err = sqlerr.New("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", sqlerr.Pos{}, "CREATE TEMPORARY VIEW or the corresponding Dataset APIs only accept single-part view names, but got: %s.",
			strings.Join(parts, "."))
	}
	if err != nil {
		return err
	}
	return df.st.session.catalog.CreateTempView(parts[0], df.plan, global, how)
}

// DropTempView removes a temporary view and reports whether there was one.
func (s *Session) DropTempView(name string) bool { return s.catalog.DropTempView(name, false) }

// DropGlobalTempView removes a global temporary view and reports whether there was one.
func (s *Session) DropGlobalTempView(name string) bool { return s.catalog.DropTempView(name, true) }

// TableExists reports whether a table or view has the name.
func (s *Session) TableExists(name string) bool {
	parts, err := nameParts(name)
	return err == nil && s.catalog.Find(parts) != nil
}

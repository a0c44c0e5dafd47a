package datasource

import (
	"context"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sparrow-engine/sparrow/sqlerr"
)

// NullPartition is the folder value that stands for NULL.
const NullPartition = "__HIVE_DEFAULT_PARTITION__"

// Listing is the files that paths name, in order, and the names of their key=value folders, which all files share.
type Listing struct {
	Files      []File
	Partitions []string
}

// List finds the files of paths. A path is a file, a folder (its files at any depth; names that begin with _ or . are left out), or a glob with
// *, ?, [a-z], {a,b} and **. Folders named key=value below the path give partition columns.
func List(ctx context.Context, paths []string) (*Listing, error) {
	l := &Listing{}
	for _, p := range paths {
		p = strings.TrimPrefix(p, "file://")
		if err := l.addPath(ctx, p); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Listing) addPath(ctx context.Context, p string) error {
	info, err := os.Stat(p)
	switch {
	case err == nil && info.IsDir():
		return l.addFolder(ctx, p, p)
	case err == nil:
		return l.addFile(filepath.Dir(p), p, info)
	case !strings.ContainsAny(p, "*?[{"):
		return notFound(p, err)
	}
	base, _ := doublestar.SplitPattern(filepath.ToSlash(p))
	matches, err := doublestar.FilepathGlob(p)
	if err != nil || len(matches) == 0 {
		return notFound(p, err)
	}
	sort.Strings(matches)
	for _, m := range matches {
		info, err := os.Stat(m)
		if err != nil {
			return notFound(m, err)
		}
		if info.IsDir() {
			err = l.addFolder(ctx, base, m)
		} else {
			err = l.addFile(base, m, info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func notFound(p string, cause error) error {
	return sqlerr.New("PATH_NOT_FOUND", sqlerr.Pos{}, "Path does not exist: %s.", p).WithCause(cause)
}

func (l *Listing) addFolder(ctx context.Context, base, dir string) error {
	return filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return notFound(p, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name := d.Name()
		if p != dir && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") && !strings.Contains(name, "=")) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := os.Stat(p) // follows links
		if err != nil {
			return notFound(p, err)
		}
		if info.IsDir() {
			return nil
		}
		return l.addFile(base, p, info)
	})
}

// addFile adds a file with the values of its key=value folders below base.
func (l *Listing) addFile(base, p string, info fs.FileInfo) error {
	rel, err := filepath.Rel(base, filepath.Dir(p))
	if err != nil {
		rel = "."
	}
	var names, values []string
	for _, part := range strings.Split(filepath.ToSlash(rel), "/") {
		if k, v, ok := strings.Cut(part, "="); ok && k != "" {
			names, values = append(names, unescape(k)), append(values, unescape(v))
		}
	}
	if len(l.Files) == 0 {
		l.Partitions = names
	} else if strings.Join(names, "/") != strings.Join(l.Partitions, "/") {
		return sqlerr.New("CONFLICTING_PARTITION_COLUMN_NAMES", sqlerr.Pos{}, "The file %s has the partition columns [%s], others have [%s].", p,
			strings.Join(names, ", "), strings.Join(l.Partitions, ", ")).WithHint("Name folders of one layout.")
	}
	l.Files = append(l.Files, File{Path: p, Size: info.Size(), ModTime: info.ModTime().UnixNano(), Partitions: values})
	return nil
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

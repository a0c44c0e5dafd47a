package datasource

import (
	"os"
	"path/filepath"
	"strings"
)

// Replacement says which files a write replaces.
type Replacement uint8

// The replacements.
const (
	KeepAll           Replacement = iota // the new files come besides the old ones
	ReplaceAll                           // all that Output.Static allows
	ReplacePartitions                    // the partitions that have new files
)

// stagingPrefix begins the names of folders of unfinished writes.
const stagingPrefix = "_temporary-"

type move struct{ from, to string }

// Publish moves the files into place. If that fails, what was there is put back; what cannot be put back stays in the staging folder.
func (o *Output) Publish(what Replacement) error {
	var done []move
	defer func() {
		if err := o.undo(done); err != nil {
			o.staging = ""
			return
		}
		os.RemoveAll(o.staging)
	}()
	made, err := o.made()
	if err != nil {
		return writeError(o.dir, err)
	}
	victims, err := o.victims(what, made)
	if err != nil {
		return writeError(o.dir, err)
	}
	old := filepath.Join(o.staging, ".replaced") // goes with the staging folder
	for _, rel := range victims {
		if err := rename(&done, filepath.Join(o.dir, rel), filepath.Join(old, rel)); err != nil {
			return writeError(filepath.Join(o.dir, rel), err)
		}
	}
	for _, rel := range made {
		if err := rename(&done, filepath.Join(o.staging, rel), filepath.Join(o.dir, rel)); err != nil {
			return writeError(filepath.Join(o.dir, rel), err)
		}
	}
	done = nil
	return nil
}

// WriteEmpty makes one file without rows if there is none, which keeps the columns for who reads the folder, as Spark does. A partitioned output
// has no place for it.
func (o *Output) WriteEmpty() error {
	if o.files.Load() > 0 || len(o.Partitions) > 0 {
		return nil
	}
	f, err := o.NewPartWriter(nil).create("")
	if err != nil {
		return err
	}
	return f.close()
}

// undo takes moves back, the last one first, with the folders that were made for them.
func (o *Output) undo(done []move) error {
	for i := len(done) - 1; i >= 0; i-- {
		if err := os.Rename(done[i].to, done[i].from); err != nil {
			return err
		}
		for d := filepath.Dir(done[i].to); len(d) > len(o.dir) && os.Remove(d) == nil; {
			d = filepath.Dir(d)
		}
	}
	return nil
}

func rename(done *[]move, from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	*done = append(*done, move{from, to})
	return nil
}

// made lists the new files below the staging folder.
func (o *Output) made() (files []string, err error) {
	err = filepath.WalkDir(o.staging, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(o.staging, p)
			files = append(files, rel)
		}
		return err
	})
	return files, err
}

// victims lists the files and folders that are replaced.
func (o *Output) victims(what Replacement, made []string) (out []string, err error) {
	switch what {
	case ReplaceAll:
		return out, o.matching("", o.Static, &out)
	case ReplacePartitions:
		seen := map[string]bool{}
		for _, rel := range made {
			d := filepath.Dir(rel)
			if _, err := os.Stat(filepath.Join(o.dir, d)); err == nil && !seen[d] {
				out = append(out, d)
			}
			seen[d] = true
		}
	}
	return out, nil
}

// matching adds what lies in a folder; static are the values that the partition folders from here on must have, nil for any.
func (o *Output) matching(rel string, static []*string, out *[]string) error {
	entries, err := os.ReadDir(filepath.Join(o.dir, rel))
	if err != nil {
		return err
	}
	free := true // no more values are asked for
	for _, s := range static {
		free = free && s == nil
	}
	for _, e := range entries {
		at := filepath.Join(rel, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), stagingPrefix): // of another write
		case free:
			*out = append(*out, at)
		case e.IsDir() && (static[0] == nil || *static[0] == folderValue(e.Name())):
			if err := o.matching(at, static[1:], out); err != nil {
				return err
			}
		}
	}
	return nil
}

// folderValue returns the value of a folder key=value.
func folderValue(name string) string {
	_, v, _ := strings.Cut(name, "=")
	return unescape(v)
}

// EscapePartition writes a name or value of a partition as Hive does in the names of folders.
func EscapePartition(s string) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c == 0x7F || strings.IndexByte("\"#%'*/:=?\\{[]^", c) >= 0 {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/schollz/progressbar/v3"

	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
)

//go:embed peers.py
var driver []byte

// packages are the peers as PyPI has them; pyarrow carries their results.
var packages = []string{"duckdb", "polars", "datafusion", "pyspark[connect]", "pandas<3", "pyarrow"}

// cache is the folder of what is made once: tables and the virtual environment of the peers.
func cache(name string) string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "sparrow", name)
}

// interpreter is the Python of a virtual environment.
func interpreter(venv string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(venv, "Scripts", "python.exe")
	}
	return filepath.Join(venv, "bin", "python")
}

// install makes the virtual environment of the peers, or brings it up to date.
func install(ctx context.Context, venv string, log io.Writer) error {
	python, err := exec.LookPath("python3")
	if err != nil {
		return errors.New("the peers need Python 3: no python3 in the search path")
	}
	if err := command(ctx, log, "", python, "-m", "venv", venv); err != nil {
		return err
	}
	return command(ctx, log, "", append([]string{interpreter(venv), "-m", "pip", "install", "--upgrade"}, packages...)...)
}

// command runs a command in a folder and shows what it says.
func command(ctx context.Context, log io.Writer, dir string, args ...string) error {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir, c.Stdout, c.Stderr = dir, log, log
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// output runs a command in a folder and returns the text that it prints.
func output(ctx context.Context, dir string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Dir, c.Stderr = dir, os.Stderr
	text, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(text)), nil
}

// generate makes the TPC-H tables if the folder does not have them.
func generate(ctx context.Context, dir string, sf float64, threads int) error {
	for _, file := range []string{"lineitem.parquet", "lineitem"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			return nil
		}
	}
	fmt.Fprintf(os.Stderr, "Generating TPC-H SF %g in %s\n", sf, dir)
	bar := progressbar.Default(-1)
	defer bar.Close()
	return tpch.Generate(ctx, dir, sf, tpch.GenerateOptions{Threads: threads, Progress: func(done, total int64) {
		bar.ChangeMax64(total)
		_ = bar.Set64(done) // a bar that cannot be drawn is no reason to stop
	}})
}

// build compiles the command in a tree of the project.
func build(ctx context.Context, tree, binary string) error {
	return command(ctx, os.Stderr, tree, "go", "build", "-o", binary, "./cmd/sparrow")
}

// described is the revision of a tree, marked if it has changes; empty outside of a repository.
func described(ctx context.Context, tree string) string {
	text, err := exec.CommandContext(ctx, "git", "-C", tree, "describe", "--always", "--dirty").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// buildRevision compiles the command of another revision, in a worktree of its own that is gone afterwards, and returns the revision's short name.
func buildRevision(ctx context.Context, root, revision, tmp, binary string) (name string, err error) {
	if name, err = output(ctx, root, "git", "rev-parse", "--short", "--verify", "--end-of-options", revision+"^{commit}"); err != nil {
		return "", err
	}
	tree := filepath.Join(tmp, "tree")
	if err := command(ctx, io.Discard, root, "git", "worktree", "add", "--detach", tree, name); err != nil {
		return "", err
	}
	defer func() {
		remove := command(context.WithoutCancel(ctx), os.Stderr, root, "git", "worktree", "remove", "--force", tree)
		err = errors.Join(err, remove)
	}()
	return name, build(ctx, tree, binary)
}

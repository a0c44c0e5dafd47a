package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/sparrow-engine/sparrow/benchmarks/tpch"
)

func newTPCHGen() *cobra.Command {
	var o tpch.GenerateOptions
	var sf float64
	var dir string
	c := &cobra.Command{
		Use:   "tpchgen",
		Short: "write the TPC-H tables, equal to dbgen's value for value",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				return errors.New("tpchgen needs --dir")
			}
			o.Threads, _ = cmd.Flags().GetInt("threads")
			o.Progress = progressBar(fmt.Sprintf("TPC-H SF %g", sf))
			if err := tpch.Generate(cmd.Context(), dir, sf, o); err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "\n")
			return nil
		},
	}
	c.Flags().Float64Var(&sf, "sf", 1, "scale factor: about a gigabyte of text each")
	c.Flags().StringVar(&dir, "dir", "", "folder to write to")
	c.Flags().StringVar(&o.Format, "format", "parquet", "parquet or csv")
	c.Flags().StringVar(&o.Compression, "compression", "snappy", "of Parquet: snappy, zstd, gzip, lz4, brotli or none")
	c.Flags().IntVar(&o.RowGroupRows, "row-group-rows", 0, "rows of a Parquet row group, about")
	c.Flags().IntVar(&o.Parts, "parts", 1, "files of a table")
	c.Flags().BoolVar(&o.Overwrite, "overwrite", false, "replace tables that exist")
	return c
}

// progressBar shows rows with rate and time left on standard error.
func progressBar(title string) func(done, total int64) {
	bar := progressbar.NewOptions64(1, progressbar.OptionSetDescription(title), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true),
		progressbar.OptionFullWidth(), progressbar.OptionUseANSICodes(false))
	return func(done, total int64) {
		bar.ChangeMax64(total)
		_ = bar.Set64(done)
	}
}

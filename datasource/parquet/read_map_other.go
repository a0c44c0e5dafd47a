//go:build !linux

package parquet

import "os"

const mappings = false

// mapFile gives no mapping where it was not measured.
func mapFile(*os.File, int64) []byte { return nil }

func unmapFile([]byte) {}

func dropPages([]byte) {}

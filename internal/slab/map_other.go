//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package slab

import "github.com/sparrow-engine/sparrow/internal/invariants"

// mapBlock returns n fresh bytes, all zero, of the Go heap.
func mapBlock(n int) []byte { return make([]byte, n) }

// unmapBlock leaves a block to the collector.
func unmapBlock([]byte) {}

// quarantine spoils a freed block.
func quarantine(b []byte) { invariants.Scribble(b) }

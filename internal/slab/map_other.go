//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package slab

import "github.com/sparrow-engine/sparrow/internal/invariants"

// mapRegion returns n fresh bytes, all zero, of the Go heap.
func mapRegion(n int) []byte { return make([]byte, n) }

// unmapRegion leaves a region to the collector.
func unmapRegion([]byte) {}

// quarantine spoils a freed region.
func quarantine(b []byte) { invariants.Scribble(b) }

//go:build !linux

package slab

func advise([]byte) {}

// zeroPages is not there: elsewhere than on Linux advice about pages promises nothing of what they hold afterwards.
func zeroPages([]byte) bool { return false }

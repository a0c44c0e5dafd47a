//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package slab

func advise([]byte) {}

package main

import (
	"runtime"
	"runtime/metrics"
	"time"

	"github.com/sparrow-engine/sparrow/internal/slab"
)

// peak samples the memory that the process holds from the operating system.
type peak struct {
	quit chan struct{}
	high chan uint64
}

// startPeak begins to sample after a collection, so that what earlier queries left does not count.
func startPeak() *peak {
	runtime.GC()
	p := &peak{quit: make(chan struct{}), high: make(chan uint64)}
	go func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		high := held()
		for {
			select {
			case <-tick.C:
				high = max(high, held())
			case <-p.quit:
				p.high <- max(high, held())
				return
			}
		}
	}()
	return p
}

func (p *peak) stop() uint64 {
	close(p.quit)
	return <-p.high
}

// held is heap objects, stacks and slabs in use.
func held() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64() + s[1].Value.Uint64() + uint64(slab.Count().InUse)
}

package slab

import "github.com/sparrow-engine/sparrow/internal/invariants"

// noteSmall remembers memory of the Go heap that belongs to the arena, and fills it: nobody may rely on zeros, nor on it after the arena is
// freed. Only builds with the tag invariants call it.
func (a *Arena) noteSmall(b []byte) {
	invariants.Scribble(b)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.small == nil {
		a.small = map[*byte][]byte{}
	}
	a.small[&b[0]] = b
}

func (a *Arena) freeSmall(p *byte) {
	a.mu.Lock()
	b := a.small[p]
	delete(a.small, p)
	a.mu.Unlock()
	invariants.Scribble(b)
}

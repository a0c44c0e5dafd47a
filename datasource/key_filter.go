package datasource

import "sync/atomic"

type keyFilterBox struct{ p atomic.Pointer[KeyFilter] }

// Publish makes f the filter of the slot.
func (s *KeyFilterSlot) Publish(f KeyFilter) { s.filter.p.Store(&f) }

// Load returns the published filter, or nil.
func (s *KeyFilterSlot) Load() KeyFilter {
	if p := s.filter.p.Load(); p != nil {
		return *p
	}
	return nil
}

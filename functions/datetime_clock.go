package functions

import (
	"math"
	"time"

	"github.com/sparrow-engine/sparrow/types/temporal"
)

// wallClock turns instants into wall clock times of a zone. It keeps the offset and for how long it holds, since neighbouring rows mostly
// share it and looking one up costs more than the rest of a kernel. It belongs to one kernel call.
type wallClock struct {
	zone        *time.Location
	from, until int64 // microseconds between which offset holds
	offset      int64
}

func clockOf(zone *time.Location) wallClock {
	if zone == time.UTC {
		return wallClock{zone: zone, from: math.MinInt64, until: math.MaxInt64}
	}
	return wallClock{zone: zone, from: 1}
}

// local returns the wall clock of an instant.
func (w *wallClock) local(micros int64) int64 {
	if micros < w.from || micros >= w.until {
		w.find(micros)
	}
	return micros + w.offset
}

func (w *wallClock) find(micros int64) {
	t := time.Unix(floorDiv(micros, microsPerSecond), 0).In(w.zone)
	_, secs := t.Zone()
	w.offset = int64(secs) * microsPerSecond
	start, end := t.ZoneBounds()
	w.from, w.until = math.MinInt64, math.MaxInt64
	if limit := int64(math.MaxInt64 / microsPerSecond); !start.IsZero() && start.Unix() > -limit {
		w.from = start.Unix() * microsPerSecond
	}
	if limit := int64(math.MaxInt64 / microsPerSecond); !end.IsZero() && end.Unix() < limit {
		w.until = end.Unix() * microsPerSecond
	}
}

// day returns the date of an instant.
func (w *wallClock) day(micros int64) int64 { return floorDiv(w.local(micros), microsPerDay) }

// instant returns the instant of a wall clock time, the earlier one where it occurs twice.
func (w *wallClock) instant(local int64) int64 {
	if w.zone == time.UTC {
		return local
	}
	if t := local - w.offset; t-microsPerDay >= w.from && t < w.until-microsPerDay && w.from < w.until {
		return t
	}
	return temporal.ToUTC(local, w.zone)
}

//go:build !unix

package physical

import "time"

var started = time.Now()

// cpuTime is the time of the clock, for want of the processor's.
func cpuTime() time.Duration { return time.Since(started) }

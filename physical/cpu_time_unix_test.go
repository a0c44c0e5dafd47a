//go:build unix

package physical

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is the processor time of the process, which other processes on the machine do not stretch.
func cpuTime() time.Duration {
	var u unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

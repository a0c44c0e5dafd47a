package budget

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// unknownMachine is taken for the memory of a machine that does not tell.
const unknownMachine = 8 << 30

// Default is the limit of a query that sets none: three quarters of what the process may use, which is the least of the machine's memory, its
// control group's limit and GOMEMLIMIT.
var Default = sync.OnceValue(func() int64 {
	memory := min(machine(), controlGroup(), debug.SetMemoryLimit(-1))
	if memory == math.MaxInt64 {
		memory = unknownMachine
	}
	return memory / 4 * 3
})

// machine returns the installed memory, math.MaxInt64 if it is not known.
func machine() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return math.MaxInt64
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "MemTotal:" {
			if kib, err := strconv.ParseInt(f[1], 10, 64); err == nil {
				return kib << 10
			}
		}
	}
	return math.MaxInt64
}

// controlGroup returns the limit of the process's control group, as containers have one, math.MaxInt64 without.
func controlGroup() int64 {
	for _, name := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(name); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
				return n
			}
		}
	}
	return math.MaxInt64
}

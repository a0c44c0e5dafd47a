package sketch

import (
	"fmt"
	"math"
	"strings"
)

// Text describes the sketch in DataSketches' words; kind is Longs, Floats or Doubles, and item prints an item.
func (s *KLL[T]) Text(kind string, item func(T) string) string {
	var b strings.Builder
	line := func(name string, v any) { fmt.Fprintf(&b, "   %-23s: %v\n", name, v) }
	fmt.Fprintf(&b, "\n### KllKll%sSketch Summary:\n", kind)
	line("K", s.K)
	line("Dynamic min K", s.minK)
	line("M", kllM)
	line("N", s.n)
	line("Epsilon", fmt.Sprintf("%.3f%%", 100*2.296/math.Pow(float64(s.minK), 0.9723)))
	line("Epsilon PMF", fmt.Sprintf("%.3f%%", 100*2.446/math.Pow(float64(s.minK), 0.9433)))
	line("Empty", s.n == 0)
	line("Estimation Mode", len(s.levels) > 1)
	line("Levels", len(s.levels))
	line("Level 0 Sorted", false)
	line("Capacity Items", s.capacity())
	line("Retained Items", s.retained())
	line("Free Space", s.capacity()-s.retained())
	line("ReadOnly", false)
	line("Updatable Storage Bytes", 20+4*(len(s.levels)+1)+(2+s.capacity())*itemBytes[T]())
	line("Compact Storage Bytes", len(s.Bytes()))
	lo, hi := "", ""
	if s.n > 0 {
		lo, hi = item(s.min), item(s.max)
	}
	line("Min Item", lo)
	line("Max Item", hi)
	b.WriteString("### End sketch summary\n")
	return b.String()
}

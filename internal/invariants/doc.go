// Package invariants says whether the program was built with the tag invariants, under which memory that must not be read any more is
// scribbled over and values that must not matter are garbage, so that wrong code gives wrong answers, or crashes, in tests:
//
//	go test -tags invariants ./...
//
// Without the tag Enabled is a constant false, and what it guards is not in the binary.
package invariants

// Poison is the byte that memory is scribbled over with: large and negative as a number, no valid code, and an offset out of every buffer.
const Poison = 0xA5

// Scribble fills memory with Poison. Callers ask Enabled first.
func Scribble(b []byte) {
	for i := range b {
		b[i] = Poison
	}
}

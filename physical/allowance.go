package physical

import "github.com/sparrow-engine/sparrow/exec/budget"

// allowance is what one operator, or one worker's part of it, holds of the budget.
type allowance struct {
	budget *budget.Budget
	held   int64
}

const (
	// credit is what is asked for at a time while memory is plentiful.
	credit = 1 << 20
	// neverRefused is what is held whatever the budget says, so that an operator that has spilled can go on.
	neverRefused = 16 << 10
)

// spare is cover of one who does as well with less: nobody gives anything for it.
func (a *allowance) spare(n int64) bool {
	need := n - a.held
	if need <= 0 {
		return true
	}
	for _, more := range [...]int64{(need + credit - 1) / credit * credit, need} {
		if a.budget.Reserve(more) {
			a.held += more
			return true
		}
	}
	return false
}

// cover asks for enough to hold n bytes and reports whether it is granted. Refused, the operator gives back what is held.
func (a *allowance) cover(n int64) bool { return a.coverOr(n, a.held) }

// coverOr is cover of one who, refused, gives own bytes back.
func (a *allowance) coverOr(n, own int64) bool {
	need := n - a.held
	if need <= 0 {
		return true
	}
	if more := (need + credit - 1) / credit * credit; a.budget.Reserve(more) {
		a.held += more
		return true
	}
	if a.budget.Claim(need, own) {
		a.held += need
		return true
	}
	if n <= neverRefused {
		a.force(n)
		return true
	}
	return false
}

// force accounts for n bytes that cannot be done without.
func (a *allowance) force(n int64) {
	if need := n - a.held; need > 0 {
		a.budget.Force(need)
		a.held += need
	}
}

// shrink gives up to n bytes back.
func (a *allowance) shrink(n int64) {
	n = min(n, a.held)
	a.budget.Release(n)
	a.held -= n
}

// trim gives back what is held beyond n bytes.
func (a *allowance) trim(n int64) { a.shrink(a.held - min(n, a.held)) }

// release gives everything back.
func (a *allowance) release() {
	if a.held > 0 {
		a.budget.Release(a.held)
		a.held = 0
	}
}

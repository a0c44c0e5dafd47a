//go:build !invariants

package invariants

// Enabled reports the build tag.
const Enabled = false

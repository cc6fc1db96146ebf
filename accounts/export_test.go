package accounts

import "testing"

// FromTallies lets a test have even the smallest subtree read from the tallies.
func FromTallies(t *testing.T, yes bool) {
	t.Helper()
	smallSubtree = 5000
	if yes {
		smallSubtree = -1
	}
	t.Cleanup(func() { smallSubtree = 5000 })
}

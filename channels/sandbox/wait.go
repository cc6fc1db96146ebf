package sandbox

import "slices"

// waiter is one held call.
type waiter struct {
	call    Call
	release chan struct{}
}

// hold keeps the call until Release or until its client has gone; it tells whether it was released.
func (s *Sandbox) hold(c *call) (released bool) {
	s.mu.Lock()
	w := &waiter{call: *c.Call, release: make(chan struct{})}
	s.waiting[c.Seq] = w
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.waiting, c.Seq)
	}()
	select {
	case <-w.release:
		return true
	case <-c.r.Context().Done():
		return false
	}
}

// Waiting returns the calls now held by a wait or hang fault, oldest first. Their Seq is the id for Release.
func (s *Sandbox) Waiting() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Call, 0, len(s.waiting))
	for _, w := range s.waiting {
		out = append(out, w.call)
	}
	slices.SortFunc(out, func(a, b Call) int { return int(a.Seq - b.Seq) })
	return out
}

// Release lets held calls go on: those with these Seq, all when none is given. It returns how many there were.
func (s *Sandbox) Release(seqs ...int64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for seq, w := range s.waiting {
		if len(seqs) == 0 || slices.Contains(seqs, seq) {
			close(w.release)
			delete(s.waiting, seq)
			n++
		}
	}
	return n
}

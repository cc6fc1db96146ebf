package sql

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// idAlphabet is base 32 in ASCII order without i, l, o and u, so ids sort as their numbers do and read aloud without doubt.
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// IDLength is how many characters an id has.
const IDLength = 16

var ids struct {
	sync.Mutex
	millis uint64 // 48 bits
	tail   uint32
}

// NewID returns a new id: 16 characters, 48 bits of milliseconds and 32 random bits, so ids sort by the time they were
// made. Within a process each is greater than the one before.
func NewID() string {
	ids.Lock()
	defer ids.Unlock()
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails since Go 1.24
	fresh := binary.BigEndian.Uint32(random[:])
	millis := uint64(time.Now().UnixMilli()) & (1<<48 - 1)
	switch {
	case millis > ids.millis:
		ids.millis, ids.tail = millis, fresh
	case ids.tail > 1<<32-1-(1<<20):
		// The tail is nearly used up within one millisecond, or the clock went back: borrow the next millisecond.
		ids.millis, ids.tail = ids.millis+1, fresh>>1
	default:
		ids.tail += 1 + fresh>>12 // a random step, so that ids cannot be guessed from their neighbours
	}
	return encodeID(ids.millis, ids.tail)
}

func encodeID(millis uint64, tail uint32) string {
	high, low := millis>>8, (millis&0xff)<<32|uint64(tail) // 40 bits each: eight characters and eight
	var out [IDLength]byte
	for i := 7; i >= 0; i-- {
		out[i], high = idAlphabet[high&31], high>>5
		out[8+i], low = idAlphabet[low&31], low>>5
	}
	return string(out[:])
}

// IsID reports whether s has the form of an id.
func IsID(s string) bool {
	if len(s) != IDLength {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' && c < 'a' || c > 'z' || c == 'i' || c == 'l' || c == 'o' || c == 'u' {
			return false
		}
	}
	return true
}

// Package fault says what an error is: a stable code, a kind and a sentence in Chinese for the person who met it.
// Each package lists its own in errors.go with Define; server/problem.go turns a kind into an HTTP status. The package
// imports nothing of the program and knows no wording of its own.
package fault

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Kind is what an error means to the caller, whatever it is about.
type Kind string

// The kinds, from the caller's mistakes to our own.
const (
	Invalid         Kind = "invalid"         // the input cannot be accepted as it is
	Unauthenticated Kind = "unauthenticated" // nobody is signed in, or the session is over
	Forbidden       Kind = "forbidden"       // signed in, but not allowed
	NotFound        Kind = "not_found"       // absent, or not visible to this person
	Conflict        Kind = "conflict"        // the state of the thing refuses it
	TooLarge        Kind = "too_large"       // more bytes than we take
	TooMany         Kind = "too_many"        // too often; try later
	Unavailable     Kind = "unavailable"     // a part we need is away; the same call may pass later
	Internal        Kind = "internal"        // our fault
)

// Fault is an error that a person can meet. Compare with errors.Is: two faults are the same when their codes are.
type Fault struct {
	Code     string   // dotted, lower case, kept for ever: "article.stale"
	Kind     Kind     //
	Sentence string   // Chinese: what happened and what to do next
	Rulebook string   // id of the rulebook whose articles refuse it; empty when none does
	Articles []string // the cited articles, as the rulebook writes them: "15.p2"
	Field    string   // the input field it is about; empty when it is about no single one
	Detail   any      // figures for the screen, JSON-encodable; nil when the sentence says all
	cause    error
}

var (
	mu        sync.Mutex
	defined   = map[string]*Fault{}
	validCode = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)
)

// Define lists a fault under its code and returns it. It panics on a code that is malformed or taken, so a clash
// stops the program at start and not at a user's screen.
func Define(code string, kind Kind, sentence string) *Fault {
	mu.Lock()
	defer mu.Unlock()
	if !validCode.MatchString(code) {
		panic("fault: malformed code " + code)
	}
	if defined[code] != nil {
		panic("fault: code defined twice: " + code)
	}
	f := &Fault{Code: code, Kind: kind, Sentence: sentence}
	defined[code] = f
	return f
}

// All returns every defined fault in the order of codes, for the documentation and its golden test.
func All() []*Fault {
	mu.Lock()
	defer mu.Unlock()
	all := make([]*Fault, 0, len(defined))
	for _, f := range defined {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Fault) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// Error is for logs; people read Sentence.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Code + ": " + f.cause.Error()
	}
	return f.Code
}

// Unwrap returns the error behind the fault, nil when there is none.
func (f *Fault) Unwrap() error { return f.cause }

// Is reports whether target is a fault of the same code.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// Because returns a copy that carries the error behind it, for the log.
func (f *Fault) Because(err error) *Fault { c := *f; c.cause = err; return &c }

// Say returns a copy with another sentence, for one that needs names or figures in it. The code stays.
func (f *Fault) Say(format string, args ...any) *Fault {
	c := *f
	c.Sentence = fmt.Sprintf(format, args...)
	return &c
}

// Under returns a copy that cites the articles of a rulebook.
func (f *Fault) Under(rulebook string, articles []string) *Fault {
	c := *f
	c.Rulebook, c.Articles = rulebook, articles
	return &c
}

// On returns a copy that names the input field it is about.
func (f *Fault) On(field string) *Fault { c := *f; c.Field = field; return &c }

// With returns a copy that carries figures for the screen.
func (f *Fault) With(detail any) *Fault { c := *f; c.Detail = detail; return &c }

// As returns the fault in err's chain, or nil when there is none.
func As(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

package channels

import (
	"errors"
	"fmt"
	"time"
)

// Class is what an error of a platform means for the delivery.
type Class string

// The classes. The letters are those of the tables in the platforms' pages.
const (
	Retry      Class = "retry"      // R: certainly without effect; again after a pause
	Quota      Class = "quota"      // Q: not before Until
	Content    Class = "content"    // C: the text is refused; back to the editor
	Permission Class = "permission" // P: the account or our right to it; the account waits for an administrator
	ByHand     Class = "by_hand"    // M: to be finished in the platform's own console
	Unclear    Class = "unclear"    // S: may have had an effect; ask before anything else
	Defect     Class = "defect"     // our own mistake or a changed interface; no retry, tell the developers
)

// PlatformError is whatever a platform, or the way to it, did wrong.
type PlatformError struct {
	Code   string        // the platform's code, or ours: "timeout", "http_502", "not_json"
	Text   string        // the platform's own words, at most 1,000 characters, secrets removed
	Advice string        // Chinese: what happened and what to do; ends with the code where there is one
	Class  Class         //
	After  time.Duration // for Retry and Quota: how long to wait; 0 leaves it to the caller
	cause  error
}

// Error is for logs.
func (e *PlatformError) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("platform error %s (%s): %s: %v", e.Code, e.Class, e.Text, e.cause)
	}
	return fmt.Sprintf("platform error %s (%s): %s", e.Code, e.Class, e.Text)
}

// Unwrap returns the error behind it, nil when there is none.
func (e *PlatformError) Unwrap() error { return e.cause }

// Because returns a copy with the error behind it. The caller has removed its secrets.
func (e *PlatformError) Because(err error) *PlatformError { c := *e; c.cause = err; return &c }

// AsPlatformError returns the platform's error in err's chain, nil when there is none.
func AsPlatformError(err error) *PlatformError {
	var p *PlatformError
	if errors.As(err, &p) {
		return p
	}
	return nil
}

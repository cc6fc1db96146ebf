package wechat

import (
	"context"
	"errors"
	"regexp"
	"strings"
)

// secretName finds a secret by the name before it, in an address, in JSON and in a form.
var secretName = regexp.MustCompile(`(?i)((?:[a-z_]*access_token|[a-z_]*_token|[a-z_]*_ticket|[a-z_]*auth[a-z]*_code|app_?secret|secret)["']?\s*[=:]\s*["']?)[^&\s"',}]+`)

// redact takes the secrets out of a text: whatever stands after a secret's name, and these values wherever they stand.
func redact(text string, values ...string) string {
	text = secretName.ReplaceAllString(text, "$1***")
	for _, value := range values {
		if len(value) >= 4 {
			text = strings.ReplaceAll(text, value, "***")
		}
	}
	return text
}

// redactedError is an error of the HTTP client whose text, with the whole address in it, has been cleaned. What callers
// tell apart is kept; the error itself is not, because it would print the address.
type redactedError struct {
	text string
	is   error // context.Canceled, context.DeadlineExceeded or nil
}

func (e *redactedError) Error() string { return e.text }
func (e *redactedError) Unwrap() error { return e.is }

func redacted(err error, values ...string) error {
	clean := &redactedError{text: redact(err.Error(), values...)}
	for _, sentinel := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, sentinel) {
			clean.is = sentinel
		}
	}
	return clean
}

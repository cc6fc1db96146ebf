package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// secretPattern finds what must never stand in a log, whatever error text it came in by: a value behind a telling name,
// what follows a scheme of the Authorization header, a token of ours, a webhook secret, the password of a DSN.
var secretPattern = regexp.MustCompile(`(?i)((?:access_token|app_?secret|secret|password|refresh_token|verify_ticket|authorization_code|auth_code|govmedia_access|govmedia_refresh)["\\]*[=:"\\\s]*)[^&\s",;}\\]+` +
	`|((?:bearer|oauth2)\s+)[A-Za-z0-9._~+/=-]+|(whsec_)[A-Za-z0-9+/=_-]+|(eyJ)[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*|(mysql:[^:@/\s]*:)[^@\s]+(?:@tcp)`)

func masked(text string) string { return secretPattern.ReplaceAllString(text, "$1$2$3$4$5***") }

// newLogger writes JSON lines with secrets masked: the last net, below adapters that redact for themselves.
func newLogger(level string, to io.Writer) (*slog.Logger, error) {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("read GOVMEDIA_LOG_LEVEL: %w", err)
	}
	mask := func(_ []string, attr slog.Attr) slog.Attr {
		switch attr.Value.Kind() {
		case slog.KindString:
			attr.Value = slog.StringValue(masked(attr.Value.String()))
		case slog.KindAny:
			switch value := attr.Value.Any().(type) {
			case error:
				attr.Value = slog.StringValue(masked(value.Error()))
			case fmt.Stringer:
				attr.Value = slog.StringValue(masked(value.String()))
			case *slog.Source, nil:
			default:
				if encoded, err := json.Marshal(value); err == nil {
					attr.Value = slog.StringValue(masked(string(encoded)))
				}
			}
		}
		return attr
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: at, ReplaceAttr: mask})), nil
}

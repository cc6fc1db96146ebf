package main

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
)

// secretPattern finds what must never stand in a log, whatever error text it came in by.
var secretPattern = regexp.MustCompile(`(?i)((?:access_token|app_?secret|secret|password|refresh|authorization|whsec_)[=:"\s]*)[^&\s",}]+`)

// newLogger writes JSON lines with secrets masked: the last net, below adapters that redact for themselves.
func newLogger(level string, to io.Writer) (*slog.Logger, error) {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("read GOVMEDIA_LOG_LEVEL: %w", err)
	}
	mask := func(_ []string, attr slog.Attr) slog.Attr {
		if attr.Value.Kind() == slog.KindString {
			attr.Value = slog.StringValue(secretPattern.ReplaceAllString(attr.Value.String(), "$1***"))
		}
		return attr
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: at, ReplaceAttr: mask})), nil
}

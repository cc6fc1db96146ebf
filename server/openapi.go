package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"govmedia/rules"
)

// printOpenAPI prints the description of the API, made from the handlers themselves, without a database.
func printOpenAPI(_ context.Context, p program) error {
	library, err := rules.Builtin()
	if err != nil {
		return err
	}
	s := newServer(server{config: p.config, log: slog.New(slog.NewTextHandler(io.Discard, nil)), library: library})
	text, err := s.api.OpenAPI().YAML()
	if err != nil {
		return fmt.Errorf("write the description: %w", err)
	}
	_, err = p.out.Write(text)
	return err
}

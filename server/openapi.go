package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

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

// sayNull writes into the description which parts of an answer may be null: each pointer to a struct that is not left out
// when there is nothing. Huma says so of plain values only. No request has such a part, so nothing else is let in by this.
func sayNull(schemas huma.Registry) {
	for name, schema := range schemas.Map() {
		for _, field := range reflect.VisibleFields(schemas.TypeFromRef(schemaPrefix + name)) {
			key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			part := schema.Properties[key]
			if field.Type.Kind() != reflect.Pointer || part == nil || part.Ref == "" || strings.Contains(options, "omitempty") {
				continue
			}
			if schemas.TypeFromRef(part.Ref) == field.Type.Elem() {
				schema.Properties[key] = &huma.Schema{Description: part.Description, AnyOf: []*huma.Schema{{Ref: part.Ref}, {Type: "null"}}}
			}
		}
	}
}

package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
)

// NoticesReady asks what a step of an application asks of its notices, without the application.
func NoticesReady(ctx context.Context, db *sql.DB, rb *rules.Rulebook, application string, process rules.Process, object rules.Object, rule string, execute bool) error {
	return noticesReady(ctx, db, announcement{ApplicationID: application, Rulebook: rb, Process: process, Object: object, Rule: rule, Execute: execute})
}

package accounts

import (
	"context"
	"testing"

	"govmedia/rules"
	"govmedia/sql"
)

// FromTallies lets a test have even the smallest subtree read from the tallies.
func FromTallies(t *testing.T, yes bool) {
	t.Helper()
	smallSubtree = 5000
	if yes {
		smallSubtree = -1
	}
	t.Cleanup(func() { smallSubtree = 5000 })
}

// SettleForTest settles one account, as a rejudgement does.
func SettleForTest(ctx context.Context, db *sql.DB, book rules.Book, id string) error {
	return db.InTx(ctx, func(tx *sql.DB) error { return settleAccounts(ctx, tx, book, id) })
}

// CloseForTest ends an account as its application does, without the application.
func CloseForTest(ctx context.Context, db *sql.DB, book rules.Book, id string) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		account, err := Load(ctx, tx, id)
		if err != nil {
			return err
		}
		return endAccount(ctx, tx, book, account, tx.Now(), "区政府门户网站")
	})
}

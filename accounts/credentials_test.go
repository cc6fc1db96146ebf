package accounts_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

const secret = "app-secret-5c1f-秘"

type sealedRow struct {
	ID             string
	Credentials    *string
	CredentialsKey *string
}

func rawRow(w *world, id string) sealedRow {
	w.t.Helper()
	row, err := sql.Get[sealedRow](w.t.Context(), w.db, "account.credentials", sql.Args{"id": id})
	if err != nil {
		w.t.Fatalf("read the row: %v", err)
	}
	return row
}

func TestCredentialsAreSealedAndNeverTold(t *testing.T) {
	each(t, func(w *world) {
		ctx, keys, admin := t.Context(), keyring(t, "k1"), w.People["admin"]
		account := w.create(w.valid(accounts.KindWeChatService, "清源服务"))
		none, err := accounts.OpenCredentials(ctx, w.db, keys, account)
		if err != nil || len(none) != 0 {
			t.Errorf("OpenCredentials of an unbound account = %v, %v, want none", none, err)
		}
		want := accounts.Credentials{"app_secret": secret, "token": "abc"}
		bound, err := accounts.SetCredentials(ctx, w.db, keys, admin, account.ID, account.Version, want)
		if err != nil || bound.CredentialsSetAt == nil || *bound.CredentialsSetAt != w.db.Now() {
			t.Fatalf("SetCredentials = set at %v, %v, want now", bound.CredentialsSetAt, err)
		}
		got, err := accounts.OpenCredentials(ctx, w.db, keys, bound)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("OpenCredentials: %v\n%s", err, diff)
		}
		if row := rawRow(w, account.ID); row.Credentials == nil || strings.Contains(*row.Credentials, secret) || *row.CredentialsKey != "k1" {
			t.Errorf("the row holds %v under %v, want a sealed text under k1", row.Credentials, row.CredentialsKey)
		}
		lines, err := units.ListAudit(ctx, w.db, admin, units.AuditFilter{ObjectKind: "account", ObjectID: account.ID})
		if err != nil || lines[0].Action != accounts.ActionBind {
			t.Fatalf("ListAudit = %+v, %v, want the binding first", lines, err)
		}
		told, err := json.Marshal([]any{lines, bound, w.card(account.ID)})
		if err != nil || strings.Contains(string(told), secret) {
			t.Errorf("the secret stands in an answer or an audit line: %s, %v", told, err)
		}
		cleared, err := accounts.SetCredentials(ctx, w.db, keys, admin, account.ID, bound.Version, nil)
		if err != nil || cleared.CredentialsSetAt != nil || rawRow(w, account.ID).Credentials != nil {
			t.Errorf("unbinding left %v, %v", cleared.CredentialsSetAt, err)
		}
	})
}

func TestCredentialsMovedToAnotherRowDoNotOpen(t *testing.T) {
	each(t, func(w *world) {
		ctx, keys, admin := t.Context(), keyring(t, "k1"), w.People["admin"]
		mine := w.create(w.valid(accounts.KindWeChatService, "甲"))
		other := w.create(w.valid(accounts.KindWeChatService, "乙"))
		for _, account := range []accounts.Account{mine, other} {
			if _, err := accounts.SetCredentials(ctx, w.db, keys, admin, account.ID, 1, accounts.Credentials{"app_secret": account.Name}); err != nil {
				t.Fatal(err)
			}
		}
		moved, err := w.db.ExecOne(ctx, "account.reseal", sql.Args{"id": other.ID, "old": rawRow(w, other.ID).Credentials,
			"credentials": rawRow(w, mine.ID).Credentials, "credentials_key": "k1"})
		if err != nil || !moved {
			t.Fatalf("move the sealed text: %v, %v", moved, err)
		}
		_, err = accounts.OpenCredentials(ctx, w.db, keys, other)
		refused(t, "OpenCredentials of a moved text", err, accounts.ErrSealBroken)
		_, err = accounts.OpenCredentials(ctx, w.db, keyring(t, "k2"), mine)
		refused(t, "OpenCredentials without the key", err, accounts.ErrKeyUnknown)
	})
}

func TestResealLetsAnOldKeyGo(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		if _, err := accounts.SetCredentials(ctx, w.db, keyring(t, "k1"), admin, account.ID, 1, accounts.Credentials{"access_token": secret}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{1, 0} {
			if n, err := accounts.Reseal(ctx, w.db, keyring(t, "k2", "k1")); n != want || err != nil {
				t.Errorf("Reseal = %d, %v, want %d", n, err, want)
			}
		}
		got, err := accounts.OpenCredentials(ctx, w.db, keyring(t, "k2"), account)
		if err != nil || got["access_token"] != secret {
			t.Errorf("OpenCredentials with the new key alone = %v, %v", got, err)
		}
	})
}

func TestOnlyTheOfficeBinds(t *testing.T) {
	each(t, func(w *world) {
		ctx, keys := t.Context(), keyring(t, "k1")
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		credentials := accounts.Credentials{"access_token": secret}
		_, err := accounts.SetCredentials(ctx, w.db, keys, w.People["officer"], account.ID, 1, credentials)
		refused(t, "SetCredentials by an officer", err, accounts.ErrForbidden)
		_, err = accounts.SetCredentials(ctx, w.db, keys, w.People["stranger"], account.ID, 1, credentials)
		refused(t, "SetCredentials by a stranger", err, accounts.ErrNotFound)
		_, err = accounts.SetCredentials(ctx, w.db, keys, w.People["admin"], account.ID, 7, credentials)
		refused(t, "SetCredentials on a stale version", err, accounts.ErrStale)
		for name, bad := range map[string]accounts.Credentials{"empty": {"app_secret": " "}, "name": {"App Secret": "x"},
			"long": {"app_secret": strings.Repeat("x", 9000)}, "not text": {"app_secret": "\xff"}} {
			_, err := accounts.SetCredentials(ctx, w.db, keys, w.People["admin"], account.ID, 1, bad)
			refused(t, "SetCredentials: "+name, err, accounts.ErrCredentialsInvalid)
		}
	})
}

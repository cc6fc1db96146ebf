package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/sql"
	"govmedia/units"
)

// The bounds of credentials: what any platform hands out stays far below.
const (
	maxCredentials     = 20
	maxCredentialBytes = 8 << 10
)

var credentialName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// sealedCredentials is what the table keeps.
type sealedCredentials struct {
	ID             string
	Credentials    *string
	CredentialsKey *string
}

// SetCredentials seals an account's secrets and keeps them in place of those before; no secrets at all unbinds it. The
// actor holds BindAccounts for the unit and names the version it saw. Neither the answer nor the audit line has them.
func SetCredentials(ctx context.Context, db *sql.DB, keys *Keyring, actor units.Actor, id string, version int64, credentials Credentials) (Account, error) {
	if err := checkCredentials(credentials); err != nil {
		return Account{}, err
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		account, err := forChange(ctx, tx, actor, id, units.BindAccounts)
		if err != nil {
			return err
		}
		if account.State == Closed {
			return ErrStateRefuses
		}
		args := sql.Args{"id": id, "version": version, "now": tx.Now(), "set_at": tx.Now().Ptr()}
		if args["credentials"], args["credentials_key"], err = seal(keys, id, credentials); err != nil {
			return err
		}
		if len(credentials) == 0 {
			args["set_at"] = (*sql.Time)(nil)
		}
		mine, err := tx.ExecOne(ctx, "account.bind", args)
		if err != nil {
			return err
		}
		if !mine {
			return ErrStale
		}
		return audit(ctx, tx, actor, account, ActionBind, sql.Object{"names": sortedKeys(credentials), "key": args["credentials_key"]})
	})
	if err != nil {
		return Account{}, wrap(err, "bind account %s", id)
	}
	return Load(ctx, db, id)
}

// OpenCredentials returns an account's secrets in clear, for a call to its platform; none when none are set. Errors:
// ErrKeyUnknown, ErrSealBroken.
func OpenCredentials(ctx context.Context, db *sql.DB, keys *Keyring, account Account) (Credentials, error) {
	row, err := sql.Get[sealedCredentials](ctx, db, "account.credentials", sql.Args{"id": account.ID})
	if errors.Is(err, sql.ErrNone) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, wrap(err, "open the credentials of account %s", account.ID)
	}
	credentials, err := open(keys, row)
	return credentials, wrap(err, "open the credentials of account %s", account.ID)
}

// Bound is an account with its secrets as they are kept, sealed.
type Bound struct {
	Account
	Credentials    *string `json:"-"`
	CredentialsKey *string `json:"-"`
}

// LoadBound returns accounts with their sealed secrets by id, whoever asks; those that do not exist are left out. For the
// program itself.
func LoadBound(ctx context.Context, db *sql.DB, ids []string) (map[string]Bound, error) {
	rows, err := sql.List[Bound](ctx, db, "account.bound", sql.Args{"ids": ids})
	if err != nil {
		return nil, wrap(err, "load %d accounts", len(ids))
	}
	bound := make(map[string]Bound, len(rows))
	for _, row := range rows {
		bound[row.ID] = row
	}
	return bound, nil
}

// Open returns the secrets in clear. Otherwise as OpenCredentials.
func (b Bound) Open(keys *Keyring) (Credentials, error) {
	credentials, err := open(keys, sealedCredentials{ID: b.ID, Credentials: b.Credentials, CredentialsKey: b.CredentialsKey})
	return credentials, wrap(err, "open the credentials of account %s", b.ID)
}

// Reseal seals all credentials anew that another key than the present first one sealed, and returns how many. After it
// the old key may be taken out of the ring. It may run beside everything else, twice too.
func Reseal(ctx context.Context, db *sql.DB, keys *Keyring) (int, error) {
	rows, err := sql.List[sealedCredentials](ctx, db, "account.sealed_otherwise", sql.Args{"key": keys.Current()})
	if err != nil {
		return 0, wrap(err, "list the sealed credentials")
	}
	done := 0
	for _, row := range rows {
		credentials, err := open(keys, row)
		if err != nil {
			return done, wrap(err, "reseal the credentials of account %s", row.ID)
		}
		text, key, err := seal(keys, row.ID, credentials)
		if err != nil {
			return done, wrap(err, "reseal the credentials of account %s", row.ID)
		}
		mine, err := db.ExecOne(ctx, "account.reseal", sql.Args{"id": row.ID, "old": row.Credentials, "credentials": text, "credentials_key": key})
		if err != nil {
			return done, wrap(err, "reseal the credentials of account %s", row.ID)
		}
		if mine { // otherwise somebody set new ones meanwhile
			done++
		}
	}
	return done, nil
}

func seal(keys *Keyring, id string, credentials Credentials) (text, key *string, err error) {
	if len(credentials) == 0 {
		return nil, nil, nil
	}
	plain, err := json.Marshal(credentials)
	if err != nil {
		return nil, nil, err
	}
	sealed, keyID, err := keys.Seal(plain, sealContext(id))
	return &sealed, &keyID, err
}

func open(keys *Keyring, row sealedCredentials) (Credentials, error) {
	credentials := Credentials{}
	if row.Credentials == nil {
		return credentials, nil
	}
	plain, err := keys.Open(*row.Credentials, text(row.CredentialsKey), sealContext(row.ID))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(plain, &credentials); err != nil {
		return nil, ErrSealBroken.Because(errors.New("not the credentials of an account")) // the error itself may quote them
	}
	return credentials, nil
}

// sealContext ties sealed credentials to their account.
func sealContext(accountID string) string { return "accounts.credentials:" + accountID }

func checkCredentials(credentials Credentials) error {
	if len(credentials) > maxCredentials {
		return ErrCredentialsInvalid.On("credentials")
	}
	for name, value := range credentials {
		if !credentialName.MatchString(name) || strings.TrimSpace(value) == "" || len(value) > maxCredentialBytes || !utf8.ValidString(value) {
			return ErrCredentialsInvalid.On("credentials")
		}
	}
	return nil
}

func sortedKeys[V any, M ~map[string]V](m M) []string { return slices.Sorted(maps.Keys(m)) }

package accounts

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The actions of this package in the audit chain.
const (
	ActionCreate       units.Action = "account.create"
	ActionUpdate       units.Action = "account.update"
	ActionPutInUse     units.Action = "account.put_in_use"
	ActionSuspend      units.Action = "account.suspend"
	ActionClose        units.Action = "account.close"
	ActionBind         units.Action = "account.bind"
	ActionUnread       units.Action = "account.unread"
	ActionRead         units.Action = "account.read"
	ActionRejudge      units.Action = "rule.rejudge"
	ActionColumnCreate units.Action = "column.create"
	ActionColumnClose  units.Action = "column.close"
	ActionColumnShow   units.Action = "column.show"
	ActionColumnHide   units.Action = "column.hide"
	ActionPostRecord   units.Action = "post.record"
)

// Get returns an account the actor reaches with ReadAccounts; ErrNotFound otherwise.
func Get(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Account, error) {
	account, err := visible(ctx, db, actor, id)
	return account, wrap(err, "get account %s", id)
}

// Load returns an account, whoever asks: for the program itself. ErrNotFound when there is none.
func Load(ctx context.Context, db *sql.DB, id string) (Account, error) {
	account, err := sql.Get[Account](ctx, db, "account.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		err = ErrNotFound
	}
	return account, wrap(err, "load account %s", id)
}

// NewAccount is what a new line of the register is made of.
type NewAccount struct {
	UnitID     string
	Platform   Platform
	Kind       Kind
	Name       string
	ExternalID string // empty when not known yet
	HomeURL    string // may be empty
	Mode       Mode
	State      State     // Applying, or InUse for one that is in use already; empty means Applying
	InUseAt    *sql.Time // for InUse: since when; nil means now
	Settings   sql.Object
}

// Create adds an account to a unit for which the actor holds WriteAccounts. One in use is timed from the beginning of its
// use (K13). Errors: the checks of the fields, ErrDuplicate, ErrForbidden, units.ErrNotFound, units.ErrClosed.
func Create(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewAccount) (Account, error) {
	account := Account{
		ID: sql.NewID(), UnitID: in.UnitID, Platform: in.Platform, Kind: in.Kind, Name: strings.TrimSpace(in.Name),
		ExternalID: orNil(in.ExternalID), HomeURL: strings.TrimSpace(in.HomeURL), Mode: in.Mode, State: in.State, Settings: in.Settings,
	}
	if account.State == "" {
		account.State = Applying
	}
	if account.State != Applying && account.State != InUse {
		return Account{}, ErrStateUnknown.On("state")
	}
	if err := checkAccount(account); err != nil {
		return Account{}, err
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		path, err := openUnit(ctx, tx, actor, in.UnitID)
		if err != nil {
			return err
		}
		account.Path = path
		account.CreatedAt, account.UpdatedAt, account.Version, account.InUseAt = tx.Now(), tx.Now(), 1, nil
		if account.State == InUse {
			since, err := inUseSince(in.InUseAt, tx.Now())
			if err != nil {
				return err
			}
			account.InUseAt = &since
		}
		if _, err := tx.Exec(ctx, "account.insert", account); err != nil {
			return asDuplicate(err)
		}
		if _, err := tx.Exec(ctx, "particulars.insert", sql.Args{"account_id": account.ID, "now": tx.Now()}); err != nil {
			return err
		}
		if err := settleAccounts(ctx, tx, book, account.ID); err != nil {
			return err
		}
		detail := sql.Object{"platform": account.Platform, "kind": account.Kind, "name": account.Name, "external_id": in.ExternalID,
			"mode": account.Mode, "state": account.State, "in_use_at": account.InUseAt}
		return audit(ctx, tx, actor, account, ActionCreate, detail)
	})
	if err != nil {
		return Account{}, wrap(err, "create account %s", account.Name)
	}
	return Load(ctx, db, account.ID)
}

// openUnit returns the path of a unit; an error unless it is open, in the actor's sight, and WriteAccounts holds there.
func openUnit(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string) (string, error) {
	unit, err := units.Get(ctx, tx, actor, unitID)
	if err != nil {
		return "", err
	}
	if unit.ClosedAt != nil {
		return "", units.ErrClosed
	}
	return unit.Path, mustReach(ctx, tx, actor, unitID, units.WriteAccounts)
}

func inUseSince(given *sql.Time, now sql.Time) (sql.Time, error) {
	if given == nil {
		return now, nil
	}
	if *given > now || *given < earliest {
		return 0, ErrInUseAt.On("in_use_at")
	}
	return *given, nil
}

// Change is what may be changed of an account. A nil field leaves what is there.
type Change struct {
	Kind       *Kind // another kind of the same platform, as when a 订阅号 becomes a 服务号
	Name       *string
	ExternalID *string // "" when it is not known any more
	HomeURL    *string
	Mode       *Mode
	Settings   sql.Object
}

// Update changes an account for which the actor holds WriteAccounts, where the version is still the one the actor saw. A
// change of kind puts the account under the limit of its new kind. The audit line names each field that changed, with
// what it was and what it is. Errors: as Create, ErrStale, ErrNotFound.
func Update(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, change Change) (Account, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		before, err := forChange(ctx, tx, actor, id, units.WriteAccounts)
		if err != nil {
			return err
		}
		if before.State == Closed {
			return ErrStateRefuses
		}
		after := change.applied(before)
		if err := checkAccount(after); err != nil {
			return err
		}
		after.Version, after.UpdatedAt = version, tx.Now()
		mine, err := tx.ExecOne(ctx, "account.update", after)
		if err != nil {
			return asDuplicate(err)
		}
		if !mine {
			return ErrStale
		}
		if after.Kind != before.Kind {
			if err := settleAccounts(ctx, tx, book, after.ID); err != nil {
				return err
			}
		}
		return audit(ctx, tx, actor, after, ActionUpdate, sql.Object{"fields": differences(before, after)})
	})
	if err != nil {
		return Account{}, wrap(err, "update account %s", id)
	}
	return Load(ctx, db, id)
}

func (c Change) applied(a Account) Account {
	if c.Kind != nil {
		a.Kind = *c.Kind
	}
	if c.Name != nil {
		a.Name = strings.TrimSpace(*c.Name)
	}
	if c.ExternalID != nil {
		a.ExternalID = orNil(*c.ExternalID)
	}
	if c.HomeURL != nil {
		a.HomeURL = strings.TrimSpace(*c.HomeURL)
	}
	if c.Mode != nil {
		a.Mode = *c.Mode
	}
	if c.Settings != nil {
		a.Settings = c.Settings
	}
	return a
}

// differences names the changed fields, each with its old and new value. Of the settings only the names are told.
func differences(before, after Account) sql.Object {
	fields := sql.Object{}
	note := func(name string, from, to any) {
		if !reflect.DeepEqual(from, to) {
			fields[name] = sql.Object{"from": from, "to": to}
		}
	}
	note("kind", before.Kind, after.Kind)
	note("name", before.Name, after.Name)
	note("external_id", text(before.ExternalID), text(after.ExternalID))
	note("home_url", before.HomeURL, after.HomeURL)
	note("mode", before.Mode, after.Mode)
	changed := sql.Strings{}
	all := maps.Clone(before.Settings)
	if all == nil {
		all = sql.Object{}
	}
	maps.Copy(all, after.Settings)
	for _, name := range sortedKeys(all) {
		if !reflect.DeepEqual(before.Settings[name], after.Settings[name]) {
			changed = append(changed, name)
		}
	}
	if len(changed) > 0 {
		fields["settings"] = changed
	}
	return fields
}

func audit(ctx context.Context, tx *sql.DB, actor units.Actor, account Account, action units.Action, detail sql.Object) error {
	return units.Audit(ctx, tx, actor, units.Line{UnitID: account.UnitID, Action: action, ObjectKind: "account", ObjectID: account.ID, Detail: detail})
}

func asDuplicate(err error) error {
	if sql.IsDuplicate(err) {
		return ErrDuplicate.On("external_id").Because(err)
	}
	return err
}

func orNil(s string) *string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return &s
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

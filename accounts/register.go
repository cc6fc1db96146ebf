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
	ActionColumnChange units.Action = "column.change"
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
		UnitID: in.UnitID, Platform: in.Platform, Kind: in.Kind, Name: strings.TrimSpace(in.Name),
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
	created := Record{Account: account}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		created.Account = account
		created.InUseAt = in.InUseAt
		var err error
		created, err = createRecord(ctx, tx, book, actor, created, Why{Kind: WhyEdit})
		return err
	})
	if err != nil {
		return Account{}, wrap(err, "create account %s", account.Name)
	}
	return Load(ctx, db, created.ID)
}

// openUnit returns a unit; an error unless it is open, in the actor's sight, and WriteAccounts holds there.
func openUnit(ctx context.Context, tx *sql.DB, actor units.Actor, unitID string) (units.Unit, error) {
	return reachedUnit(ctx, tx, actor, unitID, units.WriteAccounts)
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
	Reason     string // why the register had it wrong, for what only an application changes: see CorrectRecord
}

// Update changes an account for which the actor holds WriteAccounts, where the version is still the one the actor saw. A
// change of kind puts the account under the limit of its new kind. The audit line names each field that changed, with
// what it was and what it is. Errors: as Create, ErrStale, ErrNotFound, ErrNeedsApplication.
func Update(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, change Change) (Account, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		before, err := heldRecord(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		switch {
		case before.Version != version:
			return ErrStale
		case before.State == Closed:
			return ErrStateRefuses
		}
		after := before
		after.Account = change.applied(before.Account)
		reason := strings.TrimSpace(change.Reason)
		if !isText(reason, maxReason) {
			return ErrReasonRequired.On("reason")
		}
		if err := mayEdit(ctx, tx, book, actor, before, after, reason); err != nil {
			return err
		}
		return saveRecord(ctx, tx, book, actor, before, after, Why{Kind: WhyEdit, Reason: reason})
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

// asDuplicate turns the refusal of a second registration into a sentence that names the first one.
func asDuplicate(ctx context.Context, tx *sql.DB, err error, a Account) error {
	if !sql.IsDuplicate(err) {
		return err
	}
	first, found := sql.Get[Registered](ctx, tx, "account.by_external", sql.Args{"platform": a.Platform, "external_id": a.ExternalID})
	if found != nil {
		return ErrDuplicate.On("external_id").Because(err)
	}
	return ErrDuplicate.Say("这个平台账号已经登记为“%s”（%s），同一平台的账号标识不能重复登记。如果只是改了名称，请到那条记录中办理变更。", first.Name, first.UnitName).
		On("external_id").With(first).Because(err)
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

package weibo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// Overview is how an account stands at Weibo, for the page that people mend it on. It holds no secret.
type Overview struct {
	AppKey     string       `json:"app_key"` // empty: no app is set up
	Authorised bool         `json:"authorised"`
	Binding    *Binding     `json:"binding"` // null: never looked at
	Alarm      Alarm        `json:"alarm"`
	Warning    string       `json:"warning"` // what is odd about whom it is certified as; empty for nothing
	Routes     []RouteState `json:"routes"`
	Holds      []Hold       `json:"holds"`
	CallsUsed  int64        `json:"calls_used"` // of today, by our own ledger
	CallsMax   int64        `json:"calls_max"`
	PostsUsed  int64        `json:"posts_used"` // of the running hour
	PostsMax   int64        `json:"posts_max"`
}

// Hold is a reason why nothing, or no post, goes to Weibo now.
type Hold struct {
	Kind     string   `json:"kind"` // host, account, posts, auth, suspended
	Code     string   `json:"code"`
	Sentence string   `json:"sentence"`
	Until    sql.Time `json:"until"`
}

// Bindable returns an account on Weibo that the actor may bind, accounts.ErrNotFound for any other.
func Bindable(ctx context.Context, db *sql.DB, actor units.Actor, id string) (accounts.Account, error) {
	_, err := sql.Get[string](ctx, db, "weibo_binding.bindable", sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.BindAccounts)})
	if errors.Is(err, sql.ErrNone) {
		return accounts.Account{}, accounts.ErrNotFound
	}
	if err != nil {
		return accounts.Account{}, fmt.Errorf("find Weibo account %s: %w", id, err)
	}
	return accounts.Load(ctx, db, id)
}

// OverviewOf reads how an account stands, from what was noted: it calls nobody.
func (c *Channel) OverviewOf(ctx context.Context, db *sql.DB, account accounts.Account, credentials accounts.Credentials) (Overview, error) {
	as := who{account: account, credentials: credentials}
	o := Overview{AppKey: as.appKey(), Authorised: as.token() != "", CallsMax: dailyCalls, PostsMax: hourlyPosts, Holds: []Hold{}}
	b, found, err := BindingOf(ctx, db, account.ID)
	if err != nil {
		return Overview{}, err
	}
	if found && b.TokenMark == mark(as.token()) && o.Authorised {
		o.Binding, o.Alarm, o.Warning = &b, b.Alarm(db.Now()), b.Warning()
	} else if until := expiresAt(credentials); o.Authorised && until > 0 { // a token that was typed in
		o.Alarm = Binding{State: BindingOK, ExpiresAt: until}.Alarm(db.Now())
	}
	if o.Routes, err = c.Routes(ctx, account, credentials); err != nil {
		return Overview{}, err
	}
	if o.Holds, err = c.holds(ctx, as); err != nil {
		return Overview{}, err
	}
	if o.CallsUsed, err = channels.Spent(ctx, db, account.ID, ledger(as)); err != nil {
		return Overview{}, err
	}
	o.PostsUsed, err = channels.Spent(ctx, db, account.ID, postLedger(c.cfg.Now()))
	return o, err
}

// holds lists what keeps calls of an account back.
func (c *Channel) holds(ctx context.Context, as who) ([]Hold, error) {
	list := []Hold{}
	now := sql.FromStd(c.cfg.Now())
	for _, subject := range []string{c.cfg.OfficeAddress + ofHost, as.account.ID + ofAccount, as.account.ID + ofPosts, as.account.ID + ofAuth, as.account.ID + ofSuspended} {
		n, found, err := c.notes.get(ctx, holdNote, subject)
		if err != nil {
			return nil, fmt.Errorf("read what holds Weibo account %s: %w", as.account.ID, err)
		}
		kind := subject[strings.LastIndex(subject, " ")+1:]
		if !found || n.UntilAt <= now || kind == "auth" && n.Text != mark(as.token()) {
			continue
		}
		failure := heldBy(n, true, n.UntilAt.Sub(now))
		list = append(list, Hold{Kind: kind, Code: n.Code, Sentence: failure.Advice, Until: n.UntilAt})
	}
	return list, nil
}

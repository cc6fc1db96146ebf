package weibo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// The kinds of notes, and what their subjects are made of.
const (
	holdNote  = "weibo_hold"  // "ADDRESS host", "ACCOUNT account|posts|auth|suspended"
	routeNote = "weibo_route" // "APPKEY ROUTE": with a code it is off, without one a probe found it granted
)

// What is held. The first word of a hold's subject says whose.
const (
	ofHost      = " host"
	ofAccount   = " account"
	ofPosts     = " posts"
	ofAuth      = " auth" // its text is the mark of the token that was refused
	ofSuspended = " suspended"
)

// How long notes count.
const (
	suspendFor = time.Hour           // then one call may look whether a person mended it
	routeFor   = 30 * 24 * time.Hour // then a route is tried, or a probe is due, again
	authFor    = 365 * 24 * time.Hour
	maxSilence = 3 // answers missing in a row, after a limit, that look like a block
)

// note is a row of channel_notes.
type note struct {
	Kind    string
	Subject string
	Code    string
	Text    string
	UntilAt sql.Time
	NotedAt sql.Time
}

// notebook keeps notes: in the database for all nodes, or in memory for a channel without one.
type notebook struct {
	db *sql.DB

	mu   sync.Mutex
	here map[string]note
}

// get returns the latest note about a subject; false when there is none. It may be over.
func (b *notebook) get(ctx context.Context, kind, subject string) (note, bool, error) {
	if b.db == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		n, ok := b.here[kind+" "+subject]
		return n, ok, nil
	}
	n, err := sql.Get[note](ctx, b.db, "channel_note.get", sql.Args{"kind": kind, "subject": subject})
	if errors.Is(err, sql.ErrNone) {
		return note{}, false, nil
	}
	return n, err == nil, err
}

// put keeps a note in the place of an earlier one.
func (b *notebook) put(ctx context.Context, n note) error {
	if b.db == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.here[n.Kind+" "+n.Subject] = n
		return nil
	}
	changed, err := b.db.ExecOne(ctx, "channel_note.update", n)
	if err != nil || changed {
		return err
	}
	if _, err = b.db.Exec(ctx, "channel_note.insert", n); sql.IsDuplicate(err) {
		_, err = b.db.Exec(ctx, "channel_note.update", n) // another node was first
	}
	return err
}

// drop forgets a note.
func (b *notebook) drop(ctx context.Context, kind, subject string) error {
	if b.db == nil {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.here, kind+" "+subject)
		return nil
	}
	_, err := b.db.Exec(ctx, "channel_note.delete", sql.Args{"kind": kind, "subject": subject})
	return err
}

// mark tells one token from another without naming it.
func mark(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("weibo token " + token))
	return hex.EncodeToString(sum[:8])
}

// who is in whose name a call is made.
type who struct {
	account     accounts.Account
	credentials accounts.Credentials
}

func (as who) token() string  { return as.credentials["access_token"] }
func (as who) appKey() string { return as.credentials["app_key"] }

// gate refuses a call that would only be refused, or would make things worse: the address or the account pauses, its
// authorisation has ended. nil lets it pass.
func (c *Channel) gate(ctx context.Context, as who, req request) *channels.PlatformError {
	places := []string{c.cfg.OfficeAddress + ofHost, as.account.ID + ofAccount}
	if !req.checking {
		places = append(places, as.account.ID+ofAuth)
	}
	if req.posting {
		places = append(places, as.account.ID+ofPosts, as.account.ID+ofSuspended)
	}
	now := sql.FromStd(c.cfg.Now())
	for _, subject := range places {
		n, found, err := c.notes.get(ctx, holdNote, subject)
		if err != nil {
			return problem(channels.Retry, "notes", "系统暂时读不到微博账号的状态，没有发出，稍后自动重试").Because(err)
		}
		if !found || n.UntilAt <= now || subject == as.account.ID+ofAuth && n.Text != mark(as.token()) {
			continue
		}
		return heldBy(n, req.posting, n.UntilAt.Sub(now))
	}
	return nil
}

// heldBy is the failure of a call that is not made because of a note.
func heldBy(n note, posting bool, left time.Duration) *channels.PlatformError {
	code := 0
	_, _ = fmt.Sscanf(n.Code, "%d", &code)
	row, known := rowOf(Table, code)
	if !known {
		row = Row{Posting: channels.Quota, Reading: channels.Quota, Text: "微博在限制调用之后连续没有答复，可能已暂时屏蔽本系统，已暂停调用。请等待系统自动继续"}
	}
	class := row.Reading
	if posting {
		class = row.Posting
	}
	failure := problem(class, n.Code, row.Text)
	failure.Text, failure.After = "held: "+n.Code, left
	if row.Action == Reauthorise {
		failure.After = held
	}
	return failure
}

// heed keeps for everybody what a failure says about more than this one call, and lengthens its wait where a limit came again.
func (c *Channel) heed(ctx context.Context, as who, req request, failure *channels.PlatformError) {
	now := sql.FromStd(c.cfg.Now())
	hold := func(subject, text string, wait time.Duration) {
		err := c.notes.put(ctx, note{Kind: holdNote, Subject: subject, Code: failure.Code, Text: text, UntilAt: now.Add(wait), NotedAt: now})
		c.complain(ctx, "a hold was not kept", as, err)
	}
	if failure == nil {
		c.heard(as)
		return
	}
	switch actionOf(failure) {
	case PauseHost:
		hold(c.cfg.OfficeAddress+ofHost, "", failure.After)
	case PauseAccount:
		if before, found, _ := c.notes.get(ctx, holdNote, as.account.ID+ofAccount); found && before.NotedAt.Std().Format(time.DateOnly) == now.Std().Format(time.DateOnly) {
			failure.After = byBeijingDay(c.cfg.Now())
		}
		hold(as.account.ID+ofAccount, "", failure.After)
	case PausePosts:
		hold(as.account.ID+ofPosts, "", failure.After)
	case Reauthorise, WrongToken:
		if !req.checking || failure.Code != "21335" {
			hold(as.account.ID+ofAuth, mark(as.token()), authFor)
		}
		c.bindingRefused(ctx, as, failure)
	case SuspendHuman:
		hold(as.account.ID+ofSuspended, "", suspendFor)
	case NextRoute:
		if req.route != "" {
			c.complain(ctx, "a refused route was not kept", as, c.setRoute(ctx, as, req.route, failure.Code))
		}
	case "":
		c.silent(ctx, as, failure)
	}
}

// silent counts answers that did not come after Weibo had named a limit: it answers those it blocks with nothing.
func (c *Channel) silent(ctx context.Context, as who, failure *channels.PlatformError) {
	if failure.Code != "timeout" && failure.Code != "no_answer" {
		return
	}
	c.mu.Lock()
	c.silence[as.account.ID]++
	times := c.silence[as.account.ID]
	c.mu.Unlock()
	if times < maxSilence {
		return
	}
	now := sql.FromStd(c.cfg.Now())
	for _, subject := range []string{c.cfg.OfficeAddress + ofHost, as.account.ID + ofAccount} {
		n, found, err := c.notes.get(ctx, holdNote, subject)
		if err != nil || !found || now.Sub(n.NotedAt) > 24*time.Hour {
			continue
		}
		err = c.notes.put(ctx, note{Kind: holdNote, Subject: subject, Code: "maybe_blocked", UntilAt: now.Add(byBeijingDay(c.cfg.Now())), NotedAt: now})
		c.complain(ctx, "a hold was not kept", as, err)
	}
}

// heard says that Weibo answered.
func (c *Channel) heard(as who) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.silence, as.account.ID)
}

// Release lifts what holds an account: a person has mended it, or authorised it anew. A pause of the platform's own limits stays.
func (c *Channel) Release(ctx context.Context, accountID string) error {
	for _, subject := range []string{accountID + ofAuth, accountID + ofSuspended} {
		if err := c.notes.drop(ctx, holdNote, subject); err != nil {
			return fmt.Errorf("release Weibo account %s: %w", accountID, err)
		}
	}
	return nil
}

// complain logs what did not keep a call from its end.
func (c *Channel) complain(ctx context.Context, what string, as who, err error) {
	if err != nil && c.cfg.Log != nil {
		c.cfg.Log.WarnContext(ctx, what, "account", as.account.ID, "error", err.Error())
	}
}

package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// What WeChat tells a third-party platform.
const (
	infoTicket     = "component_verify_ticket"
	infoAuthorized = "authorized"
	infoChanged    = "updateauthorized"
	infoWithdrawn  = "unauthorized"
)

// componentEventKept is how long an event is remembered. A repetition is refused by its time long before.
const componentEventKept = 24 * time.Hour

// maxTicket is the longest ticket kept, in bytes; WeChat's have about a hundred.
const maxTicket = 1000

// componentEvent is what WeChat tells a platform, as far as it is read.
type componentEvent struct {
	AppID      string `xml:"AppId"`
	CreateTime string `xml:"CreateTime"`
	Info       string `xml:"InfoType"`
	Ticket     string `xml:"ComponentVerifyTicket"`
	Authorizer string `xml:"AuthorizerAppid"`
}

func (e componentEvent) key() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{e.AppID, e.CreateTime, e.Info, e.Authorizer, e.Ticket}, "\n")))
	return hex.EncodeToString(sum[:])
}

// at is WeChat's time on the event; 0 when it has none.
func (e componentEvent) at() sql.Time {
	seconds, err := strconv.ParseInt(e.CreateTime, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return 0
	}
	return sql.Time(seconds * 1000)
}

// HearComponent takes one message to the platform's 授权事件接收 URL: the ticket of every ten minutes, or that an account
// granted, changed or withdrew its grant. Only the encrypted form is taken, and each once. What WeChat may say besides is
// nobody's and no error. Errors: wechat.component_unset, the wechat.callback_ faults, or the database's.
func (c *Channel) HearComponent(ctx context.Context, query url.Values, body []byte) error {
	if c.component == nil {
		return ErrComponentUnset
	}
	if len(body) > MaxCallback {
		return ErrCallbackTooLarge
	}
	plain, err := c.unwrap(c.component.keys, c.component.AppID, query, body)
	if err != nil {
		return err
	}
	var e componentEvent
	if err := decodeXML(plain, &e); err != nil {
		return ErrCallbackInvalid.Because(err)
	}
	for _, field := range []*string{&e.AppID, &e.CreateTime, &e.Info, &e.Ticket, &e.Authorizer} {
		*field = strings.TrimSpace(*field)
	}
	if e.AppID != c.component.AppID {
		return ErrCallbackForged.Because(errors.New("the event is for another platform"))
	}
	if e.at() == 0 {
		return ErrCallbackInvalid.Because(errors.New("an event without its time"))
	}
	if err := c.hearOnce(ctx, e, query.Get("nonce")); err != nil {
		return fmt.Errorf("act on %s: %w", firstRunes(strings.ToValidUTF8(e.Info, ""), 64), err)
	}
	return nil
}

// hearOnce acts on an event and remembers it, together, so that a repetition does nothing and a failure leaves nothing.
func (c *Channel) hearOnce(ctx context.Context, e componentEvent, nonce string) error {
	nonce = firstRunes(strings.ToValidUTF8(nonce, ""), 64)
	key := e.key()
	return c.db.InTx(ctx, func(tx *sql.DB) error {
		first, err := sql.Get[string](ctx, tx, "wechat_component_event.of_nonce", sql.Args{"nonce": nonce})
		switch {
		case err == nil && first == key:
			return nil
		case err == nil:
			return ErrCallbackReplayed
		case !errors.Is(err, sql.ErrNone):
			return err
		}
		now := tx.Now()
		if _, err := tx.Exec(ctx, "wechat_component_event.prune", sql.Args{"before": now.Add(-componentEventKept)}); err != nil {
			return err
		}
		name := firstRunes(strings.ToValidUTF8(e.Info, ""), 64)
		_, err = tx.Exec(ctx, "wechat_component_event.insert", sql.Args{"event_key": key, "nonce": nonce, "name": name, "received_at": now})
		if sql.IsDuplicate(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return c.act(ctx, tx, e)
	})
}

func (c *Channel) act(ctx context.Context, tx *sql.DB, e componentEvent) error {
	args := sql.Args{"app_id": e.Authorizer, "component": c.component.AppID, "at": e.at(), "now": tx.Now()}
	switch e.Info {
	case infoTicket:
		if e.Ticket == "" || len(e.Ticket) > maxTicket {
			return ErrCallbackInvalid.Because(errors.New("a ticket that is none"))
		}
		return c.keepTicket(ctx, tx, e.Ticket, e.at())
	case infoAuthorized, infoChanged:
		_, err := tx.Exec(ctx, "wechat_grant.changed", args)
		return err
	case infoWithdrawn:
		withdrawn, err := tx.ExecOne(ctx, "wechat_grant.withdrawn", args)
		if err != nil || !withdrawn {
			return err
		}
		grant, err := sql.Get[Grant](ctx, tx, "wechat_grant.of_app", sql.Args{"app_id": e.Authorizer})
		if err != nil {
			return err
		}
		return channels.ForgetToken(ctx, tx, grant.AccountID)
	}
	return nil
}

// ReceiveFor takes one callback about an account that granted the platform: it comes to the platform's 消息与事件接收 URL,
// which names the account's app id, closed with the platform's key. An account that is not in the register is nobody's
// and no error. The signature does not cover the address, so the message itself must be the account's. Errors: those of
// Receive, wechat.component_unset.
func (c *Channel) ReceiveFor(ctx context.Context, appID string, query url.Values, body []byte) error {
	if c.component == nil {
		return ErrComponentUnset
	}
	if len(body) > MaxCallback {
		return ErrCallbackTooLarge
	}
	plain, err := c.unwrap(c.component.keys, c.component.AppID, query, body)
	if err != nil {
		return err
	}
	grant, err := sql.Get[Grant](ctx, c.db, "wechat_grant.of_app", sql.Args{"app_id": firstRunes(strings.ToValidUTF8(appID, ""), 64)})
	if errors.Is(err, sql.ErrNone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find the account of a callback: %w", err)
	}
	event, err := parseEvent(plain)
	if err != nil {
		return ErrCallbackInvalid.Because(err)
	}
	if event.ToUserName != grant.OriginalID {
		return ErrCallbackForged.Because(errors.New("the callback is about another account"))
	}
	if event.Event != eventPublish && event.Event != eventMass {
		return nil
	}
	return c.keepEvent(ctx, grant.AccountID, query.Get("nonce"), event, event.key(grant.AppID), plain)
}

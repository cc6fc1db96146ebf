package channels

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Outside is everything a delivery needs beyond the database: the channels, the pictures, the rules and the public
// address of this server. server/main.go makes it once.
type Outside struct {
	Channels   map[accounts.Platform]Channel // the automatic ones
	Manual     Channel                       // for accounts in mode manual and platforms without an adapter
	Keys       *accounts.Keyring
	Book       rules.Book
	Open       func(ctx context.Context, sha256 string) ([]byte, error) // reads a picture by the hash of its bytes
	PublicBase string                                                   // our own address as readers reach it, without a trailing slash
	Pace       Pace
	Log        *slog.Logger

	turn       sync.Mutex // held by whoever writes for many deliveries; those that come meanwhile gather
	confirming gathering[Confirmation]
	saving     gathering[saving]
}

// Pace holds the times of the delivery engine. DefaultPace has those for production; tests shorten them.
type Pace struct {
	Lease   time.Duration   // how long a claim holds without renewal
	Call    time.Duration   // how long one step outside may take; shorter than Lease
	Backoff []time.Duration // waits after failures in a row that certainly had no effect; after the last, the delivery fails
	Poll    []time.Duration // waits between polls where the channel names none; the last repeats
	GiveUp  time.Duration   // after so long without an answer, a person decides

	Retract []time.Duration // waits between attempts to take a post down; the last repeats
	TooLate time.Duration   // what a platform that is away has kept from going out for so long fails
	Trip    int             // after so many failures in a row a platform is left alone; 0 for never
	Rest    []time.Duration // for how long; the last repeats
	Flights int             // how many deliveries to one platform are worked on at once, on all nodes; 0 for no bound
}

// DefaultPace returns the times for production.
func DefaultPace() Pace {
	return Pace{
		Lease: 90 * time.Second,
		Call:  60 * time.Second,
		Backoff: []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute,
			time.Hour, 2 * time.Hour, 4 * time.Hour},
		Poll:    []time.Duration{20 * time.Second, time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute, 2 * time.Hour},
		GiveUp:  26 * time.Hour,
		Retract: []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute},
		TooLate: 96 * time.Hour,
		Trip:    5,
		Rest:    []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute},
		Flights: 48,
	}
}

// channelFor returns the channel that serves an account.
func (out *Outside) channelFor(account accounts.Account) (Channel, error) {
	if account.Mode == accounts.Manual {
		return out.Manual, nil
	}
	if channel := out.Channels[account.Platform]; channel != nil {
		return channel, nil
	}
	return nil, ErrChannelMissing
}

// PreviewFor returns what an account's platform will make of a message. An account that no channel serves automatically
// is an error of code delivery.channel_missing.
func PreviewFor(out *Outside, message Message, account accounts.Account) (Preview, error) {
	channel, err := out.channelFor(account)
	if err != nil {
		return Preview{}, err
	}
	return channel.Preview(message, account), nil
}

// Enqueue freezes a signed message and makes one delivery for each account, due at a time that may lie in the past.
// Called within the transaction that releases the article. Nothing goes to an account that is not in use, has no
// credentials, or whose limits the message breaks; nothing is made twice.
func Enqueue(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, message Message, to []accounts.Account, due sql.Time) ([]Delivery, error) {
	if len(to) == 0 {
		return nil, ErrNoAccounts
	}
	for _, account := range to {
		if err := mayReceive(out, message, account); err != nil {
			return nil, err
		}
		if err := lasts(ctx, tx, out, account, due); err != nil {
			return nil, err
		}
	}
	kept, err := freeze(ctx, tx, message)
	if err != nil {
		return nil, err
	}
	deliveries := make([]Delivery, 0, len(to))
	for _, account := range to {
		delivery, err := enqueueOne(ctx, tx, actor, kept, account, due)
		if err != nil {
			return nil, fmt.Errorf("enqueue message %s to account %s: %w", kept.ID, account.ID, err)
		}
		deliveries = append(deliveries, delivery)
	}
	return deliveries, nil
}

func mayReceive(out *Outside, message Message, account accounts.Account) error {
	if account.State != accounts.InUse {
		return ErrAccountNotInUse.Say("账号“%s”不在用，不能投递。请换一个账号，或先办理启用。", account.Name)
	}
	preview, err := PreviewFor(out, message, account)
	if err != nil {
		return err
	}
	if account.Mode == accounts.Auto && account.CredentialsSetAt == nil {
		return ErrAccountUnbound.Say("账号“%s”还没有绑定平台凭证，不能自动发布。请管理员先到账号页绑定。", account.Name)
	}
	if blocked := preview.Blocked(); len(blocked) > 0 {
		return ErrOverLimits.Say("“%s”：%s", account.Name, strings.Join(blocked, ""))
	}
	return nil
}

// freeze keeps the message unless its revision was scheduled before; then the kept one is used again.
func freeze(ctx context.Context, tx *sql.DB, message Message) (Message, error) {
	kept, err := sql.Get[Message](ctx, tx, "message.of_revision", sql.Args{"revision_id": message.RevisionID})
	if err == nil {
		return kept, kept.verify()
	}
	if !errors.Is(err, sql.ErrNone) {
		return Message{}, err
	}
	message.ID, message.CreatedAt = sql.NewID(), tx.Now()
	if _, err := tx.Exec(ctx, "message.insert", message); err != nil {
		return Message{}, err
	}
	return message, nil
}

// Hash returns the SHA-256 of everything that is signed (K17), in lower-case hex: title, text and the bytes of each
// picture. The order of the fields is fixed by the struct, so the same text always has the same hash.
func (m Message) Hash() (string, error) {
	type picture struct{ ID, SHA256 string }
	signed := struct {
		Title, Digest, Byline, Source, Body, Cover string
		Pictures                                   []picture
	}{Title: m.Title, Digest: m.Digest, Byline: m.Byline, Source: m.Source, Body: m.Body, Cover: m.CoverID}
	for _, p := range m.Pictures {
		signed.Pictures = append(signed.Pictures, picture{p.ID, p.SHA256})
	}
	var canonical bytes.Buffer
	encoder := json.NewEncoder(&canonical)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(signed); err != nil {
		return "", fmt.Errorf("hash message %s: %w", m.ID, err)
	}
	sum := sha256.Sum256(canonical.Bytes())
	return hex.EncodeToString(sum[:]), nil
}

// verify returns an error when the text is not the one its hash was made of.
func (m Message) verify() error {
	hash, err := m.Hash()
	if err == nil && hash != m.SHA256 {
		err = fmt.Errorf("message %s hashes to %s, signed was %s", m.ID, hash, m.SHA256)
	}
	return err
}

func enqueueOne(ctx context.Context, tx *sql.DB, actor units.Actor, message Message, account accounts.Account, due sql.Time) (Delivery, error) {
	type existing struct {
		ID       string
		State    State
		BarredAt *sql.Time
	}
	found, err := sql.Get[existing](ctx, tx, "delivery.of_message",
		sql.Args{"message_id": message.ID, "account_id": account.ID, "action": Publish})
	switch {
	case err == nil && found.BarredAt != nil:
		return Delivery{}, ErrTakenDown
	case err == nil && found.State != Cancelled:
		return Delivery{}, ErrDeliveryExists.Say("这篇稿件已经投递到“%s”，不能重复投递。请到投递页查看进展。", account.Name)
	case err == nil:
		revived, err := tx.ExecOne(ctx, "delivery.revive", sql.Args{"id": found.ID, "due_at": due, "now": tx.Now()})
		if err != nil {
			return Delivery{}, err
		}
		if !revived {
			return Delivery{}, ErrDeliveryStale
		}
		return sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": found.ID})
	case !errors.Is(err, sql.ErrNone):
		return Delivery{}, err
	}
	_, err = sql.Get[string](ctx, tx, "delivery.standing_at", sql.Args{"origin_id": message.OriginID, "account_id": account.ID, "message_id": message.ID})
	if err == nil {
		return Delivery{}, ErrDeliveryExists.Say("这篇稿件的上一版已经投递到“%s”，不能再发一篇。请用“更正”发布新版本。", account.Name)
	}
	if !errors.Is(err, sql.ErrNone) {
		return Delivery{}, err
	}
	delivery := Delivery{
		ID: sql.NewID(), MessageID: message.ID, OriginID: message.OriginID, AccountID: account.ID, UnitID: account.UnitID,
		Platform: account.Platform, Action: Publish, State: Scheduled, DueAt: due, NextAt: due.Ptr(), Remote: sql.Object{},
		CreatedBy: actor.PersonID, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1,
	}
	if _, err := tx.Exec(ctx, "delivery.insert", delivery); err != nil {
		return Delivery{}, err
	}
	return delivery, nil
}

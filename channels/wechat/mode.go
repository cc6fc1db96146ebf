package wechat

import (
	"context"
	"errors"
	"fmt"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// The ways a delivery reaches readers, chosen by the account's setting "publish_mode"; empty is publish.
const (
	modePublish = "publish"    // published without notification
	modeDraft   = "draft_only" // the draft is made, a person publishes it in WeChat's console
	modeMass    = "mass_send"  // sent to all followers, each time confirmed by a person
)

// modeOf returns the account's way; one that is not known is none of ours to guess, so nothing goes out by itself.
func modeOf(account accounts.Account) string {
	mode, _ := account.Settings["publish_mode"].(string)
	switch mode {
	case "":
		return modePublish
	case modePublish, modeMass:
		return mode
	}
	return modeDraft
}

// Choice is what a person decides about a delivery to an account that sends to all its followers.
type Choice string

// The choices.
const (
	SendToAll Choice = "mass"    // to all followers, with notification: counts against the few that WeChat allows
	Quietly   Choice = "publish" // without notification
)

// choiceDid is what a person did by a choice, for the delivery's journal.
var choiceDid = map[Choice]string{SendToAll: "决定群发给全部粉丝", Quietly: "决定只发布，不群发"}

// Decide records what a person decided about a delivery of an account whose publish_mode is mass_send, and has it go on.
// Nothing of such an account goes out before. A decision can be changed until WeChat has been asked. Errors:
// delivery.not_found where the actor may not act on it, wechat.not_mass, wechat.mass_begun, wechat.choice_unknown.
func Decide(ctx context.Context, db *sql.DB, actor units.Actor, deliveryID string, choice Choice) (channels.View, error) {
	if choice != SendToAll && choice != Quietly {
		return channels.View{}, ErrChoiceUnknown.On("choice")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		view, err := channels.Get(ctx, tx, actor, deliveryID)
		if err != nil {
			return err
		}
		acts, err := sql.List[string](ctx, tx, "delivery.actable",
			sql.Args{"ids": []string{deliveryID}, "person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
		if err != nil {
			return err
		}
		if len(acts) == 0 {
			return channels.ErrDeliveryNotFound
		}
		if view, err = channels.HeadOf(ctx, tx, actor, view); err != nil {
			return err
		}
		account, err := accounts.Load(ctx, tx, view.AccountID)
		if err != nil {
			return err
		}
		switch {
		case !sendsToAll(view, account):
			return ErrNotMass
		case view.IntentAt != nil || view.EndedAt != nil:
			return ErrMassBegun
		}
		return decide(ctx, tx, actor, view, choice)
	})
	if err != nil {
		return channels.View{}, fmt.Errorf("decide about delivery %s: %w", deliveryID, err)
	}
	return channels.Get(ctx, db, actor, deliveryID)
}

func decide(ctx context.Context, tx *sql.DB, actor units.Actor, view channels.View, choice Choice) error {
	args := sql.Args{"delivery_id": view.ID, "account_id": view.AccountID, "choice": choice, "decided_by": actor.PersonID, "decided_at": tx.Now()}
	changed, err := tx.ExecOne(ctx, "wechat_mass.decide_anew", args)
	if err == nil && !changed {
		_, err = tx.Exec(ctx, "wechat_mass.decide", args)
	}
	if err != nil {
		return err
	}
	if view.DueAt <= tx.Now() {
		if _, err := tx.Exec(ctx, "wechat_delivery.hurry", sql.Args{"id": view.ID, "now": tx.Now()}); err != nil {
			return err
		}
	}
	if err := channels.NoteDecision(ctx, tx, actor, view.ID, choiceDid[choice]); err != nil {
		return err
	}
	return units.Audit(ctx, tx, actor, units.Line{UnitID: view.UnitID, Action: "delivery.mass_decided", ObjectKind: "delivery", ObjectID: view.ID,
		Detail: sql.Object{"choice": string(choice)}})
}

// decision returns what a person decided about a delivery at some time or later, empty when nobody has.
func (c *Channel) decision(ctx context.Context, deliveryID string, since sql.Time) (Choice, error) {
	choice, err := sql.Get[Choice](ctx, c.db, "wechat_mass.decision", sql.Args{"delivery_id": deliveryID, "since": since})
	if errors.Is(err, sql.ErrNone) {
		return "", nil
	}
	return choice, err
}

// undecidedWait is how long a delivery that waits for a decision rests between two looks.
const undecidedWait = 6 * time.Hour

// undecided is a wait and no failure: nothing was sent, and nothing is until a person decides.
func undecided() error {
	return &channels.PlatformError{Code: channels.CodeUndecided, Class: channels.Quota, After: undecidedWait, Text: "nobody has decided yet whether to send to all followers",
		Advice: "草稿已备好，还没有发出。这个账号按“群发”发布，请在本页点“决定群发”：确认群发，或改为“发布（不通知）”。"}
}

// Allowances implements channels.Planner: what WeChat lets an account post, by its way.
func (c *Channel) Allowances(account accounts.Account) []channels.Allowance {
	if modeOf(account) == modeMass {
		period := massPeriod(account)
		name := map[channels.Window]string{channels.PerDay: "每天群发", channels.PerMonth: "每月群发"}[period.window]
		return []channels.Allowance{{Window: period.window, Most: period.most, Name: name}}
	}
	return []channels.Allowance{{Window: channels.PerDay, Most: int(c.budgets[pathSubmit]), Name: "每天提交发布"}}
}

// period is the span in which WeChat counts an account's mass sendings.
type period struct {
	window channels.Window
	most   int
	format string // of the Beijing date that names the span
}

// massPeriod returns what WeChat allows: a subscription account one a day, a service account four a calendar month for each
// follower, console and interface together. The setting mass_limit replaces the figure.
func massPeriod(account accounts.Account) period {
	p := period{window: channels.PerDay, most: 1, format: time.DateOnly}
	if account.Kind == accounts.KindWeChatService {
		p = period{window: channels.PerMonth, most: 4, format: "2006-01"}
	}
	if n := settingNumber(account, "mass_limit"); n > 0 && n <= 100 {
		p.most = int(n)
	}
	return p
}

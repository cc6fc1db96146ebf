package channels

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// Correct puts a newly signed text of an article in the place of what is published of it: for each publication there is a
// delivery of action Update, due at once. A channel that cannot update leaves a task to a person. What has not gone out yet
// is called off and queued anew with the new text, for the same time. Called within the transaction that releases the text.
//
// The caller has checked that the actor may release the article. Errors: ErrRetractReason, ErrNothingToCorrect,
// ErrDeliveryExists, and those of Enqueue.
func Correct(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, message Message, reason string) ([]Delivery, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > maxReason {
		return nil, ErrRetractReason.On("reason")
	}
	kept, err := freeze(ctx, tx, message)
	if err != nil {
		return nil, err
	}
	ids, err := sql.List[string](ctx, tx, "delivery.standing", sql.Args{"origin_id": kept.OriginID, "message_id": kept.ID})
	if err != nil {
		return nil, err
	}
	var made []Delivery
	for _, id := range ids {
		delivery, isNew, err := correctOne(ctx, tx, out, actor, kept, id, reason)
		if err != nil {
			return nil, fmt.Errorf("correct delivery %s: %w", id, err)
		}
		if isNew {
			made = append(made, delivery)
		}
	}
	if len(made) == 0 {
		return nil, ErrNothingToCorrect
	}
	return made, nil
}

func correctOne(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, message Message, id, reason string) (Delivery, bool, error) {
	stopped, err := tx.ExecOne(ctx, "delivery.stop", sql.Args{"id": id, "now": tx.Now()})
	if err != nil {
		return Delivery{}, false, err
	}
	published, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": id})
	if err != nil || published.State == Cancelled && !stopped {
		return Delivery{}, false, err
	}
	account, err := accounts.Load(ctx, tx, published.AccountID)
	if err != nil {
		return Delivery{}, false, err
	}
	if err := mayReceive(out, message, account); err != nil {
		return Delivery{}, false, err
	}
	now := tx.Now()
	if stopped {
		delivery, err := enqueueOne(ctx, tx, actor, message, account, max(published.DueAt, now))
		if err == nil {
			err = replaceInSeries(ctx, tx, published, delivery)
		}
		if err == nil {
			err = inherit(ctx, tx, out.Channels[account.Platform], published, &delivery)
		}
		return delivery, err == nil, err
	}
	if _, err := tx.Exec(ctx, "delivery.stop_corrections", sql.Args{"of_id": id, "now": now}); err != nil { // an earlier one that nobody has seen yet
		return Delivery{}, false, err
	}
	update := Delivery{
		ID: sql.NewID(), MessageID: message.ID, OriginID: message.OriginID, AccountID: account.ID, UnitID: account.UnitID, Platform: account.Platform,
		Action: Update, State: Scheduled, DueAt: now, NextAt: now.Ptr(), Remote: sql.Object{}, PublicURL: published.PublicURL,
		CreatedBy: actor.PersonID, CreatedAt: now, UpdatedAt: now, Version: 1, OfID: &published.ID, Reason: reason,
	}
	_, err = tx.Exec(ctx, "delivery.insert", update)
	if sql.IsDuplicate(err) {
		err = ErrDeliveryExists.Say("这份更正已经投递到“%s”，不能重复投递。请到投递页查看进展。", account.Name)
	}
	return update, err == nil, err
}

// inherit lets the delivery of a corrected text know what the platform still has of the one that it replaces. What was in a message of
// several articles has none of its own: replaceInSeries looks after that.
func inherit(ctx context.Context, tx *sql.DB, channel Channel, old Delivery, corrected *Delivery) error {
	replacer, able := channel.(Replacer)
	if !able || old.SeriesID != nil || old.Action != Publish {
		return nil
	}
	left := replacer.Leftover(old.Remote)
	if len(left) == 0 {
		return nil
	}
	kept, err := tx.ExecOne(ctx, "delivery.inherit", sql.Args{"id": corrected.ID, "remote": left, "now": tx.Now()})
	if err == nil && !kept {
		err = ErrDeliveryStale
	}
	if err != nil {
		return err
	}
	corrected.Remote = left
	rest := maps.Clone(old.Remote)
	maps.DeleteFunc(rest, func(key string, _ any) bool { return left[key] != nil })
	_, err = tx.Exec(ctx, "delivery.handed_on", sql.Args{"id": old.ID, "remote": rest, "now": tx.Now()})
	return err
}

// finishCorrection ends a correction. News that comes twice changes nothing.
func finishCorrection(ctx context.Context, db *sql.DB, id string, remote sql.Object, url string, news Takedown) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		update, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": id})
		if err != nil {
			return fmt.Errorf("finish correction %s: %w", id, err)
		}
		if update.State == StatePublished {
			return nil
		}
		if url = cut(url, maxURL); url == "" {
			url = update.PublicURL
		}
		if remote == nil {
			remote = update.Remote
		}
		at := news.At
		if at == 0 {
			at = tx.Now()
		}
		ended, err := tx.ExecOne(ctx, "delivery.corrected", sql.Args{"id": id, "remote": remote, "public_url": url, "at": at, "now": tx.Now()})
		if err == nil && !ended {
			err = ErrDeliveryStale
		}
		if err != nil {
			return err
		}
		actor := news.Actor
		if actor.Name == "" {
			actor = units.System
		}
		step := Step{Name: "corrected", Outcome: Done, Sentence: news.How, Detail: sql.Object{"url": url, "evidence": news.Evidence}}
		if err := addStep(ctx, tx, id, step); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: update.UnitID, Action: "delivery.corrected", ObjectKind: "delivery", ObjectID: id,
			Detail: sql.Object{"account_id": update.AccountID, "of_id": update.OfID, "reason": update.Reason, "how": news.How, "evidence": news.Evidence}})
	})
}

// ConfirmCorrected records that a person corrected a post at the platform. Where the platform lets nothing be changed and the text
// was deleted and published anew, report.URL is its new address, which the caller has found to be one that readers can open: the
// old post is gone then and the new one is an update of the account. Errors: ErrEvidence, ErrDoneTime, ErrURLRequired,
// ErrNotCorrection, ErrDeliveryStale, ErrDeliveryNotFound.
func ConfirmCorrected(ctx context.Context, db *sql.DB, out *Outside, actor units.Actor, id string, version int64, report Report) (View, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		view, err := load(ctx, tx, actor, units.ActDeliveries, id)
		if err != nil {
			return err
		}
		if view.Action != Update || !view.awaitsHand() {
			return ErrNotCorrection
		}
		if err := report.check(tx.Now(), view.CreatedAt); err != nil {
			return err
		}
		if view.Version != version {
			return ErrDeliveryStale
		}
		how := "人工登记已更正："
		if report.URL = strings.TrimSpace(report.URL); report.URL == view.PublicURL {
			report.URL = ""
		}
		if report.URL != "" {
			how = "人工登记已更正（删除后重新发布）："
			if err := repost(ctx, tx, out, actor, view, report); err != nil {
				return err
			}
		}
		return finishCorrection(ctx, tx, id, nil, report.URL, Takedown{At: *report.At, How: how + report.Evidence, Evidence: report.Evidence, Actor: actor})
	})
	if err != nil {
		return View{}, err
	}
	return Get(ctx, db, actor, id)
}

// repostedKey in the Remote of a publication says that a person published its text anew when it was corrected: what the platform
// knew it by is no more, and the program cannot reach the new post.
const repostedKey = "reposted"

// reposted reports whether a publication's text was published anew by a person.
func (d Delivery) reposted() bool { return d.Remote[repostedKey] != nil }

// repost records that a correction was published anew: the new post, the end of the old one, and where the publication stands now.
func repost(ctx context.Context, tx *sql.DB, out *Outside, actor units.Actor, update View, report Report) error {
	if len(report.URL) > maxURL {
		return ErrURLRequired.On("url")
	}
	of, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": *update.OfID})
	if err != nil {
		return err
	}
	if of.Remote == nil {
		of.Remote = sql.Object{}
	}
	of.Remote[repostedKey] = true
	moved, err := tx.ExecOne(ctx, "delivery.reposted", sql.Args{"id": of.ID, "remote": of.Remote, "public_url": report.URL, "now": tx.Now()})
	if err == nil && !moved {
		err = ErrDeliveryStale
	}
	if err != nil {
		return err
	}
	post := accounts.NewPost{AccountID: update.AccountID, DeliveryID: &update.ID, Title: update.Title, URL: report.URL, Source: accounts.ByHand, PublishedAt: *report.At}
	if err := postsRemoved(ctx, tx, of.ID, *report.At); err != nil {
		return err
	}
	_, _, err = accounts.RecordPost(ctx, tx, out.Book, actor, post)
	return err
}

// postsRemoved records that readers see no post of a publication any more, those that took its place when it was corrected included.
func postsRemoved(ctx context.Context, tx *sql.DB, publicationID string, at sql.Time) error {
	ids, err := sql.List[string](ctx, tx, "delivery.reposts", sql.Args{"of_id": publicationID})
	for _, id := range append(ids, publicationID) {
		if err == nil {
			err = accounts.PostRemoved(ctx, tx, id, at)
		}
	}
	return err
}

// beyondProgram reports whether the program has nothing to try: only a person can do what the delivery asks for.
func (d Delivery) beyondProgram() bool {
	return d.ErrorCode == codeNoWay || d.ErrorCode == codeReposted
}

// anew leaves to a person what the program cannot reach any more.
func anew(doing string) *PlatformError {
	return &PlatformError{Code: codeReposted, Class: ByHand,
		Advice: "这篇稿件更正时由人删除后重新发布过，系统不能" + doing + "重新发布的那一篇。请立即登录平台" + doing + "，完成后在本页登记。"}
}

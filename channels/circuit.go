package channels

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
)

// traffic is what else is under way when a delivery is about to be worked on, and how its platform answered last, whichever
// node asked.
type traffic struct {
	Name     string
	Lane     int64 `db:"-"` // others of its account that are being sent
	Flying   int64 `db:"-"` // of its platform, this one among them
	Failures int64 // in a row
	Trips    int64 // how often the platform was given up in a row
	OpenedAt *sql.Time
	UntilAt  *sql.Time
}

// circuitName is what fails together: a platform, or the one server of an app, which has nothing to do with other apps.
func circuitName(platform accounts.Platform, accountID string) string {
	if platform == accounts.App {
		return string(platform) + "/" + accountID
	}
	return string(platform)
}

// readTraffic reads the traffic around deliveries that were just claimed together. Of those, each sees the ones before it.
func readTraffic(ctx context.Context, db *sql.DB, claimed []Claimed) error {
	var names, platforms []string
	own := make(map[string]int, len(claimed))
	for i, c := range claimed {
		names, platforms = append(names, circuitName(c.Platform, c.AccountID)), append(platforms, string(c.Platform))
		own[c.ID] = i
	}
	flying, err := sql.List[Delivery](ctx, db, "delivery.flying", sql.Args{"platforms": compact(platforms), "now": db.Now()})
	if err != nil {
		return fmt.Errorf("read what is on its way: %w", err)
	}
	circuits, err := sql.List[traffic](ctx, db, "circuit.get", sql.Args{"names": compact(slices.Clone(names))})
	if err != nil {
		return fmt.Errorf("read the state of platforms: %w", err)
	}
	for i := range claimed {
		c := &claimed[i]
		c.traffic = traffic{Name: names[i]}
		if place := slices.IndexFunc(circuits, func(t traffic) bool { return t.Name == names[i] }); place >= 0 {
			c.traffic = circuits[place]
		}
		for _, other := range flying {
			if place, ours := own[other.ID]; ours && place > i || other.Platform != c.Platform {
				continue
			}
			c.traffic.Flying++
			if other.AccountID == c.AccountID && other.ID != c.ID && !other.Urgent && (other.State == Scheduled || other.State == Prepared) {
				c.traffic.Lane++
			}
		}
	}
	return nil
}

// yields gives the delivery back where something else goes first: another one of its account that is being sent, more
// deliveries to the platform than it bears, or a platform that answers nobody. A retraction waits for none of these, and what
// a person posts asks no platform.
func (w *work) yields(ctx context.Context) (bool, error) {
	if w.via == viaManual {
		return false, nil
	}
	delivery, now, seen := w.job.Delivery, w.db.Now(), w.traffic
	w.circuit = seen.Name
	switch {
	case delivery.Urgent:
		return false, nil
	case seen.Lane > 0 && delivery.State != Submitted, w.out.Pace.Flights > 0 && seen.Flying > int64(w.out.Pace.Flights):
		return true, w.save(ctx, "delivery.yield", sql.Args{"next_at": now.Add(100*time.Millisecond + rand.N(200*time.Millisecond))})
	case seen.OpenedAt == nil || seen.UntilAt == nil:
		return false, nil
	case *seen.UntilAt > now:
		return true, w.waitForPlatform(ctx, *seen.UntilAt)
	}
	until := now.Add(w.out.Pace.Lease)
	mine, err := w.db.ExecOne(ctx, "circuit.probe", sql.Args{"name": w.circuit, "until_at": until, "until_was": *seen.UntilAt, "now": now})
	if err != nil {
		return false, err
	}
	if !mine {
		return true, w.waitForPlatform(ctx, until)
	}
	w.probing = true
	return false, nil
}

// waitForPlatform puts a delivery off while its platform answers nobody. That is no failed attempt of its own, but it does not
// go on for ever: what may be public goes to a person, and what is too old to send fails.
func (w *work) waitForPlatform(ctx context.Context, until sql.Time) error {
	platform := &PlatformError{Code: codeDown, Class: Retry, Advice: "平台近来一直没有正常答复，系统每隔一段时间试一次，恢复后自动继续，先后次序不变。"}
	delivery, now := w.job.Delivery, w.db.Now()
	switch {
	case delivery.IntentAt != nil && now.Sub(*delivery.IntentAt) > w.out.Pace.GiveUp && delivery.Action == Publish:
		return w.end(ctx, Unknown, &PlatformError{Code: codeDown, Class: Unclear,
			Advice: "平台长时间没有答复，可能已经发出。请登录平台查看后在本页登记结果。"})
	case delivery.IntentAt == nil && w.out.Pace.TooLate > 0 && now.Sub(delivery.DueAt) > w.out.Pace.TooLate:
		return w.end(ctx, Failed, &PlatformError{Code: codeDown, Class: Retry,
			Advice: "平台长时间不通，稿件已过时，确定没有发出。请核对内容是否还要发，要发请点“重试”。"})
	}
	return w.release(ctx, until.Ptr(), platform)
}

// heard records how the platform answered a call. Any answer that makes sense, a refusal among them, says that it works.
func (w *work) heard(ctx context.Context, err error) {
	if w.circuit == "" || w.out.Pace.Trip == 0 {
		return
	}
	var told error
	if platform := AsPlatformError(err); err == nil || platform != nil && slices.Contains([]Class{Content, ByHand, Quota, Permission}, platform.Class) {
		told = w.well(ctx)
	} else if platform != nil && (platform.Class == Retry || platform.Class == Unclear) {
		told = w.ill(ctx, platform.Code)
	}
	if told != nil { // it is a help for others; the delivery goes on without it
		w.out.Log.WarnContext(ctx, "the state of a platform was not kept", "platform", w.circuit, "error", told.Error())
	}
}

// well closes the circuit where anything stood against the platform, and rouses what waited for it.
func (w *work) well(ctx context.Context) error {
	if w.traffic.Failures == 0 {
		return nil
	}
	closed, err := w.db.ExecOne(ctx, "circuit.close", sql.Args{"name": w.circuit, "now": w.db.Now()})
	open := w.traffic.OpenedAt != nil
	w.traffic = traffic{Name: w.circuit}
	if err != nil || !closed || !open {
		return err
	}
	args := sql.Args{"platform": w.job.Delivery.Platform, "account_id": "", "now": w.db.Now()}
	if w.job.Delivery.Platform == accounts.App {
		args["account_id"] = w.job.Delivery.AccountID
	}
	_, err = w.db.Exec(ctx, "circuit.rouse", args)
	return err
}

// ill counts a failure and opens the circuit after too many, for longer each time.
func (w *work) ill(ctx context.Context, code string) error {
	args := sql.Args{"name": w.circuit, "code": cut(code, 64), "now": w.db.Now()}
	counted, err := w.db.ExecOne(ctx, "circuit.fail", args)
	if err == nil && !counted {
		if _, err = w.db.Exec(ctx, "circuit.insert", args); sql.IsDuplicate(err) {
			_, err = w.db.ExecOne(ctx, "circuit.fail", args)
		}
	}
	if err != nil {
		return err
	}
	now, known, err := w.circuitNow(ctx)
	if err != nil || !known {
		return err
	}
	if now.Failures >= int64(w.out.Pace.Trip) && (now.OpenedAt == nil || w.probing) {
		until := w.db.Now().Add(rest(w.out.Pace.Rest, now.Trips))
		if _, err := w.db.ExecOne(ctx, "circuit.open", sql.Args{"name": w.circuit, "trips": now.Trips, "until_at": until, "now": w.db.Now()}); err != nil {
			return err
		}
		if now, _, err = w.circuitNow(ctx); err != nil {
			return err
		}
	}
	w.traffic, w.probing = now, false
	return nil
}

// circuitNow is what stands against the platform; false when nothing does.
func (w *work) circuitNow(ctx context.Context) (traffic, bool, error) {
	rows, err := sql.List[traffic](ctx, w.db, "circuit.get", sql.Args{"names": []string{w.circuit}})
	if err != nil || len(rows) == 0 {
		return traffic{Name: w.circuit}, false, err
	}
	return rows[0], true, nil
}

// rest is how long a platform is left alone after it was given up so many times in a row.
func rest(ladder []time.Duration, trips int64) time.Duration {
	if len(ladder) == 0 {
		return time.Minute
	}
	return ladder[min(int(trips), len(ladder)-1)]
}

// platformDownUntil is until when the platform is left alone, and false while it is not.
func (w *work) platformDownUntil() (sql.Time, bool) {
	if w.traffic.OpenedAt == nil || w.traffic.UntilAt == nil || *w.traffic.UntilAt <= w.db.Now() {
		return 0, false
	}
	return *w.traffic.UntilAt, true
}

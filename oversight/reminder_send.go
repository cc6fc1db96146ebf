package oversight

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// waitingMessage is a message that may go out now.
type waitingMessage struct {
	ID        string
	UnitID    string
	Kind      MessageKind
	Channel   Via
	Recipient string
	Slot      string
	Attempts  int
	Version   int64
}

// outcome is what became of a call: Sent, Failed, Uncertain, or Waiting for what certainly did not go out and may be tried
// again, not before after.
type outcome struct {
	state   MessageState
	code    string
	problem string // for people
	after   time.Duration
	cause   error // for the log
}

// The sizes of a batch of messages.
const (
	showBatch = 100
	mailBatch = 200
	hookBatch = 200
)

// closeLost ends the calls whose caller is gone.
func (r *round) closeLost(ctx context.Context) error {
	lost, err := r.db.Exec(ctx, "reminder_message.lost", sql.Args{"now": r.now, "code": "interrupted",
		"problem": "发送途中程序中断，不能确定是否已发出；为免重复，不再发送。"})
	r.did.Unclear += int(lost)
	return err
}

// letterOf is a letter with the clocks it no longer has to tell of.
type letterOf struct {
	letter
	items int
	stale []string // clock ids
}

// weekly is the last weekly list that was written: its recipients follow one another.
type weekly struct {
	unitID  string
	outside bool
	letter  letterOf
}

// unit reads a unit once in a run.
func (r *round) unit(ctx context.Context, db *sql.DB, id string) (units.Unit, error) {
	if unit, known := r.units[id]; known {
		return unit, nil
	}
	unit, err := units.Get(ctx, db, units.System, id)
	if err == nil {
		r.units[id] = unit
	}
	return unit, err
}

// heard returns which messages still have somebody who may hear them: a bot, or a person who may sign in and holds a role at
// the unit.
func heard(ctx context.Context, tx *sql.DB, messages []waitingMessage) (map[string]bool, error) {
	there := map[string]bool{}
	var toPeople []string
	for _, m := range messages {
		if m.Channel == ViaHook {
			there[m.ID] = true
		} else {
			toPeople = append(toPeople, m.ID)
		}
	}
	if len(toPeople) == 0 {
		return there, nil
	}
	list, err := sql.List[string](ctx, tx, "reminder_message.heard", sql.Args{"messages": toPeople})
	for _, id := range list {
		there[id] = true
	}
	return there, err
}

// letters writes what messages have to say at this moment. One that has nothing to say, or nobody to say it to, has no items;
// a clock that was restarted, done, muted, or whose thing is out of use since, is told no more.
func (r *round) letters(ctx context.Context, tx *sql.DB, messages []waitingMessage) (map[string]letterOf, error) {
	written := map[string]letterOf{}
	var due []string
	for _, m := range messages {
		if m.Kind == KindDue {
			due = append(due, m.ID)
		}
	}
	clocks := map[string][]toldClock{}
	if len(due) > 0 {
		list, err := sql.List[toldClock](ctx, tx, "reminder.clocks_told", sql.Args{"messages": due})
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			clocks[c.MessageID] = append(clocks[c.MessageID], c)
		}
	}
	there, err := heard(ctx, tx, messages)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		unit, err := r.unit(ctx, tx, m.UnitID)
		if err != nil {
			return nil, err
		}
		settings, _ := r.settingsOf(unit.Path)
		if !there[m.ID] || m.Kind != KindTest && !settings.uses(m.Channel) {
			continue
		}
		var l letterOf
		switch m.Kind {
		case KindDue:
			l = r.writeDue(unit, clocks[m.ID], m.Channel == ViaHook, tx.Now())
		case KindWeekly:
			if l, err = r.writeWeekly(ctx, tx, unit, m.Channel == ViaHook); err != nil {
				return nil, err
			}
		case KindTest:
			l = r.writeTest(unit)
		}
		written[m.ID] = l
	}
	return written, nil
}

// stillDue reports whether a clock is still to be told of for the lead time it was planned for.
func (r *round) stillDue(c toldClock, now sql.Time) bool {
	if c.ID == "" || c.Path == "" || c.silent() || muted(r.mutes, c.Path, c.Rulebook, c.Section, c.Rule) {
		return false
	}
	if c.LeadTime == leadOverdue {
		return *c.DueAt <= now
	}
	lead, ok := parseLead(c.LeadTime)
	settings, _ := r.settingsOf(c.Path)
	return ok && *c.DueAt > now && settings.fireAt(r.law.Calendar, c.due(), lead) <= now.Add(together)
}

func parseLead(key string) (Lead, bool) {
	unit, figure, _ := strings.Cut(key, ":")
	n, err := strconv.Atoi(figure)
	return Lead{N: n, Unit: LeadUnit(unit)}, err == nil && mostLead[LeadUnit(unit)] > 0
}

func (r *round) writeDue(unit units.Unit, clocks []toldClock, outside bool, now sql.Time) letterOf {
	var l letterOf
	seen := map[string]bool{}
	slices.SortFunc(clocks, func(a, b toldClock) int {
		return cmp.Or(cmp.Compare(orNever(a.DueAt), orNever(b.DueAt)), cmp.Compare(a.ClockID, b.ClockID))
	})
	soon, late, over := 0, 0, 0
	for _, c := range clocks {
		switch {
		case seen[c.ClockID]:
			continue
		case !r.stillDue(c, now):
			l.stale = append(l.stale, c.ClockID)
			continue
		case rules.IsWait(c.Section):
			over++
		case *c.DueAt <= now:
			late++
		default:
			soon++
		}
		seen[c.ClockID] = true
		l.lines = append(l.lines, r.hookLine(c, now, outside))
	}
	l.stale = slices.DeleteFunc(l.stale, func(id string) bool { return seen[id] })
	l.items = len(l.lines)
	l.kind, l.unit, l.title, l.link = KindDue, unit.ShortName, unit.Name, r.link()
	l.subject = dueSubject(unit.ShortName, soon, late, over)
	return l
}

func (r *round) hookLine(c toldClock, now sql.Time, outside bool) hookLine {
	return hookLine{Name: c.name(outside), Rulebook: c.Rulebook, Citation: r.book.Cite(c.Rulebook, c.Articles), DueAt: c.DueAt,
		Sentence: c.sentence(r.book, now, outside)}
}

func (r *round) writeWeekly(ctx context.Context, tx *sql.DB, unit units.Unit, outside bool) (letterOf, error) {
	if r.week.unitID == unit.ID && r.week.outside == outside {
		return r.week.letter, nil
	}
	list, err := weekList(ctx, tx, r.book, unit, outside)
	if err != nil {
		return letterOf{}, err
	}
	var l letterOf
	for _, thing := range list.Things {
		if !thing.Unknown {
			l.lines = append(l.lines, hookLine{Name: thing.Name, Rulebook: thing.Clocks[0].Rulebook, Citation: thing.Clocks[0].Citation,
				DueAt: thing.Clocks[0].DueAt, Sentence: thing.Sentence})
			l.items += len(thing.Clocks)
		}
	}
	l.kind, l.unit, l.title, l.link = KindWeekly, unit.ShortName, unit.Name+"：本周时限清单", r.link()
	l.subject = cutRunes(unit.ShortName+"：本周时限清单（"+rules.DateOf(tx.Now().Std()).String()+"）", maxSubject)
	r.week = weekly{unit.ID, outside, l}
	return l, nil
}

func (r *round) writeTest(unit units.Unit) letterOf {
	l := letterOf{items: 1}
	l.kind, l.unit, l.title, l.link = KindTest, unit.ShortName, unit.Name, r.link()
	l.subject = cutRunes(unit.ShortName+"：群机器人已接通", maxSubject)
	l.lines = []hookLine{{Name: unit.ShortName, Sentence: "群机器人已接通，时限快到期时会在这里提醒。"}}
	return l
}

func (r *round) link() string { return r.out.PublicBase }

func orNever(t *sql.Time) sql.Time {
	if t == nil {
		return 1<<62 - 1
	}
	return *t
}

// forget takes back what a message need not tell, so that it can be told when it is due again.
func forget(ctx context.Context, tx *sql.DB, messageID string, clocks []string) error {
	if len(clocks) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "reminder_item.delete", sql.Args{"message_id": messageID, "clocks": clocks})
	return err
}

// drop takes a waiting message away that has nothing to tell, with all it was to tell.
func drop(ctx context.Context, tx *sql.DB, m waitingMessage) error {
	if _, err := tx.Exec(ctx, "reminder_item.delete_all", sql.Args{"message_id": m.ID}); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "reminder_message.delete", sql.Args{"id": m.ID, "version": m.Version})
	return err
}

// show puts messages into 待办, a batch in each transaction.
func (r *round) show(ctx context.Context) error {
	for !r.isOver(ctx) {
		found, shown, dropped := 0, 0, 0
		err := r.db.InTx(ctx, func(tx *sql.DB) error {
			shown, dropped = 0, 0
			messages, err := sql.List[waitingMessage](ctx, tx, "reminder_message.due", sql.Args{"channel": ViaApp, "now": r.now, "limit": showBatch})
			if err != nil {
				return err
			}
			found = len(messages)
			written, err := r.letters(ctx, tx, messages)
			if err != nil {
				return err
			}
			for _, m := range messages {
				l := written[m.ID]
				if err := forget(ctx, tx, m.ID, l.stale); err != nil {
					return err
				}
				if l.items == 0 {
					if err := drop(ctx, tx, m); err != nil {
						return err
					}
					dropped++
					continue
				}
				l.compose(1 << 20)
				mine, err := tx.ExecOne(ctx, "reminder_message.shown", sql.Args{"id": m.ID, "version": m.Version, "now": tx.Now(), "subject": l.subject,
					"body": l.text, "items": l.items})
				if err != nil {
					return err
				}
				if !mine {
					return sql.ErrConflict // another node shows it
				}
				shown++
			}
			return nil
		})
		if err != nil {
			return err
		}
		r.did.Shown, r.did.Dropped = r.did.Shown+shown, r.did.Dropped+dropped
		if found < showBatch {
			return nil
		}
	}
	return nil
}

// begin saves the intention to send a message, with its very text, and returns the letter; false when there is nothing to
// send, or another node does. where looks up where to send to: false there takes the message away.
func (r *round) begin(ctx context.Context, m waitingMessage, limit int, where func(tx *sql.DB) (bool, error)) (letter, bool, error) {
	var l letterOf
	mine, dropped := false, false
	err := r.db.InTx(ctx, func(tx *sql.DB) error {
		mine, dropped = false, false
		now, err := sql.Get[waitingMessage](ctx, tx, "reminder_message.one", sql.Args{"id": m.ID, "now": r.now})
		if errors.Is(err, sql.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		there, err := where(tx)
		if err != nil {
			return err
		}
		written, err := r.letters(ctx, tx, []waitingMessage{now})
		if err != nil {
			return err
		}
		l = written[m.ID]
		if err := forget(ctx, tx, m.ID, l.stale); err != nil {
			return err
		}
		if !there || l.items == 0 {
			dropped = true
			return drop(ctx, tx, now)
		}
		l.compose(limit)
		mine, err = tx.ExecOne(ctx, "reminder_message.intend", sql.Args{"id": m.ID, "version": now.Version, "now": tx.Now(),
			"lease_until": tx.Now().Add(r.pace.Lease), "subject": l.subject, "body": l.text, "items": l.items})
		return err
	})
	if dropped {
		r.did.Dropped++
	}
	return l.letter, mine, err
}

// finish saves what became of a call, also when the run was asked to stop meanwhile.
func (r *round) finish(ctx context.Context, m waitingMessage, out outcome) error {
	ctx = context.WithoutCancel(ctx)
	if out.cause != nil {
		r.log().Warn("reminder not sent", "message", m.ID, "unit", m.UnitID, "channel", m.Channel, "state", out.state, "code", out.code,
			"error", out.cause.Error())
	}
	now := r.db.Now()
	args := sql.Args{"id": m.ID, "state": out.state, "code": out.code, "problem": out.problem, "sent_at": (*sql.Time)(nil)}
	if out.state == Waiting {
		wait, again := r.backoff(m, out)
		if again {
			r.did.Later++
			args["next_at"] = now.Add(wait)
			_, err := r.db.Exec(ctx, "reminder_message.again", args)
			return err
		}
		out.state, args["state"], args["problem"] = Failed, Failed, gaveUp(out)
	}
	switch out.state {
	case Sent:
		r.did.Sent++
		args["sent_at"] = now.Ptr()
	case Uncertain:
		r.did.Unclear++
		args["sent_at"] = now.Ptr() // it may have gone out, and counts as a burden
	default:
		r.did.Failed++
	}
	_, err := r.db.Exec(ctx, "reminder_message.end", args)
	return err
}

// backoff returns how long a message waits that certainly did not go out; false when it has been tried often enough.
func (r *round) backoff(m waitingMessage, out outcome) (time.Duration, bool) {
	if m.Attempts >= len(r.pace.Backoff) {
		return 0, false
	}
	return max(r.pace.Backoff[m.Attempts], out.after), true
}

func gaveUp(out outcome) string {
	return strings.ReplaceAll(out.problem, "，稍后自动重试", "") + "多次重试仍不成功，已停止发送。"
}

// delay puts a message off that was not even begun, because no way out was open.
func (r *round) delay(ctx context.Context, m waitingMessage, out outcome) error {
	wait, again := r.backoff(m, out)
	args := sql.Args{"id": m.ID, "version": m.Version, "state": Waiting, "next_at": r.db.Now().Add(wait), "code": out.code, "problem": out.problem}
	if again {
		r.did.Later++
	} else {
		r.did.Failed++
		args["state"], args["problem"] = Failed, gaveUp(out)
	}
	_, err := r.db.Exec(context.WithoutCancel(ctx), "reminder_message.delay", args)
	return err
}

// sendMail sends a batch over one connection.
func (r *round) sendMail(ctx context.Context) error {
	if r.out.Mail == nil || r.isOver(ctx) {
		return nil
	}
	messages, err := sql.List[waitingMessage](ctx, r.db, "reminder_message.due", sql.Args{"channel": ViaMail, "now": r.now, "limit": mailBatch})
	if err != nil || len(messages) == 0 {
		return err
	}
	post, err := newPostman(*r.out.Mail)
	if err != nil {
		return err
	}
	defer post.part()
	doubts := 0 // one after the other
	for i, m := range messages {
		if r.isOver(ctx) {
			return nil
		}
		failure := post.connect(ctx)
		if failure == nil && doubts == mostDoubts {
			failure = &outcome{code: "no_answer", problem: "邮件服务器收信后不答复，没有发出，稍后自动重试。"}
		}
		if failure != nil {
			r.log().Warn("mail server not reached", "code", failure.code, "error", failure.cause, "waiting", len(messages)-i)
			return r.delayAll(ctx, messages[i:], *failure)
		}
		state, err := r.mailOne(ctx, post, m)
		if err != nil {
			return err
		}
		switch state {
		case Uncertain:
			doubts++
		case Sent, Failed:
			doubts = 0
		}
	}
	return nil
}

// mostDoubts is after how many messages in a row without an answer a run sends no more: a server that takes everything and
// answers nothing would make a doubt of each.
const mostDoubts = 2

func (r *round) delayAll(ctx context.Context, messages []waitingMessage, out outcome) error {
	for _, m := range messages {
		if err := r.delay(ctx, m, out); err != nil {
			return err
		}
	}
	return nil
}

// mailOne sends one message and returns what became of it, the empty state when there was nothing to send.
func (r *round) mailOne(ctx context.Context, post *postman, m waitingMessage) (MessageState, error) {
	address := ""
	l, mine, err := r.begin(ctx, m, 1<<20, func(tx *sql.DB) (bool, error) {
		var err error
		address, err = sql.Get[string](ctx, tx, "reminder.address", sql.Args{"id": m.Recipient})
		if errors.Is(err, sql.ErrNone) {
			return false, nil
		}
		return address != "", err
	})
	if err != nil || !mine {
		return "", err
	}
	result := post.deliver(m.ID, address, r.db.Now(), l)
	return result.state, r.finish(ctx, m, result)
}

// sendHooks sends a batch to bots, none of them more often than it may be called. After a failure a bot rests, so that one
// that hangs does not keep the others waiting.
func (r *round) sendHooks(ctx context.Context) error {
	if r.out.Client == nil || r.isOver(ctx) {
		return nil
	}
	messages, err := sql.List[waitingMessage](ctx, r.db, "reminder_message.due", sql.Args{"channel": ViaHook, "now": r.now, "limit": hookBatch})
	if err != nil {
		return err
	}
	resting := map[string]bool{}
	for _, m := range messages {
		if r.isOver(ctx) {
			return nil
		}
		if resting[m.Recipient] {
			continue
		}
		rest, err := r.hookOne(ctx, m)
		if err != nil {
			return err
		}
		if rest > 0 {
			resting[m.Recipient] = true
			args := sql.Args{"recipient": m.Recipient, "next_at": r.db.Now().Add(rest)}
			if _, err := r.db.Exec(context.WithoutCancel(ctx), "reminder_message.hold", args); err != nil {
				return err
			}
		}
	}
	return nil
}

// hookOne sends one message to a bot and returns how long the bot has to rest.
func (r *round) hookOne(ctx context.Context, m waitingMessage) (time.Duration, error) {
	const rest = time.Minute
	secret, kind, ready, failure := r.hookSecret(ctx, m.Recipient)
	if failure != nil && failure.state == Waiting {
		return 0, failure.cause
	}
	tooFast := false
	l, mine, err := r.begin(ctx, m, hookBytes[kind], func(tx *sql.DB) (bool, error) {
		if !ready && failure == nil {
			return false, nil // the bot was removed
		}
		if _, err := tx.Exec(ctx, "reminder_hook.use", sql.Args{"id": m.Recipient, "now": tx.Now()}); err != nil {
			return false, err
		}
		calls, err := sql.Get[int](ctx, tx, "reminder_message.pace", sql.Args{"recipient": m.Recipient, "since": tx.Now().Add(-time.Minute)})
		if err == nil && calls >= r.pace.PerBot {
			tooFast, err = true, errTooFast
		}
		return true, err
	})
	if tooFast {
		return rest, nil
	}
	if err != nil || !mine {
		return 0, err
	}
	if failure != nil {
		return rest, r.finish(ctx, m, *failure)
	}
	result := secret.post(ctx, r.out.Client, kind, m.ID, r.db.Now().Std(), l)
	if err := r.finish(ctx, m, result); err != nil || result.state == Sent || result.state == Failed {
		return 0, err
	}
	return max(rest, result.after), nil
}

// errTooFast rolls back a call that would be one too many in its minute.
var errTooFast = errors.New("oversight: the bot has been called often enough")

// hookSecret opens the secrets of a bot; not ready without an outcome when it was removed. An outcome of Waiting is an error
// of our own database.
func (r *round) hookSecret(ctx context.Context, id string) (hookSecret, HookKind, bool, *outcome) {
	row, err := sql.Get[sealedHook](ctx, r.db, "reminder_hook.sealed", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return hookSecret{}, Generic, false, nil
	}
	if err != nil {
		return hookSecret{}, Generic, false, &outcome{state: Waiting, cause: err}
	}
	secret, err := openHook(r.out.Keys, row)
	if err != nil {
		return hookSecret{}, row.Kind, false, &outcome{state: Failed, code: "sealed", problem: "机器人的地址打不开，请重新填写地址和密钥。", cause: err}
	}
	return secret, row.Kind, true, nil
}

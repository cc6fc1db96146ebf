package accounts

import (
	"context"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// StatusNotInUse is the word for what nobody times, because it is not in use.
const StatusNotInUse rules.Status = "not_in_use"

// Standing is how an account or a column stands, with the clause that says so.
type Standing struct {
	Status      rules.Status `json:"status"` // ok, stale, no_rule, calendar_pending, unknown, suspended, not_in_use
	Label       string       `json:"label"`  // 正常, 超期, 超期（空白栏目）, 无规则, 待日历确认, 未知, 暂停计时, 不在用
	Reason      string       `json:"reason"` // why no rule applies; empty where one does, and in lists
	StartedAt   *sql.Time    `json:"started_at"`
	DueAt       *sql.Time    `json:"due_at"`
	RemainingMs int64        `json:"remaining_ms"` // until DueAt; 0 when late or without a due time
	OverMs      int64        `json:"over_ms"`      // since DueAt; 0 when not late
	Rulebook    string       `json:"rulebook"`     // id
	Section     string       `json:"section"`      // of the rulebook
	Rule        string       `json:"rule"`
	Limit       string       `json:"limit"` // the figure that is counted: 1周; empty where there is none
	Articles    sql.Strings  `json:"articles"`
	Citation    string       `json:"citation"` // 潼南 2022 第21条（六）
	ClockID     string       `json:"clock_id"` // empty without a clock
}

// StatusOf reads how a thing stands at now from its clocks: the running update clock that is due first decides. Without
// one it is 无规则, never 正常.
func StatusOf(book rules.Book, watch Watch, clocks []rules.Clock, now sql.Time) Standing {
	var soonest []rules.Clock
	for _, clock := range clocks {
		if clock.IsUpdate() && clock.Running() && (soonest == nil || orElse(clock.DueAt, never) < orElse(soonest[0].DueAt, never)) {
			soonest = []rules.Clock{clock}
		}
	}
	return first(standings(book, soonest, now), "", watch)
}

func standing(book rules.Book, clock rules.Clock, now sql.Time) Standing {
	s := Standing{
		Status: clock.Status(now), StartedAt: &clock.StartedAt, DueAt: clock.DueAt, Rulebook: clock.Rulebook, Section: clock.Section, Rule: clock.Rule,
		Articles: clock.Articles, Citation: book.Cite(clock.Rulebook, clock.Articles), ClockID: clock.ID,
	}
	if limit := clock.Limit(); limit != nil {
		s.Limit = limit.String()
	}
	s.Label = s.Status.Label()
	if clock.Reason == rules.ClockBlank {
		s.Label += "（" + rules.ReasonBlankColumn.Label() + "）"
	}
	if clock.DueAt != nil {
		s.RemainingMs = max(0, int64(*clock.DueAt-now))
		s.OverMs = max(0, int64(now-*clock.DueAt))
	}
	return s
}

// Breach is one silence that was too long and has ended.
type Breach struct {
	ID        string      `json:"id"`
	StartedAt sql.Time    `json:"started_at"`
	DueAt     sql.Time    `json:"due_at"`
	EndedAt   sql.Time    `json:"ended_at"`
	GapMs     int64       `json:"gap_ms"`  // from StartedAt to EndedAt
	OverMs    int64       `json:"over_ms"` // from DueAt to EndedAt
	Rulebook  string      `json:"rulebook"`
	Rule      string      `json:"rule"`
	Articles  sql.Strings `json:"articles"`
	Citation  string      `json:"citation"`
}

// cardBreaches is how many breaches a card shows.
const cardBreaches = 20

// ClockLine is a clock with how it stands now.
type ClockLine struct {
	rules.Clock
	Standing Standing `json:"standing"`
}

// Card is an account with everything its page shows at first sight.
type Card struct {
	Account  Account     `json:"account"`
	Standing Standing    `json:"standing"`
	Clocks   []ClockLine `json:"clocks"`   // under each rulebook; the running ones first, in the order in which they fall due
	Breaches []Breach    `json:"breaches"` // the latest twenty
	Actions  []string    `json:"actions"`  // what this person may do now: update, put_in_use, suspend, close, bind, record_post, create_column, mark_unread, mark_read
}

// CardOf returns the card of an account the actor reaches; ErrNotFound otherwise.
func CardOf(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (Card, error) {
	account, err := visible(ctx, db, actor, id)
	if err != nil {
		return Card{}, wrap(err, "card of account %s", id)
	}
	card := Card{Account: account}
	if card.Clocks, card.Standing, card.Breaches, err = timesOf(ctx, db, book, ofAccount(account)); err != nil {
		return Card{}, wrap(err, "card of account %s", id)
	}
	card.Actions, err = actions(ctx, db, actor, account)
	return card, wrap(err, "card of account %s", id)
}

// ColumnCard is a column with everything its page shows at first sight.
type ColumnCard struct {
	Column   Column      `json:"column"`
	Account  Account     `json:"account"` // the website
	Standing Standing    `json:"standing"`
	Clocks   []ClockLine `json:"clocks"`
	Breaches []Breach    `json:"breaches"`
}

// ColumnCardOf returns the card of a column of a site the actor reaches; ErrColumnNotFound otherwise.
func ColumnCardOf(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (ColumnCard, error) {
	column, err := visibleColumn(ctx, db, actor, id)
	if err != nil {
		return ColumnCard{}, wrap(err, "card of column %s", id)
	}
	site, err := Load(ctx, db, column.AccountID)
	if err != nil {
		return ColumnCard{}, wrap(err, "card of column %s", id)
	}
	card := ColumnCard{Column: column, Account: site}
	card.Clocks, card.Standing, card.Breaches, err = timesOf(ctx, db, book, ofColumn(column, ofAccount(site)))
	return card, wrap(err, "card of column %s", id)
}

// timesOf reads how each clock of a thing stands, how the thing itself does, and what it missed.
func timesOf(ctx context.Context, db *sql.DB, book rules.Book, t *thing) ([]ClockLine, Standing, []Breach, error) {
	clocks, err := rules.ClocksOf(ctx, db, t.kind, t.id)
	if err != nil {
		return nil, Standing{}, nil, err
	}
	lines := make([]ClockLine, len(clocks))
	for i, clock := range clocks {
		lines[i] = ClockLine{Clock: clock, Standing: standing(book, clock, db.Now())}
	}
	stands, err := standingOf(ctx, db, book, t, clocks)
	if err != nil {
		return nil, Standing{}, nil, err
	}
	breaches, err := breachesOf(ctx, db, book, t.kind, t.id)
	return lines, stands, breaches, err
}

// standingOf is StatusOf with the reason where no rule applies.
func standingOf(ctx context.Context, db *sql.DB, book rules.Book, t *thing, clocks []rules.Clock) (Standing, error) {
	standing := StatusOf(book, t.watch, clocks, db.Now())
	if !t.timed {
		return first(nil, "", NotWatched), nil
	}
	if standing.Status != rules.StatusNoRule {
		return standing, nil
	}
	var err error
	standing.Rulebook, standing.Citation, standing.Reason, err = noRule(ctx, db, book, t)
	return standing, err
}

func breachesOf(ctx context.Context, db *sql.DB, book rules.Book, kind rules.SubjectKind, id string) ([]Breach, error) {
	missed, err := rules.MissedBy(ctx, db, kind, id, 0, "", cardBreaches)
	if err != nil {
		return nil, err
	}
	breaches := make([]Breach, len(missed))
	for i, m := range missed {
		breaches[i] = Breach{ID: m.ID, StartedAt: m.StartedAt, DueAt: m.DueAt, EndedAt: m.EndedAt, GapMs: int64(m.Gap() / time.Millisecond),
			OverMs: int64(m.Over() / time.Millisecond), Rulebook: m.Rulebook, Rule: m.Rule, Articles: m.Articles, Citation: book.Cite(m.Rulebook, m.Articles)}
	}
	return breaches, nil
}

// actions lists what the actor may do with an account in its present state.
func actions(ctx context.Context, db *sql.DB, actor units.Actor, account Account) ([]string, error) {
	list := []string{}
	roles, err := rolesAt(ctx, db, actor, account.UnitID)
	if err != nil || account.State == Closed {
		return list, err
	}
	if carries(roles, units.WriteAccounts) {
		list = append(list, "update", "close")
		if account.State == InUse {
			list = append(list, "suspend")
		} else {
			list = append(list, "put_in_use")
		}
		if account.Platform == Website {
			list = append(list, "create_column")
		}
	}
	if carries(roles, units.BindAccounts) {
		list = append(list, "bind")
	}
	if carries(roles, units.ActDeliveries) {
		list = append(list, "record_post")
		if account.UnreadSince == nil {
			list = append(list, "mark_unread")
		} else {
			list = append(list, "mark_read")
		}
	}
	return list, nil
}

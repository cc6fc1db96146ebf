package articles

import (
	"context"
	"fmt"
	"slices"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Timing is what stands against sending articles at a time, for whoever is about to choose it.
type Timing struct {
	At       sql.Time      `json:"at"`
	Day      PlanDay       `json:"day"`
	Warnings []PlanWarning `json:"warnings"` // by account; empty where nothing stands against the time
	Habits   []PlanHabit   `json:"habits"`   // the times at which the articles' accounts most often posted, the most frequent first
}

// fewAllowed is up to how many times an allowance is told of while it is not used up: a mass sending a day or four a month.
const fewAllowed = 10

// TimingOf returns what stands against sending some articles, alone or as one message, at a time: what else goes out on their
// accounts then, what the platforms allow, and which accounts will have fallen silent before. A time that is over is looked at
// like any other. Errors: ErrNotFound, ErrScheduleFar.
func TimingOf(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, articleIDs []string, at sql.Time) (Timing, error) {
	if at < 0 || at > db.Now().Add(furthestOut) {
		return Timing{}, ErrScheduleFar.On("at")
	}
	moving := slices.Clone(articleIDs)
	for _, id := range articleIDs {
		if _, err := load(ctx, db, actor, units.ReadArticles, id); err != nil {
			return Timing{}, err
		}
		mates, err := channels.Mates(ctx, db, id)
		if err != nil {
			return Timing{}, err
		}
		moving = append(moving, mates...) // what goes out as one message moves as one
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return Timing{}, err
	}
	day := rules.DateOf(at.Std())
	p := planning{plan: Plan{Warnings: []PlanWarning{}}}
	habits, err := p.warnOf(ctx, db, book, out, moving, at)
	if err != nil {
		return Timing{}, fmt.Errorf("timing of %d articles: %w", len(articleIDs), err)
	}
	return Timing{At: at, Day: daysOf(law.Calendar, day, day)[0], Warnings: p.plan.Warnings, Habits: habits}, nil
}

// warnOf warns of what a time brings the accounts of some articles, and returns when they used to post.
func (p *planning) warnOf(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, articleIDs []string, at sql.Time) ([]PlanHabit, error) {
	aimed, err := sql.List[accounts.Account](ctx, db, "plan.accounts_of", sql.Args{"articles": articleIDs, "limit": planAccounts})
	if err != nil || len(aimed) == 0 {
		return []PlanHabit{}, err
	}
	ids := make([]string, len(aimed))
	for i, account := range aimed {
		ids[i] = account.ID
	}
	others, err := othersOn(ctx, db, ids, articleIDs, at)
	if err != nil {
		return nil, err
	}
	clocks, err := rules.ClocksOfAll(ctx, db, rules.AccountSubject, ids)
	if err != nil {
		return nil, err
	}
	for _, account := range aimed {
		p.warnLate(account, accounts.StatusOf(book, account.Watch, clocks[account.ID], db.Now()), others[account.ID], db.Now(), at)
		p.warnBeside(account, others[account.ID], at)
		for _, allowance := range channels.AllowancesOf(out, account) {
			p.warnOneMore(account, allowance, others[account.ID], at)
		}
	}
	return readHabits(ctx, db, ids)
}

// othersOn returns by account when anything but some articles goes out in the month of an instant and around it, in order.
func othersOn(ctx context.Context, db *sql.DB, accountIDs, articleIDs []string, at sql.Time) (map[string][]sql.Time, error) {
	from, until := channels.PerMonth.Span(at)
	from, until = min(from, at.Add(-tooClose), db.Now()), max(until, at.Add(tooClose))
	rows, err := sql.List[countedRow](ctx, db, "plan.counted", sql.Args{"accounts": accountIDs, "from": from, "until": until, "limit": countedMost})
	if err != nil {
		return nil, err
	}
	times := map[string][]sql.Time{}
	for _, row := range rows {
		if !slices.Contains(articleIDs, row.OriginID) {
			times[row.AccountID] = append(times[row.AccountID], row.DueAt)
		}
	}
	return times, nil
}

// warnLate points out an account that falls silent before, with nothing else planned on it until then.
func (p *planning) warnLate(account accounts.Account, standing accounts.Standing, others []sql.Time, now, at sql.Time) {
	due := standing.DueAt
	if standing.Status != rules.StatusOK || due == nil || at < *due {
		return
	}
	if slices.ContainsFunc(others, func(other sql.Time) bool { return other > now && other < *due }) {
		return
	}
	p.warn("late", account, at, "“%s”最迟要在 %s 前更新，等到这个时间已经超期，请提前。", account.Name, clock(*due))
	p.plan.Warnings[len(p.plan.Warnings)-1].Citation = standing.Citation
}

// warnBeside points out the article on the same account that is nearest, when it is too near.
func (p *planning) warnBeside(account accounts.Account, others []sql.Time, at sql.Time) {
	nearest, found := sql.Time(0), false
	for _, other := range others {
		if apart := other.Sub(at).Abs(); apart < tooClose && (!found || apart < nearest.Sub(at).Abs()) {
			nearest, found = other, true
		}
	}
	if found {
		p.warn("close", account, at, "“%s”在 %s 已有一篇，相隔不到 30 分钟，请错开时间。", account.Name, clock(nearest))
	}
}

// warnOneMore points out an allowance that is used up in the window of a time, and tells of a small one how much of it is used.
func (p *planning) warnOneMore(account accounts.Account, allowance channels.Allowance, others []sql.Time, at sql.Time) {
	from, until := allowance.Window.Span(at)
	used := 0
	for _, other := range others {
		if other >= from && other < until {
			used++
		}
	}
	switch {
	case used >= allowance.Most:
		p.warn("allowance", account, at, "“%s”的%s最多 %d 次，已经排满，这一篇到时会顺延，请换个时间。", account.Name, allowance.Name, allowance.Most)
	case used > 0 && allowance.Most <= fewAllowed:
		p.warn("count", account, at, "“%s”的%s最多 %d 次，这是第 %d 次。", account.Name, allowance.Name, allowance.Most, used+1)
	}
}

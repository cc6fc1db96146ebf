package articles

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The figures of the plan are our own choices for the screen, no regulation's.
const (
	planDays     = 45                  // the longest span that is shown at once
	planMost     = 600                 // deliveries shown at once
	planAccounts = 100                 // accounts whose due times and habits are looked at
	tooClose     = 30 * time.Minute    // two articles on one account nearer than this are pointed out
	habitSpan    = 90 * 24 * time.Hour // how far back one's own habits are read
	habitMost    = 2000                // the newest posts that are read for it
	habitsShown  = 3
	countedMost  = 20 * planMost // deliveries that are counted against allowances
)

// Plan is what is to go out in a span of days, with what stands against it.
type Plan struct {
	From     rules.Date    `json:"from"`
	Until    rules.Date    `json:"until"` // the last day
	Days     []PlanDay     `json:"days"`
	Items    []PlanItem    `json:"items"`    // in the order of their times
	More     bool          `json:"more"`     // there are more than can be shown: ask for a unit, or for fewer days
	Falling  []PlanFalling `json:"falling"`  // accounts that run out of their time to update in these days, the soonest first
	Warnings []PlanWarning `json:"warnings"` // conflicts and allowances that would be overrun
	Habits   []PlanHabit   `json:"habits"`   // the times at which these accounts most often posted, the most frequent first
}

// PlanDay is a day of the plan and whether it is worked on.
type PlanDay struct {
	Day  rules.Date `json:"day"`
	Kind string     `json:"kind" enum:"work,rest,unknown"` // unknown: the year's arrangement is not entered
}

// PlanItem is one article with its deliveries of one time.
type PlanItem struct {
	ArticleID  string         `json:"article_id"`
	Title      string         `json:"title"`
	UnitID     string         `json:"unit_id"`
	UnitName   string         `json:"unit_name"`
	At         sql.Time       `json:"at"`
	Movable    bool           `json:"movable"` // this person may move it, and nothing of it has begun
	Version    int64          `json:"version"` // of the article
	Deliveries []PlanDelivery `json:"deliveries"`
}

// PlanDelivery is one account that an article goes to.
type PlanDelivery struct {
	ID          string            `json:"id"`
	AccountID   string            `json:"account_id"`
	AccountName string            `json:"account_name"`
	Platform    accounts.Platform `json:"platform"`
	State       channels.State    `json:"state"`
	ByHand      bool              `json:"by_hand"` // a person is to publish it at the platform, which was not asked
	PublicURL   string            `json:"public_url"`
	SeriesID    *string           `json:"series_id"`    // the message of several articles that it goes out in; nil when it goes alone
	SeriesPlace *int              `json:"series_place"` // its place there, from 1
}

// PlanFalling is an account whose time to update runs out.
type PlanFalling struct {
	AccountID string   `json:"account_id"`
	Name      string   `json:"name"`
	UnitID    string   `json:"unit_id"`
	UnitName  string   `json:"unit_name"`
	DueAt     sql.Time `json:"due_at"`
	Citation  string   `json:"citation"`
	Planned   bool     `json:"planned"` // an article is to go out on it before
}

// PlanWarning is something the planner should know before it bites.
type PlanWarning struct {
	Kind        string   `json:"kind" enum:"close,allowance,late,count"` // count only tells how much of a small allowance is used
	AccountID   string   `json:"account_id"`
	AccountName string   `json:"account_name"`
	At          sql.Time `json:"at"`
	Sentence    string   `json:"sentence"`
	Citation    string   `json:"citation"` // of the rule by which an account falls silent before; else empty
}

// PlanHabit is an hour of a day of the week.
type PlanHabit struct {
	Weekday int `json:"weekday" minimum:"0" maximum:"6"` // 0 is Sunday
	Hour    int `json:"hour" minimum:"0" maximum:"23"`
	Posts   int `json:"posts"` // in the last 90 days
}

// plannedRow is one delivery as the statement reads it.
type plannedRow struct {
	ID             string
	OriginID       string
	AccountID      string
	AccountName    string
	AccountKind    accounts.Kind
	Platform       accounts.Platform
	State          channels.State
	DueAt          sql.Time
	PublishedAt    *sql.Time
	Begun          bool
	ByHand         bool
	PublicURL      string
	Title          string
	ArticleVersion int64
	ArticleState   State
	UnitID         string
	UnitName       string
	SeriesID       *string
	SeriesPlace    *int
}

// PlanOf returns what the unit and those below it send out from one day to another, both included; an empty unit is all that
// the actor reaches with ReadArticles. Errors: ErrPlanSpan, units.ErrNotFound for a unit out of reach.
func PlanOf(ctx context.Context, db *sql.DB, book rules.Book, out *channels.Outside, actor units.Actor, unitID string, from, until rules.Date) (Plan, error) {
	if until.Before(from) || !until.Before(from.AddDays(planDays)) {
		return Plan{}, ErrPlanSpan.On("until")
	}
	path := ""
	if unitID != "" {
		unit, err := units.Get(ctx, db, actor, unitID)
		if err != nil {
			return Plan{}, err
		}
		path = unit.Path
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return Plan{}, err
	}
	p := planning{actor: actor, plan: Plan{From: from, Until: until, Days: daysOf(law.Calendar, from, until), Items: []PlanItem{},
		Falling: []PlanFalling{}, Warnings: []PlanWarning{}, Habits: []PlanHabit{}},
		start: sql.FromStd(from.Start()), end: sql.FromStd(until.End())}
	reach := sql.Args{"path": path, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadArticles)}
	if err := p.readItems(ctx, db, reach); err != nil {
		return Plan{}, fmt.Errorf("plan of unit %q: %w", unitID, err)
	}
	if err := p.readAccounts(ctx, db, out, reach); err != nil {
		return Plan{}, fmt.Errorf("plan of unit %q: %w", unitID, err)
	}
	if err := p.readFalling(ctx, db, book, unitID); err != nil {
		return Plan{}, fmt.Errorf("plan of unit %q: %w", unitID, err)
	}
	return p.plan, nil
}

func daysOf(calendar *rules.Calendar, from, until rules.Date) []PlanDay {
	var days []PlanDay
	for day := from; !until.Before(day); day = day.AddDays(1) {
		kind := "rest"
		work, err := calendar.IsWorkday(day)
		switch {
		case err != nil:
			kind = "unknown"
		case work:
			kind = "work"
		}
		days = append(days, PlanDay{Day: day, Kind: kind})
	}
	return days
}

// planning is a plan under construction.
type planning struct {
	actor      units.Actor
	plan       Plan
	rows       []plannedRow
	start, end sql.Time // the end is not part of it
}

func (p *planning) readItems(ctx context.Context, db *sql.DB, reach sql.Args) error {
	args := with(reach, sql.Args{"from": p.start, "until": p.end, "limit": planMost + 1})
	rows, err := sql.List[plannedRow](ctx, db, "plan.deliveries", args)
	if err != nil {
		return err
	}
	p.plan.More = len(rows) > planMost
	p.rows = rows[:min(len(rows), planMost)]
	for _, row := range p.rows {
		p.addItem(row)
	}
	return nil
}

func (p *planning) addItem(row plannedRow) {
	movable := row.ArticleState == Scheduled && !row.Begun && (row.State == channels.Scheduled || row.State == channels.Prepared) &&
		reaches(p.actor, row.UnitID, units.PublishArticle)
	delivery := PlanDelivery{ID: row.ID, AccountID: row.AccountID, AccountName: row.AccountName, Platform: row.Platform, State: row.State, ByHand: row.ByHand, PublicURL: row.PublicURL,
		SeriesID: row.SeriesID, SeriesPlace: row.SeriesPlace}
	for i := range p.plan.Items {
		if item := &p.plan.Items[i]; item.ArticleID == row.OriginID && item.At == row.DueAt {
			item.Deliveries = append(item.Deliveries, delivery)
			item.Movable = item.Movable && movable
			return
		}
	}
	p.plan.Items = append(p.plan.Items, PlanItem{ArticleID: row.OriginID, Title: row.Title, UnitID: row.UnitID, UnitName: row.UnitName, At: row.DueAt,
		Movable: movable, Version: row.ArticleVersion, Deliveries: []PlanDelivery{delivery}})
}

// readAccounts warns of what the accounts would overrun and reads when they used to post.
func (p *planning) readAccounts(ctx context.Context, db *sql.DB, out *channels.Outside, reach sql.Args) error {
	planned, err := sql.List[accounts.Account](ctx, db, "plan.accounts", with(reach, sql.Args{"limit": planAccounts}))
	if err != nil || len(planned) == 0 {
		return err
	}
	ids := make([]string, len(planned))
	for i, account := range planned {
		ids[i] = account.ID
	}
	month, _ := channels.PerMonth.Span(p.start)
	_, monthEnd := channels.PerMonth.Span(p.end - 1)
	rows, err := sql.List[countedRow](ctx, db, "plan.counted", sql.Args{"accounts": ids, "from": month, "until": monthEnd, "limit": countedMost})
	if err != nil {
		return err
	}
	times := map[string][]sql.Time{}
	for _, row := range rows {
		times[row.AccountID] = append(times[row.AccountID], row.DueAt)
	}
	for _, account := range planned {
		p.warnClose(account, times[account.ID], db.Now())
		for _, allowance := range channels.AllowancesOf(out, account) {
			p.warnAllowance(account, allowance, times[account.ID], db.Now())
		}
	}
	slices.SortStableFunc(p.plan.Warnings, func(a, b PlanWarning) int { return cmp.Compare(a.At, b.At) })
	p.plan.Habits, err = readHabits(ctx, db, ids)
	return err
}

// countedRow is a delivery that an account's allowances count.
type countedRow struct {
	AccountID string
	OriginID  string
	DueAt     sql.Time
}

func readHabits(ctx context.Context, db *sql.DB, accountIDs []string) ([]PlanHabit, error) {
	history, err := sql.List[sql.Time](ctx, db, "plan.history",
		sql.Args{"accounts": accountIDs, "from": db.Now().Add(-habitSpan), "until": db.Now(), "limit": habitMost})
	return habitsOf(history), err
}

// shown reports whether something at an instant belongs into the plan: in its days and not over.
func (p *planning) shown(at, now sql.Time) bool { return at >= p.start && at < p.end && at > now }

// warnClose points out two articles on one account so near each other that readers are pestered. The times are in order.
func (p *planning) warnClose(account accounts.Account, times []sql.Time, now sql.Time) {
	for i := 1; i < len(times); i++ {
		if p.shown(times[i], now) && times[i].Sub(times[i-1]) < tooClose {
			p.warn("close", account, times[i], "“%s”在 %s 和 %s 各有一篇，相隔不到 30 分钟，请错开时间。", account.Name, clock(times[i-1]), clock(times[i]))
		}
	}
}

// warnAllowance points out each window in which more is planned than the platform allows, at the first one too many.
func (p *planning) warnAllowance(account accounts.Account, allowance channels.Allowance, times []sql.Time, now sql.Time) {
	used, window := 0, sql.Time(0)
	for _, at := range times {
		start, _ := allowance.Window.Span(at)
		if start != window {
			used, window = 0, start
		}
		if used++; used == allowance.Most+1 && p.shown(at, now) {
			p.warn("allowance", account, at, "“%s”的%s最多 %d 次，%s 这一篇已经超出，到时会顺延，请改期。", account.Name, allowance.Name, allowance.Most, clock(at))
		}
	}
}

func (p *planning) warn(kind string, account accounts.Account, at sql.Time, sentence string, args ...any) {
	p.plan.Warnings = append(p.plan.Warnings, PlanWarning{Kind: kind, AccountID: account.ID, AccountName: account.Name, At: at,
		Sentence: fmt.Sprintf(sentence, args...)})
}

// readFalling lists the accounts that run out of their time in these days, for whoever may see the dashboard of the unit.
func (p *planning) readFalling(ctx context.Context, db *sql.DB, book rules.Book, unitID string) error {
	if !p.actor.May(units.ReadDashboard) {
		return nil
	}
	page, err := accounts.Watchlist(ctx, db, book, p.actor, accounts.WatchFilter{UnitID: unitID, SubjectKind: rules.AccountSubject,
		Status: rules.StatusOK, PerPage: planAccounts}, db.Now())
	if err != nil {
		return err
	}
	for _, watched := range page.Items {
		due := watched.Standing.DueAt
		if due == nil || *due < p.start || *due >= p.end {
			continue
		}
		p.plan.Falling = append(p.plan.Falling, PlanFalling{AccountID: watched.AccountID, Name: watched.Name, UnitID: watched.UnitID,
			UnitName: watched.UnitName, DueAt: *due, Citation: watched.Standing.Citation, Planned: p.plannedBefore(watched.SubjectID, *due)})
	}
	return nil
}

// plannedBefore reports whether something waits to go out on an account before an instant.
func (p *planning) plannedBefore(accountID string, due sql.Time) bool {
	return slices.ContainsFunc(p.rows, func(row plannedRow) bool {
		waits := row.State == channels.Scheduled || row.State == channels.Prepared || row.State == channels.Submitted
		return row.AccountID == accountID && waits && row.DueAt < due
	})
}

// habitsOf counts posts by weekday and hour in Beijing; the most frequent first, the earlier of equals.
func habitsOf(times []sql.Time) []PlanHabit {
	counts := map[[2]int]int{}
	for _, at := range times {
		t := at.Std()
		counts[[2]int{int(t.Weekday()), t.Hour()}]++
	}
	habits := make([]PlanHabit, 0, len(counts))
	for slot, n := range counts {
		habits = append(habits, PlanHabit{Weekday: slot[0], Hour: slot[1], Posts: n})
	}
	slices.SortFunc(habits, func(a, b PlanHabit) int {
		return cmp.Or(cmp.Compare(b.Posts, a.Posts), cmp.Compare(a.Weekday, b.Weekday), cmp.Compare(a.Hour, b.Hour))
	})
	return habits[:min(len(habits), habitsShown)]
}

// clock writes an instant as people of the plan read it.
func clock(at sql.Time) string { return at.Std().Format("1月2日 15:04") }

func with(args, more sql.Args) sql.Args {
	all := sql.Args{}
	for _, from := range []sql.Args{args, more} {
		for name, value := range from {
			all[name] = value
		}
	}
	return all
}

// Reschedule moves a scheduled article to another time, all of its deliveries or none: when one has begun nothing changes.
// Errors: ErrNotFound, ErrUnitRefused, ErrNotScheduled, ErrStale, ErrAlreadyOut, ErrSchedulePast, ErrScheduleFar,
// channels.ErrLapses.
func Reschedule(ctx context.Context, db *sql.DB, out *channels.Outside, actor units.Actor, id string, version int64, at sql.Time) (Article, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		article, err := load(ctx, tx, actor, units.ReadArticles, id)
		if err != nil {
			return err
		}
		if !reaches(actor, article.UnitID, units.PublishArticle) {
			return ErrUnitRefused.Say("您可以查看这篇稿件，但不能改%s的排期。", article.UnitName)
		}
		if article.State != Scheduled {
			return ErrNotScheduled
		}
		due, err := dueTime(tx.Now(), &at)
		if err != nil {
			return err
		}
		changed, err := tx.ExecOne(ctx, "plan.move_article", sql.Args{"id": id, "version": version, "scheduled_at": due, "now": tx.Now()})
		if err != nil {
			return err
		}
		if !changed {
			return ErrStale
		}
		all, err := channels.Move(ctx, tx, out, id, due)
		if err != nil {
			return err
		}
		if !all {
			return ErrAlreadyOut.Say("至少有一个渠道已经发出或正在发出，不能整篇改期。请到投递页逐条处理。")
		}
		mates, err := channels.Mates(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, mate := range mates { // what goes out as one message moves as one
			if err := moveAlong(ctx, tx, out, actor, mate, due); err != nil {
				return err
			}
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: article.UnitID, Action: "article.rescheduled", ObjectKind: "article", ObjectID: id,
			Detail: sql.Object{"from": article.ScheduledAt.String(), "at": due.String()}})
	})
	if err != nil {
		return Article{}, err
	}
	return load(ctx, db, actor, units.ReadArticles, id)
}

package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// What a person may do with a notice, for the screen.
const (
	MayEditNotice    = "edit"
	MaySignNotice    = "sign"
	MayPublishNotice = "publish"
	MayPlaceNotice   = "place"    // record another place, or remove one
	MaySetLastDay    = "last_day" // choose another last day
	MayEndNotice     = "end"      // take it down
	MayEndEarly      = "end_early"
	MayVoidNotice    = "void"
)

// WantedPlace is a place where the rule asks for a notice.
type WantedPlace struct {
	Place string `json:"place"`
	Name  string `json:"name"`
	There bool   `json:"there"`
}

// NoticeView is a notice as the console shows it.
type NoticeView struct {
	Notice
	StateLabel   string        `json:"state_label"`
	ProcessLabel string        `json:"process_label"`
	ObjectLabel  string        `json:"object_label"`
	AccountName  string        `json:"account_name"`  // empty without an account
	Citation     string        `json:"citation"`      // 潼南 2022 第9条; empty when no regulation asks for it
	RuleText     string        `json:"rule_text"`     // what the rule asks for
	Length       string        `json:"length"`        // 15个工作日; empty when the regulation gives none
	Strength     string        `json:"strength"`      // 必须, 原则上 …; empty without a rule
	SHA256       string        `json:"sha256"`        // of the text as it is now; a signature names it
	WantedPlaces []WantedPlace `json:"wanted_places"` // where the rule asks for it
	PlacesMatch  string        `json:"places_match"`  // all, any; empty when it names no places
	EarliestOn   string        `json:"earliest_on"`   // the earliest last day, counted from its beginning, or from now before that; empty: no length, or pending
	EarliestWait bool          `json:"earliest_wait"` // 待日历确认
	Left         string        `json:"left"`          // 还有 3 个工作日, 已满; empty when nothing is counted
	Signers      []string      `json:"signers"`       // names of those who may sign it, while it is a draft
	Address      string        `json:"address"`       // of its public page; empty before it was published
	Actions      []string      `json:"actions"`       // what the reader may do now
}

// visibleNotice returns a notice the actor may see with its places, ErrNoticeNotFound otherwise.
func visibleNotice(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Notice, error) {
	name := "notice.visible"
	if actor.IsSystem() {
		name = "notice.get"
	}
	notice, err := sql.Get[Notice](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if errors.Is(err, sql.ErrNone) {
		return Notice{}, ErrNoticeNotFound
	}
	if err != nil {
		return Notice{}, err
	}
	list := []Notice{notice}
	err = fillPlaces(ctx, db, list)
	return list[0], err
}

// NoticeOf returns a notice of a unit the actor reaches, with what may be done with it. Error: ErrNoticeNotFound.
func NoticeOf(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (NoticeView, error) {
	notice, err := visibleNotice(ctx, db, actor, id)
	if err != nil {
		return NoticeView{}, wrap(err, "notice %s", id)
	}
	view, err := viewNotice(ctx, db, book, actor, notice)
	return view, wrap(err, "notice %s", id)
}

func viewNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, n Notice) (NoticeView, error) {
	rule, err := ruleOfNotice(ctx, db, book, n)
	if err != nil {
		return NoticeView{}, err
	}
	view := NoticeView{Notice: n, StateLabel: n.State.Label(), ProcessLabel: n.Process.Label(), ObjectLabel: n.Object.Label(), SHA256: n.SHA256(),
		WantedPlaces: []WantedPlace{}, Signers: []string{}, Actions: []string{}}
	if n.AccountID != nil {
		account, err := Load(ctx, db, *n.AccountID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return NoticeView{}, err
		}
		view.AccountName = account.Name
	}
	if n.PublishedAt != nil {
		view.Address = "/notices/" + n.ID
	}
	if rule.ID != "" {
		view.Citation, view.RuleText, view.Strength, view.PlacesMatch = book.Cite(n.Rulebook, n.Articles), rule.Text, rule.Strength.Label(), rule.PlacesMatch
		for _, place := range rule.Places {
			there := slices.ContainsFunc(n.Places, func(p NoticePlace) bool { return p.Place == place })
			view.WantedPlaces = append(view.WantedPlaces, WantedPlace{place, PlaceName(place), there})
		}
	}
	if err := view.count(rule, db.Now()); err != nil {
		return NoticeView{}, err
	}
	if n.State == NoticeDraft {
		if view.Signers, err = signersOf(ctx, db, n.UnitID); err != nil {
			return NoticeView{}, err
		}
	}
	view.Actions, err = noticeActions(ctx, db, actor, n, rule)
	return view, err
}

// count says how long the notice must stand and what is left of it.
func (v *NoticeView) count(rule standingRule, now sql.Time) error {
	if rule.MinDuration == nil || v.State == NoticeEnded || v.State == NoticeWithdrawn {
		return nil
	}
	v.Length = rule.MinDuration.String()
	from := now
	if v.FromAt != nil {
		from = *v.FromAt
	}
	last, end, _, err := rule.End(from.Std(), rule.calendar)
	if errors.Is(err, rules.ErrCalendarPending) {
		v.EarliestWait = true
		return nil
	}
	if err != nil {
		return err
	}
	v.EarliestOn = last.String()
	if v.FromAt == nil {
		return nil
	}
	if sql.FromStd(end) <= now {
		v.Left = "已满"
		return nil
	}
	today := rules.DateOf(now.Std())
	if rule.MinDuration.Unit != rules.WorkingDay {
		v.Left = fmt.Sprintf("还有 %d 天", int(last.Start().Sub(today.Start()).Hours()/24))
		return nil
	}
	left, err := rule.calendar.WorkdaysBetween(today, last)
	if errors.Is(err, rules.ErrCalendarPending) {
		return nil
	}
	v.Left = fmt.Sprintf("还有 %d 个工作日", left)
	return err
}

// signersOf names those who sign notices of a unit.
func signersOf(ctx context.Context, db *sql.DB, unitID string) ([]string, error) {
	names := []string{}
	unit, err := units.Get(ctx, db, units.System, unitID)
	for err == nil {
		for _, role := range []units.Role{units.UnitHead, units.UnitDeputy} {
			people, err := units.HoldersOf(ctx, db, unit.ID, role)
			if err != nil {
				return nil, err
			}
			for _, person := range people {
				if !slices.Contains(names, person.Name) {
					names = append(names, person.Name)
				}
			}
		}
		if len(names) > 0 || unit.Level != units.LevelSection || unit.ParentID == nil {
			return names, nil
		}
		unit, err = units.Get(ctx, db, units.System, *unit.ParentID)
	}
	return nil, err
}

// noticeActions lists what the actor may do with a notice now.
func noticeActions(ctx context.Context, db *sql.DB, actor units.Actor, n Notice, rule standingRule) ([]string, error) {
	actions := []string{}
	err := mustReach(ctx, db, actor, n.UnitID, units.WriteNotices)
	if errors.Is(err, ErrForbidden) || err == nil && actor.IsSystem() {
		return actions, nil
	}
	if err != nil {
		return nil, err
	}
	admin, err := administersOver(ctx, db, actor, n.UnitID)
	if err != nil {
		return nil, err
	}
	switch n.State {
	case NoticeDraft:
		actions = append(actions, MayEditNotice, MayVoidNotice)
		if _, err := signsAs(ctx, db, actor, n.UnitID); err == nil {
			actions = append(actions, MaySignNotice)
		} else if !errors.Is(err, ErrNoticeSigner) {
			return nil, err
		}
	case NoticeSigned:
		actions = append(actions, MayEditNotice, MayPublishNotice, MayPlaceNotice, MayVoidNotice)
	case NoticeStanding:
		actions = append(actions, MayPlaceNotice, MaySetLastDay)
		switch binds := rule.stillBinds(n, db.Now()); {
		case binds == nil:
			actions = append(actions, MayEndNotice)
		case admin && rule.Strength.Overridable():
			actions = append(actions, MayEndEarly)
		}
		if admin {
			actions = append(actions, MayVoidNotice)
		}
	}
	return actions, nil
}

// NoticeFilter narrows a list of notices; empty fields do not.
type NoticeFilter struct {
	UnitID        string // this unit and all below it
	State         NoticeState
	ApplicationID string
	AccountID     string
	Title         string // a part of it
	After         string // the cursor of the page before
	PerPage       int
}

// NoticeLine is a notice in a list: without its text.
type NoticeLine struct {
	ID            string      `json:"id"`
	UnitID        string      `json:"unit_id"`
	UnitName      string      `json:"unit_name"`
	AccountID     *string     `json:"account_id"`
	ApplicationID *string     `json:"application_id"`
	ProcessLabel  string      `json:"process_label"`
	ObjectLabel   string      `json:"object_label"`
	Title         string      `json:"title"`
	State         NoticeState `json:"state"`
	StateLabel    string      `json:"state_label"`
	Citation      string      `json:"citation"` // empty when no regulation asks for it
	PublishedAt   *sql.Time   `json:"published_at"`
	FromAt        *sql.Time   `json:"from_at"`
	UntilAt       *sql.Time   `json:"until_at"`
	Pending       bool        `json:"pending"`
	LastOn        *sql.Time   `json:"last_on"`
	EndedAt       *sql.Time   `json:"ended_at"`
	Failing       int         `json:"failing"` // places whose address does not answer
	UpdatedAt     sql.Time    `json:"updated_at"`
}

// ListNotices returns a page of the notices of the units the actor reaches, the latest first, and the cursor of the next
// page, empty on the last. Errors: ErrFilterInvalid, ErrCursorInvalid, units.ErrNotFound.
func ListNotices(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter NoticeFilter) ([]NoticeLine, string, error) {
	const order = "notices"
	if filter.State != "" && noticeStateNames[filter.State] == "" {
		return nil, "", ErrFilterInvalid.On("state")
	}
	_, after, err := readCursor(filter.After, order)
	if err != nil {
		return nil, "", err
	}
	path := ""
	if filter.UnitID != "" {
		unit, err := units.Get(ctx, db, actor, filter.UnitID)
		if err != nil {
			return nil, "", err
		}
		path = unit.Path
	}
	size := pageSize(filter.PerPage)
	list, err := sql.List[Notice](ctx, db, "notice.list", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts), "path": path,
		"state": filter.State, "application_id": filter.ApplicationID, "account_id": filter.AccountID, "title": like(filter.Title), "after_id": after, "limit": size + 1})
	if err != nil {
		return nil, "", wrap(err, "list the notices")
	}
	next := ""
	if len(list) > size {
		list = list[:size]
		next = writeCursor(order, numberKey(0), list[size-1].ID)
	}
	if err := fillPlaces(ctx, db, list); err != nil {
		return nil, "", wrap(err, "list the notices")
	}
	lines := make([]NoticeLine, len(list))
	for i, n := range list {
		lines[i] = n.line(book)
	}
	return lines, next, nil
}

func (n Notice) line(book rules.Book) NoticeLine {
	line := NoticeLine{ID: n.ID, UnitID: n.UnitID, UnitName: n.UnitName, AccountID: n.AccountID, ApplicationID: n.ApplicationID,
		ProcessLabel: n.Process.Label(), ObjectLabel: n.Object.Label(), Title: n.Title, State: n.State, StateLabel: n.State.Label(),
		PublishedAt: n.PublishedAt, FromAt: n.FromAt, UntilAt: n.UntilAt, Pending: n.Pending, LastOn: n.LastOn, EndedAt: n.EndedAt, UpdatedAt: n.UpdatedAt}
	if n.Rule != "" {
		line.Citation = book.Cite(n.Rulebook, n.Articles)
	}
	for _, place := range n.Places {
		if place.FailingSince != nil {
			line.Failing++
		}
	}
	return line
}

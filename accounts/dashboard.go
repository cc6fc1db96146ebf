package accounts

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// DueSoon is how long before its due time an account is called 即将到期. It is our choice for the screen, no regulation's.
const DueSoon = 3 * 24 * time.Hour

// Counts says how many accounts stand how. OK, Stale, NoRule, Pending and Unread add up to Total; DueSoon is a part of OK.
type Counts struct {
	Total   int64 `json:"total"`
	OK      int64 `json:"ok"`
	DueSoon int64 `json:"due_soon"`
	Stale   int64 `json:"stale"`
	NoRule  int64 `json:"no_rule"`
	Pending int64 `json:"calendar_pending"`
	Unread  int64 `json:"unknown"`
}

func (c *Counts) add(d Counts) {
	c.Total += d.Total
	c.OK += d.OK
	c.DueSoon += d.DueSoon
	c.Stale += d.Stale
	c.NoRule += d.NoRule
	c.Pending += d.Pending
	c.Unread += d.Unread
}

// UnitCounts are the counts of the accounts of one unit and all below it; of the unit that is asked for, its own alone.
type UnitCounts struct {
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name"`
	HasBelow bool   `json:"has_below"` // others stand below it
	Counts
}

// PlatformCounts are the counts of the accounts on one platform.
type PlatformCounts struct {
	Platform Platform `json:"platform"`
	Counts
}

// RuleCounts are the counts of the clocks under one rule, of accounts and columns alike.
type RuleCounts struct {
	Rulebook  string `json:"rulebook"` // id
	Rule      string `json:"rule"`
	Citation  string `json:"citation"`
	Limit     string `json:"limit"`     // 1周: the figure in force for the unit that is asked for; empty for a rule without a figure
	Regulated string `json:"regulated"` // what the regulation itself says, where Limit is a stricter one of an office; else empty
	What      string `json:"what"`      // 各类账号, 动态要闻、通知公告
	Counts
}

// Dashboard is how the accounts in use stand. An account stands as the clock that is due first says; under one rulebook,
// as that one's does.
type Dashboard struct {
	Overall    Counts           `json:"overall"`
	Columns    Counts           `json:"columns"`     // of the websites in use; not in the other counts
	ByUnit     []UnitCounts     `json:"by_unit"`     // the most stale first
	ByPlatform []PlatformCounts `json:"by_platform"` // the most stale first
	ByRule     []RuleCounts     `json:"by_rule"`     // the most stale first
}

// DashboardFilter narrows the dashboard; empty fields narrow nothing.
type DashboardFilter struct {
	UnitID   string // this unit and those below it
	Platform Platform
	Rulebook string // stand under this rulebook alone
}

// home is a unit from which a person sees what stands below it.
type home struct{ ID, Path, Name string }

// homesOf returns the units at which the actor reads dashboards, those that stand below another left out.
func homesOf(ctx context.Context, db *sql.DB, actor units.Actor) ([]home, error) {
	all, err := sql.List[home](ctx, db, "dashboard.homes", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDashboard)})
	if err != nil {
		return nil, err
	}
	var tops []home
	for _, h := range all { // sorted by path, so a unit comes before those below it
		if len(tops) == 0 || !strings.HasPrefix(h.Path, tops[len(tops)-1].Path) {
			tops = append(tops, h)
		}
	}
	return tops, nil
}

// roots returns the units that a filter starts from: the one it names, in the actor's sight, or all that the actor has.
func roots(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]home, error) {
	if unitID == "" {
		return homesOf(ctx, db, actor)
	}
	unit, err := units.Get(ctx, db, actor, unitID)
	return []home{{ID: unit.ID, Path: unit.Path, Name: unit.Name}}, err
}

// Totals counts how the accounts in use that the actor reaches with ReadDashboard stand at now. What has no rule, or
// cannot be read, is counted as that and never as in order. Error: units.ErrNotFound for a unit out of reach.
func Totals(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter DashboardFilter, now sql.Time) (Dashboard, error) {
	tops, err := roots(ctx, db, actor, filter.UnitID)
	if err != nil {
		return Dashboard{}, wrap(err, "count the dashboard of unit %s", filter.UnitID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return Dashboard{}, wrap(err, "count the dashboard of unit %s", filter.UnitID)
	}
	sheet := newSheet(book, filter, now)
	for _, top := range tops {
		sheet.regimes = append(sheet.regimes, law.Regime(top.Path))
		if err := sheet.countUnder(ctx, db, top, len(tops) == 1); err != nil {
			return Dashboard{}, wrap(err, "count the accounts of unit %s", top.ID)
		}
	}
	return sheet.dashboard(), nil
}

func worse(a, b Counts) int {
	return cmp.Or(cmp.Compare(b.Stale, a.Stale), cmp.Compare(b.DueSoon, a.DueSoon))
}

// sheet adds up cells to a dashboard.
type sheet struct {
	book   rules.Book
	filter DashboardFilter
	now    sql.Time

	regimes []*rules.Regime // of the units that are counted from

	units     map[string]*UnitCounts // by unit
	platforms map[Platform]*Counts
	columns   Counts
	rules     map[[2]string]*Counts // by rulebook and rule
	total     Counts
}

// cell is how many things of one kind stand how.
type cell struct {
	Kind     tallyKind
	Child    string // the unit next below; empty is the unit itself
	Platform Platform
	Rulebook string
	Rule     string
	Counts
}

func newSheet(book rules.Book, filter DashboardFilter, now sql.Time) *sheet {
	return &sheet{book: book, filter: filter, now: now, units: map[string]*UnitCounts{}, platforms: map[Platform]*Counts{}, rules: map[[2]string]*Counts{}}
}

// put adds a cell to the totals.
func (s *sheet) put(c cell) {
	if s.filter.Platform != "" && c.Platform != s.filter.Platform {
		return
	}
	if c.Kind == tallyClock && (s.filter.Rulebook == "" || s.filter.Rulebook == c.Rulebook) {
		s.rule(c.Rulebook, c.Rule).add(c.Counts)
	}
	counts, column, counted := s.standing(c)
	switch {
	case !counted:
	case column:
		s.columns.add(counts)
	default:
		s.total.add(counts)
		s.platform(c.Platform).add(counts)
	}
}

// putUnit adds a cell to the line of a unit.
func (s *sheet) putUnit(id string, c cell) {
	if s.filter.Platform != "" && c.Platform != s.filter.Platform {
		return
	}
	if counts, column, counted := s.standing(c); counted && !column {
		s.units[id].add(counts)
	}
}

// standing is what a cell says of accounts or of columns. Under one rulebook its clocks say how a thing stands, and what
// has none of them has no rule there.
func (s *sheet) standing(c cell) (counts Counts, column, counted bool) {
	if s.filter.Rulebook == "" {
		return c.Counts, c.Kind == tallyColumn, c.Kind != tallyClock
	}
	if c.Kind == tallyClock {
		counts = c.Counts
		counts.Total, counts.NoRule = 0, -c.Total
		return counts, c.Platform == Website, c.Rulebook == s.filter.Rulebook // a website has no clock of its own, its columns have
	}
	return Counts{Total: c.Total, NoRule: c.Total - c.Unread, Unread: c.Unread}, c.Kind == tallyColumn, true
}

func (s *sheet) rule(rulebook, rule string) *Counts {
	key := [2]string{rulebook, rule}
	if s.rules[key] == nil {
		s.rules[key] = &Counts{}
	}
	return s.rules[key]
}

func (s *sheet) platform(platform Platform) *Counts {
	if s.platforms[platform] == nil {
		s.platforms[platform] = &Counts{}
	}
	return s.platforms[platform]
}

// dashboard sorts what was added up.
func (s *sheet) dashboard() Dashboard {
	board := Dashboard{Overall: s.total, Columns: s.columns, ByUnit: []UnitCounts{}, ByPlatform: []PlatformCounts{}, ByRule: []RuleCounts{}}
	for _, unit := range s.units {
		if unit.Total > 0 {
			board.ByUnit = append(board.ByUnit, *unit)
		}
	}
	for platform, counts := range s.platforms {
		if counts.Total > 0 {
			board.ByPlatform = append(board.ByPlatform, PlatformCounts{Platform: platform, Counts: *counts})
		}
	}
	for key, counts := range s.rules {
		if counts.Total > 0 {
			board.ByRule = append(board.ByRule, s.described(key[0], key[1], *counts))
		}
	}
	slices.SortFunc(board.ByUnit, func(a, b UnitCounts) int {
		return cmp.Or(worse(a.Counts, b.Counts), cmp.Compare(a.UnitName, b.UnitName), cmp.Compare(a.UnitID, b.UnitID))
	})
	slices.SortFunc(board.ByPlatform, func(a, b PlatformCounts) int {
		return cmp.Or(worse(a.Counts, b.Counts), cmp.Compare(a.Platform, b.Platform))
	})
	slices.SortFunc(board.ByRule, func(a, b RuleCounts) int {
		return cmp.Or(worse(a.Counts, b.Counts), cmp.Compare(a.Rulebook, b.Rulebook), cmp.Compare(a.Rule, b.Rule))
	})
	return board
}

// described adds to the counts of a rule what it says.
func (s *sheet) described(rulebook, rule string, counts Counts) RuleCounts {
	line := RuleCounts{Rulebook: rulebook, Rule: rule, Citation: s.book.Cite(rulebook, nil), Counts: counts}
	rb, found := s.book.Library.ByID(rulebook)
	if !found {
		return line
	}
	for _, limit := range rb.UpdateLimits {
		if limit.ID == rule {
			line.Citation, line.Limit = rb.Cite(limit.Articles), limit.MaxGap.String()
			if inForce := s.figures(rulebook, rule); inForce != "" && inForce != line.Limit {
				line.Limit, line.Regulated = inForce, line.Limit
			}
			labels := make([]string, len(limit.Kinds))
			for i, kind := range limit.Kinds {
				labels[i] = kind.Label()
			}
			line.What = strings.Join(labels, "、")
		}
	}
	for _, blank := range rb.ColumnRules {
		if blank.ID == rule {
			line.Citation, line.What = rb.Cite(blank.Articles), rules.ReasonBlankColumn.Label()
		}
	}
	return line
}

// figures are the figures of an update limit that are in force where the count starts from, each once: 5日; or 5日、1周 for
// somebody with two units of which one is stricter. Empty where the rulebook is not in force at any of them, but only below.
func (s *sheet) figures(rulebook, rule string) string {
	var figures []string
	for _, regime := range s.regimes {
		rb := regime.Named(rulebook, s.now.Std())
		if rb == nil {
			continue
		}
		figure, found := rb.Figure(rules.SectionUpdateLimits, rule, "max_gap")
		if text := figure.Value.String(); found && !slices.Contains(figures, text) {
			figures = append(figures, text)
		}
	}
	return strings.Join(figures, "、")
}

// updateRules are the ids of all rules that say when something must be updated, with the rulebooks they stand in.
func updateRules(library *rules.Library) (rulebooks, ids []string) {
	for _, rb := range library.All() {
		rulebooks = append(rulebooks, rb.ID)
		for _, limit := range rb.UpdateLimits {
			ids = append(ids, limit.ID)
		}
		for _, rule := range rb.ColumnRules {
			ids = append(ids, rule.ID)
		}
	}
	slices.Sort(ids)
	return rulebooks, slices.Compact(ids)
}

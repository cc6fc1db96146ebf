package oversight

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// WeekList is how all clocks of one unit stand at an instant: for the weekly message, and for the page that is printed.
type WeekList struct {
	UnitID   string      `json:"unit_id"`
	UnitName string      `json:"unit_name"`
	At       sql.Time    `json:"at"`
	Things   []WeekThing `json:"things" nullable:"false"` // the most urgent first; what is unknown last
	More     bool        `json:"more"`                    // there are more clocks than a list holds
}

// WeekThing is an account, a column or a matter with its clocks.
type WeekThing struct {
	SubjectKind rules.SubjectKind `json:"subject_kind"`
	SubjectID   string            `json:"subject_id"`
	Name        string            `json:"name"`
	Unknown     bool              `json:"unknown"`  // its posts could not be read: 未知, never red
	Sentence    string            `json:"sentence"` // 距7日上限还有3天，距14日否决线还有10天
	Clocks      []WeekClock       `json:"clocks" nullable:"false"`
}

// WeekClock is one clock of a list.
type WeekClock struct {
	Rulebook    string      `json:"rulebook"`
	Section     string      `json:"section"`
	Rule        string      `json:"rule"`
	Articles    sql.Strings `json:"articles" nullable:"false"`
	Citation    string      `json:"citation"`
	Line        string      `json:"line"` // 7日上限, 14日否决线, 20个工作日时限
	StartedAt   sql.Time    `json:"started_at"`
	DueAt       *sql.Time   `json:"due_at"` // nil while the calendar of a year is missing
	EndOfDay    bool        `json:"end_of_day"`
	RemainingMs int64       `json:"remaining_ms"` // 0 when late or without a due time
	OverMs      int64       `json:"over_ms"`      // 0 when not late
	Sentence    string      `json:"sentence"`
}

// weekMost bounds the clocks of a list.
const weekMost = 2000

// Thursday returns how all clocks of exactly one unit stand now. What is out of use is left out; what is unknown says so.
// Error: units.ErrNotFound.
func Thursday(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID string) (WeekList, error) {
	unit, err := readable(ctx, db, actor, unitID)
	if err != nil {
		return WeekList{}, wrap(err, "weekly list of unit %s", unitID)
	}
	list, err := weekList(ctx, db, book, unit, false)
	return list, wrap(err, "weekly list of unit %s", unitID)
}

func weekList(ctx context.Context, db *sql.DB, book rules.Book, unit units.Unit, outside bool) (WeekList, error) {
	clocks, err := sql.List[toldClock](ctx, db, "reminder.clocks_of_unit", sql.Args{"unit_id": unit.ID, "limit": weekMost + 1})
	if err != nil {
		return WeekList{}, err
	}
	list := WeekList{UnitID: unit.ID, UnitName: unit.Name, At: db.Now(), Things: []WeekThing{}, More: len(clocks) > weekMost}
	place := map[string]int{}
	for _, c := range clocks[:min(weekMost, len(clocks))] {
		if c.AccountState != "" && c.AccountState != accounts.InUse || c.Reason == rules.ClockSuspended || outside && c.SubjectKind == PersonSubject {
			continue
		}
		key := string(c.SubjectKind) + " " + c.SubjectID
		if c.SubjectKind == UnitSubject {
			key += " " + c.Rulebook + " " + c.Section + " " + c.Rule // each is another thing the unit has to do
		}
		at, known := place[key]
		if !known {
			at = len(list.Things)
			place[key] = at
			list.Things = append(list.Things, WeekThing{SubjectKind: c.SubjectKind, SubjectID: c.SubjectID, Name: c.weekName(outside),
				Unknown: c.Watch == accounts.Unread})
		}
		list.Things[at].Clocks = append(list.Things[at].Clocks, c.weekClock(book, list.At))
	}
	for i := range list.Things {
		list.Things[i].say()
	}
	slices.SortStableFunc(list.Things, func(a, b WeekThing) int { // the statement has put the first due first
		return cmp.Compare(boolToInt(a.Unknown), boolToInt(b.Unknown))
	})
	return list, nil
}

// weekName is the name in a list that more people than the one may read.
func (c toldClock) weekName(outside bool) string {
	if c.SubjectKind == PersonSubject {
		return "登录密码"
	}
	return c.name(outside)
}

func (c toldClock) weekClock(book rules.Book, now sql.Time) WeekClock {
	w := WeekClock{Rulebook: c.Rulebook, Section: c.Section, Rule: c.Rule, Articles: c.Articles, Citation: book.Cite(c.Rulebook, c.Articles),
		Line: c.line(book), StartedAt: c.StartedAt, DueAt: c.DueAt, EndOfDay: c.EndOfDay, Sentence: c.standing(book, now)}
	if c.DueAt != nil {
		w.RemainingMs = max(0, int64(*c.DueAt-now))
		if !rules.IsWait(c.Section) {
			w.OverMs = max(0, int64(now-*c.DueAt))
		}
	}
	return w
}

// say puts the clocks of a thing into one sentence.
func (t *WeekThing) say() {
	if t.Unknown {
		t.Sentence = t.Name + "：未知，读不到它的更新情况，请人工核实。"
		return
	}
	parts := make([]string, len(t.Clocks))
	for i, c := range t.Clocks {
		parts[i] = c.Sentence
	}
	t.Sentence = t.Name + "：" + strings.Join(parts, "，") + "。"
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

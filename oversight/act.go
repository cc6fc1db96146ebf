package oversight

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Act is one thing that was done for a duty that comes back: a day's reading, a quarter's inspection, a report handed in.
type Act struct {
	ID            string      `json:"id"`
	UnitID        string      `json:"unit_id"`
	Rulebook      string      `json:"rulebook"`
	Section       string      `json:"section"`
	Rule          string      `json:"rule"`
	At            sql.Time    `json:"at"`
	Kinds         sql.Strings `json:"kinds" nullable:"false"` // as what it counts, where the rule names kinds
	Note          string      `json:"note"`
	URL           string      `json:"url"`
	Sampled       int         `json:"sampled"` // sites in the sample; 0 where there is none
	Total         int         `json:"total"`   // sites it was drawn from
	PublishedURL  string      `json:"published_url"`
	VoidReason    string      `json:"void_reason"` // why it no longer counts; empty: it counts
	CreatedBy     string      `json:"created_by"`
	CreatedByName string      `json:"created_by_name"`
	CreatedAt     sql.Time    `json:"created_at"`
	Version       int64       `json:"version"`
}

// NewAct is what is known of an act.
type NewAct struct {
	UnitID       string
	Rulebook     string
	Section      string
	Rule         string
	At           sql.Time // 0 is now
	Kinds        []string // as what it counts, where the rule names kinds: online_survey, opinion_collection
	Note         string
	URL          string
	Sampled      int    // of an inspection with a least sample
	Total        int    // sites on the register on the day that counts; 0: as many as the register shows
	PublishedURL string // of an inspection whose result is published
}

func (in *NewAct) check(now sql.Time) error {
	in.Note, in.URL, in.PublishedURL = strings.TrimSpace(in.Note), strings.TrimSpace(in.URL), strings.TrimSpace(in.PublishedURL)
	if in.At == 0 {
		in.At = now
	}
	switch {
	case in.At < earliest || in.At > now:
		return ErrDutyTime.On("at")
	case !isText(in.Note, maxNote):
		return ErrDutyNote.On("note")
	case in.URL != "" && !isWebURL(in.URL, maxURL):
		return ErrDutyURL.On("url")
	case in.PublishedURL != "" && !isWebURL(in.PublishedURL, maxURL):
		return ErrDutyURL.On("published_url")
	case in.Sampled < 0 || in.Total < 0 || in.Sampled > mostSites || in.Total > mostSites:
		return ErrActSampleNumber.On("sampled")
	}
	return nil
}

// mostSites is beyond all government websites there are.
const mostSites = 1_000_000

// RecordAct records that something was done for a duty that comes back. When the least number of times is reached, the
// period's clock is done, at the act that reached it; an act of a period that is over takes back what was judged of it. The
// actor holds RecordDuties for the unit.
//
// An inspection is recorded when it is closed: too small a sample (K11), or a result that must be published and is not, refuse
// it. The sites are those on the register on the day that counts; a person may know of more, never of fewer.
//
// Errors: ErrDuty…, ErrRuleUnknown, ErrRuleNotInForce, ErrDutyNotOwed, ErrActKinds, ErrActSampleNumber, ErrActTotal,
// rules.ErrSampleSmall, rules.ErrNotPublished, units.ErrNotFound, units.ErrClosed, ErrForbidden.
func RecordAct(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewAct) (Act, error) {
	var act Act
	err := db.InTx(ctx, func(tx *sql.DB) error {
		in := in
		unit, err := openUnit(ctx, tx, actor, in.UnitID, units.RecordDuties)
		if err != nil {
			return err
		}
		if err := in.check(tx.Now()); err != nil {
			return err
		}
		law, err := book.Law(ctx, tx)
		if err != nil {
			return err
		}
		owner, err := ownerOf(ctx, tx, law, unit)
		if err != nil {
			return err
		}
		rule, err := owner.findPeriodRule(in.Rulebook, in.Section, in.Rule, in.At)
		if err != nil {
			return err
		}
		if err := in.checkFor(ctx, tx, owner, rule); err != nil {
			return err
		}
		act = Act{ID: sql.NewID(), UnitID: unit.ID, Rulebook: in.Rulebook, Section: in.Section, Rule: in.Rule, At: in.At, Kinds: append(sql.Strings{}, in.Kinds...), Note: in.Note, URL: in.URL,
			Sampled: in.Sampled, Total: in.Total, PublishedURL: in.PublishedURL, CreatedBy: actor.PersonID, CreatedByName: actor.Name, CreatedAt: tx.Now(), Version: 1}
		if _, err := tx.Exec(ctx, "act.insert", act); err != nil {
			return err
		}
		if err := owner.settleAround(ctx, tx, rule, in.At); err != nil {
			return err
		}
		return auditAct(ctx, tx, actor, act, ActionActRecord, sql.Object{"rulebook": act.Rulebook, "section": act.Section, "rule": act.Rule, "at": act.At, "kinds": act.Kinds,
			"sampled": act.Sampled, "total": act.Total, "published_url": act.PublishedURL})
	})
	if err != nil {
		return Act{}, wrap(err, "record an act under %s %s of unit %s", in.Section, in.Rule, in.UnitID)
	}
	return act, nil
}

// checkFor looks at what the rule of an act asks of it: its kinds, and of an inspection the sample and where the result was
// published. It fills in the number of sites where none was told.
func (in *NewAct) checkFor(ctx context.Context, tx *sql.DB, o owner, rule periodRule) error {
	if len(rule.Kinds) > 0 && len(in.Kinds) == 0 {
		return ErrActKinds.On("kinds")
	}
	for i, kind := range in.Kinds {
		if !slices.Contains(rule.Kinds, kind) || slices.Contains(in.Kinds[:i], kind) {
			return ErrActKinds.On("kinds")
		}
	}
	inspection, found := rule.inspection()
	if !found {
		return nil
	}
	if inspection.MinSamplePercent > 0 {
		known, err := o.sites(ctx, tx, inspection, in.At)
		if err != nil {
			return err
		}
		if in.Total == 0 {
			in.Total = known
		}
		if in.Total < known {
			return ErrActTotal.Say("在册总数填的是 %d 个，台账中当日就有 %d 个，请核对。", in.Total, known).On("total")
		}
		if in.Sampled > in.Total {
			return ErrActSampleNumber.On("sampled")
		}
	}
	return rule.book.InspectionEnough(rule.Rule, in.Sampled, in.Total, in.PublishedURL != "")
}

// inspection is the rule as an inspection by the office; false for a rule of another kind.
func (r periodRule) inspection() (rules.Inspection, bool) {
	i := slices.IndexFunc(r.book.Inspections, func(i rules.Inspection) bool { return r.Section == rules.SectionInspections && i.ID == r.Rule })
	if i < 0 {
		return rules.Inspection{}, false
	}
	return r.book.Inspections[i], true
}

// sites counts what the register shows of an inspection's subjects on the day that counts, at the office and all below it. There
// may have been more.
func (o owner) sites(ctx context.Context, db *sql.DB, inspection rules.Inspection, at sql.Time) (int, error) {
	day := rules.DateOf(inspection.CountAt(at.Std()))
	var kinds []string
	for _, kind := range accountKinds {
		if slices.Contains(inspection.Subjects, rules.AccountObject(rules.Kind(kind))) {
			kinds = append(kinds, string(kind))
		}
	}
	return sql.Get[int](ctx, db, "act.sites", sql.Args{"path": o.unit.Path, "kinds": kinds, "from_at": sql.FromStd(day.Start()), "until_at": sql.FromStd(day.End())})
}

// accountKinds are the kinds of account that an inspection may have for subjects.
var accountKinds = []accounts.Kind{accounts.KindWebsite, accounts.KindSubsite, accounts.KindWeChatSubscription, accounts.KindWeChatService, accounts.KindWeibo,
	accounts.KindApp, accounts.KindVideoAccount, accounts.KindDouyin, accounts.KindKuaishou, accounts.KindToutiao, accounts.KindOther}

// VoidAct takes an act back that was recorded by mistake, for a reason that goes into the audit chain; the period it counted in
// is judged anew. The actor holds RecordDuties for the unit and names the version it saw. Errors: ErrActNotFound, ErrActVoid,
// ErrDutyReason, ErrForbidden.
func VoidAct(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (Act, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || !isText(reason, maxReason) {
		return Act{}, ErrDutyReason.On("reason")
	}
	var act Act
	err := db.InTx(ctx, func(tx *sql.DB) error {
		var err error
		act, err = sql.Get[Act](ctx, tx, "act.get", sql.Args{"id": id})
		if errors.Is(err, sql.ErrNone) {
			return ErrActNotFound
		}
		if err != nil {
			return err
		}
		if err := units.Lock(ctx, tx, act.UnitID); err != nil {
			return err
		}
		unit, err := unitFor(ctx, tx, actor, act.UnitID, units.RecordDuties)
		if errors.Is(err, units.ErrNotFound) {
			return ErrActNotFound
		}
		if err != nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "act.void", sql.Args{"id": id, "version": version, "reason": reason})
		if err != nil {
			return err
		}
		if !mine {
			return ErrActVoid
		}
		act.VoidReason, act.Version = reason, version+1
		if err := rejudge(ctx, tx, book, unit, act); err != nil {
			return err
		}
		return auditAct(ctx, tx, actor, act, ActionActVoid, sql.Object{"at": act.At, "reason": reason})
	})
	if err != nil {
		return Act{}, wrap(err, "void act %s", id)
	}
	return act, nil
}

// rejudge judges the period of an act anew. Where the rule no longer holds there is nothing to judge.
func rejudge(ctx context.Context, tx *sql.DB, book rules.Book, unit units.Unit, act Act) error {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return err
	}
	owner, err := ownerOf(ctx, tx, law, unit)
	if err != nil {
		return err
	}
	rule, err := owner.findPeriodRule(act.Rulebook, act.Section, act.Rule, act.At)
	if errors.Is(err, ErrRuleUnknown) || errors.Is(err, ErrRuleNotInForce) || errors.Is(err, ErrDutyNotOwed) {
		return nil
	}
	if err != nil {
		return err
	}
	return owner.settleAround(ctx, tx, rule, act.At)
}

func auditAct(ctx context.Context, tx *sql.DB, actor units.Actor, act Act, action units.Action, detail sql.Object) error {
	return units.Audit(ctx, tx, actor, units.Line{UnitID: act.UnitID, Action: action, ObjectKind: "act", ObjectID: act.ID, Detail: detail})
}

// ActFilter says which page of a unit's acts is wanted; empty fields narrow nothing.
type ActFilter struct {
	UnitID   string
	Rulebook string
	Section  string
	Rule     string
	BeforeAt sql.Time // the last line's At and ID; 0 is the first page
	BeforeID string
	Limit    int
}

// Acts returns what a unit that the actor reaches with ReadDashboard did, the latest first, void ones among it. Error:
// units.ErrNotFound.
func Acts(ctx context.Context, db *sql.DB, actor units.Actor, filter ActFilter) ([]Act, error) {
	if _, err := unitFor(ctx, db, actor, filter.UnitID, units.ReadDashboard); err != nil {
		return nil, wrap(err, "acts of unit %s", filter.UnitID)
	}
	acts, err := sql.List[Act](ctx, db, "act.list", sql.Args{"unit_id": filter.UnitID, "rulebook": filter.Rulebook, "section": filter.Section, "rule": filter.Rule,
		"before_at": filter.BeforeAt, "before_id": filter.BeforeID, "limit": filter.Limit})
	return acts, wrap(err, "acts of unit %s", filter.UnitID)
}

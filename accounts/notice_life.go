package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// What is done to notices, as the audit chain names it.
const (
	ActionNoticeDraft   units.Action = "notice.draft"
	ActionNoticeSave    units.Action = "notice.save"
	ActionNoticeSign    units.Action = "notice.sign"
	ActionNoticePublish units.Action = "notice.publish"
	ActionNoticeLastDay units.Action = "notice.last_day"
	ActionNoticePlace   units.Action = "notice.place"
	ActionNoticeUnplace units.Action = "notice.unplace"
	ActionNoticeEnd     units.Action = "notice.end"
	ActionNoticeVoid    units.Action = "notice.void"
	ActionNoticeRecount units.Action = "notice.recount"
)

// NoticeSubject is a notice as a subject of clocks: the one that says until when it must stand.
const NoticeSubject rules.SubjectKind = "notice"

// SaveNotice changes the text of a draft. A signed text that is changed is a draft again: the signature was on the other
// one. The actor holds WriteNotices for the unit and names the version it saw. Errors: ErrNoticeNotFound, ErrNoticeStale,
// ErrNoticeState, ErrNoticeTitle, ErrNoticeBody, ErrForbidden.
func SaveNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, title, body string) (NoticeView, error) {
	title, body, err := cleanNotice(title, body)
	if err != nil {
		return NoticeView{}, err
	}
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticeSave, func(_ *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeDraft && n.State != NoticeSigned {
			return nil, ErrNoticeState
		}
		voided := n.State == NoticeSigned && textHash(title, body) != n.SignedSHA256
		if voided && len(n.Places) > 0 { // what stands there is the text that was signed; its time cannot be another text's
			return nil, ErrNoticeState.Say("公告已经登记发布在%s，正文不能再改。确需修改的，请先删去登记的位置，改后重新签发、发布。", n.Places[0].Name)
		}
		n.Title, n.Body = title, body
		if voided {
			n.State, n.SignedBy, n.SignedName, n.SignedRole, n.SignedAt, n.SignedSHA256 = NoticeDraft, "", "", "", nil, ""
		}
		return sql.Object{"sha256": n.SHA256(), "signature_voided": voided}, nil
	})
}

// SignNotice is the signature of the unit's head or deputy on the text the actor read: sha256 must be the text's own. The
// notices of a section are signed by those of the unit it is inside. Errors: as SaveNotice, ErrNoticeSigner, ErrNoticeBlank.
func SignNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, sha256 string) (NoticeView, error) {
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticeSign, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeDraft {
			return nil, ErrNoticeState
		}
		if sha256 != n.SHA256() {
			return nil, ErrNoticeStale
		}
		if strings.Contains(n.Title+n.Body, "＿＿") {
			return nil, ErrNoticeBlank.On("body")
		}
		role, err := signsAs(ctx, tx, actor, n.UnitID)
		if err != nil {
			return nil, err
		}
		n.State, n.SignedBy, n.SignedName, n.SignedRole, n.SignedAt, n.SignedSHA256 = NoticeSigned, actor.PersonID, actor.Name, string(role), tx.Now().Ptr(), sha256
		return sql.Object{"sha256": sha256, "role": role}, nil
	})
}

// signsAs returns the role in which the actor signs notices of a unit; ErrNoticeSigner when in none.
func signsAs(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (units.Role, error) {
	unit, err := units.Get(ctx, db, units.System, unitID)
	for err == nil && unit.Level == units.LevelSection && unit.ParentID != nil && !holdsLead(actor, unit.ID) {
		unit, err = units.Get(ctx, db, units.System, *unit.ParentID)
	}
	if err != nil {
		return "", err
	}
	for _, role := range []units.Role{units.UnitHead, units.UnitDeputy} {
		if actor.Holds(unit.ID, role) {
			return role, nil
		}
	}
	return "", ErrNoticeSigner
}

func holdsLead(actor units.Actor, unitID string) bool {
	return actor.Holds(unitID, units.UnitHead) || actor.Holds(unitID, units.UnitDeputy)
}

// PublishNotice puts a signed notice on the public pages now. lastOn is the last day it is to stand (2026-10-23), empty for
// as long as nobody takes it down. Where it must also stand elsewhere its time begins when it does: see AddNoticePlace.
// Errors: as SaveNotice; ErrNoticeLastOn, which names the earliest last day (detail earliest_on); ErrNoticePending for a last
// day that nobody can judge yet; ErrNoticeOrder while the application has not come to the announcement.
func PublishNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, lastOn string) (NoticeView, error) {
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticePublish, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeSigned {
			return nil, ErrNoticeState
		}
		if n.SignedSHA256 != n.SHA256() {
			return nil, ErrNoticeStale
		}
		if err := mayAnnounce(ctx, tx, *n); err != nil {
			return nil, err
		}
		n.State, n.PublishedAt = NoticeStanding, tx.Now().Ptr()
		if err := n.stand(ctx, tx, book, lastOn); err != nil {
			return nil, err
		}
		return sql.Object{"sha256": n.SignedSHA256, "from_at": n.FromAt, "until_at": n.UntilAt, "pending": n.Pending, "last_on": writtenDay(n.LastOn)}, nil
	})
}

// SetNoticeLastDay chooses another last day for a standing notice; empty for as long as nobody takes it down. Errors: as
// PublishNotice.
func SetNoticeLastDay(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, lastOn string) (NoticeView, error) {
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticeLastDay, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeStanding {
			return nil, ErrNoticeState
		}
		was := writtenDay(n.LastOn)
		if err := n.stand(ctx, tx, book, lastOn); err != nil {
			return nil, err
		}
		return sql.Object{"from": was, "to": writtenDay(n.LastOn)}, nil
	})
}

// stand counts the notice's time anew and takes a chosen last day, if the rule lets it.
func (n *Notice) stand(ctx context.Context, tx *sql.DB, book rules.Book, lastOn string) error {
	rule, err := ruleOfNotice(ctx, tx, book, *n)
	if err != nil {
		return err
	}
	n.LastOn = nil
	if err := n.recount(rule); err != nil {
		return err
	}
	if lastOn = strings.TrimSpace(lastOn); lastOn != "" {
		day, err := rules.ParseDate(lastOn)
		if err != nil {
			return ErrNoticeLastOn.Say("结束日请写成 2026-10-23 这样的日期。").On("last_on").Because(err)
		}
		if err := rule.mayEndOn(*n, day, tx.Now()); err != nil {
			return err
		}
		n.LastOn = sql.FromStd(day.Start()).Ptr()
	}
	return rule.keepClock(ctx, tx, *n)
}

// standingRule is the rule a notice fulfils, as it was in force when it was published, with what counting needs. Rule.ID is
// empty where no regulation asks for the notice.
type standingRule struct {
	rules.PublicNotice
	calendar *rules.Calendar
	path     string // of the notice's unit
	citation string // 潼南 2022 第9条
}

func ruleOfNotice(ctx context.Context, db *sql.DB, book rules.Book, n Notice) (standingRule, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return standingRule{}, err
	}
	paths, err := units.Paths(ctx, db, []string{n.UnitID})
	if err != nil {
		return standingRule{}, err
	}
	found := standingRule{calendar: law.Calendar, path: paths[n.UnitID]}
	if n.Rule == "" {
		return found, nil
	}
	at := db.Now()
	if n.PublishedAt != nil {
		at = *n.PublishedAt
	}
	rb := law.Regime(found.path).Named(n.Rulebook, at.Std())
	if rb == nil { // the unit works under another one by now; what was begun under it stays
		rb, _ = law.Library.ByID(n.Rulebook)
	}
	if rb == nil {
		return standingRule{}, ErrRulebookMissing
	}
	i := slices.IndexFunc(rb.PublicNotices, func(rule rules.PublicNotice) bool { return rule.ID == n.Rule })
	if i < 0 {
		return standingRule{}, ErrRulebookMissing
	}
	found.PublicNotice, found.citation = rb.PublicNotices[i], rb.Cite(n.Articles)
	return found, nil
}

// recount sets since when the notice stands where the rule asks for it, and until when it must. A last day chosen before the
// time was known moves back to the earliest.
func (n *Notice) recount(rule standingRule) error {
	n.FromAt, n.UntilAt, n.Pending = n.standsSince(rule.PublicNotice), nil, false
	if n.FromAt == nil {
		return nil
	}
	_, end, limited, err := rule.End(n.FromAt.Std(), rule.calendar)
	switch {
	case errors.Is(err, rules.ErrCalendarPending):
		n.Pending = true
	case err != nil:
		return err
	case limited:
		n.UntilAt = sql.FromStd(end).Ptr()
		if n.LastOn != nil && rules.DateOf(n.LastOn.Std()).End().Before(end) {
			n.LastOn = sql.FromStd(rules.DateOf(end).AddDays(-1).Start()).Ptr()
		}
	}
	return nil
}

// standsSince is when the notice began to stand in all (or any) of the places of its rule; without places, on our pages. nil
// while it does not.
func (n Notice) standsSince(rule rules.PublicNotice) *sql.Time {
	if n.PublishedAt == nil {
		return nil
	}
	if len(rule.Places) == 0 {
		return n.PublishedAt
	}
	var since *sql.Time
	for _, wanted := range rule.Places {
		var there *sql.Time
		for _, place := range n.Places {
			if place.Place == wanted && (there == nil || place.PublishedAt < *there) {
				there = place.PublishedAt.Ptr()
			}
		}
		anyIsEnough := rule.PlacesMatch == "any"
		switch {
		case there == nil && !anyIsEnough:
			return nil
		case there != nil && (since == nil || anyIsEnough == (*there < *since)):
			since = there
		}
	}
	return since
}

// mayEndOn refuses a last day before the earliest, which it names.
func (r standingRule) mayEndOn(n Notice, day rules.Date, now sql.Time) error {
	if sql.FromStd(day.End()) <= now {
		return ErrNoticeLastOn.Say("结束日不能早于今天，请改填。").On("last_on")
	}
	from := now // where a place is still missing, the time begins at the earliest now
	if n.FromAt != nil {
		from = *n.FromAt
	}
	earliest, _, limited, err := r.End(from.Std(), r.calendar)
	switch {
	case errors.Is(err, rules.ErrCalendarPending):
		return ErrNoticePending.Say("结束日待日历确认：所需年份的放假安排还没有录入，现在算不出最早的结束日。可以先不填结束日发布，录入后再填。").On("last_on").
			Under(n.Rulebook, n.Articles).Because(err)
	case err != nil:
		return err
	case limited && day.Before(earliest):
		return ErrNoticeLastOn.Say("依据%s，结束日最早只能填 %s（自发布之日起须满%s），您填的是 %s，请改填。", r.citation, earliest, r.MinDuration, day).On("last_on").
			Under(n.Rulebook, n.Articles).With(map[string]any{"earliest_on": earliest.String()})
	}
	return nil
}

// keepClock lets the notice's clock say until when it must stand, or stops it.
func (r standingRule) keepClock(ctx context.Context, tx *sql.DB, n Notice) error {
	if n.State == NoticeStanding && n.FromAt != nil && r.MinDuration != nil {
		duty := rules.ClockDuty{SubjectKind: NoticeSubject, SubjectID: n.ID, UnitID: n.UnitID, Path: r.path, Rulebook: n.Rulebook, Section: rules.SectionPublicNotices,
			Rule: n.Rule, Articles: n.Articles, Limit: r.MinDuration, StartedAt: *n.FromAt, DueAt: n.UntilAt, EndOfDay: true}
		if n.Pending {
			duty.Reason = rules.ClockPending
		}
		_, err := rules.StartClock(ctx, tx, duty)
		return err
	}
	clocks, err := rules.ClocksOf(ctx, tx, NoticeSubject, n.ID)
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		if _, err := rules.FinishClock(ctx, tx, clock, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}

// EndNotice takes a standing notice down. Before it has stood its time that is refused and the earliest named; where the
// rule says 原则上 the office's administrator lets it pass with a written reason, which is audited (K14). Its page stays,
// marked as ended. Errors: as SaveNotice, ErrNoticeEarly, ErrNoticePending, ErrNoticePlaces, ErrNoticeReason.
func EndNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (NoticeView, error) {
	reason = strings.TrimSpace(reason)
	if reason != "" && !isLine(reason, maxReason) {
		return NoticeView{}, ErrNoticeReason.On("reason")
	}
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticeEnd, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeStanding {
			return nil, ErrNoticeState
		}
		rule, err := ruleOfNotice(ctx, tx, book, *n)
		if err != nil {
			return nil, err
		}
		early := rule.stillBinds(*n, tx.Now())
		if early != nil {
			if err := mayPassEarly(ctx, tx, actor, *n, rule, reason, early); err != nil {
				return nil, err
			}
		}
		n.State, n.EndedAt, n.EndReason = NoticeEnded, tx.Now().Ptr(), reason
		if err := rule.keepClock(ctx, tx, *n); err != nil {
			return nil, err
		}
		return sql.Object{"early": early != nil, "until_at": n.UntilAt, "reason": reason}, nil
	})
}

// stillBinds is why a notice must go on standing; nil when it need not.
func (r standingRule) stillBinds(n Notice, now sql.Time) error {
	switch {
	case r.MinDuration == nil || n.UntilAt != nil && now >= *n.UntilAt:
		return nil
	case n.FromAt == nil:
		return ErrNoticePlaces.Say("公告还没有在规定的位置全部发布，时间没有起算，依据%s不能撤下。还缺：%s。请发布后登记网址。", r.citation, placesSaid(r.PublicNotice, missingPlaces(r.PublicNotice, n.Places))).
			Under(n.Rulebook, n.Articles)
	}
	return notYet(n, "撤下", r.citation).Under(n.Rulebook, n.Articles).With(map[string]any{"earliest_at": n.UntilAt, "strength": r.Strength})
}

// mayPassEarly lets the office's administrator take a notice down early with a reason, where the rule says 原则上.
func mayPassEarly(ctx context.Context, tx *sql.DB, actor units.Actor, n Notice, rule standingRule, reason string, refusal error) error {
	if !rule.Strength.Overridable() {
		return refusal
	}
	admin, err := administersOver(ctx, tx, actor, n.UnitID)
	if err != nil {
		return err
	}
	if reason == "" || !admin {
		if known := fault.As(refusal); known != nil {
			return known.Say("%s条款写的是“原则上”，确有必要的，由主管单位管理员写明理由后放行。", known.Sentence)
		}
		return refusal
	}
	return nil
}

// VoidNotice takes a notice back: a draft or a signed one that is not needed, by who writes notices; one that was published
// with a mistake, by the office's administrator. It counts for nothing any more, so that where a notice is demanded a correct
// one must stand its whole time; its address says that it was taken back, without the text. Errors: as SaveNotice,
// ErrNoticeReason.
func VoidNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (NoticeView, error) {
	if reason = strings.TrimSpace(reason); !isLine(reason, maxReason) {
		return NoticeView{}, ErrNoticeReason.On("reason")
	}
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticeVoid, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		switch n.State {
		case NoticeDraft, NoticeSigned:
		case NoticeStanding:
			admin, err := administersOver(ctx, tx, actor, n.UnitID)
			if err != nil {
				return nil, err
			}
			if !admin {
				return nil, ErrForbidden.Say("已经发布的公告只能由主管单位管理员作废。请说明情况，请主管单位办理。")
			}
		default:
			return nil, ErrNoticeState
		}
		rule, err := ruleOfNotice(ctx, tx, book, *n)
		if err != nil {
			return nil, err
		}
		n.State, n.EndedAt, n.EndReason = NoticeWithdrawn, tx.Now().Ptr(), reason
		if err := rule.keepClock(ctx, tx, *n); err != nil {
			return nil, err
		}
		return sql.Object{"was_public": n.PublishedAt != nil, "reason": reason}, nil
	})
}

// administersOver reports whether the actor administers an office that supervises the unit.
func administersOver(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) (bool, error) {
	roles, err := rolesAt(ctx, db, actor, unitID)
	return slices.Contains(roles, string(units.OfficeAdmin)), err
}

// changeNotice holds a notice the actor may change, has it changed, keeps it and audits it.
func changeNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, action units.Action,
	work func(tx *sql.DB, n *Notice) (sql.Object, error)) (NoticeView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := tx.Exec(ctx, "notice.lock", sql.Args{"id": id}); err != nil {
			return err
		}
		notice, err := visibleNotice(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := mustReach(ctx, tx, actor, notice.UnitID, units.WriteNotices); err != nil {
			return err
		}
		if notice.Version != version {
			return ErrNoticeStale
		}
		detail, err := work(tx, &notice)
		if err != nil {
			return err
		}
		return keepNotice(ctx, tx, actor, notice, action, detail)
	})
	if err != nil {
		return NoticeView{}, wrap(err, "%s %s", action, id)
	}
	return NoticeOf(ctx, db, book, actor, id)
}

// keepNotice writes a changed notice whose row is held, and audits it.
func keepNotice(ctx context.Context, tx *sql.DB, actor units.Actor, notice Notice, action units.Action, detail sql.Object) error {
	notice.UpdatedAt = tx.Now()
	mine, err := tx.ExecOne(ctx, "notice.save", notice)
	if err == nil && !mine {
		err = ErrNoticeStale
	}
	if err != nil {
		return err
	}
	return auditNotice(ctx, tx, actor, notice, action, detail)
}

func auditNotice(ctx context.Context, tx *sql.DB, actor units.Actor, notice Notice, action units.Action, detail sql.Object) error {
	return units.Audit(ctx, tx, actor, units.Line{UnitID: notice.UnitID, Action: action, ObjectKind: "notice", ObjectID: notice.ID, Detail: detail})
}

// writtenDay writes the day that begins at an instant; empty for nil.
func writtenDay(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return rules.DateOf(at.Std()).String()
}

package main

import (
	"context"
	"time"

	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
)

// Items is a whole list, of which there are no further pages.
type Items[T any] struct {
	Items []T `json:"items" nullable:"false"`
}

// ByUnit is the input of a route about one unit.
type ByUnit struct {
	UnitID string `query:"unit_id" required:"true" minLength:"16" maxLength:"16"`
}

func (s *server) listDuties(ctx context.Context, in *ByUnit) (*Body[Items[oversight.Startable]], error) {
	items, err := oversight.Startables(ctx, s.db, s.book, actorOf(ctx), in.UnitID)
	return answer(Items[oversight.Startable]{Items: items}, err)
}

type previewMatterInput struct {
	ByUnit
	Rulebook     string   `query:"rulebook" required:"true" maxLength:"64"`
	Section      string   `query:"section" required:"true" maxLength:"32"`
	Rule         string   `query:"rule" required:"true" maxLength:"64"`
	EventAt      sql.Time `query:"event_at" required:"true"`
	AccountID    string   `query:"account_id" maxLength:"16"`
	PlannedUntil sql.Time `query:"planned_until" doc:"Of a website that goes off the net; 0 or left out: none"`
	Cause        string   `query:"cause" maxLength:"64"`
	LongerReason string   `query:"longer_reason" maxLength:"1000" doc:"Asks for the rule's longer period"`
}

func (s *server) previewMatter(ctx context.Context, in *previewMatterInput) (*Body[oversight.MatterPreview], error) {
	form := oversight.NewMatter{UnitID: in.UnitID, AccountID: in.AccountID, Rulebook: in.Rulebook, Section: in.Section, Rule: in.Rule, EventAt: in.EventAt,
		Cause: in.Cause, LongerReason: in.LongerReason}
	if in.PlannedUntil != 0 {
		form.PlannedUntil = &in.PlannedUntil
	}
	return answer(oversight.PreviewMatter(ctx, s.db, s.book, actorOf(ctx), form))
}

type listMattersInput struct {
	PageQuery
	UnitID    string                `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	AccountID string                `query:"account_id" maxLength:"16"`
	Rulebook  string                `query:"rulebook" maxLength:"64"`
	Section   string                `query:"section" maxLength:"32"`
	State     string                `query:"state" enum:"open,overdue,done,void"`
	Query     string                `query:"q" maxLength:"100" doc:"A part of the title"`
	Order     oversight.MatterOrder `query:"order" enum:"due,event" default:"due"`
}

func (s *server) listMatters(ctx context.Context, in *listMattersInput) (*Body[Page[oversight.MatterView]], error) {
	at, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := oversight.Matters(ctx, s.db, s.book, actorOf(ctx), oversight.MatterFilter{UnitID: in.UnitID, AccountID: in.AccountID, Rulebook: in.Rulebook,
		Section: in.Section, State: in.State, Query: in.Query, Order: in.Order, AfterAt: at, AfterID: id, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(m oversight.MatterView) string { return writeCursor(oversight.MatterKey(in.Order, m), m.ID) }), err)
}

type openMatterInput struct {
	Body struct {
		UnitID       string    `json:"unit_id" minLength:"16" maxLength:"16"`
		AccountID    string    `json:"account_id,omitempty" maxLength:"16" doc:"The account or website it is about; empty for no single one"`
		Rulebook     string    `json:"rulebook" maxLength:"64"`
		Section      string    `json:"section" maxLength:"32"`
		Rule         string    `json:"rule" maxLength:"64"`
		Title        string    `json:"title" maxLength:"400"`
		EventAt      sql.Time  `json:"event_at" doc:"What sets the time going"`
		FoundAt      *sql.Time `json:"found_at,omitempty" doc:"When it came to light, before the event; counts nothing"`
		PlannedUntil *sql.Time `json:"planned_until,omitempty" doc:"When a website that goes off the net is to be back"`
		Cause        string    `json:"cause,omitempty" maxLength:"64" doc:"Why going off the net uses up nothing; empty: it does"`
		LongerReason string    `json:"longer_reason,omitempty" maxLength:"1000" doc:"Why the rule's longer period holds; empty: it does not"`
		Parts        []string  `json:"parts,omitempty" maxItems:"30" doc:"Channels that are done one by one"`
		Note         string    `json:"note,omitempty" maxLength:"2000"`
		URL          string    `json:"url,omitempty" maxLength:"1000"`
	}
}

func (s *server) openMatter(ctx context.Context, in *openMatterInput) (*Body[oversight.MatterView], error) {
	b := in.Body
	return answer(oversight.OpenMatter(ctx, s.db, s.book, actorOf(ctx), oversight.NewMatter{UnitID: b.UnitID, AccountID: b.AccountID, Rulebook: b.Rulebook,
		Section: b.Section, Rule: b.Rule, Title: b.Title, EventAt: b.EventAt, FoundAt: b.FoundAt, PlannedUntil: b.PlannedUntil, Cause: b.Cause,
		LongerReason: b.LongerReason, Parts: b.Parts, Note: b.Note, URL: b.URL}))
}

func (s *server) getMatter(ctx context.Context, in *ByID) (*Body[oversight.MatterView], error) {
	return answer(oversight.GetMatter(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type finishMatterInput struct {
	ByID
	Body struct {
		Version int64     `json:"version"`
		At      *sql.Time `json:"at,omitempty" doc:"Left out: now"`
		Part    string    `json:"part,omitempty" maxLength:"120" doc:"A channel; empty: all that are open"`
		Note    string    `json:"note,omitempty" maxLength:"2000"`
		URL     string    `json:"url,omitempty" maxLength:"1000"`
		Reason  string    `json:"reason,omitempty" maxLength:"1000" doc:"Lets a wait end before its time where the regulation says 原则上"`
	}
}

func (s *server) finishMatter(ctx context.Context, in *finishMatterInput) (*Body[oversight.MatterView], error) {
	b := in.Body
	finish := oversight.Finish{Part: b.Part, Note: b.Note, URL: b.URL, Reason: b.Reason}
	if b.At != nil {
		finish.At = *b.At
	}
	return answer(oversight.FinishMatter(ctx, s.db, s.book, actorOf(ctx), in.ID, b.Version, finish))
}

func (s *server) voidMatter(ctx context.Context, in *stateInput) (*Body[oversight.MatterView], error) {
	return answer(oversight.VoidMatter(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

type correctMatterInput struct {
	ByID
	Body struct {
		Version int64    `json:"version"`
		EventAt sql.Time `json:"event_at"`
		Reason  string   `json:"reason" maxLength:"1000"`
	}
}

func (s *server) correctMatter(ctx context.Context, in *correctMatterInput) (*Body[oversight.MatterView], error) {
	return answer(oversight.CorrectMatter(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, oversight.Correction{EventAt: in.Body.EventAt, Reason: in.Body.Reason}))
}

type listPeriodsInput struct {
	ByUnit
	At sql.Time `query:"at" doc:"The periods of that instant; 0 or left out: now"`
}

func (s *server) listPeriods(ctx context.Context, in *listPeriodsInput) (*Body[Items[oversight.PeriodLine]], error) {
	items, err := oversight.Periods(ctx, s.db, s.book, actorOf(ctx), in.UnitID, in.At)
	return answer(Items[oversight.PeriodLine]{Items: items}, err)
}

type listActsInput struct {
	PageQuery
	ByUnit
	Rulebook string `query:"rulebook" maxLength:"64"`
	Section  string `query:"section" maxLength:"32"`
	Rule     string `query:"rule" maxLength:"64"`
}

func (s *server) listActs(ctx context.Context, in *listActsInput) (*Body[Page[oversight.Act]], error) {
	at, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := oversight.Acts(ctx, s.db, actorOf(ctx), oversight.ActFilter{UnitID: in.UnitID, Rulebook: in.Rulebook, Section: in.Section, Rule: in.Rule,
		BeforeAt: at, BeforeID: id, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(a oversight.Act) string { return writeCursor(a.At, a.ID) }), err)
}

type recordActInput struct {
	Body struct {
		UnitID       string    `json:"unit_id" minLength:"16" maxLength:"16"`
		Rulebook     string    `json:"rulebook" maxLength:"64"`
		Section      string    `json:"section" maxLength:"32"`
		Rule         string    `json:"rule" maxLength:"64"`
		At           *sql.Time `json:"at,omitempty" doc:"Left out: now"`
		Kinds        []string  `json:"kinds,omitempty" maxItems:"10" doc:"As what it counts, where the rule names kinds"`
		Note         string    `json:"note,omitempty" maxLength:"2000"`
		URL          string    `json:"url,omitempty" maxLength:"1000"`
		Sampled      int       `json:"sampled,omitempty" doc:"Of an inspection with a least sample"`
		Total        int       `json:"total,omitempty" doc:"Sites on the register on the day that counts; left out: as many as the register shows"`
		PublishedURL string    `json:"published_url,omitempty" maxLength:"1000" doc:"Of an inspection whose result is published"`
	}
}

func (s *server) recordAct(ctx context.Context, in *recordActInput) (*Body[oversight.Act], error) {
	b := in.Body
	act := oversight.NewAct{UnitID: b.UnitID, Rulebook: b.Rulebook, Section: b.Section, Rule: b.Rule, Kinds: b.Kinds, Note: b.Note, URL: b.URL, Sampled: b.Sampled,
		Total: b.Total, PublishedURL: b.PublishedURL}
	if b.At != nil {
		act.At = *b.At
	}
	return answer(oversight.RecordAct(ctx, s.db, s.book, actorOf(ctx), act))
}

func (s *server) voidAct(ctx context.Context, in *stateInput) (*Body[oversight.Act], error) {
	return answer(oversight.VoidAct(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

type rosterInput struct {
	ByUnit
	FromAt  sql.Time `query:"from_at" doc:"0 or left out: a week before today"`
	UntilAt sql.Time `query:"until_at" doc:"0 or left out: two weeks after from_at"`
}

func (s *server) getRoster(ctx context.Context, in *rosterInput) (*Body[oversight.RosterView], error) {
	if in.FromAt == 0 {
		in.FromAt = sql.FromStd(rules.DateOf(s.db.Now().Std()).AddDays(-7).Start())
	}
	if in.UntilAt == 0 {
		in.UntilAt = in.FromAt.Add(14 * 24 * time.Hour)
	}
	return answer(oversight.Roster(ctx, s.db, s.book, actorOf(ctx), in.UnitID, in.FromAt, in.UntilAt))
}

type setRosterInput struct {
	Body struct {
		UnitID  string               `json:"unit_id" minLength:"16" maxLength:"16"`
		FromAt  sql.Time             `json:"from_at"`
		UntilAt sql.Time             `json:"until_at"`
		Shifts  []oversight.NewShift `json:"shifts" maxItems:"1000" nullable:"false" doc:"Take the place of all that begin in this time"`
		Mark    string               `json:"mark" maxLength:"16" doc:"Of the roster the person saw over the same time"`
	}
}

func (s *server) setRoster(ctx context.Context, in *setRosterInput) (*Body[oversight.RosterView], error) {
	b := in.Body
	roster := oversight.NewRoster{UnitID: b.UnitID, FromAt: b.FromAt, UntilAt: b.UntilAt, Shifts: b.Shifts, Mark: b.Mark}
	if err := oversight.SetRoster(ctx, s.db, actorOf(ctx), roster); err != nil {
		return nil, err
	}
	return answer(oversight.Roster(ctx, s.db, s.book, actorOf(ctx), b.UnitID, b.FromAt, b.UntilAt))
}

package main

import (
	"context"
	"encoding/json"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

var errNoRulebook = fault.Define("rule.not_found", fault.NotFound, "没有这部规则库，请从规则库列表重新进入。")

// rulebookLine is a rulebook in the list.
type rulebookLine struct {
	ID             string   `json:"id"`
	ShortName      string   `json:"short_name"`
	Title          string   `json:"title"`
	DocumentNumber string   `json:"document_number"`
	Issuer         string   `json:"issuer"`
	Jurisdiction   string   `json:"jurisdiction"`
	Effective      string   `json:"effective" doc:"YYYY-MM-DD; empty when the text gives no day"`
	ArticleCount   int      `json:"article_count"`
	InForce        *heldUse `json:"in_force" doc:"How the unit works under it now; null when it does not"`
	Next           *heldUse `json:"next" doc:"How the unit will work under it from a later day on; null when nothing is known to come"`
}

// heldUse is how a unit works under a rulebook.
type heldUse struct {
	Layer    units.Layer `json:"layer" enum:"local,layered"`
	Since    sql.Time    `json:"since" doc:"From when on; 0: since ever"`
	Until    *sql.Time   `json:"until" doc:"Until when; null: without end"`
	UnitID   string      `json:"unit_id" doc:"The unit that adopted it: this one or one above it"`
	UnitName string      `json:"unit_name"`
	Reason   string      `json:"reason"`
}

type rulebookList struct {
	UnitID   string         `json:"unit_id" doc:"The unit that was asked about"`
	UnitName string         `json:"unit_name"`
	Items    []rulebookLine `json:"items" nullable:"false"`
}

// RulebookUnit is the unit about which rulebooks are asked.
type RulebookUnit struct {
	UnitID string `query:"unit_id" maxLength:"16" doc:"Left out: the person's own first unit"`
}

// place is a unit with the law that holds for it.
type place struct {
	unit units.Unit
	law  *rules.Law
	now  sql.Time
}

// placeOf finds the unit that is asked about.
func (s *server) placeOf(ctx context.Context, in RulebookUnit) (place, error) {
	actor := actorOf(ctx)
	id := in.UnitID
	if id == "" && len(actor.Roles) > 0 {
		id = actor.Roles[0].UnitID
	}
	unit, err := units.Get(ctx, s.db, actor, id)
	if err != nil {
		return place{}, err
	}
	law, err := s.book.Law(ctx, s.db)
	return place{unit: unit, law: law, now: s.db.Now()}, err
}

func (s *server) listRulebooks(ctx context.Context, in *RulebookUnit) (*Body[rulebookList], error) {
	at, err := s.placeOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	held, err := s.heldUses(ctx, at)
	if err != nil {
		return nil, err
	}
	list := rulebookList{UnitID: at.unit.ID, UnitName: at.unit.Name, Items: []rulebookLine{}}
	for _, rb := range s.library.All() {
		list.Items = append(list.Items, rulebookLine{ID: rb.ID, ShortName: rb.ShortName, Title: rb.Title, DocumentNumber: rb.DocumentNumber, Issuer: rb.Issuer,
			Jurisdiction: rb.Jurisdiction.Name, Effective: rb.Dates.Effective, ArticleCount: rb.ArticleCount, InForce: held.now[rb.ID], Next: held.next[rb.ID]})
	}
	return answer(list, nil)
}

// heldUses are how a unit works under rulebooks now and next, by rulebook.
type heldUses struct{ now, next map[string]*heldUse }

func (s *server) heldUses(ctx context.Context, at place) (heldUses, error) {
	held := heldUses{now: map[string]*heldUse{}, next: map[string]*heldUse{}}
	lines, err := rules.AllUses(ctx, s.db, at.law, at.unit)
	if err != nil {
		return held, err
	}
	for _, line := range lines { // the latest first
		use := &heldUse{Layer: line.Layer, Since: line.FromAt, Until: line.UntilAt, UnitID: line.UnitID, UnitName: line.UnitName, Reason: line.Reason}
		switch {
		case line.State == rules.TermInForce && (held.now[line.Rulebook] == nil || line.Layer == units.LocalLayer):
			held.now[line.Rulebook] = use
		case line.State == rules.TermWaiting:
			held.next[line.Rulebook] = use
		}
	}
	return held, nil
}

// rulebookView is a rulebook as it holds for a unit: its own text with the unit's figures and readings laid over it, and
// what a person asks of it, ready to be shown.
type rulebookView struct {
	*rules.Rulebook
	UnitID    string             `json:"unit_id" doc:"The unit for which figures and readings are shown"`
	UnitName  string             `json:"unit_name"`
	InForce   *heldUse           `json:"in_force" doc:"How the unit works under it now; null: the figures are those of the regulation"`
	Next      *heldUse           `json:"next"`
	MayChange bool               `json:"may_change" doc:"Whether this person may choose figures and readings for the unit"`
	Figures   []figureView       `json:"figures" nullable:"false"`
	Duties    []rules.DutyRule   `json:"duties" nullable:"false"`
	Readings  []readingView      `json:"readings" nullable:"false"`
	Versions  []rules.ChangeLine `json:"versions" nullable:"false" doc:"What the unit and those above it chose, the latest first; at most 100"`
}

// figureView is a figure with who made it stricter, and since when.
type figureView struct {
	rules.Figure
	Since    *sql.Time `json:"since" doc:"From when on the stricter figure holds; null where the regulation's own does"`
	UnitID   string    `json:"unit_id" doc:"The unit that chose it; empty where nobody did"`
	UnitName string    `json:"unit_name"`
}

// readingView is an open point with the reading that holds, who chose it, and since when.
type readingView struct {
	rules.Interpretation
	Citation string    `json:"citation"`
	Computed bool      `json:"computed" doc:"Whether another reading changes what is computed"`
	Reading  string    `json:"reading" doc:"The reading in force, in words"`
	Change   string    `json:"change" doc:"Id of the choice; empty where the rulebook's own reading holds"`
	Since    *sql.Time `json:"since"`
	UnitID   string    `json:"unit_id"`
	UnitName string    `json:"unit_name"`
}

type rulebookInput struct {
	Rulebook string `path:"rulebook" maxLength:"64"`
	RulebookUnit
}

// mostVersions bounds the history that is shown with a rulebook; the list of choices shows all.
const mostVersions = 100

func (s *server) getRulebook(ctx context.Context, in *rulebookInput) (*Body[rulebookView], error) {
	rb, known := s.library.ByID(in.Rulebook)
	if !known {
		return nil, errNoRulebook
	}
	at, err := s.placeOf(ctx, in.RulebookUnit)
	if err != nil {
		return nil, err
	}
	if holding := at.law.Regime(at.unit.Path).Named(rb.ID, at.now.Std()); holding != nil {
		rb = holding
	}
	held, err := s.heldUses(ctx, at)
	if err != nil {
		return nil, err
	}
	may, err := rules.MayChoose(ctx, s.db, actorOf(ctx), at.unit.ID)
	if err != nil {
		return nil, err
	}
	versions, _, err := rules.Changes(ctx, s.db, s.book, actorOf(ctx), rules.AmendFilter{UnitID: at.unit.ID, Rulebook: rb.ID, PerPage: mostVersions})
	if err != nil {
		return nil, err
	}
	view := rulebookView{Rulebook: rb, UnitID: at.unit.ID, UnitName: at.unit.Name, InForce: held.now[rb.ID], Next: held.next[rb.ID],
		MayChange: may && at.unit.ClosedAt == nil, Figures: []figureView{}, Duties: rb.Duties(), Readings: []readingView{}, Versions: versions}
	view.fill(rb, versions)
	return answer(view, nil)
}

// fill writes the figures and readings with who chose them.
func (v *rulebookView) fill(rb *rules.Rulebook, versions []rules.ChangeLine) {
	chosen := map[string]rules.Change{} // those that are laid over the rulebook
	reading := map[string]string{}      // ids of the choices by open point
	for _, change := range rb.Changes() {
		chosen[change.ID] = change
		if change.What == rules.ReadingChange {
			reading[change.Rule] = change.ID
		}
	}
	names := map[string]string{}
	for _, line := range versions {
		names[line.ID] = line.UnitName
	}
	since := func(id string) (*sql.Time, string) {
		change, found := chosen[id]
		if !found {
			return nil, ""
		}
		return &change.FromAt, change.UnitID
	}
	for _, figure := range rb.Figures() {
		line := figureView{Figure: figure, UnitName: names[figure.Change]}
		line.Since, line.UnitID = since(figure.Change)
		v.Figures = append(v.Figures, line)
	}
	for _, point := range rb.Interpretations {
		id := reading[point.ID]
		line := readingView{Interpretation: point, Citation: rb.Cite(point.Articles), Computed: point.Computed(), Reading: point.Reading(), Change: id, UnitName: names[id]}
		line.Since, line.UnitID = since(id)
		v.Readings = append(v.Readings, line)
	}
	if v.Duties == nil {
		v.Duties = []rules.DutyRule{}
	}
}

type listAmendedInput struct {
	PageQuery
	ByUnit
	Below    bool   `query:"below" doc:"What the units below it chose, too"`
	Rulebook string `query:"rulebook" maxLength:"64"`
}

func (in *listAmendedInput) filter() (rules.AmendFilter, error) {
	at, id, err := readCursor(in.Cursor)
	return rules.AmendFilter{UnitID: in.UnitID, Below: in.Below, Rulebook: in.Rulebook, BeforeAt: at, BeforeID: id, PerPage: in.PerPage}, err
}

func (s *server) listChanges(ctx context.Context, in *listAmendedInput) (*Body[Page[rules.ChangeLine]], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	lines, more, err := rules.Changes(ctx, s.db, s.book, actorOf(ctx), filter)
	return answer(nextPage(lines, more, func(line rules.ChangeLine) string { return writeCursor(line.FromAt, line.ID) }), err)
}

func (s *server) listUses(ctx context.Context, in *listAmendedInput) (*Body[Page[rules.UseLine]], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	lines, more, err := rules.Uses(ctx, s.db, s.book, actorOf(ctx), filter)
	return answer(nextPage(lines, more, func(line rules.UseLine) string { return writeCursor(line.FromAt, line.ID) }), err)
}

// nextPage is a page of lines, of which there are more.
func nextPage[T any](lines []T, more bool, key func(T) string) Page[T] {
	made := Page[T]{Items: lines}
	if more && len(lines) > 0 {
		made.Next = key(lines[len(lines)-1])
	}
	return made
}

// ChoiceForm is a stricter figure or another reading as somebody chooses it.
type ChoiceForm struct {
	UnitID   string           `json:"unit_id" minLength:"16" maxLength:"16"`
	Rulebook string           `json:"rulebook" maxLength:"64"`
	What     rules.ChangeKind `json:"what" enum:"figure,reading"`
	Section  string           `json:"section,omitempty" maxLength:"32" doc:"Of a figure"`
	Rule     string           `json:"rule" maxLength:"64" doc:"Of a figure the rule's id; of a reading the open point's"`
	Field    string           `json:"field,omitempty" maxLength:"40" doc:"Of a figure"`
	Period   *rules.Duration  `json:"period,omitempty" doc:"The figure, where it is a period"`
	Number   *int             `json:"number,omitempty" doc:"The figure, where it is a number"`
	Option   string           `json:"option,omitempty" maxLength:"64" doc:"The reading, one of those listed"`
	Text     string           `json:"text,omitempty" maxLength:"1200" doc:"The reading, in words of one's own"`
	From     string           `json:"from" maxLength:"40" doc:"YYYY-MM-DD: from the beginning of this day on, today or later"`
	Reason   string           `json:"reason" maxLength:"2000"`
}

// change is the form as the domain takes it, which refuses what does not fit.
func (f ChoiceForm) change() (rules.Change, error) {
	from, err := beginningOf(f.From)
	if err != nil {
		return rules.Change{}, err
	}
	var value any
	switch {
	case f.What == rules.ReadingChange:
		value = rules.Choice{Option: f.Option, Text: f.Text}
	case f.Period != nil && f.Number == nil:
		value = f.Period
	case f.Number != nil && f.Period == nil:
		value = f.Number
	}
	text, err := json.Marshal(value) // neither, or both: null, which is no figure
	return rules.Change{UnitID: f.UnitID, Rulebook: f.Rulebook, What: f.What, Section: f.Section, Rule: f.Rule, Field: f.Field, Value: string(text),
		Reason: f.Reason, FromAt: from}, err
}

// beginningOf is the beginning of a day that somebody typed.
func beginningOf(day string) (sql.Time, error) {
	date, err := rules.ParseDate(day)
	if err != nil {
		return 0, rules.ErrFromDay.On("from").Because(err)
	}
	return sql.FromStd(date.Start()), nil
}

type choiceInput struct{ Body ChoiceForm }

// amendedRule is a choice that was made or ended.
type amendedRule struct {
	Change      rules.Change          `json:"change"`
	Rejudgement *accounts.Rejudgement `json:"rejudgement" doc:"The going-through of the accounts that follows; null where nothing is to be judged anew"`
}

func (s *server) chooseRule(ctx context.Context, in *choiceInput) (*Body[amendedRule], error) {
	change, err := in.Body.change()
	if err != nil {
		return nil, err
	}
	made, err := accounts.ChooseRule(ctx, s.db, s.book, actorOf(ctx), change)
	return answer(amendedRule(made), err)
}

func (s *server) previewChoice(ctx context.Context, in *choiceInput) (*Body[accounts.Preview], error) {
	change, err := in.Body.change()
	if err != nil {
		return nil, err
	}
	return answer(accounts.PreviewChoice(ctx, s.db, s.book, actorOf(ctx), change))
}

type endingInput struct {
	ByID
	Body struct {
		Version int64  `json:"version" minimum:"1" doc:"That the person saw"`
		From    string `json:"from" maxLength:"40" doc:"YYYY-MM-DD: no longer from the beginning of this day on, today or later; before it began, it is withdrawn"`
		Reason  string `json:"reason" maxLength:"2000"`
	}
}

func (in *endingInput) ending() (rules.Ending, error) {
	from, err := beginningOf(in.Body.From)
	return rules.Ending{ID: in.ID, Version: in.Body.Version, FromAt: from, Reason: in.Body.Reason}, err
}

func (s *server) endChange(ctx context.Context, in *endingInput) (*Body[amendedRule], error) {
	ending, err := in.ending()
	if err != nil {
		return nil, err
	}
	made, err := accounts.EndRule(ctx, s.db, s.book, actorOf(ctx), ending)
	return answer(amendedRule(made), err)
}

func (s *server) previewEndOfChange(ctx context.Context, in *endingInput) (*Body[accounts.Preview], error) {
	ending, err := in.ending()
	if err != nil {
		return nil, err
	}
	return answer(accounts.PreviewEndOfRule(ctx, s.db, s.book, actorOf(ctx), ending))
}

// UseForm is the adoption of a rulebook.
type UseForm struct {
	UnitID   string      `json:"unit_id" minLength:"16" maxLength:"16"`
	Rulebook string      `json:"rulebook" maxLength:"64"`
	Layer    units.Layer `json:"layer" enum:"local,layered" doc:"local: in the place of the one so far; layered: its clocks run beside"`
	From     string      `json:"from" maxLength:"40" doc:"YYYY-MM-DD: from the beginning of this day on, today or later"`
	Reason   string      `json:"reason" maxLength:"2000"`
}

func (f UseForm) use() (units.RulebookUse, error) {
	from, err := beginningOf(f.From)
	return units.RulebookUse{UnitID: f.UnitID, Rulebook: f.Rulebook, Layer: f.Layer, FromAt: from, Reason: f.Reason}, err
}

type useInput struct{ Body UseForm }

// amendedUse is an adoption that was made or ended.
type amendedUse struct {
	Use         units.RulebookUse     `json:"use"`
	Rejudgement *accounts.Rejudgement `json:"rejudgement" doc:"The going-through of the accounts that follows; null where nothing is to be judged anew"`
}

func (s *server) adoptRulebook(ctx context.Context, in *useInput) (*Body[amendedUse], error) {
	use, err := in.Body.use()
	if err != nil {
		return nil, err
	}
	made, err := accounts.AdoptRulebook(ctx, s.db, s.book, actorOf(ctx), use)
	return answer(amendedUse(made), err)
}

func (s *server) previewAdoption(ctx context.Context, in *useInput) (*Body[accounts.Preview], error) {
	use, err := in.Body.use()
	if err != nil {
		return nil, err
	}
	return answer(accounts.PreviewAdoption(ctx, s.db, s.book, actorOf(ctx), use))
}

func (s *server) endUse(ctx context.Context, in *endingInput) (*Body[amendedUse], error) {
	ending, err := in.ending()
	if err != nil {
		return nil, err
	}
	made, err := accounts.EndAdoption(ctx, s.db, s.book, actorOf(ctx), ending)
	return answer(amendedUse(made), err)
}

func (s *server) previewEndOfUse(ctx context.Context, in *endingInput) (*Body[accounts.Preview], error) {
	ending, err := in.ending()
	if err != nil {
		return nil, err
	}
	return answer(accounts.PreviewEndOfAdoption(ctx, s.db, s.book, actorOf(ctx), ending))
}

type listRejudgementsInput struct {
	PerPage int `query:"per_page" minimum:"1" maximum:"100" default:"20"`
}

func (s *server) listRejudgements(ctx context.Context, in *listRejudgementsInput) (*Body[Items[accounts.Rejudgement]], error) {
	items, err := accounts.Rejudgements(ctx, s.db, actorOf(ctx), in.PerPage)
	return answer(Items[accounts.Rejudgement]{Items: items}, err)
}

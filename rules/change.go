package rules

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"govmedia/sql"
)

// ChangeKind is what a local change changes.
type ChangeKind string

// The kinds of change.
const (
	FigureChange  ChangeKind = "figure"  // a stricter figure
	ReadingChange ChangeKind = "reading" // another reading of an open point
)

// Change is one choice an office made for itself and the units below it, in force for a time: a stricter figure of one
// rule, or another reading of one interpretation. Value is JSON: a Duration or a whole number for a figure; for a reading
// {"option": id} or {"text": words}.
type Change struct {
	ID        string     `json:"id"`
	UnitID    string     `json:"unit_id"`
	Rulebook  string     `json:"rulebook"`
	What      ChangeKind `json:"what"`
	Section   string     `json:"section"` // of a figure; empty for a reading
	Rule      string     `json:"rule"`    // the rule's id; of a reading the interpretation's
	Field     string     `json:"field"`   // of a figure: max_gap, within …; empty for a reading
	Value     string     `json:"value"`
	Reason    string     `json:"reason"`
	FromAt    sql.Time   `json:"from_at"`
	UntilAt   *sql.Time  `json:"until_at"` // from then on no more; nil has no end
	CreatedBy string     `json:"created_by"`
	CreatedAt sql.Time   `json:"created_at"`
	Version   int64      `json:"version"`
}

// Changes are the changes that are laid over the rulebook, the readings first, each in the order of With; nil for a rulebook
// as the file has it.
func (rb *Rulebook) Changes() []Change { return slices.Clone(rb.changes) }

// CheckChange says whether a change may be laid over the rulebook as it stands, with the changes that are laid over it
// already: a figure may be stricter or as strict, a reading must be another one. The errors are those of errors_change.go,
// with the articles of the rule.
func (rb *Rulebook) CheckChange(change Change) error {
	if change.Rulebook != rb.ID {
		return ErrChangeInvalid.On("rulebook")
	}
	switch change.What {
	case FigureChange:
		_, err := rb.checkFigure(change)
		return err
	case ReadingChange:
		_, err := rb.checkReading(change)
		return err
	}
	return ErrChangeInvalid.On("what")
}

// With is the rulebook with changes laid over it, a copy; the rulebook itself when there are none. The changes come from
// the office at the top down, of one office the earlier first: an office's later change of the same figure or reading takes
// the place of its earlier one. Of two offices' readings of one point the one below holds; of a figure the one below may be
// stricter than the one above, not looser. Errors: those of CheckChange, for the first of the changes that cannot be laid over
// what is there. What was laid before and does not fit with them any more, being the looser, is left out.
func (rb *Rulebook) With(changes []Change) (*Rulebook, error) {
	if len(changes) == 0 {
		return rb, nil
	}
	regulation := rb
	if rb.regulation != nil {
		regulation = rb.regulation
	}
	var all []layer
	for _, change := range rb.changes {
		all = append(all, layer{change, false})
	}
	for _, change := range changes {
		next := layer{change, true}
		if i := slices.IndexFunc(all, func(l layer) bool { return change.replaces(l.Change) }); i >= 0 {
			all[i] = next
		} else {
			all = append(all, next)
		}
	}
	patched := regulation.copyFor(all)
	if err := patched.layReadings(all); err != nil {
		return nil, err
	}
	if err := patched.layFigures(all); err != nil {
		return nil, err
	}
	patched.duties = patched.listDuties()
	return patched, nil
}

// layer is a change that is laid over a rulebook, now or before.
type layer struct {
	Change
	asked bool // now: it must fit
}

// copyFor is a copy that may be written into where the changes write: in their sections, for a reading anywhere.
func (rb *Rulebook) copyFor(layers []layer) *Rulebook {
	patched := *rb
	patched.regulation = rb
	anywhere := slices.ContainsFunc(layers, func(l layer) bool { return l.What == ReadingChange })
	fields := reflect.ValueOf(&patched).Elem()
	for i, name := range shapeOf(fields.Type()).names {
		if name != "" && (anywhere || slices.ContainsFunc(layers, func(l layer) bool { return l.Section == name })) {
			fields.Field(i).Set(deepCopy(fields.Field(i)))
		}
	}
	return &patched
}

// replaces reports whether a change takes the place of an earlier one: of the same figure or reading, by the same office.
func (c Change) replaces(earlier Change) bool {
	return c.UnitID == earlier.UnitID && c.What == earlier.What && c.Section == earlier.Section && c.Rule == earlier.Rule && c.Field == earlier.Field
}

// layReadings chooses the readings and carries them to the rules.
func (rb *Rulebook) layReadings(layers []layer) error {
	settled := true
	for _, l := range layers {
		if l.What != ReadingChange {
			continue
		}
		if l.Rulebook != rb.ID {
			return ErrChangeInvalid.On("rulebook")
		}
		choice, err := rb.readChoice(l.Change)
		if err != nil {
			return err
		}
		for i := range rb.Interpretations {
			if rb.Interpretations[i].ID == l.Rule {
				rb.Interpretations[i].Chosen = &choice
			}
		}
		settled = false
		rb.changes = append(rb.changes, l.Change)
	}
	if !settled {
		rb.settleReadings()
	}
	return nil
}

// layFigures sets the figures, each checked against what the ones before it left.
func (rb *Rulebook) layFigures(layers []layer) error {
	for _, l := range layers {
		if l.What == ReadingChange {
			continue
		}
		if l.Rulebook != rb.ID || l.What != FigureChange {
			return ErrChangeInvalid
		}
		value, err := rb.checkFigure(l.Change)
		if err != nil && l.asked {
			return err
		}
		if err != nil {
			continue
		}
		_, found, _ := rb.find(l.Section, l.Rule, l.Field)
		if value.Period != nil {
			found.value.Set(reflect.ValueOf(*value.Period))
		} else {
			found.value.SetInt(int64(value.Number))
		}
		rb.changes = append(rb.changes, l.Change)
	}
	return nil
}

// The most a number may be: slips of the hand beyond it, and room enough for any office. A password may not be longer than
// people can type.
const (
	maxNumber  = 1000
	maxPercent = 100
	maxLength  = 64
)

// checkFigure reads the figure of a change and compares it with the one that holds.
func (rb *Rulebook) checkFigure(change Change) (Amount, error) {
	figure, found := rb.Figure(change.Section, change.Rule, change.Field)
	switch {
	case !found:
		return Amount{}, ErrFigureUnknown.On("field")
	case !figure.Confirmed:
		return Amount{}, ErrUnconfirmed.Under(rb.ID, figure.Articles)
	case !figure.Changeable:
		return Amount{}, ErrFigureFixed.Under(rb.ID, figure.Articles)
	}
	value, err := figure.read(change.Value)
	if err != nil {
		return Amount{}, err
	}
	if stricter, sure := rb.compare(figure, value); !stricter {
		sentence := "现行是%s%s，填的%s不更严，请改小或改大后再试。"
		if figure.Direction == AtMost {
			sentence = "现行是%s%s，填的%s比它宽，本单位只能改得更短、更少，请重新填写。"
		}
		if figure.Direction == AtLeast {
			sentence = "现行是%s%s，填的%s比它宽，本单位只能改得更长、更多，请重新填写。"
		}
		if !sure {
			sentence = "现行是%s%s，填的%s与它单位不同，有的时候更严、有的时候更宽，请改用相同的单位填写。"
		}
		return Amount{}, ErrFigureNotStricter.Say(sentence, figure.Direction.Label(), figure.Value, value).Under(rb.ID, figure.Articles).On("value")
	}
	return value, nil
}

// read reads a figure of the same sort as the one that holds.
func (f Figure) read(text string) (Amount, error) {
	var value Amount
	if f.Value.Period == nil {
		most := maxNumber
		switch f.Field {
		case "min_sample_percent":
			most = maxPercent
		case "min_length":
			most = maxLength
		}
		if err := readJSON(text, &value.Number); err != nil || value.Number < 1 || value.Number > most {
			return Amount{}, ErrFigureInvalid.Say("请填 1 至 %d 之间的整数。", most).On("value")
		}
		return value, nil
	}
	var period Duration
	if err := readJSON(text, &period); err != nil || period.N < 1 || period.N > maxPeriod || unitNames[period.Unit] == "" {
		return Amount{}, ErrFigureInvalid.Say("请填 1 至 %d 之间的整数，并选小时、日、工作日、周、月或年之一。", maxPeriod).On("value")
	}
	switch {
	case period.Unit == Hour && slices.Contains([]string{"min_duration", "grace", "min"}, f.Field):
		return Amount{}, ErrFigureInvalid.Say("这个期限按日结束，不能用小时计，请改用日、工作日、周、月或年。").On("value")
	case period.Unit != Day && f.Field == "every":
		return Amount{}, ErrFigureInvalid.Say("这个间隔按日计，请用日填写。").On("value")
	}
	value.Period = &period
	return value, nil
}

// compare reports whether a value is at least as strict as a figure in every case, whatever the start and whichever of its
// readings a rule has. sure is false where it depends.
func (rb *Rulebook) compare(figure Figure, value Amount) (stricter, sure bool) {
	if figure.Value.Period == nil {
		if figure.Direction == AtMost {
			return value.Number <= figure.Value.Number, true
		}
		return value.Number >= figure.Value.Number, true
	}
	shorter, longer := *value.Period, *figure.Value.Period
	if figure.Direction == AtLeast {
		shorter, longer = longer, shorter
	}
	stretched := func(d Duration) bool { // a reading may make it longer than its figure
		return d.Unit == Week && rb.mayRead(figure.Interp, EffectNaturalWeek) ||
			(d.Unit == Month || d.Unit == Year) && rb.mayRead(figure.Interp, EffectMonthEnd) ||
			d.Unit != Hour && longer.Unit == Hour && rb.mayRead(figure.Interp, EffectWholeDays)
	}
	shrunk := shorter.Unit == Hour && longer.Unit != Hour && rb.mayRead(figure.Interp, EffectDayOne)
	if shorter.Unit != longer.Unit && (shrunk || stretched(shorter) && !stretched(longer)) {
		return false, false
	}
	if order, same := sameFamily(shorter, longer); same {
		return order <= 0, true
	}
	least, most, ok := shorter.hours()
	longerLeast, longerMost, alsoOK := longer.hours()
	if !ok || !alsoOK {
		return false, false
	}
	return most <= longerLeast, most <= longerLeast || least > longerMost
}

// sameFamily compares two periods that are counted alike: -1, 0 or 1. same is false when they are not.
func sameFamily(a, b Duration) (order int, same bool) {
	exact := map[Unit]int{Hour: 1, Day: 24, Week: 168}
	months := map[Unit]int{Month: 1, Year: 12}
	switch {
	case a.Unit == b.Unit:
		return cmp.Compare(a.N, b.N), true
	case months[a.Unit] > 0 && months[b.Unit] > 0:
		return cmp.Compare(a.N*months[a.Unit], b.N*months[b.Unit]), true
	case exact[a.Unit] > 0 && exact[b.Unit] > 0:
		return cmp.Compare(a.N*exact[a.Unit], b.N*exact[b.Unit]), true
	}
	return 0, false
}

// hours bounds a period from below and above, whatever its start (K02, K03): no month is shorter than 28 days or longer
// than 31. ok is false for working days, which the holidays of no year bound.
func (d Duration) hours() (least, most int, ok bool) {
	bounds := func(years, months int) (int, int, bool) {
		return 24 * (365*years + 28*months), 24 * (366*years + 31*months), true
	}
	switch d.Unit {
	case Hour:
		return d.N, d.N, true
	case Day:
		return 24 * d.N, 24 * d.N, true
	case Week:
		return 168 * d.N, 168 * d.N, true
	case Month:
		return bounds(d.N/12, d.N%12)
	case Year:
		return bounds(d.N, 0)
	}
	return 0, 0, false
}

// checkReading reads the choice of a change and refuses the one that holds already.
func (rb *Rulebook) checkReading(change Change) (Choice, error) {
	choice, err := rb.readChoice(change)
	if err != nil {
		return Choice{}, err
	}
	interpretation, _ := rb.Interpretation(change.Rule)
	held := Choice{Option: DefaultOption}
	if interpretation.Chosen != nil {
		held = *interpretation.Chosen
	}
	if choice == held || choice.Text != "" && choice.Text == interpretation.Resolution {
		return Choice{}, ErrReadingSame.Under(rb.ID, interpretation.Articles).On("value")
	}
	return choice, nil
}

// maxReading is the longest reading in words, in characters.
const maxReading = 300

// readChoice reads {"option": id} or {"text": words}.
func (rb *Rulebook) readChoice(change Change) (Choice, error) {
	interpretation, found := rb.Interpretation(change.Rule)
	if !found {
		return Choice{}, ErrReadingUnknown.On("rule")
	}
	var choice Choice
	if err := readJSON(change.Value, &choice); err != nil {
		return Choice{}, ErrReadingInvalid.On("value")
	}
	choice.Text = strings.TrimSpace(choice.Text)
	if (choice.Option == "") == (choice.Text == "") || utf8.RuneCountInString(choice.Text) > maxReading || !utf8.ValidString(choice.Text) {
		return Choice{}, ErrReadingInvalid.On("value")
	}
	if _, ok := interpretation.Option(choice.Option); choice.Option != "" && choice.Option != DefaultOption && !ok {
		return Choice{}, ErrReadingUnknown.Under(rb.ID, interpretation.Articles).On("value")
	}
	return choice, nil
}

// readJSON reads one JSON value and nothing after it, and refuses fields it does not know.
func readJSON(text string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// deepCopy copies what a rulebook is made of: pointers, lists, structs and plain values.
func deepCopy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		made := reflect.New(v.Type().Elem())
		made.Elem().Set(deepCopy(v.Elem()))
		return made
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		made := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			made.Index(i).Set(deepCopy(v.Index(i)))
		}
		return made
	case reflect.Struct:
		made := reflect.New(v.Type()).Elem()
		made.Set(v) // fields that are not exported, too: they are set anew, never written into
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				made.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
		return made
	}
	return v
}

package rules

import (
	"slices"
	"strconv"
)

// maxTimes is the most often one mark may be given; far above what any cap leaves to count.
const maxTimes = 10_000

// Tenths is points in tenths: 895 is 89.5 points. Sums of points are whole numbers of tenths, never floats.
type Tenths int

// String is the points as people write them: 89.5, 100.
func (t Tenths) String() string {
	sign := ""
	if t < 0 {
		sign, t = "-", -t
	}
	if t%10 == 0 {
		return sign + strconv.Itoa(int(t/10))
	}
	return sign + strconv.Itoa(int(t/10)) + "." + strconv.Itoa(int(t%10))
}

// Outcome is the verdict of an inspection. It is no number and no number is made of it: a score stands beside it, and
// only where the rulebook scores.
type Outcome string

// The outcomes.
const (
	Qualified   Outcome = "qualified"
	Unqualified Outcome = "unqualified"
)

var outcomeNames = map[Outcome]string{Qualified: "合格", Unqualified: "不合格"}

// Label is the outcome on the screen: 合格, 不合格.
func (o Outcome) Label() string { return label(outcomeNames, o) }

// Examined is what an inspection looks at.
type Examined struct {
	Object       Object `json:"object"`
	WebsiteClass string `json:"website_class,omitempty"` // portal …; decides whether a site is scored
	Ministry     bool   `json:"ministry,omitempty"`      // a department of the State Council: some caps differ
	NoServices   bool   `json:"no_services,omitempty"`   // it serves no public: services are not asked of it
}

// VetoFound is a condition of a veto that was found to be met. Count is how many of what it counts; 0 where it counts
// nothing or nobody noted how many.
type VetoFound struct {
	Veto      string `json:"veto"`
	Condition string `json:"condition"`
	Count     int    `json:"count,omitempty"`
}

// MarkFound is a mark of an indicator that was found, and how often. Fault names the thing that is wrong, in whatever
// words, when it may turn up under several indicators: it then counts once. Empty = it turns up here alone.
type MarkFound struct {
	Indicator string `json:"indicator"`
	Mark      string `json:"mark"`
	Times     int    `json:"times"`
	Fault     string `json:"fault,omitempty"`
}

// Findings is what an inspection found.
type Findings struct {
	Vetoes []VetoFound `json:"vetoes,omitempty"`
	Marks  []MarkFound `json:"marks,omitempty"` // points off
	Gains  []MarkFound `json:"gains,omitempty"` // points for the bonus
}

// Assessment is the verdict on what was examined and, beside it, its score.
type Assessment struct {
	Rulebook   string     `json:"rulebook"` // id
	Verdict    Outcome    `json:"verdict"`
	Vetoes     []VetoLine `json:"vetoes"`
	Score      *Score     `json:"score"`                 // nil for whatever is not scored, and after a veto
	Lines      []CardLine `json:"lines,omitempty"`       // every indicator in the order of the card; none without a score
	BonusLines []CardLine `json:"bonus_lines,omitempty"` // none unless the bonus was open
	Ignored    []Ignored  `json:"ignored,omitempty"`     // what was found and does not count
}

// VetoLine is one condition that made it fail.
type VetoLine struct {
	VetoFound
	Name     string   `json:"name"`
	Text     string   `json:"text"`
	Articles []string `json:"articles"`
	Citation string   `json:"citation"`
	Remark   string   `json:"remark,omitempty"` // Proof.Remark
}

// Score is points in tenths: Base less Deducted, brought to the full scale, is Points; Points and Bonus are Total.
type Score struct {
	Base      Tenths `json:"base_tenths"`
	Deducted  Tenths `json:"deducted_tenths"`
	Points    Tenths `json:"points_tenths"`
	BonusOpen bool   `json:"bonus_open"` // Points were high enough for the bonus to count
	Bonus     Tenths `json:"bonus_tenths"`
	Total     Tenths `json:"total_tenths"`
}

// CardLine is one indicator with what it cost or, in the bonus, brought.
type CardLine struct {
	Group     string   `json:"group"`
	Indicator string   `json:"indicator"`
	Name      string   `json:"name"`
	Cap       Tenths   `json:"cap_tenths"`
	Found     Tenths   `json:"found_tenths"`      // all that was found, before the cap
	Points    Tenths   `json:"points_tenths"`     // what counts: Found, and Cap at most
	Dropped   int      `json:"dropped,omitempty"` // how often what was found had already been counted elsewhere
	Skipped   bool     `json:"skipped,omitempty"` // not asked of such a body
	Articles  []string `json:"articles"`
	Citation  string   `json:"citation"`
	Remark    string   `json:"remark,omitempty"`
}

// Ignored is something found that does not count, and why.
type Ignored struct {
	What string `json:"what"` // ids: account-stale/app-unusable
	Text string `json:"text"`
	Why  string `json:"why"`
}

// Why something found does not count.
const (
	whyUnconfirmed = "未经证实，不据此判定"
	whyNotAsked    = "不要求这类单位"
	whyTooFew      = "没有达到规定的数量"
)

// Assess holds what an inspection found against the rulebook's vetoes and score card. Verdict and score are two things.
//
// One veto is enough to fail, and what fails by a veto is not scored (指标说明). Only what the card is about is scored:
// for the national card portal sites; accounts, sub-sites and other sites get a verdict alone and Score stays nil. There
// every indicator costs its cap at most, one fault is taken off once (I-GB-06), what stays below the line fails, and only
// what is above the other line has its bonus added. Bodies without public services are scored from a smaller base and
// converted, rounded half up to a tenth (I-GB-07).
//
// What is not confirmed, and what is not asked of such a body, comes back under Ignored. Errors: ErrNotAssessed,
// ErrNotScored, ErrUnknownIndicator, ErrTimesInvalid.
func (rb *Rulebook) Assess(e Examined, found Findings) (*Assessment, error) {
	if !slices.ContainsFunc(rb.Vetoes, func(v Veto) bool { return slices.Contains(v.Objects, e.Object) }) {
		return nil, ErrNotAssessed
	}
	a := &Assessment{Rulebook: rb.ID, Verdict: Qualified, Vetoes: []VetoLine{}}
	for _, hit := range found.Vetoes {
		if err := a.addVeto(rb, e, hit); err != nil {
			return nil, err
		}
	}
	card := rb.cardFor(e)
	if card == nil && len(found.Marks)+len(found.Gains) > 0 {
		return nil, ErrNotScored
	}
	if len(a.Vetoes) > 0 {
		a.Verdict = Unqualified
		return a, nil
	}
	if card == nil {
		return a, nil
	}
	if err := a.score(rb, card, e, found); err != nil {
		return nil, err
	}
	return a, nil
}

// cardFor is the card by which a thing is scored; nil when it gets a verdict only.
func (rb *Rulebook) cardFor(e Examined) *ScoreCard {
	card := rb.ScoreCard
	if card == nil || !card.Enforced() || !slices.Contains(card.Objects, e.Object) || card.WebsiteClass != "" && card.WebsiteClass != e.WebsiteClass {
		return nil
	}
	return card
}

// addVeto records a veto found, or why it does not count.
func (a *Assessment) addVeto(rb *Rulebook, e Examined, hit VetoFound) error {
	veto, condition := rb.condition(hit.Veto, hit.Condition)
	switch {
	case condition == nil || !slices.Contains(veto.Objects, e.Object):
		return ErrUnknownIndicator.Say("没有适用于%s的单项否决情形 %s/%s，请刷新页面，从列出的情形里选。", e.Object.Label(), hit.Veto, hit.Condition)
	case hit.Count < 0:
		return ErrTimesInvalid
	case !veto.Enforced() || !condition.Enforced():
		a.ignore(hit.Veto+"/"+hit.Condition, condition.Text, whyUnconfirmed)
	case veto.ServicesOnly && e.NoServices:
		a.ignore(hit.Veto+"/"+hit.Condition, condition.Text, whyNotAsked)
	case hit.Count > 0 && condition.Count != nil && hit.Count < condition.Count.Min && !condition.Count.AllIfFewer:
		a.ignore(hit.Veto+"/"+hit.Condition, condition.Text, whyTooFew)
	default:
		remark := condition.Remark()
		if remark == "" {
			remark = veto.Remark()
		}
		a.Vetoes = append(a.Vetoes, VetoLine{
			VetoFound: hit, Name: veto.Name, Text: condition.Text, Articles: veto.Articles, Citation: rb.Cite(veto.Articles), Remark: remark,
		})
	}
	return nil
}

func (a *Assessment) ignore(what, text, why string) {
	a.Ignored = append(a.Ignored, Ignored{What: what, Text: text, Why: why})
}

// condition finds a condition of a veto; nil when there is none.
func (rb *Rulebook) condition(veto, condition string) (*Veto, *Condition) {
	for i := range rb.Vetoes {
		for k := range rb.Vetoes[i].Conditions {
			if rb.Vetoes[i].ID == veto && rb.Vetoes[i].Conditions[k].ID == condition {
				return &rb.Vetoes[i], &rb.Vetoes[i].Conditions[k]
			}
		}
	}
	return nil, nil
}

// score fills in the points of what passed the vetoes.
func (a *Assessment) score(rb *Rulebook, card *ScoreCard, e Examined, found Findings) (err error) {
	without := card.WithoutServices
	if without != nil && (!e.NoServices || !without.Enforced()) {
		without = nil
	}
	if a.Lines, err = a.cardLines(rb, card.Groups, e, found.Marks, card, without); err != nil {
		return err
	}
	bonus, err := a.cardLines(rb, card.BonusGroups, e, found.Gains, card, without)
	if err != nil {
		return err
	}
	s := &Score{Base: card.Total.Tenths(), Deducted: sumOf(a.Lines)}
	s.Points = s.Base - s.Deducted
	if without != nil {
		s.Base = without.Base.Tenths()
		s.Points = convert(s.Base-s.Deducted, without.Multiply, without.Divide)
	}
	if s.Points < card.FailBelow.Tenths() {
		a.Verdict = Unqualified
	}
	if s.BonusOpen = s.Points > card.BonusAbove.Tenths(); s.BonusOpen {
		a.BonusLines = bonus
		s.Bonus = min(sumOf(bonus), card.Bonus.Tenths())
	}
	s.Total = s.Points + s.Bonus
	a.Score = s
	return nil
}

// convert is points × multiply ÷ divide, rounded half up to a tenth.
func convert(points Tenths, multiply, divide int) Tenths {
	return (2*points*Tenths(multiply) + Tenths(divide)) / Tenths(2*divide)
}

func sumOf(lines []CardLine) (sum Tenths) {
	for _, line := range lines {
		sum += line.Points
	}
	return sum
}

// cardLines counts marks per indicator, in the order of the card. What is to be counted after the others is.
func (a *Assessment) cardLines(rb *Rulebook, groups []CardGroup, e Examined, found []MarkFound, card *ScoreCard, without *WithoutServices) ([]CardLine, error) {
	for _, hit := range found {
		if err := checkMark(groups, hit); err != nil {
			return nil, err
		}
	}
	var lines []CardLine
	var indicators []*Indicator
	for _, group := range groups {
		for k := range group.Indicators {
			indicator := &group.Indicators[k]
			limit, remark := indicator.cap(e.Ministry), indicator.Remark()
			if remark == "" {
				remark = card.Remark()
			}
			indicators = append(indicators, indicator)
			lines = append(lines, CardLine{
				Group: group.ID, Indicator: indicator.ID, Name: indicator.Name, Cap: limit, Articles: indicator.Articles, Citation: rb.Cite(indicator.Articles),
				Skipped: limit == 0 || without != nil && slices.Contains(without.SkipGroups, group.ID), Remark: remark,
			})
		}
	}
	counted := map[string]bool{}
	for _, after := range []bool{false, true} {
		for i, indicator := range indicators {
			if indicator.AfterOthers == after {
				a.count(&lines[i], indicator, found, counted)
			}
		}
	}
	return lines, nil
}

// checkMark refuses a mark that the groups do not have, or that is given oftener than it can be.
func checkMark(groups []CardGroup, hit MarkFound) error {
	for _, group := range groups {
		for _, indicator := range group.Indicators {
			for _, mark := range indicator.Marks {
				if indicator.ID != hit.Indicator || mark.ID != hit.Mark {
					continue
				}
				if hit.Times < 1 || hit.Times > maxTimes || hit.Times > 1 && mark.Each == "" {
					return ErrTimesInvalid.Say("「%s：%s」的次数 %d 不对，%s。", indicator.Name, mark.Text, hit.Times, timesAllowed(mark))
				}
				return nil
			}
		}
	}
	return ErrUnknownIndicator.Say("检查表里没有 %s/%s 这一项，请刷新页面，从列出的指标里选。", hit.Indicator, hit.Mark)
}

func timesAllowed(mark CardMark) string {
	if mark.Each == "" {
		return "这一项只算一次，请填 1"
	}
	return "请填 1 到 " + strconv.Itoa(maxTimes) + " 的整数"
}

// count fills in one line: what was found of the indicator's marks, once per fault and per choice, up to the cap. counted
// is the faults that have been counted so far.
func (a *Assessment) count(line *CardLine, indicator *Indicator, found []MarkFound, counted map[string]bool) {
	once := map[string]bool{}      // marks that are taken once
	choices := map[string]Tenths{} // the heaviest of each choice
	for _, hit := range found {
		if hit.Indicator != indicator.ID {
			continue
		}
		mark := indicator.mark(hit.Mark)
		switch what := hit.Indicator + "/" + hit.Mark; {
		case !indicator.Enforced() || !mark.Enforced():
			a.ignore(what, mark.Text, whyUnconfirmed)
			continue
		case line.Skipped:
			a.ignore(what, mark.Text, whyNotAsked)
			continue
		case hit.Fault != "" && counted[hit.Fault], mark.Each == "" && once[mark.ID]:
			line.Dropped += hit.Times
			continue
		}
		counted[hit.Fault], once[mark.ID] = true, true
		points := mark.Points.Tenths() * Tenths(hit.Times)
		if mark.Choice != "" {
			line.Found -= choices[mark.Choice]
			points = max(points, choices[mark.Choice])
			choices[mark.Choice] = points
		}
		line.Found += points
	}
	line.Points = min(line.Found, line.Cap)
}

// cap is the most the indicator can cost or bring, in tenths.
func (i *Indicator) cap(ministry bool) Tenths {
	if ministry && i.MinistryCap != nil {
		return i.MinistryCap.Tenths()
	}
	return i.Cap.Tenths()
}

// mark finds a mark; the caller has checked that it exists.
func (i *Indicator) mark(id string) *CardMark {
	return &i.Marks[slices.IndexFunc(i.Marks, func(m CardMark) bool { return m.ID == id })]
}

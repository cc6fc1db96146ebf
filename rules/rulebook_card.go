package rules

import "math"

// Points is a figure of a score card in points, in steps of a tenth, as the rulebook writes it. It is only ever read;
// sums are made of Tenths.
type Points float64

// Tenths is the figure in tenths, exactly.
func (p Points) Tenths() Tenths { return Tenths(math.Round(float64(p) * 10)) }

// Veto is an indicator of which one condition is enough to fail what it is about (单项否决).
type Veto struct {
	ID           string      `yaml:"id" json:"id"`
	Name         string      `yaml:"name" json:"name"`
	Objects      []Object    `yaml:"objects" json:"objects"`
	ServicesOnly bool        `yaml:"services_only,omitempty" json:"services_only,omitempty"` // not asked of bodies without public services
	Conditions   []Condition `yaml:"conditions" json:"conditions"`
	Source       `yaml:",inline"`
	Proof        `yaml:",inline"`
}

// Condition is one way to meet a veto. Without a threshold a person decides by the Text; with several, all of them hold.
type Condition struct {
	ID          string          `yaml:"id" json:"id"`
	Text        string          `yaml:"text" json:"text"`
	Limit       string          `yaml:"limit,omitempty" json:"limit,omitempty"`               // id of the UpdateLimit that is broken
	HomeSilence *Duration       `yaml:"home_silence,omitempty" json:"home_silence,omitempty"` // nothing new on the home page for so long
	Count       *CountThreshold `yaml:"count,omitempty" json:"count,omitempty"`
	Probe       *Probe          `yaml:"probe,omitempty" json:"probe,omitempty"`
	Unanswered  *Unanswered     `yaml:"unanswered,omitempty" json:"unanswered,omitempty"`
	Missing     *Missing        `yaml:"missing,omitempty" json:"missing,omitempty"`
	Proof       `yaml:",inline"`
}

// CountOf is what a CountThreshold counts.
type CountOf string

// What is counted.
const (
	StaleColumns     CountOf = "stale_columns"     // not updated in time; blank ones are not among them
	BlankColumns     CountOf = "blank_columns"     // without any content
	IncompleteGuides CountOf = "incomplete_guides" // guides that miss what Missing says
)

// CountThreshold is met by Min of the things counted. Kinds (or all but Except) narrows columns down; with AllIfFewer a
// site that has fewer than Min of them meets it when every one counts.
type CountThreshold struct {
	Of         CountOf `yaml:"of" json:"of"`
	Kinds      []Kind  `yaml:"kinds,omitempty" json:"kinds,omitempty"`
	Except     []Kind  `yaml:"except,omitempty" json:"except,omitempty"`
	Min        int     `yaml:"min" json:"min"`
	AllIfFewer bool    `yaml:"all_if_fewer,omitempty" json:"all_if_fewer,omitempty"`
}

// Probe is a series of visits to a site: so many a day, over Period, each given up after WaitSeconds. FailPercent of
// them failing meets it.
type Probe struct {
	Period       Duration `yaml:"period" json:"period"`
	VisitsPerDay int      `yaml:"visits_per_day" json:"visits_per_day"`
	WaitSeconds  int      `yaml:"wait_seconds" json:"wait_seconds"`
	FailPercent  int      `yaml:"fail_percent" json:"fail_percent"`
}

// Unanswered is a message left without an answer for longer than After, among those of the last LookBack.
type Unanswered struct {
	After    Duration `yaml:"after" json:"after"`
	LookBack Duration `yaml:"look_back" json:"look_back"`
}

// Missing is met by what lacks Min of the Elements.
type Missing struct {
	Min      int      `yaml:"min" json:"min"`
	Elements []string `yaml:"elements" json:"elements"`
}

// ScoreCard is points for what has passed the vetoes: Total less what is taken off in Groups, and what BonusGroups add,
// up to Bonus. What stays below FailBelow fails; what is above BonusAbove has its bonus counted.
type ScoreCard struct {
	Name            string           `yaml:"name" json:"name"`
	Objects         []Object         `yaml:"objects" json:"objects"`
	WebsiteClass    string           `yaml:"website_class,omitempty" json:"website_class,omitempty"` // portal …; empty = every class
	Total           Points           `yaml:"total" json:"total"`
	Bonus           Points           `yaml:"bonus" json:"bonus"`
	FailBelow       Points           `yaml:"fail_below" json:"fail_below"`
	BonusAbove      Points           `yaml:"bonus_above" json:"bonus_above"`
	WithoutServices *WithoutServices `yaml:"without_services,omitempty" json:"without_services,omitempty"`
	Groups          []CardGroup      `yaml:"groups" json:"groups"`
	BonusGroups     []CardGroup      `yaml:"bonus_groups" json:"bonus_groups"`
	Source          `yaml:",inline"`
	Proof           `yaml:",inline"`
}

// WithoutServices is how bodies without public services are scored: some groups are skipped, Base takes the place of
// the total, and what is left of it is brought back to the full scale by Multiply and Divide.
type WithoutServices struct {
	SkipGroups []string `yaml:"skip_groups" json:"skip_groups"`
	Base       Points   `yaml:"base" json:"base"`
	Multiply   int      `yaml:"multiply" json:"multiply"`
	Divide     int      `yaml:"divide" json:"divide"`
	Source     `yaml:",inline"`
	Proof      `yaml:",inline"`
}

// CardGroup is a group of indicators; their caps add up to its Points.
type CardGroup struct {
	ID         string      `yaml:"id" json:"id"`
	Name       string      `yaml:"name" json:"name"`
	Points     Points      `yaml:"points" json:"points"`
	Indicators []Indicator `yaml:"indicators" json:"indicators"`
}

// Indicator is one item of a card. It never costs, or brings, more than its Cap.
type Indicator struct {
	ID          string     `yaml:"id" json:"id"` // unique in the card
	Name        string     `yaml:"name" json:"name"`
	Cap         Points     `yaml:"cap" json:"cap"`
	MinistryCap *Points    `yaml:"ministry_cap,omitempty" json:"ministry_cap,omitempty"` // for ministries; 0 = not asked of them; nil = Cap
	Samples     []Sample   `yaml:"samples,omitempty" json:"samples,omitempty"`
	LookBack    *Duration  `yaml:"look_back,omitempty" json:"look_back,omitempty"`       // what is looked at lies within it
	AfterOthers bool       `yaml:"after_others,omitempty" json:"after_others,omitempty"` // takes nothing off for what another indicator did
	Marks       []CardMark `yaml:"marks" json:"marks"`
	Source      `yaml:",inline"`
	Proof       `yaml:",inline"`
}

// Sample is how many things of a kind are drawn and looked at.
type Sample struct {
	Of   string `yaml:"of" json:"of"`
	Size int    `yaml:"size" json:"size"`
}

// CardMark is one reason for taking points off, or in a bonus group for adding them: once, or for Each thing found. Of
// the marks with the same Choice only the heaviest counts. After, Within, Min and Max are the figures of its text: longer
// than After without an update or an answer, done Within, so many of something.
type CardMark struct {
	ID     string    `yaml:"id" json:"id"` // unique in its indicator
	Text   string    `yaml:"text" json:"text"`
	Points Points    `yaml:"points" json:"points"`
	Each   string    `yaml:"each,omitempty" json:"each,omitempty"` // 条, 个 …; empty = taken once
	Choice string    `yaml:"choice,omitempty" json:"choice,omitempty"`
	After  *Duration `yaml:"after,omitempty" json:"after,omitempty"`
	Within *Duration `yaml:"within,omitempty" json:"within,omitempty"`
	Min    int       `yaml:"min,omitempty" json:"min,omitempty"`
	Max    int       `yaml:"max,omitempty" json:"max,omitempty"`
	Proof  `yaml:",inline"`
}

// SupervisionCard is the card by which supervising offices are assessed themselves, as far as it could be read. Complete
// is false: a total of what could be read would mean nothing, so none is computed. Unread names what is on the card
// besides.
type SupervisionCard struct {
	Name       string      `yaml:"name" json:"name"`
	Subjects   string      `yaml:"subjects" json:"subjects"`
	Complete   bool        `yaml:"complete" json:"complete"`
	Total      Points      `yaml:"total" json:"total"`
	Bonus      Points      `yaml:"bonus" json:"bonus"`
	FailBelow  Points      `yaml:"fail_below" json:"fail_below"`
	BonusAbove Points      `yaml:"bonus_above" json:"bonus_above"`
	Vetoes     []Condition `yaml:"vetoes,omitempty" json:"vetoes,omitempty"`
	Deductions []CardMark  `yaml:"deductions,omitempty" json:"deductions,omitempty"`
	Gains      []CardMark  `yaml:"gains,omitempty" json:"gains,omitempty"`
	Unread     []Condition `yaml:"unread,omitempty" json:"unread,omitempty"`
	Source     `yaml:",inline"`
	Proof      `yaml:",inline"`
}

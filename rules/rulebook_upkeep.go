package rules

import "unicode/utf8"

// Disclosure is deadlines, categories and duties of disclosing government information.
type Disclosure struct {
	Deadlines            []DisclosureDeadline  `yaml:"deadlines,omitempty" json:"deadlines,omitempty"`
	CategoriesDistrict   *Categories           `yaml:"categories_district,omitempty" json:"categories_district,omitempty"`
	CategoriesPortal     *Categories           `yaml:"categories_portal,omitempty" json:"categories_portal,omitempty"`
	CategoriesDepartment *Categories           `yaml:"categories_department,omitempty" json:"categories_department,omitempty"`
	CategoriesExtra      []CategoriesExtra     `yaml:"categories_extra,omitempty" json:"categories_extra,omitempty"`
	StatusMarks          *StatusMarks          `yaml:"status_marks,omitempty" json:"status_marks,omitempty"`
	OnlineApplication    *Requirement          `yaml:"online_application,omitempty" json:"online_application,omitempty"`
	FreeAccess           *Requirement          `yaml:"free_access,omitempty" json:"free_access,omitempty"`
	PolicyInterpretation *PolicyInterpretation `yaml:"policy_interpretation,omitempty" json:"policy_interpretation,omitempty"`
	Rumours              *Rumours              `yaml:"rumours,omitempty" json:"rumours,omitempty"`
	Precedence           *Precedence           `yaml:"precedence,omitempty" json:"precedence,omitempty"`
}

// DisclosureDeadline is how soon some information must be public. AtMost holds instead of Within only where
// AtMostCondition is met and recorded.
type DisclosureDeadline struct {
	ID              string    `yaml:"id" json:"id"`
	Applies         string    `yaml:"applies" json:"applies"`
	From            string    `yaml:"from" json:"from"` // changed, formed_or_changed, formed_changed_or_saved
	Within          Duration  `yaml:"within" json:"within"`
	AtMost          *Duration `yaml:"at_most,omitempty" json:"at_most,omitempty"`
	AtMostCondition string    `yaml:"at_most_condition,omitempty" json:"at_most_condition,omitempty"`
	Unless          string    `yaml:"unless,omitempty" json:"unless,omitempty"`
	Source          `yaml:",inline"`
}

// Categories is a numbered list of what must be disclosed.
type Categories struct {
	Items  []Numbered `yaml:"items" json:"items"`
	Source `yaml:",inline"`
}

// CategoriesExtra is what a level of units must disclose besides.
type CategoriesExtra struct {
	Level  string   `yaml:"level" json:"level"` // district, township
	Names  []string `yaml:"names" json:"names"`
	Source `yaml:",inline"`
}

// StatusMarks is the marking of documents that were amended, repealed or have expired.
type StatusMarks struct {
	Required bool     `yaml:"required" json:"required"`
	Events   []string `yaml:"events" json:"events"`
	Text     string   `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// PolicyInterpretation is the explanation that goes up together with a policy document.
type PolicyInterpretation struct {
	Required bool   `yaml:"required" json:"required"`
	Timing   string `yaml:"timing" json:"timing"` // same_time
	By       string `yaml:"by" json:"by"`
	Text     string `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// Rumours is to whom false information is reported.
type Rumours struct {
	ReportTo Role   `yaml:"report_to" json:"report_to"`
	When     string `yaml:"when" json:"when"` // promptly: no figure
	Text     string `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// Precedence is which site prevails when two differ.
type Precedence struct {
	Prevails string `yaml:"prevails" json:"prevails"` // portal
	Text     string `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// Interaction is how the public is answered.
type Interaction struct {
	Available             *Requirement    `yaml:"available,omitempty" json:"available,omitempty"`
	ReplyDeadlines        []ReplyDeadline `yaml:"reply_deadlines,omitempty" json:"reply_deadlines,omitempty"`
	CannotHandle          *CannotHandle   `yaml:"cannot_handle,omitempty" json:"cannot_handle,omitempty"`
	MultiUnit             *MultiUnit      `yaml:"multi_unit,omitempty" json:"multi_unit,omitempty"`
	FirstAskedResponsible *Flag           `yaml:"first_asked_responsible,omitempty" json:"first_asked_responsible,omitempty"`
	ReplyReviewRequired   *Flag           `yaml:"reply_review_required,omitempty" json:"reply_review_required,omitempty"`
	MailboxCheck          *MailboxCheck   `yaml:"mailbox_check,omitempty" json:"mailbox_check,omitempty"`
	Reply                 *PromptReply    `yaml:"reply,omitempty" json:"reply,omitempty"`
	ContentSupervision    *Requirement    `yaml:"content_supervision,omitempty" json:"content_supervision,omitempty"`
}

// ReplyDeadline is how soon a message of some kinds must be answered.
type ReplyDeadline struct {
	ID     string   `yaml:"id" json:"id"`
	Kinds  []string `yaml:"kinds" json:"kinds"` // suggestion, consult, verify, handle
	From   string   `yaml:"from" json:"from"`   // received
	Within Duration `yaml:"within" json:"within"`
	Source `yaml:",inline"`
}

// CannotHandle is what is owed when a message cannot be dealt with.
type CannotHandle struct {
	ExplanationRequired bool `yaml:"explanation_required" json:"explanation_required"`
	Source              `yaml:",inline"`
}

// MultiUnit is who leads when a message concerns several units.
type MultiUnit struct {
	Lead   Role `yaml:"lead" json:"lead"`
	Source `yaml:",inline"`
}

// MailboxCheck is how often public mailboxes are read.
type MailboxCheck struct {
	Every  Duration `yaml:"every" json:"every"`
	Source `yaml:",inline"`
}

// PromptReply is a reply demanded without a figure.
type PromptReply struct {
	When   string `yaml:"when" json:"when"` // promptly
	Source `yaml:",inline"`
}

// Surveys is the yearly minimum of surveys and opinion collections. With EachKind every kind reaches it by itself.
type Surveys struct {
	MinPerYear           int       `yaml:"min_per_year" json:"min_per_year"`
	Kinds                []string  `yaml:"kinds" json:"kinds"` // online_survey, opinion_collection
	EachKind             bool      `yaml:"each_kind,omitempty" json:"each_kind,omitempty"`
	ResultWithin         *Duration `yaml:"result_within,omitempty" json:"result_within,omitempty"`
	ResultFrom           string    `yaml:"result_from,omitempty" json:"result_from,omitempty"` // closed
	BeforeMajorDecisions bool      `yaml:"before_major_decisions,omitempty" json:"before_major_decisions,omitempty"`
	Source               `yaml:",inline"`
}

// Takedown is the removal of sensitive content. Within is nil where it must happen Immediately: then no lateness is
// ever computed.
type Takedown struct {
	ID          string    `yaml:"id" json:"id"`
	Trigger     string    `yaml:"trigger" json:"trigger"` // office_found, duty_found_severe, unit_found
	Actor       string    `yaml:"actor" json:"actor"`     // unit
	Action      string    `yaml:"action" json:"action"`   // delete, handle
	Within      *Duration `yaml:"within,omitempty" json:"within,omitempty"`
	ClockFrom   string    `yaml:"clock_from,omitempty" json:"clock_from,omitempty"` // notified
	Immediately bool      `yaml:"immediately,omitempty" json:"immediately,omitempty"`
	Source      `yaml:",inline"`
}

// Duty is keeping watch over and reading the sites and accounts.
type Duty struct {
	ID          string    `yaml:"id" json:"id"`
	By          string    `yaml:"by" json:"by"`
	Coverage    string    `yaml:"coverage,omitempty" json:"coverage,omitempty"` // 7x24
	Every       *Duration `yaml:"every,omitempty" json:"every,omitempty"`
	ReadSite    bool      `yaml:"read_site,omitempty" json:"read_site,omitempty"`
	LogRequired bool      `yaml:"log_required,omitempty" json:"log_required,omitempty"`
	Focus       string    `yaml:"focus,omitempty" json:"focus,omitempty"` // public_holidays
	Text        string    `yaml:"text" json:"text"`
	Source      `yaml:",inline"`
}

// Inspection is a check by the supervising office.
type Inspection struct {
	ID               string   `yaml:"id" json:"id"`
	By               string   `yaml:"by" json:"by"`
	Kind             string   `yaml:"kind,omitempty" json:"kind,omitempty"` // routine, security
	Every            Period   `yaml:"every" json:"every"`
	MinTimes         int      `yaml:"min_times" json:"min_times"`
	MinSamplePercent int      `yaml:"min_sample_percent,omitempty" json:"min_sample_percent,omitempty"` // for SampleSize; 0 = none given
	Subjects         []Object `yaml:"subjects" json:"subjects"`
	PublishAt        []string `yaml:"publish_at,omitempty" json:"publish_at,omitempty"`
	Output           string   `yaml:"output,omitempty" json:"output,omitempty"`
	Feeds            string   `yaml:"feeds,omitempty" json:"feeds,omitempty"`
	Source           `yaml:",inline"`
}

// SelfInspection is a check by the units themselves.
type SelfInspection struct {
	ID           string    `yaml:"id" json:"id"`
	By           string    `yaml:"by" json:"by"`
	Kind         string    `yaml:"kind" json:"kind"`
	Every        Period    `yaml:"every" json:"every"`
	MinTimes     int       `yaml:"min_times,omitempty" json:"min_times,omitempty"`
	ReportWithin *Duration `yaml:"report_within,omitempty" json:"report_within,omitempty"`
	ReportFrom   string    `yaml:"report_from,omitempty" json:"report_from,omitempty"` // finished
	ReportTo     string    `yaml:"report_to,omitempty" json:"report_to,omitempty"`
	ScopeItems   []string  `yaml:"scope_items,omitempty" json:"scope_items,omitempty"`
	Text         string    `yaml:"text,omitempty" json:"text,omitempty"`
	Source       `yaml:",inline"`
}

// Drill is an emergency drill.
type Drill struct {
	ID       string `yaml:"id" json:"id"`
	By       string `yaml:"by" json:"by"`
	Every    Period `yaml:"every" json:"every"`
	MinTimes int    `yaml:"min_times,omitempty" json:"min_times,omitempty"`
	Text     string `yaml:"text" json:"text"`
	Source   `yaml:",inline"`
}

// Evaluation is an assessment of the sites. No regulation gives scores.
type Evaluation struct {
	ID           string   `yaml:"id" json:"id"`
	By           string   `yaml:"by" json:"by"`
	Every        Period   `yaml:"every,omitempty" json:"every,omitempty"`
	MinTimes     int      `yaml:"min_times,omitempty" json:"min_times,omitempty"`
	Subjects     []Object `yaml:"subjects,omitempty" json:"subjects,omitempty"`
	Methods      []string `yaml:"methods,omitempty" json:"methods,omitempty"`
	Output       string   `yaml:"output,omitempty" json:"output,omitempty"`
	Publish      string   `yaml:"publish,omitempty" json:"publish,omitempty"`
	PublishAfter string   `yaml:"publish_after,omitempty" json:"publish_after,omitempty"`
	Feeds        string   `yaml:"feeds,omitempty" json:"feeds,omitempty"`
	Strength     Strength `yaml:"strength,omitempty" json:"strength,omitempty"`
	Text         string   `yaml:"text,omitempty" json:"text,omitempty"`
	Source       `yaml:",inline"`
}

// AnnualReport is a yearly report about the year before (K08).
type AnnualReport struct {
	ID         string    `yaml:"id" json:"id"`
	Kind       string    `yaml:"kind" json:"kind"`                 // website_work, website_supervision, information_disclosure
	By         string    `yaml:"by,omitempty" json:"by,omitempty"` // unit, province_or_ministry; empty = every unit
	Covers     string    `yaml:"covers" json:"covers"`             // previous_year
	SubmitBy   *MonthDay `yaml:"submit_by,omitempty" json:"submit_by,omitempty"`
	SubmitTo   string    `yaml:"submit_to,omitempty" json:"submit_to,omitempty"`
	SubmitForm string    `yaml:"submit_form,omitempty" json:"submit_form,omitempty"`
	PublishBy  MonthDay  `yaml:"publish_by" json:"publish_by"`
	Contents   []string  `yaml:"contents,omitempty" json:"contents,omitempty"`
	Rows       []Rows    `yaml:"rows,omitempty" json:"rows,omitempty"` // what its form asks, part by part
	Source     `yaml:",inline"`
	Proof      `yaml:",inline"`
}

// Rows is one part of a report's form.
type Rows struct {
	Part  string   `yaml:"part" json:"part"`
	Names []string `yaml:"names" json:"names"`
	Proof `yaml:",inline"`
}

// MonthDay is a fixed date of every year.
type MonthDay struct {
	Month int `yaml:"month" json:"month"`
	Day   int `yaml:"day" json:"day"`
}

// Retention is the shortest time something is kept; its end is EndOfCorrespondingDay (K18).
type Retention struct {
	ID      string   `yaml:"id" json:"id"`
	Subject string   `yaml:"subject" json:"subject"`
	Min     Duration `yaml:"min" json:"min"`
	Source  `yaml:",inline"`
}

// Credentials is what holds for passwords and sign-in accounts.
type Credentials struct {
	PasswordRequired    bool      `yaml:"password_required,omitempty" json:"password_required,omitempty"`
	MinLength           int       `yaml:"min_length,omitempty" json:"min_length,omitempty"` // characters; 0 = none given
	Rotation            *Duration `yaml:"rotation,omitempty" json:"rotation,omitempty"`
	RotationStrength    Strength  `yaml:"rotation_strength,omitempty" json:"rotation_strength,omitempty"`
	RotationPeriodic    bool      `yaml:"rotation_periodic,omitempty" json:"rotation_periodic,omitempty"` // 定期, no figure
	LeastPrivilege      bool      `yaml:"least_privilege,omitempty" json:"least_privilege,omitempty"`
	RealName            bool      `yaml:"real_name,omitempty" json:"real_name,omitempty"`
	OnePersonOneAccount bool      `yaml:"one_person_one_account,omitempty" json:"one_person_one_account,omitempty"`
	NoDisclosure        bool      `yaml:"no_disclosure,omitempty" json:"no_disclosure,omitempty"`
	Source              `yaml:",inline"`
}

// LongEnough reports whether a password has at least MinLength characters (K07: the figure itself is enough). True
// where the regulation gives no length; nil credentials demand nothing.
func (c *Credentials) LongEnough(password string) bool {
	return c == nil || utf8.RuneCountInString(password) >= c.MinLength
}

// Handover is what a leaving person hands over.
type Handover struct {
	Required bool     `yaml:"required" json:"required"`
	Items    []string `yaml:"items" json:"items"`
	Source   `yaml:",inline"`
}

// Filing is something that is reported to an office.
type Filing struct {
	ID      string   `yaml:"id" json:"id"`
	Subject string   `yaml:"subject" json:"subject"` // website, personnel, internal_rules, software
	To      Role     `yaml:"to" json:"to"`
	Items   []string `yaml:"items" json:"items"`
	When    string   `yaml:"when,omitempty" json:"when,omitempty"` // promptly
	Source  `yaml:",inline"`
}

// Training is what staff are trained in; MinPerYear is 0 where no figure is given.
type Training struct {
	ID         string `yaml:"id" json:"id"`
	By         string `yaml:"by" json:"by"`
	MinPerYear int    `yaml:"min_per_year,omitempty" json:"min_per_year,omitempty"`
	Rule       string `yaml:"rule,omitempty" json:"rule,omitempty"` // train_before_work
	Audience   string `yaml:"audience,omitempty" json:"audience,omitempty"`
	Text       string `yaml:"text,omitempty" json:"text,omitempty"`
	Source     `yaml:",inline"`
}

// Vendors is what holds for outside contractors.
type Vendors struct {
	ConfidentialityAgreement bool     `yaml:"confidentiality_agreement,omitempty" json:"confidentiality_agreement,omitempty"`
	ResponsibilitiesAgreed   bool     `yaml:"responsibilities_agreed,omitempty" json:"responsibilities_agreed,omitempty"`
	SecrecyTraining          bool     `yaml:"secrecy_training,omitempty" json:"secrecy_training,omitempty"`
	QualificationCheck       bool     `yaml:"qualification_check,omitempty" json:"qualification_check,omitempty"`
	DailySupervision         bool     `yaml:"daily_supervision,omitempty" json:"daily_supervision,omitempty"`
	OperationAgreement       bool     `yaml:"operation_agreement,omitempty" json:"operation_agreement,omitempty"`
	SecurityRequirements     bool     `yaml:"security_requirements,omitempty" json:"security_requirements,omitempty"`
	UndertakerOutsourced     *Vendors `yaml:"undertaker_outsourced,omitempty" json:"undertaker_outsourced,omitempty"`
	Source                   `yaml:",inline"`
}

// Consequences is what follows a breach. No regulation gives scores, so there are none. Articles may be empty: then
// only the entries cite.
type Consequences struct {
	Measures  []string `yaml:"measures,omitempty" json:"measures,omitempty"`
	Severe    string   `yaml:"severe,omitempty" json:"severe,omitempty"`
	Articles  []string `yaml:"articles,omitempty" json:"articles,omitempty"`
	Triggers  []Demand `yaml:"triggers,omitempty" json:"triggers,omitempty"`
	Liability []Demand `yaml:"liability,omitempty" json:"liability,omitempty"`
}

// Interpretation is a point the regulation leaves open and the reading chosen here. Show it next to the rule.
type Interpretation struct {
	ID         string   `yaml:"id" json:"id"`
	Articles   []string `yaml:"articles" json:"articles"`
	Question   string   `yaml:"question" json:"question"`
	Resolution string   `yaml:"resolution" json:"resolution"`
	Options    []Option `yaml:"options,omitempty" json:"options,omitempty"` // the readings the code can compute with; none: words only
	Chosen     *Choice  `yaml:"-" json:"chosen,omitempty"`                  // what an office chose instead; nil: the resolution holds
}

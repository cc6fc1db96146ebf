package rules

// Rulebook is one regulation as data: every section of the schema rulebook/1. A section or field that is absent (nil,
// zero, empty) means that the regulation says nothing about it; show 无规则 and borrow nothing. Where the schema has an
// optional truth value, false and absent mean the same: not demanded. Rulebooks are shared by all callers and are never
// written to after loading.
type Rulebook struct {
	Schema         string       `yaml:"schema" json:"schema"`
	ID             string       `yaml:"id" json:"id"`
	ShortName      string       `yaml:"short_name" json:"short_name"` // as citations write it: 潼南 2022
	SourceFile     string       `yaml:"source_file,omitempty" json:"source_file,omitempty"`
	Origin         *Origin      `yaml:"source,omitempty" json:"source,omitempty"` // instead of SourceFile
	Title          string       `yaml:"title" json:"title"`
	DocumentNumber string       `yaml:"document_number,omitempty" json:"document_number,omitempty"`
	Issuer         string       `yaml:"issuer,omitempty" json:"issuer,omitempty"`
	Jurisdiction   Jurisdiction `yaml:"jurisdiction" json:"jurisdiction"`
	Dates          Dates        `yaml:"dates" json:"dates"`
	ArticleCount   int          `yaml:"article_count,omitempty" json:"article_count,omitempty"` // 0 = it has no numbered articles
	Clauses        []string     `yaml:"clauses,omitempty" json:"clauses,omitempty"`             // the named clauses that articles may cite
	Supervisor     Supervisor   `yaml:"supervisor" json:"supervisor"`
	Scope          Scope        `yaml:"scope" json:"scope"`

	Staffing            []Staffing           `yaml:"staffing,omitempty" json:"staffing,omitempty"`
	UpdateLimits        []UpdateLimit        `yaml:"update_limits,omitempty" json:"update_limits,omitempty"`
	ColumnRules         []ColumnRule         `yaml:"column_rules,omitempty" json:"column_rules,omitempty"`
	OpeningConditions   []OpeningCondition   `yaml:"opening_conditions,omitempty" json:"opening_conditions,omitempty"`
	ApprovalChains      []ApprovalChain      `yaml:"approval_chains,omitempty" json:"approval_chains,omitempty"`
	AccountLimit        *AccountLimit        `yaml:"account_limit,omitempty" json:"account_limit,omitempty"`
	AccountCleanup      []Demand             `yaml:"account_cleanup,omitempty" json:"account_cleanup,omitempty"`
	Naming              []Naming             `yaml:"naming,omitempty" json:"naming,omitempty"`
	PublicNotices       []PublicNotice       `yaml:"public_notices,omitempty" json:"public_notices,omitempty"`
	TemporaryOffline    *TemporaryOffline    `yaml:"temporary_offline,omitempty" json:"temporary_offline,omitempty"`
	Redesign            *Redesign            `yaml:"redesign,omitempty" json:"redesign,omitempty"`
	Review              *Review              `yaml:"review,omitempty" json:"review,omitempty"`
	SecrecyReview       *SecrecyReview       `yaml:"secrecy_review,omitempty" json:"secrecy_review,omitempty"`
	ContentProhibitions []ContentProhibition `yaml:"content_prohibitions,omitempty" json:"content_prohibitions,omitempty"`
	ConductProhibitions []Demand             `yaml:"conduct_prohibitions,omitempty" json:"conduct_prohibitions,omitempty"`
	Repost              *Repost              `yaml:"repost,omitempty" json:"repost,omitempty"`
	JointPublication    *JointPublication    `yaml:"joint_publication,omitempty" json:"joint_publication,omitempty"`
	PublicationFields   *PublicationFields   `yaml:"publication_fields,omitempty" json:"publication_fields,omitempty"`
	Disclosure          *Disclosure          `yaml:"disclosure,omitempty" json:"disclosure,omitempty"`
	Interaction         *Interaction         `yaml:"interaction,omitempty" json:"interaction,omitempty"`
	Surveys             *Surveys             `yaml:"surveys,omitempty" json:"surveys,omitempty"`
	Takedown            []Takedown           `yaml:"takedown,omitempty" json:"takedown,omitempty"`
	Monitoring          []Demand             `yaml:"monitoring,omitempty" json:"monitoring,omitempty"`
	Duty                []Duty               `yaml:"duty,omitempty" json:"duty,omitempty"`
	PublicOpinion       []Demand             `yaml:"public_opinion,omitempty" json:"public_opinion,omitempty"`
	Inspections         []Inspection         `yaml:"inspections,omitempty" json:"inspections,omitempty"`
	SelfInspections     []SelfInspection     `yaml:"self_inspections,omitempty" json:"self_inspections,omitempty"`
	Drills              []Drill              `yaml:"drills,omitempty" json:"drills,omitempty"`
	EmergencyPlans      []Demand             `yaml:"emergency_plans,omitempty" json:"emergency_plans,omitempty"`
	Evaluation          []Evaluation         `yaml:"evaluation,omitempty" json:"evaluation,omitempty"`
	AnnualReports       []AnnualReport       `yaml:"annual_reports,omitempty" json:"annual_reports,omitempty"`
	Retention           []Retention          `yaml:"retention,omitempty" json:"retention,omitempty"`
	Credentials         *Credentials         `yaml:"credentials,omitempty" json:"credentials,omitempty"`
	Handover            *Handover            `yaml:"handover,omitempty" json:"handover,omitempty"`
	Filings             []Filing             `yaml:"filings,omitempty" json:"filings,omitempty"`
	SecurityMeasures    []Demand             `yaml:"security_measures,omitempty" json:"security_measures,omitempty"`
	Training            []Training           `yaml:"training,omitempty" json:"training,omitempty"`
	Vendors             *Vendors             `yaml:"vendors,omitempty" json:"vendors,omitempty"`
	Consequences        *Consequences        `yaml:"consequences,omitempty" json:"consequences,omitempty"`
	Vetoes              []Veto               `yaml:"vetoes,omitempty" json:"vetoes,omitempty"`
	ScoreCard           *ScoreCard           `yaml:"score_card,omitempty" json:"score_card,omitempty"`
	SupervisionCard     *SupervisionCard     `yaml:"supervision_card,omitempty" json:"supervision_card,omitempty"`
	Interpretations     []Interpretation     `yaml:"interpretations" json:"interpretations"`

	FileName string `yaml:"-" json:"-"`      // the file it was read from
	SHA256   string `yaml:"-" json:"sha256"` // of that file's bytes, in lower-case hex

	regulation *Rulebook // as the file has it, when this is a copy with changes laid over it; see With
	changes    []Change
	duties     []DutyRule // what Duties lists
}

// Source is what nearly every entry carries: the articles it comes from and the readings chosen where they are open.
type Source struct {
	Articles []string `yaml:"articles" json:"articles"`
	Interp   []string `yaml:"interp,omitempty" json:"interp,omitempty"` // ids of Interpretations

	effects []Effect // of the readings in force; set when the rulebook is loaded or changed, never written into
}

// Origin is where a regulation is to be read whose text is no file of ours.
type Origin struct {
	Title          string `yaml:"title" json:"title"`
	DocumentNumber string `yaml:"document_number" json:"document_number"`
	Address        string `yaml:"address" json:"address"` // the official one
	Note           string `yaml:"note,omitempty" json:"note,omitempty"`
}

// Proof is how sure an entry is that was not read in the official text. Confirmed is nil, or false for what nothing
// retrieved confirms: show it as such and enforce nothing by it (Enforced). Evidence is "mirror" for what was read in a
// copy or a report: it holds, and Remark is shown beside it.
type Proof struct {
	Confirmed *bool  `yaml:"confirmed,omitempty" json:"confirmed,omitempty"`
	Evidence  string `yaml:"evidence,omitempty" json:"evidence,omitempty"`
}

// Enforced reports whether the entry may count for or against anybody.
func (p Proof) Enforced() bool { return p.Confirmed == nil || *p.Confirmed }

// Remark is what a screen shows beside the entry; "" when it was read in the official text.
func (p Proof) Remark() string {
	switch {
	case !p.Enforced():
		return "未经证实，只作参考，不据此判定"
	case p.Evidence == "mirror":
		return "据转载件录入，使用前请与原文核对"
	}
	return ""
}

// Jurisdiction is where the regulation holds.
type Jurisdiction struct {
	Province string `yaml:"province,omitempty" json:"province,omitempty"` // empty only for the whole state
	Name     string `yaml:"name" json:"name"`
	Level    string `yaml:"level" json:"level"` // state, province, prefecture, county
}

// Dates are the regulation's own dates as YYYY-MM-DD; empty when the source gives none.
type Dates struct {
	Dated         string `yaml:"dated,omitempty" json:"dated,omitempty"` // what stands under the text
	Adopted       string `yaml:"adopted,omitempty" json:"adopted,omitempty"`
	Issued        string `yaml:"issued,omitempty" json:"issued,omitempty"`
	Published     string `yaml:"published,omitempty" json:"published,omitempty"`
	Effective     string `yaml:"effective,omitempty" json:"effective,omitempty"`
	EffectiveRule string `yaml:"effective_rule" json:"effective_rule"` // on_issue, on_publication
	Source        `yaml:",inline"`
}

// Supervisor is the office that supervises under the regulation.
type Supervisor struct {
	Role     Role   `yaml:"role" json:"role"`
	Name     string `yaml:"name" json:"name"`
	Operator string `yaml:"operator,omitempty" json:"operator,omitempty"`
	Source   `yaml:",inline"`
}

// Scope is whom and what the regulation governs (K15).
type Scope struct {
	Objects   []Object  `yaml:"objects" json:"objects"`
	Units     string    `yaml:"units" json:"units"`
	Processes []Process `yaml:"processes" json:"processes"`
	Source    `yaml:",inline"`
}

// Staffing is a person a unit must name. Min and Max are 0 where the regulation gives no figure.
type Staffing struct {
	ID              string `yaml:"id" json:"id"`
	Role            Role   `yaml:"role" json:"role"`
	Min             int    `yaml:"min,omitempty" json:"min,omitempty"`
	Max             int    `yaml:"max,omitempty" json:"max,omitempty"`
	MaxIsSuggestion bool   `yaml:"max_is_suggestion,omitempty" json:"max_is_suggestion,omitempty"`
	Text            string `yaml:"text" json:"text"`
	Source          `yaml:",inline"`
}

// UpdateLimit is the longest time between two updates of some kinds of account or column.
type UpdateLimit struct {
	ID          string   `yaml:"id" json:"id"`
	Target      Target   `yaml:"target" json:"target"`
	Kinds       []Kind   `yaml:"kinds" json:"kinds"`
	Except      []Kind   `yaml:"except,omitempty" json:"except,omitempty"`             // kinds that AnyKind leaves out
	ColumnLevel int      `yaml:"column_level,omitempty" json:"column_level,omitempty"` // 1 = top columns only; 0 = every level
	MaxGap      Duration `yaml:"max_gap" json:"max_gap"`
	Strength    Strength `yaml:"strength,omitempty" json:"strength,omitempty"`
	Source      `yaml:",inline"`
	Proof       `yaml:",inline"`
}

// ColumnRule is a rule about the columns of a site.
type ColumnRule struct {
	ID     string     `yaml:"id" json:"id"`
	Rule   string     `yaml:"rule" json:"rule"` // blank_is_stale, undated_is_stale, no_blank, required_columns …
	Text   string     `yaml:"text" json:"text"`
	Items  []Numbered `yaml:"items,omitempty" json:"items,omitempty"`
	Source `yaml:",inline"`
}

// Numbered is an item of a numbered list of the regulation.
type Numbered struct {
	N        int    `yaml:"n" json:"n"`
	Name     string `yaml:"name" json:"name"`
	Optional bool   `yaml:"optional,omitempty" json:"optional,omitempty"`
	Check    string `yaml:"check,omitempty" json:"check,omitempty"`
}

// OpeningCondition must hold before something is opened.
type OpeningCondition struct {
	ID          string   `yaml:"id" json:"id"`
	Objects     []Object `yaml:"objects" json:"objects"`
	Rule        string   `yaml:"rule" json:"rule"`
	UnitLevels  []string `yaml:"unit_levels,omitempty" json:"unit_levels,omitempty"`
	Authorities []Role   `yaml:"authorities,omitempty" json:"authorities,omitempty"`
	Strength    Strength `yaml:"strength,omitempty" json:"strength,omitempty"`
	Text        string   `yaml:"text" json:"text"`
	Source      `yaml:",inline"`
}

// ApprovalChain is who consents, examines, approves and files, in order, when a process is done to an object.
type ApprovalChain struct {
	ID           string    `yaml:"id" json:"id"`
	Processes    []Process `yaml:"processes" json:"processes"`
	Objects      []Object  `yaml:"objects" json:"objects"`
	WebsiteClass string    `yaml:"website_class,omitempty" json:"website_class,omitempty"` // portal, department, town; empty = every class
	Fields       []string  `yaml:"fields,omitempty" json:"fields,omitempty"`
	Note         string    `yaml:"note,omitempty" json:"note,omitempty"`
	Stages       []Stage   `yaml:"stages" json:"stages"`
	Source       `yaml:",inline"`
}

// Stage is one step of an approval chain. Stages of the same Seq run side by side and must all be done; none begins
// before every stage of a lower Seq is done. Either Role or AnyOf is set.
type Stage struct {
	Seq    int         `yaml:"seq" json:"seq"`
	Action StageAction `yaml:"action" json:"action"`
	Role   Role        `yaml:"role,omitempty" json:"role,omitempty"`
	AnyOf  []Role      `yaml:"any_of,omitempty" json:"any_of,omitempty"` // one of them is enough
	Name   string      `yaml:"name,omitempty" json:"name,omitempty"`
	To     Role        `yaml:"to,omitempty" json:"to,omitempty"`
	ToName string      `yaml:"to_name,omitempty" json:"to_name,omitempty"`
	Form   string      `yaml:"form,omitempty" json:"form,omitempty"`
	Notice string      `yaml:"notice,omitempty" json:"notice,omitempty"` // id of a PublicNotice

	// IfRequired says that the regulation asks for the stage only where somebody else requires it (按照有关行业主管部门要求):
	// where nobody does, it is recorded as not applying, with the reason.
	IfRequired bool `yaml:"if_required,omitempty" json:"if_required,omitempty"`
}

// AccountLimit is how many accounts a unit may have on a platform.
type AccountLimit struct {
	Per      string   `yaml:"per" json:"per"` // unit_and_platform
	Max      int      `yaml:"max" json:"max"`
	Strength Strength `yaml:"strength,omitempty" json:"strength,omitempty"`
	Excess   string   `yaml:"excess,omitempty" json:"excess,omitempty"` // consolidate
	Text     string   `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// Naming is a rule about names, certification, domains or page labels.
type Naming struct {
	ID              string    `yaml:"id" json:"id"`
	Objects         []Object  `yaml:"objects" json:"objects"`
	Aspect          string    `yaml:"aspect" json:"aspect"`
	Rule            string    `yaml:"rule" json:"rule"`
	WebsiteClass    string    `yaml:"website_class,omitempty" json:"website_class,omitempty"`
	Pattern         string    `yaml:"pattern,omitempty" json:"pattern,omitempty"`
	Patterns        []string  `yaml:"patterns,omitempty" json:"patterns,omitempty"`
	ChinesePatterns []string  `yaml:"chinese_patterns,omitempty" json:"chinese_patterns,omitempty"`
	Grace           *Duration `yaml:"grace,omitempty" json:"grace,omitempty"`
	Strength        Strength  `yaml:"strength,omitempty" json:"strength,omitempty"`
	Text            string    `yaml:"text" json:"text"`
	Source          `yaml:",inline"`
}

// PublicNotice is where, when and how long something is announced. MinDuration nil = no length is given.
type PublicNotice struct {
	ID           string    `yaml:"id" json:"id"`
	Processes    []Process `yaml:"processes" json:"processes"`
	Objects      []Object  `yaml:"objects" json:"objects"`
	WebsiteClass string    `yaml:"website_class,omitempty" json:"website_class,omitempty"`
	Places       []string  `yaml:"places,omitempty" json:"places,omitempty"`
	PlacesMatch  string    `yaml:"places_match,omitempty" json:"places_match,omitempty"` // all, any
	Timing       Timing    `yaml:"timing,omitempty" json:"timing,omitempty"`
	MinDuration  *Duration `yaml:"min_duration,omitempty" json:"min_duration,omitempty"`
	Strength     Strength  `yaml:"strength,omitempty" json:"strength,omitempty"`
	Text         string    `yaml:"text" json:"text"`
	Source       `yaml:",inline"`
}

// TemporaryOffline limits going offline for a time (K10).
type TemporaryOffline struct {
	MaxPerYear  int      `yaml:"max_per_year" json:"max_per_year"`
	MaxDuration Duration `yaml:"max_duration" json:"max_duration"`
	NotCounted  []string `yaml:"not_counted,omitempty" json:"not_counted,omitempty"` // reasons that use up nothing
	Source      `yaml:",inline"`
}

// Redesign is what must go on during a redesign.
type Redesign struct {
	KeepRunning bool   `yaml:"keep_running" json:"keep_running"`
	Text        string `yaml:"text,omitempty" json:"text,omitempty"`
	Source      `yaml:",inline"`
}

// Review is the signing chain before publishing.
type Review struct {
	Name                    string        `yaml:"name" json:"name"`
	RequiredBeforePublish   bool          `yaml:"required_before_publish" json:"required_before_publish"`
	Graded                  bool          `yaml:"graded,omitempty" json:"graded,omitempty"`
	Aspects                 []string      `yaml:"aspects,omitempty" json:"aspects,omitempty"`
	Stages                  []ReviewStage `yaml:"stages" json:"stages"`
	RepublishAfterTakedown  *Republish    `yaml:"republish_after_takedown,omitempty" json:"republish_after_takedown,omitempty"`
	RegisterArchiveRequired *Flag         `yaml:"register_archive_required,omitempty" json:"register_archive_required,omitempty"`
	AppliesToReplies        *Flag         `yaml:"applies_to_replies,omitempty" json:"applies_to_replies,omitempty"`
	ImportantItemReview     *Flag         `yaml:"important_item_review,omitempty" json:"important_item_review,omitempty"`
	Source                  `yaml:",inline"`
}

// ReviewStage is one stage of the signing chain. Stages of the same Seq run side by side. A stage without Sign is work
// that is recorded, not signed.
type ReviewStage struct {
	Seq      int      `yaml:"seq" json:"seq"`
	Group    Group    `yaml:"group" json:"group"`
	Label    string   `yaml:"label" json:"label"` // 一审; unique within the chain
	Roles    []Role   `yaml:"roles" json:"roles"` // one of them is enough
	Sign     bool     `yaml:"sign,omitempty" json:"sign,omitempty"`
	Final    bool     `yaml:"final,omitempty" json:"final,omitempty"`       // decides whether to publish
	Releases bool     `yaml:"releases,omitempty" json:"releases,omitempty"` // its signature releases the article
	Focus    []string `yaml:"focus,omitempty" json:"focus,omitempty"`
	Form     string   `yaml:"form,omitempty" json:"form,omitempty"`
	Articles []string `yaml:"articles" json:"articles"`
}

// Republish is what must be done again before a removed text may reappear.
type Republish struct {
	FullChain bool `yaml:"full_chain" json:"full_chain"`
	Source    `yaml:",inline"`
}

// Flag is a truth value with its source.
type Flag struct {
	Value  bool `yaml:"value" json:"value"`
	Source `yaml:",inline"`
}

// Requirement is something demanded without a figure.
type Requirement struct {
	Required bool   `yaml:"required" json:"required"`
	Text     string `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// SecrecyReview is the secrecy review before publishing.
type SecrecyReview struct {
	Required bool   `yaml:"required" json:"required"`
	Form     string `yaml:"form,omitempty" json:"form,omitempty"`
	Text     string `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

// ContentProhibition is a category that must not be published, save for Exception.
type ContentProhibition struct {
	ID        string `yaml:"id" json:"id"`
	Text      string `yaml:"text" json:"text"`
	Exception string `yaml:"exception,omitempty" json:"exception,omitempty"`
	Source    `yaml:",inline"`
}

// Demand is a plain entry of a section that lists demands in words: conduct, monitoring, plans, security measures,
// triggers of consequences and the like.
type Demand struct {
	ID          string `yaml:"id" json:"id"`
	By          string `yaml:"by,omitempty" json:"by,omitempty"`
	Rule        string `yaml:"rule,omitempty" json:"rule,omitempty"`
	Immediately bool   `yaml:"immediately,omitempty" json:"immediately,omitempty"` // no figure: record the times only
	Text        string `yaml:"text" json:"text"`
	Source      `yaml:",inline"`
}

// Repost is what holds for reposting.
type Repost struct {
	SourceRequired         bool     `yaml:"source_required" json:"source_required"`
	NoDistortion           bool     `yaml:"no_distortion,omitempty" json:"no_distortion,omitempty"`
	AccuracyRequired       bool     `yaml:"accuracy_required,omitempty" json:"accuracy_required,omitempty"`
	AllowedSources         []string `yaml:"allowed_sources,omitempty" json:"allowed_sources,omitempty"`
	AllowedSourcesStrength Strength `yaml:"allowed_sources_strength,omitempty" json:"allowed_sources_strength,omitempty"`
	PromptRepostOf         []string `yaml:"prompt_repost_of,omitempty" json:"prompt_repost_of,omitempty"`
	Source                 `yaml:",inline"`
}

// JointPublication is what holds for information made by several units.
type JointPublication struct {
	MinUnits    int    `yaml:"min_units" json:"min_units"`
	LeadReviews bool   `yaml:"lead_reviews" json:"lead_reviews"`
	ConsentForm string `yaml:"consent_form" json:"consent_form"` // written
	ConsentFrom string `yaml:"consent_from" json:"consent_from"` // all_related_units
	Before      string `yaml:"before" json:"before"`             // publish
	Source      `yaml:",inline"`
}

// PublicationFields is what every published item must show.
type PublicationFields struct {
	Required []string `yaml:"required" json:"required"` // source, published_at
	Complete bool     `yaml:"complete,omitempty" json:"complete,omitempty"`
	Counters bool     `yaml:"counters,omitempty" json:"counters,omitempty"`
	Text     string   `yaml:"text,omitempty" json:"text,omitempty"`
	Source   `yaml:",inline"`
}

package accounts

import (
	"context"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
)

// NoticeState is where a notice stands in its life.
type NoticeState string

// The states, in the order of life.
const (
	NoticeDraft     NoticeState = "draft"     // 草稿
	NoticeSigned    NoticeState = "signed"    // 已签发, its text frozen
	NoticeStanding  NoticeState = "standing"  // 公告中
	NoticeEnded     NoticeState = "ended"     // 已结束: stood its time, or was let go early with a reason
	NoticeWithdrawn NoticeState = "withdrawn" // 已作废: never stood, or stood in error; counts for nothing
)

var noticeStateNames = map[NoticeState]string{
	NoticeDraft: "草稿", NoticeSigned: "已签发", NoticeStanding: "公告中", NoticeEnded: "已结束", NoticeWithdrawn: "已作废",
}

// Label is the state on the screen.
func (s NoticeState) Label() string { return noticeStateNames[s] }

// Notice is a public announcement. Its text is plain; what looks like HTML in it is shown as it was typed.
type Notice struct {
	ID            string        `json:"id"`
	UnitID        string        `json:"unit_id"`
	UnitName      string        `json:"unit_name"` // read with the row, not a column of the table
	AccountID     *string       `json:"account_id"`
	ApplicationID *string       `json:"application_id"`
	Process       rules.Process `json:"process"`
	Object        rules.Object  `json:"object"`
	WebsiteClass  string        `json:"website_class"`
	Rulebook      string        `json:"rulebook"` // with Rule: who asks for it; both empty when no regulation does
	Rule          string        `json:"rule"`
	Articles      sql.Strings   `json:"articles"`
	Title         string        `json:"title"`
	Body          string        `json:"body"`
	State         NoticeState   `json:"state"`
	SignedBy      string        `json:"signed_by"`
	SignedName    string        `json:"signed_name"`
	SignedRole    string        `json:"signed_role"`
	SignedAt      *sql.Time     `json:"signed_at"`
	SignedSHA256  string        `json:"signed_sha256" db:"signed_sha256"` // of the text that was signed
	PublishedAt   *sql.Time     `json:"published_at"`                     // on our own pages
	FromAt        *sql.Time     `json:"from_at"`                          // since when it stands where the rule asks for it; nil while a place is missing
	UntilAt       *sql.Time     `json:"until_at"`                         // from when on it may be taken down; nil: no length is given, not begun, or Pending
	Pending       bool          `json:"pending"`                          // 待日历确认: the end needs a year whose working days are not known
	LastOn        *sql.Time     `json:"last_on"`                          // midnight of the last day the unit chose; nil: until it is taken down
	EndedAt       *sql.Time     `json:"ended_at"`
	EndReason     string        `json:"end_reason"`
	CreatedBy     string        `json:"created_by"`
	CreatedAt     sql.Time      `json:"created_at"`
	UpdatedAt     sql.Time      `json:"updated_at"`
	Version       int64         `json:"version"`
	Places        []NoticePlace `json:"places" db:"-"`
}

// NoticePlace is one place besides our own pages where a notice stands.
type NoticePlace struct {
	ID           string    `json:"id"`
	NoticeID     string    `json:"-"`
	Place        string    `json:"place"` // as the rulebooks name it, or PlaceOther
	Name         string    `json:"name"`  // on the screen
	URL          string    `json:"url"`
	PublishedAt  sql.Time  `json:"published_at"` // there
	RecordedBy   string    `json:"recorded_by"`
	RecordedAt   sql.Time  `json:"recorded_at"`
	NextCheckAt  sql.Time  `json:"next_check_at"`
	CheckedAt    *sql.Time `json:"checked_at"`
	ReachedAt    *sql.Time `json:"reached_at"`    // the last time it answered
	FailingSince *sql.Time `json:"failing_since"` // nil while it answers, and before the first look
	Failure      string    `json:"failure"`       // a sentence; empty while it answers
}

// PlaceOther is a place that no rulebook names.
const PlaceOther = "other"

// placeNames are the places of the rulebooks (public_notices.places) on the screen.
var placeNames = map[string]string{
	"district_portal": "区政府门户", "upper_portal": "上级政府门户", "upper_site": "上级政府网站", "same_level_portal": "本级政府门户",
	"own_site": "本网站", "own_home_page": "本网站首页", "old_site": "原网站", PlaceOther: "其他位置",
}

// PlaceName is a place on the screen; a word outside the vocabulary comes back as it is.
func PlaceName(place string) string {
	if name, known := placeNames[place]; known {
		return name
	}
	return place
}

// NoticesOf returns the notices of an application with their places, the first drafted first, whoever asks.
func NoticesOf(ctx context.Context, db *sql.DB, applicationID string) ([]Notice, error) {
	list, err := sql.List[Notice](ctx, db, "notice.of_application", sql.Args{"application_id": applicationID})
	if err == nil {
		err = fillPlaces(ctx, db, list)
	}
	return list, wrap(err, "notices of application %s", applicationID)
}

func fillPlaces(ctx context.Context, db *sql.DB, list []Notice) error {
	at := make(map[string]int, len(list))
	ids := make([]string, len(list))
	for i := range list {
		list[i].Places = []NoticePlace{}
		at[list[i].ID], ids[i] = i, list[i].ID
	}
	if len(ids) == 0 {
		return nil
	}
	places, err := sql.List[NoticePlace](ctx, db, "notice.places", sql.Args{"notice_ids": ids})
	for _, place := range places {
		i := at[place.NoticeID]
		list[i].Places = append(list[i].Places, place)
	}
	return err
}

// announcement is what one step of an application asks of its notices.
type announcement struct {
	ApplicationID string
	Rulebook      *rules.Rulebook // the one whose chain the application follows
	Process       rules.Process
	Object        rules.Object
	WebsiteClass  string
	Rule          string // of an announce stage that names its notice; empty: all that the rulebook asks for here
	Execute       bool   // the step carries the thing out, instead of announcing it
}

// noticesReady is nil when each public notice that the rulebook asks for at this step stands where it must; to carry a thing
// out, those that go before it must also have stood their time (潼南 9 with I-TN-05, 昭通 12(四)). The first that is wanting
// is named with its clause; the fault's detail is a NoticeLack. Errors: ErrNoticeMissing, ErrNoticePlaces, ErrNoticeEarly,
// ErrNoticePending.
func noticesReady(ctx context.Context, tx *sql.DB, ask announcement) error {
	notices, err := NoticesOf(ctx, tx, ask.ApplicationID)
	if err != nil {
		return err
	}
	rulesHere := ask.asked()
	for _, rule := range rulesHere {
		there, stood := true, false
		if ask.Execute {
			there, stood = ask.goesBefore(rule)
		}
		if !there {
			continue
		}
		if err := ask.ready(notices, rule, stood, tx.Now()); err != nil {
			return err
		}
	}
	isShown := func(n Notice) bool { return n.PublishedAt != nil && n.State != NoticeWithdrawn }
	if len(rulesHere) == 0 && !ask.Execute && !slices.ContainsFunc(notices, isShown) {
		return ErrNoticeMissing.Under(ask.Rulebook.ID, nil) // the chain announces, though no rule says where or how long
	}
	return nil
}

// asked lists the rules about notices that the step is under.
func (a announcement) asked() []rules.PublicNotice {
	var list []rules.PublicNotice
	for _, rule := range a.Rulebook.NoticesFor(a.Process, a.Object, a.WebsiteClass) {
		if a.Rule == "" || rule.ID == a.Rule {
			list = append(list, rule)
		}
	}
	return list
}

// goesBefore tells whether a notice must be there before the thing is carried out, and whether it must have stood its time
// by then. Where the rule does not say, the order of the chain does; where the chain has no stage for it, it must be there.
func (a announcement) goesBefore(rule rules.PublicNotice) (there, stood bool) {
	switch rule.Timing {
	case rules.TimingAfter:
		return false, false
	case rules.TimingBefore:
		return true, true
	case rules.TimingWith, rules.TimingPromptly:
		return true, false
	}
	chain, found := a.Rulebook.ChainFor(a.Process, a.Object, a.WebsiteClass)
	if !found {
		return true, false
	}
	announce, execute := 0, 0
	for _, stage := range chain.Stages {
		switch {
		case stage.Action == rules.ActionAnnounce && (stage.Notice == "" || stage.Notice == rule.ID):
			announce = stage.Seq
		case stage.Action == rules.ActionExecute:
			execute = stage.Seq
		}
	}
	return announce <= execute, announce > 0 && announce < execute
}

// NoticeLack is what is wanting of a notice, as figures for the screen.
type NoticeLack struct {
	Rule       string    `json:"rule"`
	Text       string    `json:"text"`        // what the rule asks for
	Places     []string  `json:"places"`      // names of the places that are missing
	EarliestAt *sql.Time `json:"earliest_at"` // from when on it will have stood its time; nil when nobody knows yet
	Strength   string    `json:"strength"`
}

// ready judges the notices of one rule: one that is enough is enough, and the best of them is told of.
func (a announcement) ready(notices []Notice, rule rules.PublicNotice, stood bool, now sql.Time) error {
	lack := NoticeLack{Rule: rule.ID, Text: rule.Text, Places: []string{}, Strength: string(rule.Strength)}
	best := error(ErrNoticeMissing.Say("还没有发布公告：%s。请先起草、签发并发布公告。", rule.Text).Under(a.Rulebook.ID, rule.Articles).With(lack))
	for _, notice := range notices {
		if notice.Rulebook != a.Rulebook.ID || notice.Rule != rule.ID || notice.PublishedAt == nil || notice.State == NoticeWithdrawn {
			continue
		}
		if notice.FromAt == nil {
			lack.Places = missingPlaces(rule, notice.Places)
			best = ErrNoticePlaces.Say("公告还缺登记的位置：%s。请在这些位置发布公告，并在公告里登记网址。", placesSaid(rule, lack.Places)).Under(a.Rulebook.ID, rule.Articles).With(lack)
			continue
		}
		if !stood || rule.MinDuration == nil || notice.State == NoticeEnded || notice.UntilAt != nil && now >= *notice.UntilAt {
			return nil
		}
		best = notYet(notice, "办结", a.Rulebook.Cite(rule.Articles)).Under(a.Rulebook.ID, rule.Articles).With(NoticeLack{Rule: rule.ID, Text: rule.Text, Places: []string{},
			EarliestAt: notice.UntilAt, Strength: string(rule.Strength)})
	}
	return best
}

package channels

import (
	"context"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
)

// Channel is one platform as the deliveries see it. Implementations hold no state of a delivery: everything they learn
// goes into job.Remote, which is saved after each call. Every method honours ctx, returns a *PlatformError for whatever
// the platform or the network did, and never puts a secret into an error, a step or Remote.
type Channel interface {
	// Preview says what the platform will make of a message and what stands against sending it. It calls nobody.
	Preview(message Message, account accounts.Account) Preview

	// Prepare does what no reader can see: upload pictures, make the draft, cut the text. It may run twice, so it
	// looks for what an earlier run left behind and goes on from there.
	Prepare(ctx context.Context, job *Job) error

	// Submit asks the platform to publish. It is called at most once for each intention: when its answer is lost
	// (PlatformError of class Unclear, or a crash) the next call is Find.
	Submit(ctx context.Context, job *Job) (Progress, error)

	// Find asks the platform whether an earlier Submit, whose answer is lost, had an effect. Absent means certainly
	// not, so that Submit may be called again; Unsure means ask again after Next.
	Find(ctx context.Context, job *Job) (Progress, error)

	// Poll asks what became of a submitted message that is not public yet.
	Poll(ctx context.Context, job *Job) (Progress, error)
}

// Retractor is a Channel whose platform can take a post down again. Where a channel is none, or answers with an error of
// class ByHand or Permission, a person takes the post down and the clock runs on.
type Retractor interface {
	// Retract takes down what job.Of published. It may run again after a lost answer: a post that is gone already is Gone.
	// Pending is asked again with Retract after Next.
	Retract(ctx context.Context, job *Job) (Progress, error)
}

// Forestaller is a Retractor whose platform remembers that something was taken down which it does not show yet, and shows it neither
// now nor later. Nobody has to find out first whether it is public.
type Forestaller interface {
	Retractor
	Forestalls() bool
}

// Updater is a Channel whose platform can put a corrected text in the place of the published one.
type Updater interface {
	// Update puts job.Message in the place of what job.Of published. It may run again after a lost answer, so it sends the
	// same identity each time. Published says that readers see the new text.
	Update(ctx context.Context, job *Job) (Progress, error)
}

// Replacer is a Channel that makes something at its platform before it publishes, which must go when the text is corrected meanwhile.
type Replacer interface {
	// Leftover is what Remote of a delivery that was never published says of what its platform still has. The delivery of the corrected
	// text begins with it in its own Remote, and Prepare takes that away. Empty when nothing is left.
	Leftover(remote sql.Object) sql.Object
}

// Observer is a Channel that can list what an account posted, whoever posted it.
type Observer interface {
	// Observe reads what is new since look.Cursor. Errors are *PlatformError; of whatever class, they say that nothing could
	// be read, never that nothing was posted.
	Observe(ctx context.Context, look Look) (Seen, error)
}

// Look is one reading of an account from outside.
type Look struct {
	Account     accounts.Account
	Credentials accounts.Credentials
	Cursor      sql.Object // what the last reading left; empty at the first
	PublicBase  string     // our own address: a post that links to PublicBase/p/ID is the delivery ID
	Now         sql.Time
}

// Seen is what a reading found.
type Seen struct {
	Posts   []SeenPost
	Removed []string      // platform's ids of posts that were listed before and are gone
	Missed  int           // posts the platform counts and no longer lists: a gap that people must know of
	Cursor  sql.Object    // for the next reading
	Next    time.Duration // when to read again; 0 leaves it to the caller
}

// SeenPost is one post as seen from outside.
type SeenPost struct {
	ExternalID  string // the platform's id, empty where there is none
	DeliveryID  string // the delivery it is recognised as, empty when it is not ours
	Title       string
	URL         string
	PublishedAt sql.Time // as the platform shows it; 0 when it shows none or an impossible one, see Doubt
	Doubt       string   // Chinese: why the shown time is not believed; empty when it is
}

// Job is one delivery as an adapter works on it.
type Job struct {
	Delivery    Delivery
	Of          *Delivery // for Retract and Update: the delivery that published the post; nil for Publish
	Message     Message
	Account     accounts.Account
	Credentials accounts.Credentials
	Remote      sql.Object // the platform's ids so far; the adapter writes, the caller saves

	// OriginURL is our own public page of this delivery: unique, lasting, readable by everybody. WeChat carries it as
	// content_source_url, Weibo as the link.
	OriginURL string

	// Members are the articles of a series in their order, the job's own first; empty for what goes out alone. They go out
	// with one call, or not at all. SeriesChanged is when they or their order changed last.
	Members       []Member
	SeriesChanged sql.Time

	// Bytes reads a picture of the message.
	Bytes func(ctx context.Context, picture Picture) ([]byte, error)

	// PictureURL is the public address of a picture of the message.
	PictureURL func(picture Picture) string

	// Step adds a line to what people see of the delivery: a short name such as "draft/add", a Chinese sentence, and
	// details without secrets.
	Step func(name, sentence string, detail sql.Object)

	// Save keeps Remote now, for what must outlive a crash between two calls of one Prepare. It fails when the
	// delivery is no longer ours; the adapter then stops.
	Save func(ctx context.Context) error
}

// Member is one article of a series as an adapter works on it.
type Member struct {
	Delivery   Delivery
	Message    Message
	OriginURL  string                       // of this article, as Job.OriginURL
	PictureURL func(picture Picture) string // as Job.PictureURL
}

// Stage is how far a platform has got with a message.
type Stage string

// The stages an adapter can report.
const (
	Pending   Stage = "pending"   // taken, not public yet: Poll after Next
	Published Stage = "published" // public: URL and ExternalID are set as far as the platform gives them
	Absent    Stage = "absent"    // only from Find: the platform certainly has nothing
	Unsure    Stage = "unsure"    // only from Find: cannot tell yet, ask again after Next
	Awaiting  Stage = "awaiting"  // a person must act (manual delivery); nothing is polled
	Gone      Stage = "gone"      // only from Retract: no reader sees the post any more
)

// Progress is what a platform said.
type Progress struct {
	Stage       Stage
	ExternalID  string        // the platform's id of the post
	URL         string        // where readers find it
	PublishedAt sql.Time      // as the platform gives it; 0 means now
	Next        time.Duration // when to ask again; 0 leaves it to the ladder of the caller
	Parts       []Part        // of a series with stage Published: what became of each article
}

// Part is what became of one article of a series that went out.
type Part struct {
	Place      int // from 1
	ExternalID string
	URL        string
	Remote     sql.Object     // what to keep with its delivery; nil leaves what is there
	Failed     *PlatformError // it did not go out with the others: of class Unclear, it may have
}

// Preview is a message as a channel will show it.
type Preview struct {
	Platform accounts.Platform `json:"platform"`
	Title    string            `json:"title"`
	Digest   string            `json:"digest"`
	HTML     string            `json:"html"` // empty where the platform shows plain text; picture addresses as in the message
	Text     string            `json:"text"` // the plain text the platform shows, empty where it shows HTML
	CoverID  string            `json:"cover_id"`
	Link     string            `json:"link"` // what the post links to, with the delivery's own part left out
	Limits   []Limit           `json:"limits"`
	Warnings []string          `json:"warnings"` // what readers will not see, in Chinese sentences
}

// Limit is one measure a platform sets, and how much of it the message uses.
type Limit struct {
	Field    string `json:"field"`
	Label    string `json:"label"`
	Used     int    `json:"used"`
	Max      int    `json:"max"`
	OK       bool   `json:"ok"`
	Sentence string `json:"sentence"` // what to do when it is not OK; empty when it is
}

// Blocked returns the sentences of the limits that are not kept, an empty list when the message may go.
func (p Preview) Blocked() []string {
	var sentences []string
	for _, limit := range p.Limits {
		if !limit.OK {
			sentences = append(sentences, limit.Sentence)
		}
	}
	return sentences
}

package accounts

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// ActionPostAnswer is an answered question in the audit chain.
const ActionPostAnswer units.Action = "post.answer"

// Doubt is why the date of a post is not believed.
type Doubt string

// The doubts.
const (
	DoubtMissing    Doubt = "missing"    // no date is shown
	DoubtUnreadable Doubt = "unreadable" // what is shown is no date
	DoubtFuture     Doubt = "future"     // more than a day ahead
	DoubtAncient    Doubt = "ancient"    // before there were such accounts
	DoubtBackdated  Doubt = "backdated"  // came to light long after the date it shows
)

// Answer is what a person says of a doubtful post.
type Answer string

// The answers.
const (
	AnswerShown     Answer = "shown"      // count it by the date it shows
	AnswerFirstSeen Answer = "first_seen" // count it since it was first seen
	AnswerAt        Answer = "at"         // count it by another time, which the person knows
	AnswerDrop      Answer = "drop"       // it is no post of the account
)

// QuestionState is where a question stands.
type QuestionState string

// The states of a question.
const (
	QuestionOpen     QuestionState = "open"
	QuestionAnswered QuestionState = "answered"
)

// Question is a post whose date a person must settle. It is no verdict: one that came to light between two readings counts
// since it was first seen until then; one that was there before, or that claims to be old, does not count.
type Question struct {
	ID           string        `json:"id"`
	AccountID    string        `json:"account_id"`
	AccountName  string        `json:"account_name"`
	ColumnID     *string       `json:"column_id"`
	ColumnName   string        `json:"column_name"` // empty when it is of no column
	UnitID       string        `json:"unit_id"`
	UnitName     string        `json:"unit_name"`
	SourceID     string        `json:"source_id"`
	Item         string        `json:"-"`
	PostID       *string       `json:"post_id"` // nil while it does not count
	ExternalID   *string       `json:"-"`
	DeliveryID   *string       `json:"delivery_id"`
	Kind         Doubt         `json:"kind"`
	Doubt        string        `json:"doubt"` // Chinese
	Title        string        `json:"title"`
	URL          string        `json:"url"`
	Shown        string        `json:"shown"`      // as it stands there
	ShownAt      *sql.Time     `json:"shown_at"`   // nil when it cannot be read
	DateBy       DateBy        `json:"date_by"`    // where it stands
	SeenAfter    *sql.Time     `json:"seen_after"` // when it was not there yet; nil: it was there at the first reading
	FirstSeenAt  sql.Time      `json:"first_seen_at"`
	State        QuestionState `json:"state"`
	Answer       Answer        `json:"answer"`
	CountedAt    *sql.Time     `json:"counted_at"`
	Reason       string        `json:"reason"`
	AnsweredBy   string        `json:"-"`
	AnsweredName string        `json:"answered_name"`
	AnsweredAt   *sql.Time     `json:"answered_at"`
	Version      int64         `json:"version"`
	Answers      []Answer      `json:"answers"` // those that this person may give now
}

// AskAboutPosts keeps questions that an observer has. A post that came to light between two readings (SeenAfter is set) and
// whose date cannot be is recorded since it was first seen; one that claims to be old is not. One asked before is left as it
// is. It returns how many are new.
func AskAboutPosts(ctx context.Context, tx *sql.DB, book rules.Book, list []Question) (int, error) {
	asked := 0
	err := tx.InTx(ctx, func(tx *sql.DB) error {
		asked = 0
		for _, q := range list {
			fresh, err := ask(ctx, tx, book, q)
			if err != nil {
				return err
			}
			if fresh {
				asked++
			}
		}
		return nil
	})
	return asked, wrap(err, "ask about %d posts", len(list))
}

func ask(ctx context.Context, tx *sql.DB, book rules.Book, q Question) (bool, error) {
	_, err := sql.Get[string](ctx, tx, "post_question.of_item", sql.Args{"source_id": q.SourceID, "item": q.Item})
	if err == nil || !errors.Is(err, sql.ErrNone) {
		return false, err
	}
	q.ID, q.State, q.Version = sql.NewID(), QuestionOpen, 1
	q.Title, q.Shown, q.Doubt = cut(q.Title, maxTitle), cut(q.Shown, 200), cut(q.Doubt, maxReason)
	q.ExternalID = orNil(cut(text(q.ExternalID), 200))
	if !isWebURL(q.URL, maxPostURL) {
		q.URL = ""
	}
	if q.SeenAfter != nil && q.Kind != DoubtBackdated {
		post, _, err := RecordPost(ctx, tx, book, units.System, q.post(q.FirstSeenAt, DateByFirstSeen))
		switch refusal := fault.As(err); {
		case refusal != nil && refusal.Kind != fault.Internal: // its column was taken off meanwhile: the question stands alone
		case err != nil:
			return false, err
		default:
			q.PostID = &post.ID
		}
	}
	_, err = tx.Exec(ctx, "post_question.insert", q)
	return err == nil, err
}

// post is the post that a question is about, as published at an instant.
func (q Question) post(at sql.Time, by DateBy) NewPost {
	return NewPost{AccountID: q.AccountID, ColumnID: q.ColumnID, DeliveryID: q.DeliveryID, ExternalID: q.ExternalID, Title: q.Title, URL: q.URL,
		Source: Observed, PublishedAt: at, DateBy: by}
}

// QuestionFilter says which page of questions is wanted.
type QuestionFilter struct {
	UnitID    string // this unit and those below it; empty: all the actor reaches
	AccountID string // empty: of all accounts
	State     QuestionState
	After     string // Next of the page before; empty is the first page
	PerPage   int    // 1 to 100; anything else means 20
}

// QuestionPage is a page of questions, the latest first.
type QuestionPage struct {
	Items []Question `json:"items"`
	Next  string     `json:"next"` // empty on the last page
}

// PostQuestions returns a page of the questions about accounts that the actor reaches with ReadAccounts. Errors:
// units.ErrNotFound, ErrCursorInvalid.
func PostQuestions(ctx context.Context, db *sql.DB, actor units.Actor, filter QuestionFilter) (QuestionPage, error) {
	_, id, err := readCursor(filter.After, "question")
	if err != nil {
		return QuestionPage{}, err
	}
	path := ""
	if filter.UnitID != "" {
		unit, err := units.Get(ctx, db, actor, filter.UnitID)
		if err != nil {
			return QuestionPage{}, err
		}
		path = unit.Path
	}
	size := pageSize(filter.PerPage)
	list, err := sql.List[Question](ctx, db, "post_question.list", sql.Args{"path": path, "account_id": filter.AccountID, "state": filter.State,
		"after_id": id, "limit": size + 1, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if err != nil {
		return QuestionPage{}, wrap(err, "list the questions about posts")
	}
	page := QuestionPage{Items: list}
	if len(list) > size {
		page.Items = list[:size]
		page.Next = writeCursor("question", numberKey(0), page.Items[size-1].ID)
	}
	return page, setAnswers(ctx, db, actor, page.Items)
}

// setAnswers fills in what the actor may say to each question: nothing where the actor only reads.
func setAnswers(ctx context.Context, db *sql.DB, actor units.Actor, list []Question) error {
	may := map[string]bool{}
	for i := range list {
		q := &list[i]
		q.Answers = []Answer{}
		if q.State != QuestionOpen {
			continue
		}
		if _, known := may[q.UnitID]; !known {
			err := mustReach(ctx, db, actor, q.UnitID, units.ActDeliveries)
			if err != nil && !errors.Is(err, ErrForbidden) {
				return wrap(err, "what may be answered at unit %s", q.UnitID)
			}
			may[q.UnitID] = err == nil
		}
		if may[q.UnitID] {
			q.Answers = q.answers(db.Now())
		}
	}
	return nil
}

func (q Question) answers(now sql.Time) []Answer {
	list := []Answer{}
	if q.ShownAt != nil && *q.ShownAt >= earliest && *q.ShownAt <= now.Add(aheadAtMost) {
		list = append(list, AnswerShown)
	}
	return append(list, AnswerFirstSeen, AnswerAt, AnswerDrop)
}

// CountQuestions returns how many open questions there are about accounts for which the actor may answer.
func CountQuestions(ctx context.Context, db *sql.DB, actor units.Actor) (int, error) {
	n, err := sql.Get[int](ctx, db, "post_question.count", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
	return n, wrap(err, "count the questions about posts")
}

// Reply is one answer to a question.
type Reply struct {
	Answer Answer
	At     *sql.Time // with AnswerAt only
	Reason string    // required with AnswerAt and AnswerDrop
}

// AnswerQuestion settles a question: the post counts by the answer, and the silences of its account are judged anew. The
// actor holds ActDeliveries for the account's unit and names the version it saw. Errors: ErrQuestionNotFound,
// ErrQuestionStale, ErrAnswerUnknown, ErrAnswerTime, ErrAnswerReason, ErrPostTime, ErrForbidden.
func AnswerQuestion(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reply Reply) (Question, error) {
	reply.Reason = strings.TrimSpace(reply.Reason)
	if utf8.RuneCountInString(reply.Reason) > maxReason || reply.Reason == "" && (reply.Answer == AnswerAt || reply.Answer == AnswerDrop) {
		return Question{}, ErrAnswerReason.On("reason")
	}
	var answered Question
	err := db.InTx(ctx, func(tx *sql.DB) error {
		q, err := openQuestion(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		if err := q.settle(ctx, tx, book, actor, reply); err != nil {
			return err
		}
		mine, err := tx.ExecOne(ctx, "post_question.answer", q)
		if err != nil {
			return err
		}
		if !mine {
			return ErrQuestionStale
		}
		q.Version++
		answered = q
		return units.Audit(ctx, tx, actor, units.Line{UnitID: q.UnitID, Action: ActionPostAnswer, ObjectKind: "post_question", ObjectID: q.ID,
			Detail: sql.Object{"account_id": q.AccountID, "title": q.Title, "kind": q.Kind, "shown": q.Shown, "answer": q.Answer, "counted_at": q.CountedAt, "reason": q.Reason}})
	})
	answered.Answers = []Answer{}
	return answered, wrap(err, "answer question %s", id)
}

// openQuestion returns a question the actor may answer, its account locked.
func openQuestion(ctx context.Context, tx *sql.DB, actor units.Actor, id string, version int64) (Question, error) {
	q, err := sql.Get[Question](ctx, tx, "post_question.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return Question{}, ErrQuestionNotFound
	}
	if err != nil {
		return Question{}, err
	}
	if _, err := forChange(ctx, tx, actor, q.AccountID, units.ActDeliveries); err != nil {
		if errors.Is(err, ErrNotFound) {
			err = ErrQuestionNotFound
		}
		return Question{}, err
	}
	if q.Version != version || q.State != QuestionOpen {
		return Question{}, ErrQuestionStale
	}
	return q, nil
}

// settle lets the post count by a reply.
func (q *Question) settle(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, reply Reply) error {
	at, by := q.FirstSeenAt, DateByFirstSeen
	switch reply.Answer {
	case AnswerFirstSeen:
	case AnswerDrop:
	case AnswerShown:
		if q.ShownAt == nil {
			return ErrAnswerTime.On("answer")
		}
		at, by = *q.ShownAt, q.DateBy
	case AnswerAt:
		if reply.At == nil {
			return ErrAnswerTime.On("at")
		}
		at, by = *reply.At, DateByPerson
	default:
		return ErrAnswerUnknown.On("answer")
	}
	q.State, q.Answer, q.Reason, q.AnsweredBy, q.AnsweredName, q.AnsweredAt = QuestionAnswered, reply.Answer, reply.Reason, actor.PersonID, actor.Name, tx.Now().Ptr()
	if reply.Answer != AnswerDrop {
		q.CountedAt = &at
	}
	return q.carryOut(ctx, tx, book, actor, at, by)
}

func (q *Question) carryOut(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, at sql.Time, by DateBy) error {
	switch {
	case q.Answer == AnswerDrop && q.PostID == nil:
		return nil
	case q.Answer == AnswerDrop:
		if err := dropPost(ctx, tx, book, actor, *q.PostID, q.Reason); err != nil && !errors.Is(err, ErrPostNotFound) {
			return err
		}
		q.PostID = nil
		return nil
	case q.PostID != nil:
		_, err := redatePost(ctx, tx, book, actor, *q.PostID, at, by, q.Reason)
		return err
	}
	in := q.post(at, by)
	in.Note = q.Reason
	post, _, err := RecordPost(ctx, tx, book, actor, in)
	if err == nil {
		q.PostID = &post.ID
	}
	return err
}

package channels

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

// errClaimLost says that a claim was lost: another node reads the source.
var errClaimLost = errors.New("channels: the claim of a source was lost")

// keep saves what one reading found, or why it found nothing, in one transaction.
func (w *Observing) keep(ctx context.Context, db *sql.DB, holder string, s claimed, f finding, problem *trouble, now sql.Time) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if problem != nil {
			return w.keepTrouble(ctx, tx, holder, s, *problem, now)
		}
		return w.keepFinding(ctx, tx, holder, s, f, now)
	})
	if errors.Is(err, errClaimLost) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep what source %s told: %w", s.ID, err)
	}
	return nil
}

// kept is what came of a reading.
type kept struct {
	posts     int // new ones
	questions int
	certain   int // of the posts found, how many have a date that can be
}

func (w *Observing) keepFinding(ctx context.Context, tx *sql.DB, holder string, s claimed, f finding, now sql.Time) error {
	told, err := w.keepPosts(ctx, tx, s, f, now)
	if err != nil {
		return err
	}
	if err := accounts.PostsGone(ctx, tx, f.removed, now); err != nil {
		return err
	}
	if err := accounts.PostsGoneAt(ctx, tx, s.AccountID, f.gone, now); err != nil {
		return err
	}
	result, sentence := f.result, f.sentence
	switch undated := s.OKAt == nil && len(f.posts) > 0 || s.Result == ReadUndated; {
	case result == ReadBlank:
	case undated && told.certain == 0 && s.TargetLastAt == nil:
		result, sentence = ReadUndated, "能够读取，但内容都没有可信的发布时间，不能判断是否按时更新。请到“待核实”里逐条核实，或请网站补上发布时间。"
	case result == ReadUnchanged && s.Result == ReadBlank:
		result, sentence = ReadBlank, s.Sentence
	default:
		sentence = summary(told, f)
	}
	after := s
	after.Result, after.Sentence, after.Warnings = result, sentence, f.warnings
	after.Etag, after.LastModified, after.BodyHash = f.answer.etag, f.answer.lastModified, f.answer.hash
	after.Failures, after.FailingSince, after.State, after.MovedTo = 0, nil, SourceReading, f.movedTo
	after.ReadAt, after.OKAt, after.DueAt = &now, &now, w.next(s, now, f.next).Ptr()
	if f.answer.whole {
		after.FullAt = &now
	}
	if told.posts > 0 {
		after.ChangedAt = &now
	}
	if err := saveReading(ctx, tx, holder, after); err != nil {
		return err
	}
	if err := f.keepBookmark(ctx, tx, s.ID); err != nil {
		return err
	}
	if result == ReadUndated {
		if err := w.markUnread(ctx, tx, s, now, sentence); err != nil {
			return err
		}
	} else if err := w.markRead(ctx, tx, s); err != nil {
		return err
	}
	if told.posts+told.questions+len(f.removed)+len(f.gone) == 0 && s.Failures == 0 && s.Result == result && slices.Equal(s.Warnings, f.warnings) {
		return nil
	}
	return keepEvent(ctx, tx, s.ID, now, result, sentence, told)
}

// summary says what a reading brought; empty when it brought nothing.
func summary(told kept, f finding) string {
	var parts []string
	add := func(n int, format string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, n))
		}
	}
	add(told.posts, "新增更新 %d 条")
	add(told.questions, "日期待核实 %d 条")
	add(f.changed, "改动 %d 条")
	add(len(f.removed)+len(f.gone), "已看不到 %d 条")
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "，") + "。"
}

func saveReading(ctx context.Context, tx *sql.DB, holder string, s claimed) error {
	warnings, room := sql.Strings{}, 1500 // bytes, of the column's characters
	for _, sentence := range s.Warnings {
		if room -= len(sentence) + 4; room < 0 {
			break
		}
		warnings = append(warnings, sentence)
	}
	mine, err := tx.ExecOne(ctx, "source.read", sql.Args{"id": s.ID, "holder": holder, "state": s.State, "etag": s.Etag, "last_modified": s.LastModified,
		"body_hash": s.BodyHash, "due_at": s.DueAt, "result": s.Result, "sentence": cut(s.Sentence, 500), "warnings": warnings,
		"failures": s.Failures, "failing_since": s.FailingSince, "read_at": s.ReadAt, "ok_at": s.OKAt, "full_at": s.FullAt, "changed_at": s.ChangedAt,
		"moved_to": s.MovedTo})
	if err == nil && !mine {
		err = errClaimLost
	}
	return err
}

// keepBookmark keeps what is known of the items from now on, where that is something else than before.
func (f finding) keepBookmark(ctx context.Context, tx *sql.DB, sourceID string) error {
	if f.bookmark == nil {
		return nil
	}
	args := sql.Args{"source_id": sourceID, "bookmark": *f.bookmark}
	saved, err := tx.ExecOne(ctx, "bookmark.save", args)
	if err == nil && !saved {
		_, err = tx.Exec(ctx, "bookmark.insert", args)
	}
	return err
}

func keepEvent(ctx context.Context, tx *sql.DB, sourceID string, now sql.Time, result Reading, sentence string, told kept) error {
	_, err := tx.Exec(ctx, "source.event", sql.Args{"id": sql.NewID(), "source_id": sourceID, "at": now, "result": result, "sentence": cut(sentence, 500),
		"posts": told.posts, "questions": told.questions})
	return err
}

// keepPosts records the posts that were found, confirms the deliveries among them, and asks about dates that cannot be.
func (w *Observing) keepPosts(ctx context.Context, tx *sql.DB, s claimed, f finding, now sql.Time) (kept, error) {
	var told kept
	var posts []accounts.NewPost
	var keys []string
	var questions []accounts.Question
	oldest := oldestOf(f.known)
	for _, one := range f.posts {
		delivery, err := w.recognise(ctx, tx, s, one)
		if err != nil {
			return told, err
		}
		post, doubt, sentence := s.judge(one, now, oldest, w.Pace.Backdated)
		if delivery != nil {
			if err := w.confirm(ctx, tx, *delivery, post); err != nil {
				return told, err
			}
			post.DeliveryID, doubt = &delivery.ID, ""
		}
		if doubt == "" {
			told.certain++
			posts, keys = append(posts, post), append(keys, one.key)
			continue
		}
		if s.OKAt == nil && len(questions) >= opened {
			continue // a source without dates is known by a few of its items
		}
		questions = append(questions, s.question(one, post, doubt, sentence, now))
	}
	recorded, err := accounts.RecordPosts(ctx, tx, w.Outside.Book, units.System, posts)
	if err != nil {
		return told, err
	}
	for i, r := range recorded {
		if r.Created {
			told.posts++
		}
		if at := slices.IndexFunc(f.bookmark.Items, func(item knownItem) bool { return item.Key == keys[i] }); at >= 0 {
			f.bookmark.Items[at].Post = r.Post.ID
		}
	}
	told.questions, err = accounts.AskAboutPosts(ctx, tx, w.Outside.Book, questions)
	return told, err
}

// oldestOf is the date of the oldest item that was listed before; 0 when none is known.
func oldestOf(book bookmark) sql.Time {
	oldest := sql.Time(0)
	for _, item := range book.Items {
		if item.At != 0 && item.Gone != goneForGood && (oldest == 0 || item.At < oldest) {
			oldest = item.At
		}
	}
	return oldest
}

// earliestPost is before there were official accounts and government websites.
var earliestPost = sql.FromStd(time.Date(1995, 1, 1, 0, 0, 0, 0, sql.Beijing))

// judge makes a post of what was seen, and says what stands against its date. A day without an hour lasts until its end, or
// until now. One that an older list pushes up from its end is not backdated: it is older than everything known.
func (s claimed) judge(one seen, now, oldest sql.Time, backdated time.Duration) (accounts.NewPost, accounts.Doubt, string) {
	post := accounts.NewPost{AccountID: s.AccountID, ColumnID: s.ColumnID, ExternalID: orNil(one.guid), Title: firstText(one.title, "（无标题）"), URL: one.url,
		Source: accounts.Observed, PublishedAt: now, DateBy: one.by}
	switch {
	case one.doubt != "":
		return post, accounts.DoubtUnreadable, one.doubt
	case one.shown == "":
		return post, accounts.DoubtMissing, "没有写发布时间。"
	case !one.ok:
		return post, accounts.DoubtUnreadable, fmt.Sprintf("写的发布时间“%s”读不懂。", cut(one.shown, 60))
	}
	begin := sql.FromStd(one.at.Time)
	switch {
	case begin > now.Add(24*time.Hour):
		return post, accounts.DoubtFuture, fmt.Sprintf("写的发布时间“%s”比现在晚一天以上。", cut(one.shown, 60))
	case begin < earliestPost:
		return post, accounts.DoubtAncient, fmt.Sprintf("写的发布时间“%s”早得不合理。", cut(one.shown, 60))
	}
	post.PublishedAt = min(sql.FromStd(one.at.Last()), max(now, begin))
	if s.Kind != PlatformSource && s.OKAt != nil && post.PublishedAt < s.OKAt.Add(-backdated) && post.PublishedAt > oldest && oldest != 0 {
		return post, accounts.DoubtBackdated, fmt.Sprintf("写的发布时间是 %s，但 %s 读取时还没有它，现在才第一次看到。", cut(one.shown, 60), s.OKAt.Std().Format("2006-01-02 15:04"))
	}
	return post, "", ""
}

func (s claimed) question(one seen, post accounts.NewPost, doubt accounts.Doubt, sentence string, now sql.Time) accounts.Question {
	q := accounts.Question{AccountID: s.AccountID, ColumnID: s.ColumnID, SourceID: s.ID, Item: one.key, ExternalID: post.ExternalID, Kind: doubt, Doubt: sentence,
		Title: post.Title, URL: post.URL, Shown: one.shown, DateBy: one.by, SeenAfter: s.OKAt, FirstSeenAt: now}
	if one.ok {
		q.ShownAt = sql.FromStd(one.at.Last()).Ptr()
		if doubt == accounts.DoubtBackdated {
			q.ShownAt = &post.PublishedAt
		}
	}
	return q
}

// recognise returns the delivery to this account that a post is: the one whose public address it carries, else the latest of
// the article whose id it has. nil when it is none of ours.
func (w *Observing) recognise(ctx context.Context, tx *sql.DB, s claimed, one seen) (*Delivery, error) {
	id := one.ours
	if m := w.ours().FindStringSubmatch(one.url + "\n" + one.words); id == "" && m != nil {
		id = m[1]
	}
	if id == "" && one.about != "" {
		var err error
		id, err = sql.Get[string](ctx, tx, "source.delivery_of_origin", sql.Args{"account_id": s.AccountID, "origin_id": one.about})
		if err != nil && !errors.Is(err, sql.ErrNone) {
			return nil, err
		}
	}
	if id == "" {
		return nil, nil //nolint:nilnil // none of ours
	}
	delivery, err := sql.Get[Delivery](ctx, tx, "delivery.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) || err == nil && (delivery.AccountID != s.AccountID || delivery.Action != Publish) {
		return nil, nil //nolint:nilnil // it leads to an article of ours and is another account's post
	}
	return &delivery, err
}

// ours finds our own public addresses in a text.
func (w *Observing) ours() *regexp.Regexp {
	w.once.Do(func() {
		w.pattern = regexp.MustCompile(regexp.QuoteMeta(w.Outside.PublicBase) + `/p/([0-9a-z]{16})`)
	})
	return w.pattern
}

// confirm lets a delivery that is not known to be public end as published: it was seen.
func (w *Observing) confirm(ctx context.Context, tx *sql.DB, delivery Delivery, post accounts.NewPost) error {
	if delivery.State == StatePublished || !delivery.mayBeSeen() && !delivery.awaitsHand() {
		return nil
	}
	news := Confirmation{DeliveryID: delivery.ID, URL: post.URL, PublishedAt: post.PublishedAt, How: "在账号的公开内容里看到了这篇稿件"}
	if post.ExternalID != nil && !strings.HasPrefix(*post.ExternalID, "feed:") {
		news.ExternalID = *post.ExternalID
	}
	err := Confirm(ctx, tx, w.Outside, news)
	if refusal := fault.As(err); refusal != nil && refusal.Kind != fault.Internal { // it was settled otherwise meanwhile; the post stands all the same
		return nil
	}
	return err
}

func (w *Observing) keepTrouble(ctx context.Context, tx *sql.DB, holder string, s claimed, problem trouble, now sql.Time) error {
	after := s
	after.Result, after.Sentence, after.ReadAt = problem.result, problem.sentence, &now
	after.Failures++
	if after.FailingSince == nil {
		after.FailingSince = &now
	}
	next := w.retryAt(s, now, after.Failures, problem.after)
	after.DueAt = &next
	if problem.result == ReadGone {
		after.State, after.DueAt = SourceGone, nil
	}
	if err := saveReading(ctx, tx, holder, after); err != nil {
		return err
	}
	if problem.result == ReadGone || after.Failures >= w.Pace.Failures || dueBefore(s, *after.FailingSince, next) {
		if err := w.markUnread(ctx, tx, s, *after.FailingSince, "自动读取失败："+problem.sentence); err != nil {
			return err
		}
	}
	if s.Result == problem.result && s.Sentence == cut(problem.sentence, 500) {
		return nil
	}
	return keepEvent(ctx, tx, s.ID, now, problem.result, problem.sentence, kept{})
}

// retryAt is when to read again after a failure: each time later, or when the host wants it.
func (w *Observing) retryAt(s claimed, now sql.Time, failures int, wanted time.Duration) sql.Time {
	usual := w.next(s, now, 0).Sub(now)
	return now.Add(max(min(usual<<min(failures-1, 10), max(w.Pace.Longest, usual)), wanted))
}

// dueBefore reports whether a clock would run out before the next reading, though nobody can know whether there was an
// update. One that had run out before the failures began is another matter.
func dueBefore(s claimed, failingSince, next sql.Time) bool {
	return s.TargetDueAt != nil && *s.TargetDueAt > failingSince && *s.TargetDueAt <= next
}

// sibling is a source of the same account or column.
type sibling struct {
	ID           string
	State        SourceState
	Result       Reading
	Failures     int
	FailingSince *sql.Time
	Marked       bool
}

// markUnread lets what a source is read for stand as unread, unless another of its sources can be read, or it stands so
// already.
func (w *Observing) markUnread(ctx context.Context, tx *sql.DB, s claimed, since sql.Time, reason string) error {
	siblings, err := sql.List[sibling](ctx, tx, "source.of_target", sql.Args{"account_id": s.AccountID, "column_id": s.columnID()})
	if err != nil {
		return err
	}
	for _, other := range siblings {
		switch {
		case other.Marked:
			return nil
		case other.ID == s.ID || other.State != SourceReading:
		case other.Failures == 0 && other.Result != ReadUndated && other.Result != "":
			return nil
		case other.FailingSince != nil:
			since = max(since, *other.FailingSince)
		}
	}
	marked, err := w.setUnread(ctx, tx, s, since, reason)
	if err != nil || !marked {
		return err
	}
	_, err = tx.Exec(ctx, "source.mark", sql.Args{"account_id": s.AccountID, "column_id": s.columnID(), "marked": true})
	return err
}

// setUnread marks the account or column itself. False when a person has marked it before, or when it is out of use.
func (w *Observing) setUnread(ctx context.Context, tx *sql.DB, s claimed, since sql.Time, reason string) (bool, error) {
	var err error
	if s.ColumnID != nil {
		column, loadErr := accounts.GetColumn(ctx, tx, units.System, *s.ColumnID)
		if loadErr != nil || column.UnreadSince != nil {
			return false, ignoreRefusal(loadErr)
		}
		err = accounts.MarkColumnUnread(ctx, tx, w.Outside.Book, units.System, *s.ColumnID, since, reason)
	} else {
		account, loadErr := accounts.Load(ctx, tx, s.AccountID)
		if loadErr != nil || account.UnreadSince != nil {
			return false, ignoreRefusal(loadErr)
		}
		if account.InUseAt != nil {
			since = max(since, *account.InUseAt)
		}
		_, err = accounts.MarkUnread(ctx, tx, w.Outside.Book, units.System, s.AccountID, since, reason)
	}
	return err == nil, ignoreRefusal(err)
}

// markRead takes back what markUnread did; what a person marked stays.
func (w *Observing) markRead(ctx context.Context, tx *sql.DB, s claimed) error {
	if !s.Marked {
		return nil
	}
	var err error
	if s.ColumnID != nil {
		err = accounts.MarkColumnRead(ctx, tx, w.Outside.Book, units.System, *s.ColumnID)
	} else {
		_, err = accounts.MarkRead(ctx, tx, w.Outside.Book, units.System, s.AccountID)
	}
	if err := ignoreRefusal(err); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "source.mark", sql.Args{"account_id": s.AccountID, "column_id": s.columnID(), "marked": false})
	return err
}

// ignoreRefusal lets a refusal of the register pass: the account was suspended or shut meanwhile, so nobody asks.
func ignoreRefusal(err error) error {
	if refusal := fault.As(err); refusal != nil && refusal.Kind != fault.Internal {
		return nil
	}
	return err
}

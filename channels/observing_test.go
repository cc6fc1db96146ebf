package channels_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/egress"
	"govmedia/channels/sandbox"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// lookout reads a portal, which stands in for the sites of the district, with a clock that the test sets.
type lookout struct {
	*desk
	stand  *sandbox.Sandbox
	base   string // of the portal
	w      *channels.Observing
	site   accounts.Account
	app    accounts.Account
	column accounts.Column
	portal sandbox.Portal
}

func eachLookout(t *testing.T, test func(l *lookout)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newLookout(t, db)) })
}

func newLookout(t *testing.T, db *sql.DB) *lookout {
	t.Helper()
	l := &lookout{desk: newDesk(t, db)}
	stand, err := sandbox.New(sandbox.Config{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	l.stand = stand
	server := httptest.NewServer(stand.Handler())
	t.Cleanup(server.Close)
	stand.SetPublicURL(server.URL)
	l.base = server.URL + "/portal/town"
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(address.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	guard := egress.New(egress.Config{AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, AllowPorts: []uint16{uint16(port)}, Timeout: 5 * time.Second})
	pace := channels.DefaultObservePace()
	pace.PerHost = 0
	l.w = channels.NewObserving(l.out, guard, pace, "govmedia/1.0 (+https://gov.example.cn; 023-00000000)")
	l.site = l.register(accounts.Website, accounts.KindWebsite, "清源镇人民政府网", accounts.Manual, l.Town.ID)
	l.app = l.register(accounts.App, accounts.KindApp, "清源客户端", accounts.Manual, l.Town.ID)
	opened := l.db.Now().Add(-24 * time.Hour)
	l.column, err = accounts.CreateColumn(t.Context(), l.db, l.out.Book, l.People["admin"], accounts.NewColumn{AccountID: l.site.ID, Name: "工作动态",
		Kind: rules.NewsColumn, Level: 1, CreatedAt: &opened})
	if err != nil {
		t.Fatalf("CreateColumn: %v", err)
	}
	return l
}

// day is a time so many days and hours from now, as pages write it.
func (l *lookout) day(layout string, ago time.Duration) string {
	return l.db.Now().Add(-ago).Std().Format(layout)
}

const (
	minutes = "2006-01-02 15:04"
	inPath  = "20060102"
)

// article is an article with everything a page must have, published so long ago.
func (l *lookout) article(id string, ago time.Duration) sandbox.PortalArticle {
	return sandbox.PortalArticle{ID: id, Title: "第" + id + "篇动态", Body: "<p>清源镇的工作动态。</p>", Day: l.day(inPath, ago), ListDate: l.day(time.DateOnly, ago), PubDate: l.day(minutes, ago)}
}

// show lets the portal have one column with these articles, the latest first.
func (l *lookout) show(articles ...sandbox.PortalArticle) {
	l.portal.Name, l.portal.Title = "town", "清源镇人民政府网"
	if l.portal.SiteCode == "" {
		l.portal.SiteCode = "5001520001"
	}
	mode := ""
	if len(l.portal.Columns) > 0 {
		mode = l.portal.Columns[0].Mode
	}
	l.portal.Columns = []sandbox.PortalColumn{{Path: "gzdt", Title: "工作动态", Mode: mode, Articles: articles}}
	l.stand.AddPortal(l.portal)
}

// set changes how the portal behaves.
func (l *lookout) set(change func(p *sandbox.Portal)) {
	change(&l.portal)
	l.stand.AddPortal(l.portal)
}

func (l *lookout) source(account accounts.Account, columnID string, kind channels.SourceKind, path string, expect channels.Expect) string {
	l.t.Helper()
	source, err := channels.AddSource(l.t.Context(), l.db, l.w.Guard, l.People["admin"], channels.NewSource{AccountID: account.ID, ColumnID: columnID, Kind: kind,
		URL: l.base + path, Expect: expect})
	if err != nil {
		l.t.Fatalf("AddSource(%s): %v", path, err)
	}
	return source.ID
}

func (l *lookout) list() string {
	return l.source(l.site, l.column.ID, channels.ColumnSource, "/gzdt/", channels.Expect{SiteCode: "5001520001", ColumnName: "工作动态"})
}

func (l *lookout) feed() string {
	return l.source(l.app, "", channels.FeedSource, "/rss.xml", channels.Expect{})
}

// read reads everything that is due now.
func (l *lookout) read() int {
	l.t.Helper()
	n, err := channels.ObserveDue(l.t.Context(), l.db, l.w)
	if err != nil {
		l.t.Fatalf("ObserveDue: %v", err)
	}
	return n
}

// later lets time pass and reads.
func (l *lookout) later(d time.Duration) {
	l.t.Helper()
	l.clock.Advance(d)
	l.read()
}

// told checks what a source last told.
func (l *lookout) told(what, id string, want channels.Reading) channels.Source {
	l.t.Helper()
	source, err := channels.GetSource(l.t.Context(), l.db, l.People["officer"], id)
	if err != nil {
		l.t.Fatalf("GetSource: %v", err)
	}
	if source.Result != want {
		l.t.Errorf("%s: result %s, %q, %q; want %s", what, source.Result, source.Sentence, source.Warnings, want)
	}
	return source
}

// seen returns the posts of an account as "title published by", the latest first.
func (l *lookout) seen(account accounts.Account) []string {
	l.t.Helper()
	page, err := accounts.Posts(l.t.Context(), l.db, l.People["officer"], accounts.PostFilter{AccountID: account.ID, PerPage: 100})
	if err != nil {
		l.t.Fatalf("Posts: %v", err)
	}
	var lines []string
	for _, post := range page.Items {
		line := fmt.Sprintf("%s %s %s", post.Title, post.PublishedAt.Std().Format(minutes), post.DateBy)
		if post.RemovedAt != nil {
			line += " removed"
		}
		lines = append(lines, line)
	}
	return lines
}

func (l *lookout) has(what string, got []string, want ...string) {
	l.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (l *lookout) questions() []accounts.Question {
	l.t.Helper()
	page, err := accounts.PostQuestions(l.t.Context(), l.db, l.People["officer"], accounts.QuestionFilter{State: accounts.QuestionOpen})
	if err != nil {
		l.t.Fatalf("PostQuestions: %v", err)
	}
	return page.Items
}

// status is how the account and the column stand.
func (l *lookout) status(account accounts.Account) rules.Status {
	l.t.Helper()
	card, err := accounts.CardOf(l.t.Context(), l.db, l.out.Book, l.People["officer"], account.ID)
	if err != nil {
		l.t.Fatalf("CardOf: %v", err)
	}
	return card.Standing.Status
}

func (l *lookout) columnStatus() rules.Status {
	l.t.Helper()
	card, err := accounts.ColumnCardOf(l.t.Context(), l.db, l.out.Book, l.People["officer"], l.column.ID)
	if err != nil {
		l.t.Fatalf("ColumnCardOf: %v", err)
	}
	return card.Standing.Status
}

func TestAColumnIsReadByTheTagsOfItsArticles(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("2", 2*time.Hour), l.article("1", 20*time.Hour))
		id := l.list()
		l.read()
		l.told("first reading", id, channels.ReadUpdated)
		l.has("posts", l.seen(l.site), "第2篇动态 "+l.day(minutes, 2*time.Hour)+" meta", "第1篇动态 "+l.day(minutes, 20*time.Hour)+" meta")
		l.later(2 * time.Hour)
		l.told("nothing new", id, channels.ReadUnchanged)
		seconds := l.article("3", time.Hour)
		seconds.PubDate = l.day(time.DateTime, time.Hour)
		l.show(append([]sandbox.PortalArticle{seconds}, l.portal.Columns[0].Articles...)...)
		l.later(2 * time.Hour)
		if got := l.seen(l.site); len(got) != 3 || !strings.HasPrefix(got[0], "第3篇动态 "+l.day(minutes, 3*time.Hour)) {
			l.t.Errorf("posts after a third = %q", got)
		}
		if got := l.columnStatus(); got != rules.StatusOK {
			l.t.Errorf("the column stands %s, want ok", got)
		}
	})
}

func TestVariantsOfPages(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		spaced, reversed, upper, foreign := l.article("4", 4*time.Hour), l.article("3", 5*time.Hour), l.article("2", 6*time.Hour), l.article("1", 7*time.Hour)
		spaced.Style, reversed.Style, upper.Style = "spaces", "reversed", "upper"
		l.set(func(p *sandbox.Portal) { p.GBK = true })
		l.show(spaced, reversed, upper)
		id := l.list()
		l.read()
		l.has("GBK, tags in every style", l.seen(l.site), "第4篇动态 "+l.day(minutes, 4*time.Hour)+" meta", "第3篇动态 "+l.day(minutes, 5*time.Hour)+" meta",
			"第2篇动态 "+l.day(minutes, 6*time.Hour)+" meta")
		foreign.ID, foreign.Title, foreign.SiteCode = "9", "外来模板", "1100000099"
		l.show(append([]sandbox.PortalArticle{foreign}, l.portal.Columns[0].Articles...)...)
		l.later(2 * time.Hour)
		source := l.told("a foreign site code", id, channels.ReadUpdated)
		if len(source.Warnings) != 1 || !strings.Contains(source.Warnings[0], "1100000099") {
			l.t.Errorf("warnings = %q, want the foreign code told", source.Warnings)
		}
	})
}

func TestTheLadderOfDates(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		visible, inURL, inList := l.article("3", 3*time.Hour), l.article("2", 4*time.Hour), l.article("1", 5*time.Hour)
		visible.PubDate, visible.Visible = "null", l.day("2006年1月2日 15:04", 3*time.Hour)
		inURL.PubDate = ""
		inList.PubDate, inList.Day = "", ""
		l.show(visible, inURL, inList)
		l.list()
		l.read()
		got := map[string]string{}
		for _, line := range l.seen(l.site) {
			words := strings.Fields(line)
			got[words[0]] = words[len(words)-1]
		}
		if want := map[string]string{"第3篇动态": "text", "第2篇动态": "url", "第1篇动态": "list"}; fmt.Sprint(got) != fmt.Sprint(want) {
			l.t.Errorf("dates by %v, want %v", got, want)
		}
	})
}

func TestADateThatCannotBeIsAQuestion(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("1", 3*time.Hour))
		l.list()
		l.read()
		future, none, back := l.article("2", -72*time.Hour), l.article("3", time.Hour), l.article("4", 200*time.Hour)
		future.Day, future.ListDate = "", ""
		none.Day, none.ListDate, none.PubDate = "", "", "昨天"
		back.PubDate = l.day(minutes, 90*time.Hour)
		old := l.article("0", 300*time.Hour)
		l.show(l.portal.Columns[0].Articles[0], old)
		l.later(2 * time.Hour) // an older one comes up from the end of the list: nothing is wrong with that
		if n := len(l.questions()); n != 0 {
			l.t.Fatalf("%d questions about an old article at the end of the list", n)
		}
		future.ListDate, none.ListDate, back.ListDate = l.day(time.DateOnly, 0), l.day(time.DateOnly, 0), l.day(time.DateOnly, 0)
		l.show(future, none, back, l.portal.Columns[0].Articles[0], old)
		l.later(2 * time.Hour)
		kinds := map[accounts.Doubt]accounts.Question{}
		for _, q := range l.questions() {
			kinds[q.Kind] = q
		}
		if len(kinds) != 3 || kinds[accounts.DoubtFuture].ID == "" || kinds[accounts.DoubtUnreadable].ID == "" || kinds[accounts.DoubtBackdated].ID == "" {
			l.t.Fatalf("questions = %+v, want a future, an unreadable and a backdated date", kinds)
		}
		if kinds[accounts.DoubtFuture].PostID == nil || kinds[accounts.DoubtBackdated].PostID != nil {
			l.t.Errorf("the future one counts since it was seen, the backdated one not: %+v", kinds)
		}
		l.answers(kinds)
	})
}

// answers settles the questions in each way.
func (l *lookout) answers(kinds map[accounts.Doubt]accounts.Question) {
	l.t.Helper()
	future, unreadable, back := kinds[accounts.DoubtFuture], kinds[accounts.DoubtUnreadable], kinds[accounts.DoubtBackdated]
	answer := func(q accounts.Question, who string, reply accounts.Reply) (accounts.Question, error) {
		return accounts.AnswerQuestion(l.t.Context(), l.db, l.out.Book, l.People[who], q.ID, q.Version, reply)
	}
	_, err := answer(future, "stranger", accounts.Reply{Answer: accounts.AnswerFirstSeen})
	refused(l.t, "a stranger answers", err, accounts.ErrQuestionNotFound)
	_, err = answer(future, "officer", accounts.Reply{Answer: accounts.AnswerAt, At: l.db.Now().Ptr()})
	refused(l.t, "another time without a reason", err, accounts.ErrAnswerReason)
	_, err = answer(unreadable, "officer", accounts.Reply{Answer: accounts.AnswerShown})
	refused(l.t, "a shown date that nobody can read", err, accounts.ErrAnswerTime)
	before := len(l.seen(l.site))
	at := l.db.Now().Add(-time.Hour)
	if q, err := answer(future, "officer", accounts.Reply{Answer: accounts.AnswerAt, At: &at, Reason: "后台记录"}); err != nil || q.CountedAt == nil || *q.CountedAt != at {
		l.t.Errorf("answer at = %+v, %v", q, err)
	}
	if _, err := answer(unreadable, "officer", accounts.Reply{Answer: accounts.AnswerDrop, Reason: "是导航链接"}); err != nil {
		l.t.Errorf("drop: %v", err)
	}
	if _, err := answer(back, "officer", accounts.Reply{Answer: accounts.AnswerShown}); err != nil {
		l.t.Errorf("shown: %v", err)
	}
	_, err = answer(back, "officer", accounts.Reply{Answer: accounts.AnswerShown})
	refused(l.t, "a second answer", err, accounts.ErrQuestionStale)
	if after := l.seen(l.site); len(after) != before || len(l.questions()) != 0 {
		l.t.Errorf("posts %d → %d %q, open questions %d; want one dropped, one added", before, len(after), after, len(l.questions()))
	}
	if got := l.columnStatus(); got != rules.StatusOK {
		l.t.Errorf("the column stands %s, want ok", got)
	}
}

func TestWhatCannotBeReadIsUnknownAndNeverLate(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("1", time.Hour))
		id := l.feed()
		l.read()
		if got := l.status(l.app); got != rules.StatusOK {
			l.t.Fatalf("the app stands %s at first, want ok", got)
		}
		for name, mode := range map[string]string{"412": "challenge", "a gate": "gate"} {
			l.set(func(p *sandbox.Portal) { p.Mode = mode })
			l.later(26 * time.Hour) // once a day it is read whole
			if source := l.told(name, id, channels.ReadUnreadable); source.Failures == 0 || source.FailingSince == nil {
				l.t.Errorf("%s: %+v, want the failure counted", name, source)
			}
			for range 40 { // until long after the clock would have run out
				l.later(8 * time.Hour)
				if got := l.status(l.app); got == rules.StatusStale {
					l.t.Fatalf("%s: the app stands late at %s, though nobody could read it", name, l.db.Now())
				}
			}
			if got := l.status(l.app); got != rules.StatusUnknown {
				l.t.Errorf("%s: the app stands %s, want unknown", name, got)
			}
			l.set(func(p *sandbox.Portal) { p.Mode = "" })
			l.show(l.article(name, time.Hour))
			l.later(8 * time.Hour)
			l.told(name+" is over", id, channels.ReadUpdated)
			if got := l.status(l.app); got != rules.StatusOK {
				l.t.Errorf("after %s: the app stands %s, want ok", name, got)
			}
		}
	})
}

// channels.md §6.4, 11: fourteen days and a minute are late; what answers 412 is not.
func TestALateColumnIsLateOnlyWhereItCanBeRead(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("1", time.Hour))
		l.list()
		l.read()
		for l.columnStatus() == rules.StatusOK {
			l.later(12 * time.Hour)
		}
		if got := l.columnStatus(); got != rules.StatusStale {
			l.t.Errorf("a column that is silent and can be read stands %s, want stale", got)
		}
		if got := l.status(l.app); got == rules.StatusUnknown {
			l.t.Errorf("another account stands %s", got)
		}
	})
}

func TestOneColumnThatCannotBeReadDoesNotHideItsSite(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("1", time.Hour))
		id := l.list()
		l.read()
		l.set(func(p *sandbox.Portal) { p.Columns[0].Mode = "scripted"; p.Columns[0].Articles = nil })
		for range 4 {
			l.later(30 * time.Hour)
		}
		l.told("a list by script", id, channels.ReadUnreadable)
		if got := l.columnStatus(); got != rules.StatusUnknown {
			l.t.Errorf("the column stands %s, want unknown", got)
		}
		if site, err := accounts.Load(l.t.Context(), l.db, l.site.ID); err != nil || site.UnreadSince != nil {
			l.t.Errorf("the site is unread since %v, %v; want the column alone", site.UnreadSince, err)
		}
	})
}

func TestABlankColumnIsReadAndSaysSo(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.portal.Columns = []sandbox.PortalColumn{{Mode: "empty"}}
		l.show()
		id := l.list()
		l.read()
		l.told("an empty list", id, channels.ReadBlank)
		l.later(2 * time.Hour)
		if source := l.told("still empty", id, channels.ReadBlank); source.Failures != 0 || source.Sentence == "" {
			l.t.Errorf("blank = %+v, want a reading without failure and with a sentence", source)
		}
	})
}

func TestFeedsThatMisbehave(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("2", 2*time.Hour), l.article("1", 20*time.Hour))
		id := l.feed()
		l.read()
		known := l.seen(l.app)
		for _, c := range []struct {
			mode string
			want channels.Reading
		}{
			{sandbox.FeedNoValidators, channels.ReadUnchanged}, {sandbox.FeedChangingTags, channels.ReadUnchanged}, {sandbox.FeedWeakTag, channels.ReadUnchanged},
			{sandbox.FeedChangingGUID, channels.ReadUnchanged}, {sandbox.FeedAlways304, channels.ReadUnreadable}, {sandbox.FeedBroken, channels.ReadUnreadable},
			{sandbox.FeedHuge, channels.ReadUnreadable}, {sandbox.FeedEntities, channels.ReadUnreadable}, {sandbox.FeedGzipBomb, channels.ReadUnreadable}, {sandbox.FeedHTML, channels.ReadUnreadable},
			{sandbox.FeedLoop, channels.ReadUnreadable}, {sandbox.FeedInner, channels.ReadUnreadable}, {sandbox.FeedBusy, channels.ReadUnreachable},
		} {
			l.set(func(p *sandbox.Portal) { p.FeedMode = c.mode })
			l.later(25 * time.Hour) // read whole
			source := l.told(c.mode, id, c.want)
			if c.want != channels.ReadUnchanged && !strings.Contains(source.Sentence, "。") {
				l.t.Errorf("%s: sentence %q", c.mode, source.Sentence)
			}
			if got := l.seen(l.app); fmt.Sprint(got) != fmt.Sprint(known) {
				l.t.Errorf("%s: posts %q, want %q", c.mode, got, known)
			}
		}
		l.set(func(p *sandbox.Portal) { p.FeedMode = sandbox.FeedMovedForGood })
		l.later(25 * time.Hour)
		if source := l.told("moved", id, channels.ReadUnchanged); !strings.HasSuffix(source.MovedTo, "?moved=1") || source.URL != l.base+"/rss.xml" {
			l.t.Errorf("moved: to %q, address %q; want it proposed, not taken", source.MovedTo, source.URL)
		}
		l.set(func(p *sandbox.Portal) { p.FeedMode = sandbox.FeedGone })
		l.later(25 * time.Hour)
		if source := l.told("410", id, channels.ReadGone); source.State != channels.SourceGone || source.DueAt != nil {
			l.t.Errorf("410: state %s, due %v; want an end", source.State, source.DueAt)
		}
		if got := l.status(l.app); got != rules.StatusUnknown {
			l.t.Errorf("after 410 the app stands %s, want unknown", got)
		}
	})
}

func TestNoInnerAddressIsAsked(t *testing.T) {
	l := newLookout(t, sqliteOf(t))
	_, err := channels.AddSource(t.Context(), l.db, l.w.Guard, l.People["admin"], channels.NewSource{AccountID: l.app.ID, Kind: channels.FeedSource, URL: "http://169.254.169.254/feed"})
	refused(t, "an inner address", err, egress.ErrAddress)
}

func TestItemsThatVanishAreNotedAndGUIDsMayChange(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		one, two, three := l.article("3", 2*time.Hour), l.article("2", 12*time.Hour), l.article("1", 20*time.Hour)
		l.show(one, two, three)
		l.feed()
		l.read()
		l.show(one, three)
		l.later(3 * time.Hour)
		if got := l.seen(l.app); strings.Contains(fmt.Sprint(got), "removed") {
			l.t.Errorf("gone once: %q, want nothing noted yet", got)
		}
		extra := l.article("4", time.Hour)
		l.show(extra, one, three)
		l.later(3 * time.Hour)
		if got := l.seen(l.app); len(got) != 4 || !strings.Contains(got[2], "removed") || strings.Contains(got[1]+got[3], "removed") {
			l.t.Errorf("gone twice: %q, want the second noted as removed", got)
		}
	})
}

// O12, seen from outside: what was delivered and is seen again is one post, and the clocks run from the delivery.
func TestO12WhatWasDeliveredIsNotCountedTwice(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		message := l.message()
		id := l.enqueue(message, l.app)[0]
		l.work(id)
		view := l.view(id)
		if _, err := channels.ConfirmByHand(t.Context(), l.db, l.out, l.People["officer"], id, view.Version, "https://app.example.cn/a/1"); err != nil {
			t.Fatalf("ConfirmByHand: %v", err)
		}
		own := l.article("1", 0)
		own.Title, own.Body = message.Title, `<p>请注意防汛。</p><p>原文：https://gov.example.cn/p/`+id+`</p>`
		l.show(own, l.article("2", 20*time.Hour))
		l.feed()
		l.later(time.Hour)
		if got := l.seen(l.app); len(got) != 2 {
			l.t.Errorf("posts = %q, want the delivery once and the other one", got)
		}
		l.other(id)
	})
}

// other checks that an article of ours which another account carries is that account's own post.
func (l *lookout) other(id string) {
	l.t.Helper()
	reposted := l.article("7", 30*time.Minute)
	reposted.Body = "转载自 https://gov.example.cn/p/" + id
	l.show(reposted)
	l.list()
	l.read()
	if got := l.seen(l.site); len(got) != 1 {
		l.t.Errorf("posts of the site = %q, want its own", got)
	}
}

// O38 and O39, seen from outside: what was taken down is noted as removed and still was an update; what is published anew
// after its signatures is another post.
func TestO38O39RemovedIsNotedAndAgainIsAnother(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		wrong, older := l.article("2", time.Hour), l.article("1", 20*time.Hour)
		l.show(wrong, older)
		l.feed()
		l.read()
		due := l.status(l.app)
		l.show(older)
		l.later(time.Hour)
		l.later(time.Hour) // unchanged: the second look that misses it comes with the next change
		again := l.article("3", 0)
		again.Title = wrong.Title
		l.show(again, older)
		l.later(3 * time.Hour)
		got := l.seen(l.app)
		if len(got) != 3 || !strings.Contains(got[1], "removed") || l.status(l.app) != due {
			l.t.Errorf("posts = %q, stands %s; want three, the first noted as removed", got, l.status(l.app))
		}
	})
}

func TestASeenDeliveryIsConfirmed(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		id := l.enqueue(l.message(), l.app)[0]
		l.stands("handed over", l.work(id), channels.Submitted)
		own := l.article("1", 0)
		own.Body = "<p>https://gov.example.cn/p/" + id + "</p>"
		l.show(own)
		l.feed()
		l.read()
		l.stands("seen", l.view(id), channels.StatePublished)
		if got := l.seen(l.app); len(got) != 1 {
			l.t.Errorf("posts = %q, want one", got)
		}
	})
}

func TestManners(t *testing.T) {
	l := newLookout(t, sqliteOf(t))
	var waits []time.Duration
	l.w.Pace.PerHost = time.Second
	l.w.Wait = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
	l.set(func(p *sandbox.Portal) { p.Robots = "User-agent: *\nDisallow: /portal/town/secret/" })
	l.show(l.article("1", time.Hour), l.article("2", 2*time.Hour))
	id := l.list()
	l.read()
	l.told("a list", id, channels.ReadUpdated)
	calls := l.stand.Journal(sandbox.Filter{Platform: sandbox.Portals})
	if len(waits) < len(calls)-1 || len(calls) < 3 {
		t.Errorf("%d pauses for %d requests, want one before each but the first", len(waits), len(calls))
	}
	for _, call := range calls {
		if agent := call.Header["user-agent"]; !strings.Contains(agent, "gov.example.cn") || !strings.Contains(agent, "023-00000000") {
			t.Errorf("%s: User-Agent %q, want a contact in it", call.Path, agent)
		}
	}
}

func TestTwoReadersShareTheSources(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		l.show(l.article("1", time.Hour))
		l.feed()
		l.list()
		other := channels.NewObserving(l.out, l.w.Guard, l.w.Pace, "x")
		read := make(chan int, 2)
		for _, w := range []*channels.Observing{l.w, other} {
			go func() {
				n, err := channels.ObserveDue(context.Background(), l.db, w)
				if err != nil {
					l.t.Errorf("ObserveDue: %v", err)
				}
				read <- n
			}()
		}
		if n := <-read + <-read; n != 2 {
			l.t.Errorf("two sources were read %d times", n)
		}
		if got := l.seen(l.app); len(got) != 1 {
			l.t.Errorf("posts = %q, want one", got)
		}
	})
}

func TestComparePublic(t *testing.T) {
	l := newLookout(t, sqliteOf(t))
	message := l.message()
	message.Body = "<p>清源镇提醒广大群众注意防汛，转移到安全的地方。</p><p>值班电话请见公告。</p>"
	same, other := l.article("1", 0), l.article("2", 0)
	same.Title, same.Body = message.Title, message.Body
	l.show(same, other)
	for path, want := range map[string]channels.Match{"/gzdt/t" + same.Day + "_1.html": channels.MatchSame, "/gzdt/t" + other.Day + "_2.html": channels.MatchDifferent,
		"/gzdt/nothing.html": channels.MatchAbsent} {
		got, err := channels.ComparePublic(t.Context(), l.w.Guard, l.base+path, message)
		if err != nil || got.Match != want || got.Sentence == "" {
			t.Errorf("ComparePublic(%s) = %+v, %v, want %s", path, got, err, want)
		}
		if got.SignedTitle != message.Title || want == channels.MatchSame && (len(got.Signed) != 2 || !got.Signed[0].Found || !got.Signed[1].Found || got.Shown == "") ||
			want == channels.MatchDifferent && (len(got.Signed) != 2 || got.Signed[1].Found) || want == channels.MatchAbsent && got.Signed == nil {
			t.Errorf("ComparePublic(%s) = %+v, want the two signed sentences, and whether they stand there", path, got)
		}
	}
	l.set(func(p *sandbox.Portal) { p.Mode = "challenge" })
	if got, err := channels.ComparePublic(t.Context(), l.w.Guard, l.base+"/gzdt/", message); err != nil || got.Match != channels.MatchUnreadable {
		t.Errorf("ComparePublic behind a gate = %+v, %v", got, err)
	}
	for _, address := range []string{"https://nowhere.invalid/a.html", "http://nowhere.invalid/a.html", "https://nowhere.invalid:8443/a.html"} { // what others may open
		if got, err := channels.ComparePublic(t.Context(), l.w.Guard, address, message); err != nil || got.Match != channels.MatchUnreadable || got.Sentence == "" || got.Signed == nil {
			t.Errorf("ComparePublic(%s) = %+v, %v, want it left to a person", address, got, err)
		}
	}
	_, err := channels.ComparePublic(t.Context(), l.w.Guard, "http://169.254.169.254/", message)
	refused(t, "an inner address", err, egress.ErrAddress)
}

func TestSourcesByPermission(t *testing.T) {
	eachLookout(t, func(l *lookout) {
		in := channels.NewSource{AccountID: l.app.ID, Kind: channels.FeedSource, URL: l.base + "/rss.xml"}
		_, err := channels.AddSource(t.Context(), l.db, l.w.Guard, l.People["officer"], in)
		refused(t, "an officer adds a source", err, accounts.ErrForbidden)
		_, err = channels.AddSource(t.Context(), l.db, l.w.Guard, l.People["stranger"], in)
		refused(t, "a stranger adds a source", err, accounts.ErrNotFound)
		id := l.feed()
		_, err = channels.AddSource(t.Context(), l.db, l.w.Guard, l.People["admin"], in)
		refused(t, "the same again", err, channels.ErrSourceExists)
		source, err := channels.PauseSource(t.Context(), l.db, l.People["admin"], id, 1)
		if err != nil || source.State != channels.SourcePaused || l.read() != 0 {
			t.Errorf("PauseSource = %+v, %v, want it left alone", source, err)
		}
		_, err = channels.ResumeSource(t.Context(), l.db, l.People["admin"], id, 1)
		refused(t, "a version of before", err, channels.ErrSourceStale)
		if source, err = channels.ResumeSource(t.Context(), l.db, l.People["admin"], id, source.Version); err != nil || l.read() != 1 {
			t.Errorf("ResumeSource = %+v, %v, want it read", source, err)
		}
		if err := channels.RemoveSource(t.Context(), l.db, l.People["admin"], id, source.Version); err != nil {
			t.Errorf("RemoveSource: %v", err)
		}
		_, err = channels.GetSource(t.Context(), l.db, l.People["admin"], id)
		refused(t, "a removed source", err, channels.ErrSourceNotFound)
	})
}

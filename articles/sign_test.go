package articles_test

import (
	"slices"
	"strings"
	"testing"

	"govmedia/articles"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// sendBack returns an article to its author.
func (o *office) sendBack(who, id, reason string) error {
	o.t.Helper()
	view := o.view(id)
	_, err := articles.Return(o.t.Context(), o.db, o.book, o.People[who], id, view.Version, view.SHA256, "", reason)
	return err
}

func TestNobodySignsTwoReviewsNorTwoProofs(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.alsoIs("officer", units.UnitDeputy, o.Town)
		o.alsoIs("officer", units.SectionHead, o.Town)
		id := o.submitted().ID
		o.sign(id, "officer")
		_, err := o.trySign("officer", id, "")
		refused(o.t, "一审 and 二审 by one person", err, articles.ErrRepeat, "一审", "二审")
		if view := o.viewAs("officer", id); slices.Contains(view.Actions, "sign") || !strings.Contains(view.Why, "一审") {
			o.t.Errorf("offered %v because %q, want no sign and the reason", view.Actions, view.Why)
		}
		refused(o.t, "sending back the second review", o.sendBack("officer", id, "改"), articles.ErrRepeat)
		o.sign(id, "deputy", "head", "officer") // a reviewer may proof-read
		_, err = o.trySign("officer", id, "")
		refused(o.t, "一校 and 二校 by one person", err, articles.ErrRepeat, "一校", "二校")
		o.sign(id, "section")
		_, err = o.trySign("officer", id, "三校")
		refused(o.t, "一校 and 三校 by one person", err, articles.ErrRepeat, "一校", "三校")
		o.sign(id, "deputy")
		o.is("with three people each", id, articles.Signed, 6)
	})
}

func TestStagesSideBySideAreSignedInAnyOrder(t *testing.T) {
	for rulebook, roles := range map[string][]units.Role{
		"xiangxi-2018": {units.ColumnOwner, units.Undertaker},
		"chaoan":       {units.ColumnOwner, units.SiteOperator},
	} {
		t.Run(rulebook, func(t *testing.T) {
			eachOffice(t, func(o *office) {
				unit, account := o.under(rulebook, roles...)
				people := []string{rulebook + "/" + string(roles[0]), rulebook + "/" + string(roles[1])}
				text := o.text()
				text.UnitID, text.AccountIDs = unit.ID, []string{account.ID}
				for _, order := range [][]string{people, {people[1], people[0]}} {
					article := o.submit(people[0], o.create(people[0], text).ID)
					first, second := article.Chain[0], article.Chain[1]
					if first.Status != "current" || second.Status != "current" {
						o.t.Errorf("the chain begins %s, %s; want both current", first.Status, second.Status)
					}
					_, err := o.trySign(people[1], article.ID, first.Label) // it is open, but not to this person
					refused(o.t, "the other's stage", err, articles.ErrWrongRole, first.Label+"须由")
					o.sign(article.ID, order[0])
					if view := o.viewAs(order[0], article.ID); slices.Contains(view.Actions, "sign") {
						o.t.Errorf("after the own stage: %v", view.Actions)
					}
					o.is("half way", article.ID, articles.Signing, 1)
					_, err = o.trySchedule(people[0], article.ID, nil)
					if err == nil {
						o.t.Error("Schedule half way succeeded")
					}
					o.sign(article.ID, order[1])
					o.is("both", article.ID, articles.Signed, 2)
				}
				o.alsoIs(people[0], roles[1], unit)
				article := o.submit(people[0], o.create(people[0], text).ID)
				o.sign(article.ID, people[0])
				_, err := o.trySign(people[0], article.ID, "")
				refused(o.t, "both stages by one person", err, articles.ErrRepeat)
			})
		})
	}
}

func TestReturnVoidsAllAndTheNextRevisionBeginsAnew(t *testing.T) {
	eachOffice(t, func(o *office) {
		first := o.submitted()
		o.sign(first.ID, "officer", "deputy")
		refused(o.t, "Return without a reason", o.sendBack("head", first.ID, " \n "), articles.ErrReason)
		refused(o.t, "Return by somebody whose turn it is not", o.sendBack("section", first.ID, "不妥"), articles.ErrWrongRole, "主要负责人")
		refused(o.t, "Return with too long a reason", o.sendBack("head", first.ID, strings.Repeat("长", 1001)), articles.ErrTooLong)
		o.is("after the refusals", first.ID, articles.Signing, 2)
		if err := o.sendBack("head", first.ID, "数据要核实"); err != nil {
			o.t.Fatalf("Return: %v", err)
		}
		o.is("returned", first.ID, articles.Returned, 0)
		view := o.viewAs("officer", first.ID)
		last := view.Signatures[len(view.Signatures)-1]
		if last.Decision != articles.DecisionReturned || last.Opinion != "数据要核实" || last.PersonName != "山镇长" || view.SHA256 != "" {
			o.t.Errorf("the last entry is %+v, want the return with its reason", last)
		}
		for _, s := range view.Signatures[:2] {
			if s.VoidedAt == nil || s.VoidReason == "" {
				o.t.Errorf("%s is not voided: %+v", s.Label, s)
			}
		}
		if !slices.Contains(view.Actions, "submit") || !slices.Contains(view.Actions, "edit") {
			o.t.Errorf("the author may %v, want edit and submit", view.Actions)
		}
		text := o.text()
		text.Body = "<p>6月3日，清源镇开展防汛演练，300人参加。</p>"
		if _, err := articles.Save(o.t.Context(), o.db, o.People["officer"], first.ID, view.Version, text); err != nil {
			o.t.Fatalf("Save: %v", err)
		}
		second := o.submit("officer", first.ID)
		if second.RevisionNo != 2 || second.SHA256 == first.SHA256 || second.Chain[0].Status != "current" {
			o.t.Errorf("revision %d with hash %s, 一审 is %s; want 2, another hash, current", second.RevisionNo, second.SHA256, second.Chain[0].Status)
		}
		_, err := articles.Sign(o.t.Context(), o.db, o.book, o.People["officer"], first.ID, second.Version, first.SHA256, "", "")
		refused(o.t, "Sign with the hash of the first revision", err, articles.ErrRevision)
		o.sign(first.ID, chain...)
		o.is("signed anew", first.ID, articles.Signed, 6)
	})
}

func TestResubmittedUnchangedIsStillANewRevision(t *testing.T) {
	eachOffice(t, func(o *office) {
		first := o.submitted()
		if err := o.sendBack("officer", first.ID, "再看看"); err != nil {
			o.t.Fatalf("Return: %v", err)
		}
		second := o.submit("officer", first.ID)
		if second.RevisionNo != 2 || second.SHA256 != first.SHA256 || *second.RevisionID == *first.RevisionID {
			o.t.Errorf("revision %d, hash %s; want 2 with the same hash", second.RevisionNo, second.SHA256)
		}
		o.sign(first.ID, "officer")
	})
}

func TestASignatureIsBoundToWhatWasRead(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.submitted()
		sign := func(version int64, hash string) error {
			_, err := articles.Sign(o.t.Context(), o.db, o.book, o.People["officer"], article.ID, version, hash, "", "")
			return err
		}
		refused(o.t, "Sign with a wrong hash", sign(article.Version, strings.Repeat("0", 64)), articles.ErrRevision)
		refused(o.t, "Sign without a hash", sign(article.Version, ""), articles.ErrRevision)
		refused(o.t, "Sign of a stale version", sign(article.Version-1, article.SHA256), articles.ErrStale)
		draft := o.create("officer", o.text())
		_, err := articles.Sign(o.t.Context(), o.db, o.book, o.People["officer"], draft.ID, draft.Version, "", "", "")
		refused(o.t, "Sign of a draft", err, articles.ErrNotSigning)
		_, err = articles.Sign(o.t.Context(), o.db, o.book, o.People["officer"], article.ID, article.Version, article.SHA256, "", strings.Repeat("好", 1001))
		refused(o.t, "Sign with too long an opinion", err, articles.ErrTooLong)
		o.is("after all refusals", article.ID, articles.Signing, 0)
		if err := sign(article.Version, article.SHA256); err != nil {
			o.t.Fatalf("Sign: %v", err)
		}
		refused(o.t, "a double click", sign(article.Version, article.SHA256), articles.ErrStale)
		_, err = o.trySign("officer", article.ID, "一审")
		refused(o.t, "一审 again", err, articles.ErrWrongRole, "一审已由云小禾签过", "二审")
		_, err = o.trySign("head", article.ID, "三审")
		refused(o.t, "三审 before 二审", err, articles.ErrWrongRole, "三审还没有轮到", "二审")
		_, err = o.trySign("deputy", article.ID, "四审")
		refused(o.t, "a stage that does not exist", err, articles.ErrWrongRole, "四审")
		o.is("at the end", article.ID, articles.Signing, 1)
	})
}

func TestTwoWhoSignOneStageAtOnceGiveOneSignature(t *testing.T) {
	eachOffice(t, func(o *office) {
		for range 5 {
			article := o.submitted()
			errs := atOnce(4, func(i int) error {
				who := []string{"officer", "officer2"}[i%2] // the third and fourth are double clicks
				_, err := articles.Sign(o.t.Context(), o.db, o.book, o.People[who], article.ID, article.Version, article.SHA256, "一审", "")
				return err
			})
			oneOf(o.t, "一审 by two at once", errs, articles.ErrStale)
			o.is("after it", article.ID, articles.Signing, 1)
		}
	})
}

func TestASignatureAndAnEditAtOnceAreOneOrTheOther(t *testing.T) {
	eachOffice(t, func(o *office) {
		for range 5 {
			article := o.submitted()
			text := o.text()
			text.Title = "改过的标题"
			errs := atOnce(2, func(i int) (err error) {
				if i == 0 {
					_, err = articles.Sign(o.t.Context(), o.db, o.book, o.People["officer2"], article.ID, article.Version, article.SHA256, "", "")
				} else {
					_, err = articles.Save(o.t.Context(), o.db, o.People["officer"], article.ID, article.Version, text)
				}
				return err
			})
			oneOf(o.t, "Sign and Save at once", errs, articles.ErrStale, articles.ErrNotSigning)
			if errs[0] == nil {
				o.is("signed first", article.ID, articles.Signing, 1)
			} else {
				o.is("saved first", article.ID, articles.Draft, 0)
			}
		}
	})
}

// TestWhoMaySign shows signing allowed, refused to one who only reads, and hidden from another unit.
func TestWhoMaySign(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.submitted()
		sign := func(who string) error {
			_, err := o.trySign(who, article.ID, "")
			return err
		}
		refused(o.t, "Sign from another unit", sign("stranger"), articles.ErrNotFound)
		refused(o.t, "Return from another unit", o.sendBack("stranger", article.ID, "不妥"), articles.ErrNotFound)
		refused(o.t, "Sign by the office above", sign("admin"), articles.ErrWrongRole)
		refused(o.t, "Return by the office above", o.sendBack("admin", article.ID, "不妥"), articles.ErrWrongRole)
		refused(o.t, "Sign by the layout staff", sign("layout"), articles.ErrWrongRole)
		if err := sign("officer2"); err != nil {
			o.t.Errorf("Sign by an officer of the unit: %v", err)
		}
		if view := o.viewAs("admin", article.ID); len(view.Actions) != 0 || view.Title == "" {
			o.t.Errorf("the office above may %v, want to read and nothing else", view.Actions)
		}
		if holders := o.view(article.ID).Chain[1].Holders; !slices.Equal(holders, []string{"水分管"}) {
			o.t.Errorf("二审 waits for %v, want 水分管", holders)
		}
	})
}

func TestWithdrawTakesTheArticleBack(t *testing.T) {
	eachOffice(t, func(o *office) {
		withdraw := func(who, id string, version int64) error {
			_, err := articles.Withdraw(o.t.Context(), o.db, o.People[who], id, version)
			return err
		}
		signing, signed := o.submitted(), o.signed()
		o.sign(signing.ID, "officer", "deputy")
		for id, n := range map[string]int{signing.ID: 2, signed.ID: 6} {
			view := o.view(id)
			refused(o.t, "Withdraw by one who does not write", withdraw("deputy", id, view.Version), articles.ErrUnitRefused)
			refused(o.t, "Withdraw by the office above", withdraw("admin", id, view.Version), articles.ErrUnitRefused)
			refused(o.t, "Withdraw from another unit", withdraw("stranger", id, view.Version), articles.ErrNotFound)
			refused(o.t, "Withdraw of a stale version", withdraw("officer", id, view.Version-1), articles.ErrStale)
			o.is("before", id, view.State, n)
			if err := withdraw("officer", id, view.Version); err != nil {
				o.t.Errorf("Withdraw: %v", err)
			}
			o.is("withdrawn", id, articles.Draft, 0)
			refused(o.t, "Withdraw twice", withdraw("officer", id, view.Version+1), articles.ErrNotSigning)
		}
	})
}

// A row changed behind the program's back, on a database that lets a test do so.
func TestATamperedTextIsNeitherSignedNorReleased(t *testing.T) {
	dsn := sqltest.MariaDBDSN(t, true)
	db, err := sql.Open(t.Context(), dsn)
	if err != nil {
		t.Fatalf("sql.Open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := newOffice(t, db)
	raw := func(statement string) {
		t.Helper()
		if err := sql.RunRaw(t.Context(), strings.TrimPrefix(dsn, "mysql:"), statement); err != nil {
			t.Fatalf("RunRaw: %v", err)
		}
	}
	for what, change := range map[string]string{
		"body":    "UPDATE revisions SET body = '<p>另一篇稿件。</p>' WHERE article_id = '%'",
		"title":   "UPDATE revisions SET title = CONCAT(title, '！') WHERE article_id = '%'",
		"hash":    "UPDATE revisions SET sha256 = REPEAT('a', 64) WHERE article_id = '%'",
		"binding": "UPDATE signatures SET sha256 = REPEAT('b', 64) WHERE article_id = '%' AND stage = 2",
	} {
		article := o.signed()
		raw(strings.ReplaceAll(change, "%", article.ID))
		_, err := o.trySchedule("deputy", article.ID, nil)
		refused(t, "Schedule with a changed "+what, err, articles.ErrRevision, "改动")
		if view := o.view(article.ID); view.State != articles.Signed || len(view.Deliveries) != 0 {
			t.Errorf("changed %s: %s with %d deliveries, want nothing done", what, view.State, len(view.Deliveries))
		}
	}
	article := o.submitted()
	raw(strings.ReplaceAll("UPDATE revisions SET body = '<p>另一篇稿件。</p>' WHERE article_id = '%'", "%", article.ID))
	_, err = o.trySign("officer", article.ID, "")
	refused(t, "Sign of a changed text", err, articles.ErrRevision, "改动")
	article = o.submitted()
	raw(strings.ReplaceAll("UPDATE articles SET body = '<p>另一篇稿件。</p>' WHERE id = '%'", "%", article.ID))
	if view := o.view(article.ID); view.Body != article.Body {
		t.Errorf("signers read %q, want the frozen text", view.Body)
	}
}

package articles_test

import (
	"slices"
	"strings"
	"testing"

	"govmedia/articles"
	"govmedia/channels"
	"govmedia/fault"
	"govmedia/units"
)

// O31: 潼南 2022 第15条, three reviews and three proofs, in order.
func TestO31ThreeReviewsAndThreeProofsReleaseTheArticle(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.submitted()
		for i, who := range chain {
			if view := o.viewAs(who, article.ID); !slices.Contains(view.Actions, "sign") {
				o.t.Fatalf("stage %d: %s may do %v (%s), want sign", i+1, who, view.Actions, view.Why)
			}
			o.sign(article.ID, who)
		}
		view := o.view(article.ID)
		want := []struct{ label, name, role string }{{"一审", "云小禾", "info_officer"}, {"二审", "水分管", "unit_deputy"}, {"三审", "山镇长", "unit_head"},
			{"一校", "云小禾", "info_officer"}, {"二校", "石科长", "section_head"}, {"三校", "水分管", "unit_deputy"}}
		if view.State != articles.Signed || len(view.Signatures) != len(want) {
			o.t.Fatalf("after the chain: %s with %s", view.State, labels(view.Signatures))
		}
		for i, s := range view.Signatures {
			if s.Label != want[i].label || s.PersonName != want[i].name || s.Role != want[i].role || s.SHA256 != view.SHA256 || s.RevisionNo != 1 ||
				s.Opinion != "同意" || s.SignedAt <= article.UpdatedAt || i > 0 && s.SignedAt <= view.Signatures[i-1].SignedAt {
				o.t.Errorf("signature %d is %+v, want %v with its time, in order", i+1, s, want[i])
			}
			if stage := view.Chain[i]; stage.Status != "done" || stage.Signature == nil || stage.Signature.ID != s.ID || !strings.HasPrefix(stage.Citation, "潼南 2022 第15条") {
				o.t.Errorf("stage %d of the chain is %+v, want it done, under 第15条", i+1, stage)
			}
		}
		view = o.schedule(article.ID, nil)
		if view.State != articles.Scheduled || len(view.Deliveries) != 1 || view.Deliveries[0].State != channels.Scheduled || view.Deliveries[0].AccountID != o.account.ID {
			o.t.Errorf("scheduled: %s with %+v", view.State, view.Deliveries)
		}
		_, message, account, err := channels.Contents(o.t.Context(), o.db, o.People["officer"], view.Deliveries[0].ID)
		if err != nil || message.SHA256 != view.SHA256 || message.Body != view.Body || message.Title != view.Title || account.ID != o.account.ID {
			o.t.Errorf("what goes out: %+v to %s, %v; want what was signed", message, account.Name, err)
		}
	})
}

// O32: 潼南 2022 第15条第2款、第3款.
func TestO32TheWrongRoleMayNotReviewAndReviewsWithoutProofsReleaseNothing(t *testing.T) {
	eachOffice(t, func(o *office) {
		first := o.submitted()
		o.sign(first.ID, "officer")
		_, err := o.trySign("officer", first.ID, "二审")
		refused(o.t, "the officer signs 二审", err, articles.ErrWrongRole, "二审", "分管负责人")
		if f := fault.As(err); f == nil || f.Rulebook != "tongnan-2022" || !slices.ContainsFunc(f.Articles, func(a string) bool { return strings.HasPrefix(a, "15") }) {
			o.t.Errorf("the refusal cites %+v, want article 15 of tongnan-2022", f)
		}
		o.is("after the refusal", first.ID, articles.Signing, 1)
		second := o.submitted()
		o.sign(second.ID, "officer", "deputy", "head")
		_, err = o.trySchedule("deputy", second.ID, nil)
		refused(o.t, "Schedule without proofs", err, articles.ErrNotSigned, "一校、二校、三校")
		if f := fault.As(err); f == nil || f.Rulebook != "tongnan-2022" || len(f.Articles) == 0 {
			o.t.Errorf("the refusal cites %+v, want the articles of the chain", f)
		}
		if view := o.view(second.ID); view.State != articles.Signing || len(view.Deliveries) != 0 {
			o.t.Errorf("after the refusal: %s with %d deliveries", view.State, len(view.Deliveries))
		}
	})
}

// O36: 昭通 2018 第18条（五）.
func TestO36TheLeaderSignsBeforePublishingAndTheRecordStays(t *testing.T) {
	eachOffice(t, func(o *office) {
		unit, account := o.under("zhaotong-2018", units.InfoOfficer, units.UnitDeputy)
		officer, deputy := "zhaotong-2018/info_officer", "zhaotong-2018/unit_deputy"
		text := o.text()
		text.UnitID, text.AccountIDs = unit.ID, []string{account.ID}
		article := o.submit(officer, o.create(officer, text).ID)
		_, err := o.trySchedule(officer, article.ID, nil)
		refused(o.t, "Schedule before 审签", err, articles.ErrNotSigned, "审签")
		if f := fault.As(err); f == nil || f.Rulebook != "zhaotong-2018" {
			o.t.Errorf("the refusal cites %+v, want zhaotong-2018", f)
		}
		_, err = o.trySign(officer, article.ID, "审签")
		refused(o.t, "审签 by the officer", err, articles.ErrWrongRole, "分管负责人")
		_, err = o.trySign(officer, article.ID, "采编")
		refused(o.t, "signing what is only noted", err, articles.ErrWrongRole, "采编")
		o.sign(article.ID, deputy)
		if _, err := o.trySchedule(officer, article.ID, nil); err != nil {
			o.t.Fatalf("Schedule after 审签: %v", err)
		}
		before := o.view(article.ID)
		if statuses := []string{before.Chain[0].Status, before.Chain[1].Status}; !slices.Equal(statuses, []string{"noted", "done"}) {
			o.t.Errorf("the chain is %v, want noted, done", statuses)
		}
		for what, change := range map[string]func(version int64) error{
			"Save": func(v int64) error {
				_, err := articles.Save(o.t.Context(), o.db, o.People[officer], article.ID, v, text)
				return err
			},
			"Discard": func(v int64) error {
				_, err := articles.Discard(o.t.Context(), o.db, o.People[officer], article.ID, v)
				return err
			},
		} {
			refused(o.t, what+" of what is released", change(before.Version), articles.ErrNotEditable)
		}
		_, err = articles.Withdraw(o.t.Context(), o.db, o.People[officer], article.ID, before.Version)
		refused(o.t, "Withdraw of what is released", err, articles.ErrNotSigning)
		_, err = articles.Return(o.t.Context(), o.db, o.book, o.People[deputy], article.ID, before.Version, before.SHA256, "", "反悔")
		refused(o.t, "Return of what is released", err, articles.ErrNotSigning)
		after := o.view(article.ID)
		if labels(after.Signatures) != labels(before.Signatures) || after.SHA256 != before.SHA256 || after.Version != before.Version {
			o.t.Errorf("the record was %s and is %s", labels(before.Signatures), labels(after.Signatures))
		}
		lines, err := units.ListAudit(o.t.Context(), o.db, o.People["admin"], units.AuditFilter{ObjectKind: "article", ObjectID: article.ID})
		var actions []string
		for _, line := range lines {
			actions = append(actions, line.Action)
		}
		slices.Sort(actions)
		if want := []string{"article.created", "article.scheduled", "article.signed", "article.submitted"}; err != nil || !slices.Equal(actions, want) {
			o.t.Errorf("the archive has %v, %v; want %v", actions, err, want)
		}
	})
}

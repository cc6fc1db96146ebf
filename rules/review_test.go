package rules_test

import (
	"strings"
	"testing"

	"govmedia/rules"
)

func labels(stages []rules.ReviewStage) string {
	var all []string
	for _, s := range stages {
		all = append(all, s.Label)
	}
	return strings.Join(all, " ")
}

func TestReviewStagesInOrder(t *testing.T) {
	for id, want := range map[string]string{
		"tongnan-2022":   "一审 二审 三审 一校 二校 三校",
		"zhaotong-2018":  "采编 审签",
		"xiangxi-2018":   "责任单位审核 承办单位审核",
		"dongcheng-2014": "信息员 主要负责同志审核",
		"chaoan":         "栏目责任单位审查 网站运行管理机构审查",
	} {
		if got := labels(book(t, id).ReviewStages()); got != want {
			t.Errorf("%s: ReviewStages = %s, want %s", id, got, want)
		}
	}
	if got := (&rules.Rulebook{}).ReviewStages(); got != nil {
		t.Errorf("without a review: %v, want nil", got)
	}
}

// O31: six signatures in order, where the information officer and the deputy sign twice.
func TestO31TheWholeChainOfTongnan(t *testing.T) {
	review := book(t, "tongnan-2022").Review
	var signed []rules.Signed
	for _, step := range []struct {
		label, person string
		role          rules.Role
	}{
		{"一审", "officer", rules.RoleInfoOfficer}, {"二审", "deputy", rules.RoleUnitDeputy}, {"三审", "head", rules.RoleUnitHead},
		{"一校", "officer", rules.RoleInfoOfficer}, {"二校", "section", rules.RoleSectionHead}, {"三校", "deputy", rules.RoleUnitDeputy},
	} {
		next := review.Next(signed)
		if labels(next) != step.label || !next[0].Allows(step.role) {
			t.Fatalf("after %v: Next = %s, want %s open to %s", signed, labels(next), step.label, step.role)
		}
		if because, refused := review.MayNotRepeat(step.label, step.person, signed); refused {
			t.Fatalf("MayNotRepeat(%s, %s) because of %s, want allowed", step.label, step.person, because.Label)
		}
		signed = append(signed, rules.Signed{Label: step.label, Person: step.person})
	}
	if next := review.Next(signed); len(next) != 0 {
		t.Errorf("after all: Next = %s, want none", labels(next))
	}
}

// K17: a change of the text voids every signature; the chain then begins again with its first stages.
func TestK17WithItsSignaturesVoidTheChainBeginsAgain(t *testing.T) {
	for _, rb := range builtin(t).All() {
		if rb.Review == nil {
			continue
		}
		first := labels(rb.Review.Next(nil))
		var signed []rules.Signed
		for range rb.Review.Stages {
			for _, stage := range rb.Review.Next(signed) {
				signed = append(signed, rules.Signed{Label: stage.Label, Person: stage.Label})
			}
		}
		if first == "" || len(rb.Review.Next(signed)) != 0 {
			t.Fatalf("%s: first %q, after all %q; want a chain that is gone through", rb.ID, first, labels(rb.Review.Next(signed)))
		}
		signed = signed[:0]
		if again := labels(rb.Review.Next(signed)); again != first {
			t.Errorf("%s: void, Next = %q; want %q", rb.ID, again, first)
		}
		for _, stage := range rb.Review.Next(signed) {
			if _, refused := rb.Review.MayNotRepeat(stage.Label, stage.Label, signed); refused {
				t.Errorf("%s: who signed before may not sign %s again", rb.ID, stage.Label)
			}
		}
	}
}

func TestMayNotRepeat(t *testing.T) {
	signed := []rules.Signed{{"一审", "li"}, {"二审", "wang"}, {"一校", "zhao"}}
	for _, c := range []struct{ name, book, label, person, because string }{
		{"first reviewer may not review again", "tongnan-2022", "二审", "li", "一审"},
		{"nor sign the last review", "tongnan-2022", "三审", "wang", "二审"},
		{"a third person may", "tongnan-2022", "三审", "sun", ""},
		{"a reviewer may proof-read", "tongnan-2022", "二校", "wang", ""},
		{"a proof-reader may not twice", "tongnan-2022", "三校", "zhao", "一校"},
		{"a proof-reader may review", "tongnan-2022", "三审", "zhao", ""},
		{"a stage does not stand against itself", "tongnan-2022", "一审", "li", ""},
		{"an unknown stage", "tongnan-2022", "四审", "li", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			because, refused := book(t, c.book).Review.MayNotRepeat(c.label, c.person, signed)
			if because.Label != c.because || refused != (c.because != "") {
				t.Errorf("MayNotRepeat(%s, %s) = %q, %t; want %q", c.label, c.person, because.Label, refused, c.because)
			}
		})
	}
}

func TestStagesOfTheSameSeqRunSideBySide(t *testing.T) {
	for id, want := range map[string][2]string{
		"xiangxi-2018": {"责任单位审核", "承办单位审核"},
		"chaoan":       {"栏目责任单位审查", "网站运行管理机构审查"},
	} {
		review := book(t, id).Review
		if got := labels(review.Next(nil)); got != want[0]+" "+want[1] {
			t.Errorf("%s: Next = %s, want both", id, got)
		}
		second := []rules.Signed{{Label: want[1], Person: "li"}}
		if got := labels(review.Next(second)); got != want[0] {
			t.Errorf("%s: after the second, Next = %s, want %s", id, got, want[0])
		}
		if because, refused := review.MayNotRepeat(want[0], "li", second); !refused || because.Label != want[1] {
			t.Errorf("%s: one person may sign for both, want refused", id)
		}
	}
}

func TestAStageThatIsNotSignedHoldsNothingUp(t *testing.T) {
	review := book(t, "zhaotong-2018").Review
	if got := labels(review.Next(nil)); got != "审签" {
		t.Errorf("Next = %s, want 审签", got)
	}
	if got := (*rules.Review)(nil).Next(nil); got != nil {
		t.Errorf("Next of no review = %v, want nil", got)
	}
}

func TestRoleNames(t *testing.T) {
	if got := len(rules.Roles()); got != 24 {
		t.Errorf("%d roles, want the 24 of the vocabulary", got)
	}
	for _, role := range rules.Roles() {
		if name := rules.RoleName(role); name == string(role) {
			t.Errorf("RoleName(%s) has no Chinese", role)
		}
	}
	if got := rules.RoleName(rules.RoleUnitDeputy); got != "分管负责人" {
		t.Errorf("RoleName(unit_deputy) = %s, want 分管负责人", got)
	}
	if got := rules.RoleName("something_new"); got != "something_new" {
		t.Errorf("RoleName of an unknown role = %s, want the word itself", got)
	}
}

func TestCite(t *testing.T) {
	for _, c := range []struct {
		want     string
		articles []string
	}{
		{"第21条（六）", []string{"21(六)"}},
		{"第8条第3款", []string{"8.p3"}},
		{"第13条（三）（8）", []string{"13(三)(8)"}},
		{"第7条", []string{"7"}},
		{"第2条第1款、第2条第2款、第3条", []string{"2.p1", "2.p2", "3"}},
		{"第12条第2款（十一）", []string{"12.p2(十一)"}},
		{"附件1", []string{"附件1"}},
		{"", nil},
	} {
		if got := rules.Cite(c.articles); got != c.want {
			t.Errorf("Cite(%v) = %s, want %s", c.articles, got, c.want)
		}
	}
	tongnan := book(t, "tongnan-2022")
	if got := tongnan.Cite([]string{"21(六)"}); got != "潼南 2022 第21条（六）" {
		t.Errorf("Cite = %s", got)
	}
	if got := tongnan.Cite(nil); got != "潼南 2022" {
		t.Errorf("Cite of nothing = %s, want the short name", got)
	}
}

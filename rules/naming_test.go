package rules_test

import (
	"testing"
	"time"

	"govmedia/rules"
	"govmedia/sql"
)

func naming(t *testing.T, rulebook, id string) rules.Naming {
	t.Helper()
	library, err := rules.Builtin()
	if err != nil {
		t.Fatalf("Builtin: %v", err)
	}
	rb, _ := library.ByID(rulebook)
	for _, n := range rb.Naming {
		if n.ID == id {
			return n
		}
	}
	t.Fatalf("%s has no naming rule %s", rulebook, id)
	return rules.Naming{}
}

func TestDomainsFitTheirForm(t *testing.T) {
	for _, c := range []struct {
		id, domain string
		want       bool
	}{
		{"portal-domain", "www.chaoan.gov.cn", true},
		{"portal-domain", " WWW.ChaoAn.gov.cn. ", true},
		{"portal-domain", "chaoan.gov.cn", false},
		{"portal-domain", "wwwxchaoan.gov.cn", false},
		{"department-domain", "www.casfj.gov.cn", true},
		{"department-domain", "www.sfj.chaoan.gov.cn", true},
		{"department-domain", "www.sfj.gov.cn", false},
		{"department-domain", "潮安司法局.政务", true},
		{"department-domain", "中国潮安司法局", true},
		{"department-domain", "司法局.政务", false},
		{"town-domain", "www.caitang.gov.cn.example.com", false},
		{"government-chinese-domain", "anything.example", true},
	} {
		if got := naming(t, "chaoan", c.id).FitsDomain(c.domain); got != c.want {
			t.Errorf("%s: FitsDomain(%q) = %v, want %v", c.id, c.domain, got, c.want)
		}
	}
}

func TestTheGraceOfAnOldDomainEnds(t *testing.T) {
	rule := naming(t, "chaoan", "old-domain-grace")
	enabled := time.Date(2025, time.March, 10, 15, 0, 0, 0, sql.Beijing)
	due, known, err := rule.GraceEnd(&enabled, nil, nil)
	if want := time.Date(2026, time.March, 11, 0, 0, 0, 0, sql.Beijing); err != nil || !known || !due.At.Equal(want) {
		t.Errorf("GraceEnd = %v, %v, %v, want %v", due, known, err, want)
	}
	if _, known, err := rule.GraceEnd(nil, &enabled, nil); err != nil || known {
		t.Errorf("GraceEnd without the day of use = %v, %v, want unknown", known, err)
	}
	if _, known, _ := naming(t, "chaoan", "portal-domain").GraceEnd(&enabled, &enabled, nil); known {
		t.Error("GraceEnd of a rule without a time is known")
	}
}

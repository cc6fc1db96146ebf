package rules_test

import (
	"slices"
	"testing"

	"govmedia/rules"
)

func TestChainFor(t *testing.T) {
	library := builtin(t)
	for _, c := range []struct {
		rulebook string
		process  rules.Process
		object   rules.Object
		class    string
		want     string // "" for none
	}{
		{"tongnan-2022", rules.ProcessOpen, rules.NewMedia, "", "open-account"},
		{"tongnan-2022", rules.ProcessOpen, rules.Subsite, "", ""}, // I-TN-16
		{"tongnan-2022", rules.ProcessShut, rules.Subsite, "", "change-shut-cancel"},
		{"zhaotong-2018", rules.ProcessOpen, rules.Website, "portal", "open-portal"},
		{"zhaotong-2018", rules.ProcessOpen, rules.Website, "department", "open-department-site"},
		{"zhaotong-2018", rules.ProcessOpen, rules.Website, "town", ""},
		{"zhaotong-2018", rules.ProcessOpen, rules.Website, "", ""},
		{"zhaotong-2018", rules.ProcessShut, rules.Website, "portal", "permanent-offline"},
		{"zhaotong-2018", rules.ProcessOpen, rules.NewMedia, "", ""},
		{"national-2019", rules.ProcessOpen, rules.NewMedia, "", ""},
	} {
		rb, _ := library.ByID(c.rulebook)
		got := ""
		if chain, found := rb.ChainFor(c.process, c.object, c.class); found {
			got = chain.ID
		}
		if got != c.want {
			t.Errorf("%s: ChainFor(%s, %s, %q) = %q, want %q", c.rulebook, c.process, c.object, c.class, got, c.want)
		}
	}
	zhaotong, _ := library.ByID("zhaotong-2018")
	if got := zhaotong.ChainClasses(rules.ProcessOpen, rules.Website); !slices.Equal(got, []string{"portal", "department"}) {
		t.Errorf("ChainClasses = %v", got)
	}
	if got := zhaotong.NoticesFor(rules.ProcessOpen, rules.Website, "portal"); len(got) != 1 || got[0].ID != "portal-opened" {
		t.Errorf("NoticesFor a portal = %+v", got)
	}
}

// Every chain is handed in by the unit, and what stands before that the unit does by itself.
func TestEveryChainIsHandedIn(t *testing.T) {
	handed := map[string]string{}
	for _, rb := range builtin(t).All() {
		for _, chain := range rb.ApprovalChains {
			i := chain.Submission()
			if i < 0 {
				t.Errorf("%s %s is handed in nowhere", rb.ID, chain.ID)
				continue
			}
			for _, stage := range chain.Stages[:i] {
				if stage.Doers()[0].Office() {
					t.Errorf("%s %s: the office acts in %s, before it is handed in", rb.ID, chain.ID, stage.Title())
				}
			}
			handed[rb.ID+" "+chain.ID] = chain.Stages[i].Title()
		}
	}
	for chain, want := range map[string]string{
		"chaoan open-website": "区经济和信息化主管部门备案", "tongnan-2022 open-account": "向区政府办公室申请", "tongnan-2022 change-shut-cancel": "区政府办公室备案",
		"dongcheng-2014 site-and-column": "向区信息办申请", "zhaotong-2018 temporary-offline": "申请", "zhaotong-2018 change-particulars": "上级主管单位备案",
	} {
		if handed[chain] != want {
			t.Errorf("%s is handed in with %q, want %q", chain, handed[chain], want)
		}
	}
}

func TestStageTitle(t *testing.T) {
	tongnan, _ := builtin(t).ByID("tongnan-2022")
	var titles []string
	chain, _ := tongnan.ChainFor(rules.ProcessOpen, rules.NewMedia, "")
	for _, stage := range chain.Stages {
		titles = append(titles, stage.Title())
	}
	want := []string{"本单位主要负责人同意", "向区政府办公室申请", "区政府办公室向市政府办公厅上报", "市政府办公厅批准", "开设并实名认证"}
	if !slices.Equal(titles, want) {
		t.Errorf("titles %q, want %q", titles, want)
	}
}

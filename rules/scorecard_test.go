package rules_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"govmedia/rules"
)

var portal = rules.Examined{Object: rules.Website, WebsiteClass: "portal"}

// assessed is the assessment of a portal, or of e, under the national rulebook.
func assessed(t testing.TB, e rules.Examined, found rules.Findings) *rules.Assessment {
	t.Helper()
	got, err := book(t, "national-2019").Assess(e, found)
	if err != nil {
		t.Fatalf("Assess: %v", err)
	}
	return got
}

// line finds an indicator's line.
func line(t testing.TB, lines []rules.CardLine, indicator string) rules.CardLine {
	t.Helper()
	for _, l := range lines {
		if l.Indicator == indicator {
			return l
		}
	}
	t.Fatalf("no line of %s", indicator)
	return rules.CardLine{}
}

func mark(indicator, id string, times int) rules.MarkFound {
	return rules.MarkFound{Indicator: indicator, Mark: id, Times: times}
}

func wantScore(t testing.TB, a *rules.Assessment, verdict, points, bonus, total string) {
	t.Helper()
	if a.Score == nil {
		t.Fatalf("%s without a score", a.Verdict.Label())
	}
	got := [4]string{a.Verdict.Label(), a.Score.Points.String(), a.Score.Bonus.String(), a.Score.Total.String()}
	if want := [4]string{verdict, points, bonus, total}; got != want {
		t.Errorf("verdict, points, bonus, total = %v, want %v", got, want)
	}
}

func TestAFlawlessPortalHasAHundredPoints(t *testing.T) {
	got := assessed(t, portal, rules.Findings{})
	wantScore(t, got, "合格", "100", "0", "100")
	if len(got.Lines) != 29 || len(got.BonusLines) != 10 || got.Lines[0].Remark == "" {
		t.Errorf("%d lines, %d of bonus, remark %q; want 29, 10 and a remark", len(got.Lines), len(got.BonusLines), got.Lines[0].Remark)
	}
}

// The self-check a ministry published in 2019 took 5, 2 and 3 points off under these three, and one more elsewhere: 89.
func TestAPublishedSelfCheckComesToEightyNine(t *testing.T) {
	got := assessed(t, rules.Examined{Object: rules.Website, WebsiteClass: "portal", Ministry: true}, rules.Findings{Marks: []rules.MarkFound{
		mark("policies", "stale", 1), mark("service-statistics", "quarter", 1), mark("public-messages", "stale", 1), mark("compatibility", "browser", 1),
	}})
	wantScore(t, got, "合格", "89", "0", "89")
}

func TestOneVetoFailsAndLeavesNoScore(t *testing.T) {
	got := assessed(t, portal, rules.Findings{
		Vetoes: []rules.VetoFound{{Veto: "site-interaction", Condition: "no-channel"}},
		Marks:  []rules.MarkFound{mark("ipv6", "not-done", 1)},
	})
	if got.Verdict != rules.Unqualified || got.Score != nil || got.Lines != nil || len(got.Vetoes) != 1 {
		t.Fatalf("Assess = %+v, want 不合格 without a score", got)
	}
	if want := "国办 2019 检查指标·政府网站·互动回应差"; got.Vetoes[0].Citation != want || got.Vetoes[0].Name != "互动回应差" || got.Vetoes[0].Remark == "" {
		t.Errorf("veto = %+v, want %s with a remark", got.Vetoes[0], want)
	}
	text, err := json.Marshal(got)
	if err != nil || !strings.Contains(string(text), `"score":null`) {
		t.Errorf("as JSON: %s, %v; want a score of null", text, err)
	}
}

func TestOnlyPortalsAreScored(t *testing.T) {
	for _, e := range []rules.Examined{
		{Object: rules.NewMedia}, {Object: rules.Subsite}, {Object: rules.Website}, {Object: rules.Website, WebsiteClass: "department"},
		{Object: rules.NewMedia, WebsiteClass: "portal"},
	} {
		if got := assessed(t, e, rules.Findings{}); got.Verdict != rules.Qualified || got.Score != nil {
			t.Errorf("%+v: %s with score %+v, want 合格 without one", e, got.Verdict.Label(), got.Score)
		}
		_, err := book(t, "national-2019").Assess(e, rules.Findings{Marks: []rules.MarkFound{mark("ipv6", "not-done", 1)}})
		if !errors.Is(err, rules.ErrNotScored) {
			t.Errorf("%+v with points off: %v, want ErrNotScored", e, err)
		}
	}
}

// What stands exactly on a line is neither below nor above it (I-GB-10).
func TestTheLinesOfSixtyAndEighty(t *testing.T) {
	forty := []rules.MarkFound{ // 40 points off
		mark("news", "none", 1), mark("policies", "none", 1), mark("explanations", "none", 1), mark("online-application", "cannot-apply", 1),
		mark("submitting", "cannot-submit", 1), mark("answers", "no-answer", 2), mark("public-messages", "none", 1),
	}
	twenty := forty[:4]                // 20 points off
	nearlyTwenty := []rules.MarkFound{ // 19.9 points off
		forty[0], forty[1], forty[2], mark("overview", "none", 1), mark("functions", "none", 1),
		mark("availability", "home-link", 4), mark("availability", "other-link", 1),
	}
	praise := []rules.MarkFound{mark("innovation", "praised", 1)}
	for _, c := range []struct {
		name                          string
		marks                         []rules.MarkFound
		verdict, points, bonus, total string
		open                          bool
	}{
		{"exactly sixty", forty, "合格", "60", "0", "60", false},
		{"a tenth below sixty", append(forty[:7:7], mark("availability", "other-link", 1)), "不合格", "59.9", "0", "59.9", false},
		{"exactly eighty", twenty, "合格", "80", "0", "80", false},
		{"a tenth above eighty", nearlyTwenty, "合格", "80.1", "3", "83.1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := assessed(t, portal, rules.Findings{Marks: c.marks, Gains: praise})
			wantScore(t, got, c.verdict, c.points, c.bonus, c.total)
			if got.Score.BonusOpen != c.open || (got.BonusLines != nil) != c.open {
				t.Errorf("bonus open %t, lines %v; want %t", got.Score.BonusOpen, got.BonusLines, c.open)
			}
		})
	}
}

func TestAnIndicatorCostsItsCapAtMost(t *testing.T) {
	got := assessed(t, portal, rules.Findings{Marks: []rules.MarkFound{
		mark("guides", "none", 3), mark("guides", "element-missing", 7), mark("availability", "home-link", 10_000), mark("page-tags", "missing", 3),
	}})
	for indicator, want := range map[string][2]string{"guides": {"15.5", "8"}, "availability": {"2000", "1"}, "page-tags": {"0.3", "0.3"}, "forms": {"0", "0"}} {
		if l := line(t, got.Lines, indicator); l.Found.String() != want[0] || l.Points.String() != want[1] {
			t.Errorf("%s: found %s, counted %s; want %s, %s", indicator, l.Found, l.Points, want[0], want[1])
		}
	}
	wantScore(t, got, "合格", "90.7", "0", "90.7")
}

// Of what excludes each other only the heaviest counts, whatever order it comes in.
func TestOfAChoiceOnlyTheHeaviestCounts(t *testing.T) {
	for _, ids := range [][]string{{"month", "quarter"}, {"quarter", "month"}, {"none", "month"}} {
		got := assessed(t, portal, rules.Findings{Marks: []rules.MarkFound{mark("service-statistics", ids[0], 1), mark("service-statistics", ids[1], 1)}})
		if l := line(t, got.Lines, "service-statistics"); l.Found != 20 {
			t.Errorf("%v: found %s, want 2", ids, l.Found)
		}
	}
	got := assessed(t, portal, rules.Findings{Gains: []rules.MarkFound{mark("data", "less-fresh", 1), mark("data", "fresh", 1), mark("data", "charts", 1)}})
	if l := line(t, got.BonusLines, "data"); l.Points != 30 {
		t.Errorf("data: %s, want 3", l.Points)
	}
}

// I-GB-06: a blank policy column costs its own indicator and not 其他栏目 besides, in whatever order it was noted.
func TestOneFaultIsTakenOffOnce(t *testing.T) {
	other := rules.MarkFound{Indicator: "other-columns", Mark: "blank", Times: 1, Fault: "政策文件栏目"}
	policy := rules.MarkFound{Indicator: "policies", Mark: "none", Times: 1, Fault: "政策文件栏目"}
	for _, marks := range [][]rules.MarkFound{{other, policy}, {policy, other}} {
		got := assessed(t, portal, rules.Findings{Marks: marks})
		wantScore(t, got, "合格", "95", "0", "95")
		if l := line(t, got.Lines, "other-columns"); l.Found != 0 || l.Dropped != 1 {
			t.Errorf("other-columns: found %s, dropped %d; want 0 and 1", l.Found, l.Dropped)
		}
	}
	other.Fault = "工作动态栏目"
	wantScore(t, assessed(t, portal, rules.Findings{Marks: []rules.MarkFound{other, policy}}), "合格", "93", "0", "93")
	other.Fault, policy.Fault = "", ""
	wantScore(t, assessed(t, portal, rules.Findings{Marks: []rules.MarkFound{other, policy}}), "合格", "93", "0", "93")
}

// I-GB-07: base 75, times 4/3, services neither cost nor bring anything.
func TestBodiesWithoutPublicServicesAreConverted(t *testing.T) {
	e := portal
	e.NoServices = true
	got := assessed(t, e, rules.Findings{
		Marks: []rules.MarkFound{mark("policies", "stale", 1), mark("guides", "none", 2)},
		Gains: []rules.MarkFound{mark("themed-services", "many", 1), mark("innovation", "praised", 1)},
	})
	wantScore(t, got, "合格", "93.3", "3", "96.3") // 70 × 4/3
	if got.Score.Base != 750 || got.Score.Deducted != 50 || len(got.Ignored) != 2 {
		t.Errorf("base %s, deducted %s, ignored %v; want 75, 5 and two", got.Score.Base, got.Score.Deducted, got.Ignored)
	}
	if l := line(t, got.Lines, "guides"); !l.Skipped || l.Points != 0 {
		t.Errorf("guides: %+v, want skipped", l)
	}
	wantScore(t, assessed(t, e, rules.Findings{}), "合格", "100", "0", "100")
	wantScore(t, assessed(t, e, rules.Findings{Marks: []rules.MarkFound{mark("availability", "other-link", 1)}}), "合格", "99.9", "0", "99.9") // 99.87
	veto := rules.Findings{Vetoes: []rules.VetoFound{{Veto: "site-services", Condition: "no-services"}}}
	if got := assessed(t, e, veto); got.Verdict != rules.Qualified || len(got.Ignored) != 1 {
		t.Errorf("no services where none are asked: %s, ignored %v", got.Verdict.Label(), got.Ignored)
	}
	if got := assessed(t, portal, veto); got.Verdict != rules.Unqualified {
		t.Errorf("no services elsewhere: %s, want 不合格", got.Verdict.Label())
	}
}

func TestMinistriesHaveTheirOwnCaps(t *testing.T) {
	e := portal
	e.Ministry = true
	found := rules.Findings{Marks: []rules.MarkFound{mark("overview", "none", 1), mark("functions", "wrong", 5)}}
	got := assessed(t, e, found)
	wantScore(t, got, "合格", "96", "0", "96")
	if l := line(t, got.Lines, "overview"); !l.Skipped {
		t.Errorf("overview: %+v, want skipped", l)
	}
	wantScore(t, assessed(t, portal, found), "合格", "96", "0", "96") // 2 and 2
}

// What nothing confirms makes nobody fail and costs nothing.
func TestWhatIsNotConfirmedDoesNotCount(t *testing.T) {
	got := assessed(t, rules.Examined{Object: rules.NewMedia}, rules.Findings{Vetoes: []rules.VetoFound{
		{Veto: "account-stale", Condition: "app-unusable"}, {Veto: "account-interaction", Condition: "faked-interest"},
	}})
	if got.Verdict != rules.Qualified || len(got.Vetoes) != 0 || len(got.Ignored) != 2 || got.Ignored[0].Why != "未经证实，不据此判定" {
		t.Errorf("Assess = %+v, want 合格 with two ignored", got)
	}
	found := rules.Findings{Marks: []rules.MarkFound{mark("leaders", "none", 1)}}
	for _, c := range []struct{ name, old, new string }{
		{"a mark", "text: 没有领导信息, points: 2}", "text: 没有领导信息, points: 2, confirmed: false}"},
		{"an indicator", "name: 领导信息\n          cap: 2\n", "name: 领导信息\n          cap: 2\n          confirmed: false\n"},
	} {
		got, err := changedNational(t, c.old, c.new).Assess(portal, found)
		if err != nil || got.Score == nil || got.Score.Total != 1000 || len(got.Ignored) != 1 {
			t.Errorf("%s: %+v, %v; want 100 points and one ignored", c.name, got, err)
		}
	}
	rb := changedNational(t, "  bonus_above: 80\n  evidence: mirror\n  articles: [指标说明]", "  bonus_above: 80\n  confirmed: false\n  articles: [指标说明]")
	if _, err := rb.Assess(portal, found); !errors.Is(err, rules.ErrNotScored) {
		t.Errorf("a card that is not confirmed: %v, want ErrNotScored", err)
	}
	rb = changedNational(t, "    objects: [new_media]\n    articles: [政务新媒体·内容不更新]", "    objects: [new_media]\n    confirmed: false\n    articles: [政务新媒体·内容不更新]")
	silent := rules.Standing{Object: rules.NewMedia, AccountStale: true}
	if got := rb.VetoesOf(silent); got != nil {
		t.Errorf("VetoesOf under a veto that is not confirmed = %v, want none", got)
	}
	rb = changedNational(t, "max_gap: {n: 2, unit: week}, articles: [政务新媒体·内容不更新]", "max_gap: {n: 2, unit: week}, confirmed: false, articles: [政务新媒体·内容不更新]")
	if got := rb.VetoesOf(silent); got != nil {
		t.Errorf("VetoesOf of a limit that is not confirmed = %v, want none", got)
	}
}

func TestAssessRefusesWhatTheCardDoesNotHave(t *testing.T) {
	rb := book(t, "national-2019")
	for _, c := range []struct {
		name  string
		e     rules.Examined
		found rules.Findings
		want  error
	}{
		{"an unknown veto", portal, rules.Findings{Vetoes: []rules.VetoFound{{Veto: "x", Condition: "y"}}}, rules.ErrUnknownIndicator},
		{"a condition of another veto", portal, rules.Findings{Vetoes: []rules.VetoFound{{Veto: "site-services", Condition: "no-channel"}}}, rules.ErrUnknownIndicator},
		{"a veto of accounts on a site", portal, rules.Findings{Vetoes: []rules.VetoFound{{Veto: "account-stale", Condition: "silent"}}}, rules.ErrUnknownIndicator},
		{"a count below zero", portal, rules.Findings{Vetoes: []rules.VetoFound{{Veto: "site-columns-stale", Condition: "core-columns", Count: -1}}}, rules.ErrTimesInvalid},
		{"an unknown indicator", portal, rules.Findings{Marks: []rules.MarkFound{mark("x", "none", 1)}}, rules.ErrUnknownIndicator},
		{"an unknown mark", portal, rules.Findings{Marks: []rules.MarkFound{mark("leaders", "x", 1)}}, rules.ErrUnknownIndicator},
		{"a gain among the deductions", portal, rules.Findings{Marks: []rules.MarkFound{mark("innovation", "praised", 1)}}, rules.ErrUnknownIndicator},
		{"a deduction among the gains", portal, rules.Findings{Gains: []rules.MarkFound{mark("leaders", "none", 1)}}, rules.ErrUnknownIndicator},
		{"no times", portal, rules.Findings{Marks: []rules.MarkFound{mark("leaders", "none", 0)}}, rules.ErrTimesInvalid},
		{"fewer than no times", portal, rules.Findings{Marks: []rules.MarkFound{mark("leaders", "missing-or-wrong", -3)}}, rules.ErrTimesInvalid},
		{"twice what is taken once", portal, rules.Findings{Marks: []rules.MarkFound{mark("leaders", "none", 2)}}, rules.ErrTimesInvalid},
		{"absurdly often", portal, rules.Findings{Marks: []rules.MarkFound{mark("leaders", "missing-or-wrong", 10_001)}}, rules.ErrTimesInvalid},
		{"a domain", rules.Examined{Object: rules.Domain}, rules.Findings{}, rules.ErrNotAssessed},
	} {
		if got, err := rb.Assess(c.e, c.found); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %+v, %v; want %v", c.name, got, err, c.want)
		}
	}
	if _, err := book(t, "tongnan-2022").Assess(rules.Examined{Object: rules.NewMedia}, rules.Findings{}); !errors.Is(err, rules.ErrNotAssessed) {
		t.Errorf("a rulebook without vetoes: %v, want ErrNotAssessed", err)
	}
}

func vetoIDs(found []rules.VetoFound) string {
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Veto+"/"+f.Condition)
	}
	return strings.Join(ids, " ")
}

func TestVetoesFollowFromCounts(t *testing.T) {
	kinds := func(news, notice, policy, other int) map[rules.Kind]int {
		return map[rules.Kind]int{rules.NewsColumn: news, rules.NoticeColumn: notice, rules.PolicyColumn: policy, rules.MonthlyColumn: other / 2, rules.OtherColumn: other - other/2}
	}
	for _, c := range []struct {
		name     string
		standing rules.Standing
		want     string
	}{
		{"an account in order", rules.Standing{Object: rules.NewMedia}, ""},
		{"a silent account", rules.Standing{Object: rules.NewMedia, AccountStale: true}, "account-stale/silent"},
		{"an account has no home page", rules.Standing{Object: rules.NewMedia, HomeStale: true}, ""},
		{"a silent home page", rules.Standing{Object: rules.Website, HomeStale: true}, "site-home-stale/home-silent"},
		{"a silent home page of a sub-site", rules.Standing{Object: rules.Subsite, HomeStale: true}, "site-home-stale/home-silent"},
		{"four core columns", rules.Standing{Object: rules.Website, StaleColumns: kinds(2, 1, 1, 9)}, ""},
		{"five core columns", rules.Standing{Object: rules.Website, StaleColumns: kinds(2, 1, 2, 0)}, "site-columns-stale/core-columns"},
		{"ten others", rules.Standing{Object: rules.Subsite, StaleColumns: kinds(0, 0, 4, 10)}, "site-columns-stale/other-columns"},
		{"both", rules.Standing{Object: rules.Website, StaleColumns: kinds(5, 0, 0, 11)}, "site-columns-stale/core-columns site-columns-stale/other-columns"},
		{"four blank ones", rules.Standing{Object: rules.Website, BlankColumns: 4}, ""},
		{"five blank ones", rules.Standing{Object: rules.Website, BlankColumns: 5}, "site-columns-stale/blank-columns"},
		{"blank ones are not stale", rules.Standing{Object: rules.Website, BlankColumns: 4, StaleColumns: kinds(4, 0, 0, 9)}, ""},
		{"without a date is not updated", rules.Standing{Object: rules.Website, StaleColumns: kinds(4, 0, 0, 0), UndatedColumns: kinds(1, 0, 0, 0)}, "site-columns-stale/core-columns"},
		{"four guides of many", rules.Standing{Object: rules.Website, IncompleteGuides: 4, Guides: 9}, ""},
		{"five guides of many", rules.Standing{Object: rules.Website, IncompleteGuides: 5, Guides: 9}, "site-services/poor-guides"},
		{"all of four guides", rules.Standing{Object: rules.Website, IncompleteGuides: 4, Guides: 4}, "site-services/poor-guides"},
		{"three of four guides", rules.Standing{Object: rules.Website, IncompleteGuides: 3, Guides: 4}, ""},
		{"no guides", rules.Standing{Object: rules.Website}, ""},
		{"a column is assessed with its site", rules.Standing{Object: rules.Column, AccountStale: true, HomeStale: true, BlankColumns: 9}, ""},
	} {
		rb := book(t, "national-2019")
		found := rb.VetoesOf(c.standing)
		if got := vetoIDs(found); got != c.want {
			t.Errorf("%s: VetoesOf = %q, want %q", c.name, got, c.want)
		}
		if len(found) == 0 {
			continue
		}
		if got := assessed(t, rules.Examined{Object: c.standing.Object}, rules.Findings{Vetoes: found}); got.Verdict != rules.Unqualified || len(got.Vetoes) != len(found) {
			t.Errorf("%s: assessed as %s by %d vetoes, want 不合格 by %d", c.name, got.Verdict.Label(), len(got.Vetoes), len(found))
		}
	}
	if got := book(t, "tongnan-2022").VetoesOf(rules.Standing{Object: rules.NewMedia, AccountStale: true}); got != nil {
		t.Errorf("a rulebook without vetoes: %v", got)
	}
}

// The figures are the file's: another number there is another verdict.
func TestThresholdsOfVetoesComeFromTheFile(t *testing.T) {
	rb := changedNational(t, "count: {of: blank_columns, min: 5}", "count: {of: blank_columns, min: 2}")
	if got := vetoIDs(rb.VetoesOf(rules.Standing{Object: rules.Website, BlankColumns: 2})); got != "site-columns-stale/blank-columns" {
		t.Errorf("VetoesOf = %q", got)
	}
	rb = changedNational(t, "home_silence: {n: 2, unit: week}", "home_silence: {n: 9, unit: day}")
	if limit, articles, ok := rb.HomeLimit(); !ok || limit.String() != "9日" || rb.Cite(articles) != "国办 2019 检查指标·政府网站·首页不更新" {
		t.Errorf("HomeLimit = %s, %v, %t", limit, articles, ok)
	}
	if _, _, ok := book(t, "tongnan-2022").HomeLimit(); ok {
		t.Error("潼南 has a limit for home pages")
	}
	rb = changedNational(t, "rule: undated_is_stale", "rule: no_placeholder")
	if got := rb.VetoesOf(rules.Standing{Object: rules.Website, UndatedColumns: map[rules.Kind]int{rules.NewsColumn: 9}}); got != nil {
		t.Errorf("undated columns under a rulebook that does not mind: %v", got)
	}
}

// A number noted by hand below the threshold is no veto; without a number what was noted stands.
func TestTooFewForAVeto(t *testing.T) {
	for count, want := range map[int]rules.Outcome{0: rules.Unqualified, 4: rules.Qualified, 5: rules.Unqualified} {
		got := assessed(t, portal, rules.Findings{Vetoes: []rules.VetoFound{{Veto: "site-columns-stale", Condition: "core-columns", Count: count}}})
		if got.Verdict != want || want == rules.Qualified && got.Ignored[0].Why != "没有达到规定的数量" {
			t.Errorf("%d columns: %s, ignored %v; want %s", count, got.Verdict.Label(), got.Ignored, want.Label())
		}
	}
}

func TestTenthsAreWrittenAsPoints(t *testing.T) {
	for tenths, want := range map[rules.Tenths]string{0: "0", 5: "0.5", 10: "1", 895: "89.5", 1000: "100", -5: "-0.5", -10: "-1"} {
		if got := tenths.String(); got != want {
			t.Errorf("Tenths(%d) = %s, want %s", int(tenths), got, want)
		}
	}
}

// assessEverything holds every mark of a rulebook against it, once and often, and wants each line within its cap.
func assessEverything(t interface{ Fatalf(string, ...any) }, rb *rules.Rulebook) {
	if rb.ScoreCard == nil || !rb.ScoreCard.Enforced() {
		return
	}
	var found rules.Findings
	for _, half := range []struct {
		groups []rules.CardGroup
		marks  *[]rules.MarkFound
	}{{rb.ScoreCard.Groups, &found.Marks}, {rb.ScoreCard.BonusGroups, &found.Gains}} {
		for _, group := range half.groups {
			for _, indicator := range group.Indicators {
				for _, m := range indicator.Marks {
					times := 1
					if m.Each != "" {
						times = 10_000
					}
					*half.marks = append(*half.marks, mark(indicator.ID, m.ID, times))
				}
			}
		}
	}
	for _, object := range rb.ScoreCard.Objects {
		for _, e := range []rules.Examined{{}, {Ministry: true}, {NoServices: true}, {Ministry: true, NoServices: true}} {
			e.Object, e.WebsiteClass = object, rb.ScoreCard.WebsiteClass
			got, err := rb.Assess(e, found)
			if errors.Is(err, rules.ErrNotAssessed) {
				continue
			}
			if err != nil {
				t.Fatalf("Assess(%+v): %v", e, err)
			}
			checkAssessment(t, rb, got)
		}
	}
}

// checkAssessment wants what holds for every score: lines within their caps, sums that are sums, nothing out of range.
func checkAssessment(t interface{ Fatalf(string, ...any) }, rb *rules.Rulebook, a *rules.Assessment) {
	var deducted, gained rules.Tenths
	for _, l := range a.Lines {
		deducted += l.Points
	}
	for _, l := range a.BonusLines {
		gained += l.Points
	}
	for _, l := range append(a.Lines[:len(a.Lines):len(a.Lines)], a.BonusLines...) {
		if l.Points < 0 || l.Points > l.Cap || l.Points > l.Found {
			t.Fatalf("%s: %s of %s found, cap %s", l.Indicator, l.Points, l.Found, l.Cap)
		}
	}
	s, card := a.Score, rb.ScoreCard
	if s.Deducted != deducted || s.Bonus != gained || s.Total != s.Points+s.Bonus || s.Points < 0 || s.Points > card.Total.Tenths() || s.Bonus > card.Bonus.Tenths() {
		t.Fatalf("score %+v of lines that take %s and bring %s", s, deducted, gained)
	}
	if (a.Verdict == rules.Unqualified) != (s.Points < card.FailBelow.Tenths()) || s.BonusOpen != (s.Points > card.BonusAbove.Tenths()) {
		t.Fatalf("%s with %s points, bonus open %t", a.Verdict.Label(), s.Points, s.BonusOpen)
	}
}

// Whatever is found, the sums hold; and finding more never brings points.
func TestPropertyScoresStayWithinTheCard(t *testing.T) {
	rb := book(t, "national-2019")
	assessEverything(t, rb)
	var all []rules.MarkFound
	for _, group := range rb.ScoreCard.Groups {
		for _, indicator := range group.Indicators {
			for _, m := range indicator.Marks {
				all = append(all, mark(indicator.ID, m.ID, 1))
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		e := portal
		e.Ministry, e.NoServices = rapid.Bool().Draw(t, "ministry"), rapid.Bool().Draw(t, "no services")
		marks := rapid.SliceOfN(rapid.SampledFrom(all), 1, 40).Draw(t, "marks")
		for i := range marks {
			marks[i].Fault = rapid.SampledFrom([]string{"", "", "一", "二"}).Draw(t, "fault")
		}
		more, err := rb.Assess(e, rules.Findings{Marks: marks})
		if err != nil {
			t.Fatalf("Assess: %v", err)
		}
		checkAssessment(t, rb, more)
		for i := range marks {
			marks[i].Fault = ""
		}
		fewer, err := rb.Assess(e, rules.Findings{Marks: marks[1:]})
		if err != nil {
			t.Fatalf("Assess: %v", err)
		}
		whole, _ := rb.Assess(e, rules.Findings{Marks: marks})
		if whole.Score.Points > fewer.Score.Points {
			t.Fatalf("%s points with %v, %s without the first", whole.Score.Points, marks, fewer.Score.Points)
		}
	})
}

package rules_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"govmedia/rules"
)

const nationalFile = "rulebooks/national-2019.yaml"

// editedNational is the program's files with one text of the national rulebook replaced.
func editedNational(t testing.TB, old, new string) fstest.MapFS {
	t.Helper()
	files := programFiles(t)
	text := string(files[nationalFile].Data)
	if strings.Count(text, old) == 0 {
		t.Fatalf("%s does not contain %q", nationalFile, old)
	}
	files[nationalFile] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	return files
}

// changedNational is the national rulebook with one text of it replaced.
func changedNational(t testing.TB, old, new string) *rules.Rulebook {
	t.Helper()
	library, err := rules.Load(editedNational(t, old, new))
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	rb, _ := library.ByID("national-2019")
	return rb
}

func TestNationalLimitIsTwoWeeksForEveryKindOfAccount(t *testing.T) {
	rb := book(t, "national-2019")
	for _, kind := range []rules.Kind{rules.WechatService, rules.WechatSubscription, rules.Weibo, rules.App, "douyin", "toutiao"} {
		subject := rules.Subject{Object: rules.NewMedia, Kind: kind}
		last, due := clock(t, "2026-03-02 09:00"), clock(t, "2026-03-16 09:00")
		got := rb.Freshness(subject, &last, last, due.Add(-1), nil)
		if got.Status != rules.StatusOK || got.Due == nil || !got.Due.At.Equal(due) {
			t.Errorf("%s a moment before: %s, due %v; want in order until %s", kind, got, got.Due, due)
		}
		if got = rb.Freshness(subject, &last, last, due, nil); got.Status != rules.StatusStale {
			t.Errorf("%s at the due instant: %s, want stale", kind, got)
		}
		if want := "国办 2019 检查指标·政务新媒体·内容不更新"; got.Citation != want {
			t.Errorf("%s: Citation = %s, want %s", kind, got.Citation, want)
		}
	}
}

func TestNationalLimitsOfColumns(t *testing.T) {
	rb := book(t, "national-2019")
	for _, c := range []struct {
		kind   rules.Kind
		level  int
		want   string
		reason rules.Reason
	}{
		{rules.NewsColumn, 1, "2周", ""},
		{rules.NewsColumn, 3, "2周", ""},
		{rules.NoticeColumn, 1, "6个月", ""},
		{rules.PolicyColumn, 1, "6个月", ""},
		{rules.PolicyColumn, 2, "", rules.ReasonParentColumn},
		{rules.MonthlyColumn, 1, "", rules.ReasonNoLimit},
		{rules.UndeterminedColumn, 1, "", rules.ReasonNoLimit},
		{rules.OtherColumn, 1, "", rules.ReasonNoLimit},
	} {
		limit, reason := rb.UpdateLimit(rules.Subject{Object: rules.Column, Kind: c.kind, ColumnLevel: c.level})
		got := ""
		if limit != nil {
			got = limit.MaxGap.String()
		}
		if got != c.want || reason != c.reason {
			t.Errorf("UpdateLimit(%s, level %d) = %q, %q; want %q, %q", c.kind, c.level, got, reason, c.want, c.reason)
		}
	}
}

// What nothing confirms is there to be read and decides nothing.
func TestALimitThatIsNotConfirmedIsReadAndDecidesNothing(t *testing.T) {
	rb := changedNational(t, "max_gap: {n: 2, unit: week}, evidence: mirror,", "max_gap: {n: 2, unit: week}, confirmed: false,")
	shown := slices.IndexFunc(rb.UpdateLimits, func(l rules.UpdateLimit) bool { return l.ID == "column-news" })
	if limit := rb.UpdateLimits[shown]; limit.Enforced() || limit.Remark() != "未经证实，只作参考，不据此判定" {
		t.Errorf("column-news: Enforced = %t, Remark = %q", limit.Enforced(), limit.Remark())
	}
	if limit, reason := rb.UpdateLimit(rules.Subject{Object: rules.Column, Kind: rules.NewsColumn}); limit != nil || reason != rules.ReasonNoLimit {
		t.Errorf("UpdateLimit = %+v, %q; want none", limit, reason)
	}
	old := clock(t, "2020-01-01")
	if got := rb.Freshness(rules.Subject{Object: rules.Column, Kind: rules.NewsColumn}, &old, old, clock(t, "2026-01-01"), nil); got.Status != rules.StatusNoRule {
		t.Errorf("six years of silence: %s, want 无规则", got)
	}
	if text, err := json.Marshal(rb.UpdateLimits[shown]); err != nil || !strings.Contains(string(text), `"confirmed":false`) {
		t.Errorf("as JSON: %s, %v; want the mark in it", text, err)
	}
}

func TestWhatWasReadInAMirrorHoldsAndSaysSo(t *testing.T) {
	rb := book(t, "national-2019")
	limit, _ := rb.UpdateLimit(rules.Subject{Object: rules.Column, Kind: rules.NewsColumn})
	if limit == nil || limit.Remark() != "据转载件录入，使用前请与原文核对" {
		t.Errorf("UpdateLimit(news) = %+v, want one with a remark", limit)
	}
	limit, _ = rb.UpdateLimit(rules.Subject{Object: rules.NewMedia, Kind: rules.Weibo})
	if limit == nil || limit.Remark() != "" {
		t.Errorf("UpdateLimit(weibo) = %+v, want one without a remark", limit)
	}
}

func TestNationalRulebookSaysWhereItComesFrom(t *testing.T) {
	rb := book(t, "national-2019")
	if rb.SourceFile != "" || rb.ArticleCount != 0 || rb.Origin == nil || !strings.HasPrefix(rb.Origin.Address, "https://www.gov.cn/") {
		t.Errorf("source_file %q, article_count %d, source %+v", rb.SourceFile, rb.ArticleCount, rb.Origin)
	}
	if rb.Jurisdiction != (rules.Jurisdiction{Name: "全国", Level: "state"}) || rb.Dates.Dated != "2019-04-01" || rb.Dates.Issued != "2019-04-18" {
		t.Errorf("jurisdiction %+v, dates %+v", rb.Jurisdiction, rb.Dates)
	}
}

func TestCiteOfNamedClauses(t *testing.T) {
	rb := book(t, "national-2019")
	for _, c := range []struct {
		articles []string
		want     string
	}{
		{nil, "国办 2019 检查指标"},
		{[]string{"政务新媒体·内容不更新"}, "国办 2019 检查指标·政务新媒体·内容不更新"},
		{[]string{"政府网站·首页不更新", "指标说明"}, "国办 2019 检查指标·政府网站·首页不更新、指标说明"},
		{[]string{"3"}, "国办 2019 检查指标 第3条"},
	} {
		if got := rb.Cite(c.articles); got != c.want {
			t.Errorf("Cite(%q) = %s, want %s", c.articles, got, c.want)
		}
	}
}

// The caps of the card as the reference has them, group by group; the loader has added them up already.
func TestNationalCardHasEveryIndicatorWithItsCap(t *testing.T) {
	want := map[string]string{
		"发布解读 31": "概况信息 2 机构职能 2 领导信息 2 动态要闻 5 政策文件 5 政策解读 5 解读比例 3 解读关联 3 其他栏目 4",
		"办事服务 25": "事项公开 3 在线申请 5 办事统计 2 办事指南 8 内容准确 5 表格样表 2",
		"互动交流 23": "信息提交 7 统一登录 3 留言公开 6 办理答复 7",
		"功能设计 21": "域名名称 3 网站标识 3 可用性 1 “我为政府网站找错”入口 1 “我为政府网站找错”留言办理 3 站内搜索 4 一号登录 2 页面标签 1 兼容性 2 IPv6改造 1",
		"信息发布 7":  "数据发布 4 解读回应 3",
		"办事服务 6":  "服务功能 2 服务内容 2 服务关联 2",
		"互动交流 8":  "实时互动 5 调查征集 3",
		"功能设计 6":  "智能搜索 4 用户空间 2",
		"创新发展 3":  "创新发展 3",
	}
	card := book(t, "national-2019").ScoreCard
	got := map[string]string{}
	for _, group := range append(slices.Clone(card.Groups), card.BonusGroups...) {
		var caps []string
		for _, indicator := range group.Indicators {
			caps = append(caps, indicator.Name+" "+indicator.Cap.Tenths().String())
		}
		got[group.Name+" "+group.Points.Tenths().String()] = strings.Join(caps, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("caps (-want +got):\n%s", diff)
	}
}

// The office's own card is not complete: it can be read, and nothing computes with it.
func TestSupervisionCardIsShownOnly(t *testing.T) {
	card := book(t, "national-2019").SupervisionCard
	if card.Complete || card.Bonus != 20 || card.Remark() == "" {
		t.Errorf("supervision card: complete %t, bonus %v, remark %q", card.Complete, card.Bonus, card.Remark())
	}
	for _, veto := range append(slices.Clone(card.Vetoes), card.Unread...) {
		if veto.Enforced() || veto.Count != nil {
			t.Errorf("%s is enforced or has a figure: %+v", veto.ID, veto)
		}
	}
}

// Yearly sheets: both by 31 January; the supervision sheet is not a unit's to fill.
func TestYearlySheets(t *testing.T) {
	rb := book(t, "national-2019")
	if len(rb.AnnualReports) != 2 {
		t.Fatalf("%d annual reports, want 2", len(rb.AnnualReports))
	}
	for _, report := range rb.AnnualReports {
		if due := report.PublishBy.In(2027); due.String() != "2027-01-31 24:00" {
			t.Errorf("%s due %s, want 2027-01-31 24:00", report.ID, due)
		}
		if supervision := report.Kind == "website_supervision"; supervision != (report.By == "province_or_ministry") {
			t.Errorf("%s is owed by %q", report.ID, report.By)
		}
		for _, rows := range report.Rows {
			if rows.Enforced() {
				t.Errorf("%s: the rows of %s are said to be confirmed", report.ID, rows.Part)
			}
		}
	}
}

// Each case changes one text of the national rulebook; the message must name the file, the line (moved by lines) and the
// reason.
func TestLoadChecksVetoesAndCards(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		lines          int
		reason         string
	}{
		{"unknown key of a veto", "services_only: true", "service_only: true", 0, "vetoes[site-services].service_only：不认识的字段"},
		{"unknown key of a mark", "{id: not-unified, text", "{id: not-unified, note: x, text", 0, "marks[not-unified].note：不认识的字段"},
		{"zero duration in a mark", "points: 5, after: {n: 2, unit: week}", "points: 5, after: {n: 0, unit: week}", 0, "score_card.groups[publishing].indicators[news].marks[stale].after.n：0 太小，至少为 1"},
		{"zero duration in a veto", "home_silence: {n: 2, unit: week}", "home_silence: {n: 0, unit: week}", 0, "至少为 1"},
		{"absurd duration in a veto", "home_silence: {n: 2, unit: week}", "home_silence: {n: 200000, unit: week}", 0, "期限 200000 不合情理"},
		{"a clause that does not exist", "articles: [政府网站·首页不更新]", "articles: [政府网站·首页不更更新]", 0, "条款「政府网站·首页不更更新」不在 clauses 里"},
		{"an article where there are none", "articles: [政府网站·首页不更新]", `articles: ["12"]`, 0, "第 12 条不存在，本办法不分条"},
		{"a clause with a space at its end", "  - 印发通知\n", "  - \"印发通知 \"\n", 0, "clauses[第 1 项]：「印发通知 」写法不对，条款名不能以数字或空格开头"},
		{"a clause twice", "  - 指标说明\n", "  - 印发通知\n", -1, "clauses：第 1 项与第 2 项重复"},
		{"two limits that overlap", "kinds: [notice, policy], column_level: 1, max_gap", "kinds: [news, policy], max_gap", 0, "「news」已由 column-news 规定，两条上限重叠"},
		{"confirmed may only say no", "text: 购买粉丝、强制点赞等弄虚作假, confirmed: false", "text: 购买粉丝、强制点赞等弄虚作假, confirmed: true", 0, "「true」不对，只能写 false"},
		{"confirmed where it means nothing", "text: 看不出发布日期的，视为未更新,", "text: 看不出发布日期的，视为未更新, confirmed: false,", 0, "confirmed：不认识的字段"},
		{"groups that miss the total", "  total: 100\n  bonus: 30", "  total: 101\n  bonus: 30", 15, "score_card.groups：各组合计 100 分，与总分 101 分不符"},
		{"bonus groups that miss the bonus", "  total: 100\n  bonus: 30", "  total: 100\n  bonus: 31", -1, "score_card.bonus_groups：各组合计 30 分，与加分上限 31 分不符"},
		{"indicators that miss their group", "name: 其他栏目\n          cap: 4", "name: 其他栏目\n          cap: 5", -1, "score_card.groups[publishing].points：本组各项上限合计 32 分，与所写的 31 分不符"},
		{"indicators that miss it for ministries", "ministry_cap: 4", "ministry_cap: 3", -1, "本组各项对国务院部门的上限（ministry_cap）合计 30 分，与所写的 31 分不符"},
		{"a mark above its cap", "text: 没有领导信息, points: 2", "text: 没有领导信息, points: 2.5", 0, "score_card.groups[publishing].indicators[leaders].marks[none].points：2.5 分超过本项上限 2 分"},
		{"points finer than a tenth", "text: 没有领导信息, points: 2", "text: 没有领导信息, points: 0.15", 0, "0.15 不对，须是 0.1 的整数倍"},
		{"points of zero", "text: 没有领导信息, points: 2", "text: 没有领导信息, points: 0", 0, "0 太小，至少为 0.1"},
		{"points below zero", "text: 没有领导信息, points: 2", "text: 没有领导信息, points: -2", 0, "-2 太小，至少为 0.1"},
		{"a veto twice", "- id: site-home-stale", "- id: site-safety", 0, "id「site-safety」与第"},
		{"a condition twice", "{id: secret-leaked, text", "{id: wrong-statement, text", 0, "id「wrong-statement」与第"},
		{"an indicator twice in a group", "- id: leaders", "- id: overview", 0, "id「overview」与第"},
		{"an indicator in two groups", "- id: ipv6", "- id: overview", 0, "指标编号 overview 在 publishing 组里已用过"},
		{"an indicator in both halves", "- id: innovation", "- id: overview", 0, "指标编号 overview 在 publishing 组里已用过"},
		{"a group in both halves", "- id: bonus-design", "- id: design", 0, "分组编号 design 在 groups 里已用过"},
		{"a mark twice", "{id: vague-wording", "{id: element-missing", 0, "id「element-missing」与第"},
		{"a limit that does not exist", "limit: account-any", "limit: account-none", 0, "引用的更新时限 account-none 不在 update_limits 里"},
		{"a limit of columns", "limit: account-any", "limit: column-news", 0, "更新时限 column-news 不是账号的"},
		{"more missing than there are", "missing: {min: 4", "missing: {min: 11", 0, "要素一共 10 个，不可能缺 11 个"},
		{"kinds on blank columns", "count: {of: blank_columns, min: 5}", "count: {of: blank_columns, kinds: [news], min: 5}", 0, "只有 of: stale_columns 时才能写 kinds 或 except"},
		{"kinds and except", "kinds: [news, notice, policy], min: 5", "kinds: [news], except: [policy], min: 5", 0, "kinds 与 except 只能写一个"},
		{"all_if_fewer of columns", "of: blank_columns, min: 5", "of: blank_columns, all_if_fewer: true, min: 5", 0, "只有 of: incomplete_guides 时才能写 all_if_fewer"},
		{"a threshold of zero", "of: blank_columns, min: 5", "of: blank_columns, min: 0", 0, "0 太小，至少为 1"},
		{"a home page of accounts", "limit: account-any", "home_silence: {n: 2, unit: week}", 0, "只有网站、子网站有首页"},
		{"an object out of scope", "objects: [website, subsite, new_media, column]", "objects: [website, new_media, column]", -1, "适用对象「子网站」不在 scope.objects 里"},
		{"the lines crossed", "fail_below: 60", "fail_below: 81", 0, "不合格线 81 高于加分线 80"},
		{"a bonus nobody reaches", "bonus_above: 80", "bonus_above: 100", 0, "加分线 100 不低于总分 100，永远加不了分"},
		{"a base that is not what is left", "    base: 75", "    base: 76", 0, "去掉不检查的各组还有 75 分，与所写的 76 分不符"},
		{"a conversion that misses the total", "    multiply: 4", "    multiply: 5", 0, "75 分乘 5/3 不等于总分 100 分"},
		{"a group that does not exist", "skip_groups: [services, bonus-services]", "skip_groups: [services, bonus-service]", 0, "分组 bonus-service 不在 groups 或 bonus_groups 里"},
		{"a complete supervision card", "complete: false", "complete: true", 0, "「true」不对，只能写 false"},
		{"both source and source_file", "document_number: 国办秘函〔2019〕19号\nissuer", "source_file: a.txt\nissuer", -1, "几种写法只能取一种，不能同时写"},
		{"an address that is none", "address: https://www.gov.cn", "address: www.gov.cn", 0, "应是 http:// 或 https:// 开头的网址"},
		{"a province left out", "level: state", "level: county", 0, "缺少必填的字段 province"},
		{"a date that is none", `dated: "2019-04-01"`, `dated: "2019-04-31"`, 0, "dates.dated：「2019-04-31」不是真实的日期"},
		{"an interpretation of nobody", "id: I-GB-02,", "id: I-GG-02,", 0, "解释编号应如 I-TN-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := editedNational(t, c.old, c.new)
			before, _, _ := strings.Cut(string(programFiles(t)[nationalFile].Data), c.old)
			line := 0
			if c.lines >= 0 {
				line = strings.Count(before, "\n") + 1 + c.lines
			}
			wantProblem(t, files, nationalFile, line, c.reason)
		})
	}
}

func TestLoadWantsASourceAndArticlesOrClauses(t *testing.T) {
	for _, c := range []struct{ name, old, new, reason string }{
		{"no article_count and no clauses", "article_count: 40\n", "", "缺少 article_count 或 clauses 之一"},
		{"no source_file and no source", "source_file: 004_fe20b450bade90eb.txt\n", "", "缺少 source_file 或 source 之一"},
		{"a named clause without a list of them", `articles: ["21.p1"]`, "articles: [总则]", "条款「总则」不在 clauses 里"},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantProblem(t, edited(t, c.old, c.new), "rulebooks/tongnan-2022.yaml", 0, c.reason)
		})
	}
}

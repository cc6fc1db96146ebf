package rules_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"govmedia/rules"
)

// account and column are the usual subjects.
func account(kind rules.Kind) rules.Subject { return rules.Subject{Object: rules.NewMedia, Kind: kind} }

func column(kind rules.Kind, level int) rules.Subject {
	return rules.Subject{Object: rules.Column, Kind: kind, ColumnLevel: level}
}

func TestK19WhichLimitApplies(t *testing.T) {
	for _, c := range []struct {
		name, book string
		subject    rules.Subject
		want       string
		reason     rules.Reason
	}{
		{"named kind", "tongnan-2022", account(rules.WechatService), "account-wechat-service", rules.ReasonNone},
		{"any kind", "tongnan-2022", account(rules.Weibo), "account-default", rules.ReasonNone},
		{"订阅号", "tongnan-2022", account(rules.WechatSubscription), "account-default", rules.ReasonNone},
		{"视频号 is outside the vocabulary", "tongnan-2022", account("wechat_channels"), "account-default", rules.ReasonNone},
		{"抖音", "tongnan-2022", account("douyin"), "account-default", rules.ReasonNone},
		{"头条", "tongnan-2022", account("toutiao"), "account-default", rules.ReasonNone},
		{"no kind at all", "tongnan-2022", account(""), "account-default", rules.ReasonNone},
		{"an account is no column", "tongnan-2022", account(rules.NewsColumn), "account-default", rules.ReasonNone},
		{"news column", "tongnan-2022", column(rules.NewsColumn, 1), "column-news", rules.ReasonNone},
		{"lower news column", "tongnan-2022", column(rules.NewsColumn, 2), "column-news", rules.ReasonNone},
		{"I-TN-04 top notice column", "tongnan-2022", column(rules.NoticeColumn, 1), "column-notice-policy", rules.ReasonNone},
		{"level not given is the top", "tongnan-2022", column(rules.PolicyColumn, 0), "column-notice-policy", rules.ReasonNone},
		{"I-TN-04 lower policy column", "tongnan-2022", column(rules.PolicyColumn, 2), "", rules.ReasonParentColumn},
		{"other falls to undetermined", "tongnan-2022", column(rules.OtherColumn, 1), "column-undetermined", rules.ReasonNone},
		{"湘西 notice falls to other", "xiangxi-2018", column(rules.NoticeColumn, 1), "column-other", rules.ReasonNone},
		{"湘西 policy", "xiangxi-2018", column(rules.PolicyColumn, 2), "column-policy", rules.ReasonNone},
		{"K15 湘西 governs no accounts", "xiangxi-2018", account(rules.Weibo), "", rules.ReasonNotGoverned},
		{"K15 昭通 governs no accounts", "zhaotong-2018", account(rules.Weibo), "", rules.ReasonNotGoverned},
		{"昭通 has no limit for columns", "zhaotong-2018", column(rules.NewsColumn, 1), "", rules.ReasonNoLimit},
		{"东城 has no limit for columns", "dongcheng-2014", column(rules.NewsColumn, 1), "", rules.ReasonNoLimit},
		{"潮安 has no limit for columns", "chaoan", column(rules.NewsColumn, 1), "", rules.ReasonNoLimit},
		{"a website has no timer of its own", "tongnan-2022", rules.Subject{Object: rules.AccountObject("website"), Kind: "website"}, "", rules.ReasonNoLimit},
		{"nor has a sub-site", "tongnan-2022", rules.Subject{Object: rules.AccountObject("subsite"), Kind: "subsite"}, "", rules.ReasonNoLimit},
		{"a sub-site is not governed by 昭通", "zhaotong-2018", rules.Subject{Object: rules.Subsite}, "", rules.ReasonNotGoverned},
	} {
		t.Run(c.name, func(t *testing.T) {
			limit, reason := book(t, c.book).UpdateLimit(c.subject)
			got := ""
			if limit != nil {
				got = limit.ID
			}
			if got != c.want || reason != c.reason {
				t.Errorf("UpdateLimit(%+v) = %q, %q; want %q, %q", c.subject, got, reason, c.want, c.reason)
			}
		})
	}
	if got := rules.AccountObject(rules.Weibo); got != rules.NewMedia {
		t.Errorf("AccountObject(weibo) = %s, want new_media", got)
	}
}

// A kind that any leaves out and no other limit names has no limit.
func TestK19ExceptLeavesAKindWithoutALimit(t *testing.T) {
	library, err := rules.Load(edited(t, "kinds: [wechat_service]", "kinds: [app]"))
	if err != nil {
		t.Fatal(err)
	}
	rb, _ := library.ByID("tongnan-2022")
	if limit, reason := rb.UpdateLimit(account(rules.WechatService)); limit != nil || reason != rules.ReasonNoLimit {
		t.Errorf("UpdateLimit(服务号) = %v, %q; want none, no_limit", limit, reason)
	}
	if limit, _ := rb.UpdateLimit(account(rules.Weibo)); limit == nil || limit.ID != "account-default" {
		t.Errorf("UpdateLimit(weibo) = %v, want account-default", limit)
	}
}

// K12: only what was published counts, which is the caller's to say; what is planned for later does not, and what was taken
// down later does.
func TestK12OnlyWhatWasPublishedByNowIsAnUpdate(t *testing.T) {
	rb, now := book(t, "tongnan-2022"), clock(t, "2026-04-08 10:00")
	published, planned := clock(t, "2026-04-01 10:00"), clock(t, "2026-04-09 09:00")
	with, err := rb.Breaches(account(rules.Weibo), []time.Time{published, planned}, published, now, nil)
	without, _ := rb.Breaches(account(rules.Weibo), []time.Time{published}, published, now, nil)
	if err != nil || len(with) != 1 || len(without) != 1 || with[0].Over != 0 || with[0].Ended != nil || without[0].Due != with[0].Due {
		t.Errorf("with the planned post %+v, without %+v, %v; want the same open silence", with, without, err)
	}
	first, _ := rb.Breaches(account(rules.Weibo), []time.Time{planned}, published, now, nil)
	if len(first) != 1 || first[0].Reason != rules.ReasonNeverPosted {
		t.Errorf("nothing but a planned post: %+v, want never posted", first)
	}
}

// K15: whatever is outside the scope has no rule, whatever happened to it.
func TestK15WhatIsNotInTheScopeHasNoRule(t *testing.T) {
	now, checked := clock(t, "2026-03-01 09:00"), 0
	for _, rb := range builtin(t).All() {
		for _, object := range []rules.Object{rules.Website, rules.Subsite, rules.NewMedia, rules.Column, rules.Domain, rules.Mailbox} {
			if rb.Governs(object) {
				continue
			}
			checked++
			for _, last := range []*time.Time{nil, &now} {
				v := rb.Freshness(rules.Subject{Object: object, Kind: rules.NewsColumn}, last, now, now.AddDate(9, 0, 0), nil)
				if v.Status != rules.StatusNoRule || v.Reason != rules.ReasonNotGoverned || v.Due != nil || v.RuleID != "" {
					t.Errorf("%s, %s: %s; want 无规则", rb.ID, object, v)
				}
			}
			if breaches, err := rb.Breaches(rules.Subject{Object: object}, nil, now, now.AddDate(9, 0, 0), nil); err != nil || len(breaches) != 0 {
				t.Errorf("%s, %s: %v, %v; want no breaches", rb.ID, object, breaches, err)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d objects outside a scope", checked)
	}
}

func TestFreshness(t *testing.T) {
	created := "2025-01-01 00:00"
	for _, c := range []struct {
		name, book, last, now string
		subject               rules.Subject
		status                rules.Status
		due, rule             string
	}{
		{"O01 a second before", "tongnan-2022", "2026-03-02 09:00", "2026-03-09 08:59:59", account(rules.Weibo), rules.StatusOK, "2026-03-09 09:00", "account-default"},
		{"O01 at the instant", "tongnan-2022", "2026-03-02 09:00", "2026-03-09 09:00:00", account(rules.Weibo), rules.StatusStale, "2026-03-09 09:00", "account-default"},
		{"O02 服务号 after eight days", "tongnan-2022", "2026-03-02 09:00", "2026-03-10 09:00", account(rules.WechatService), rules.StatusOK, "2026-03-17 09:00", "account-wechat-service"},
		{"O02 服务号 after fifteen", "tongnan-2022", "2026-03-02 09:00", "2026-03-17 09:00", account(rules.WechatService), rules.StatusStale, "2026-03-17 09:00", "account-wechat-service"},
		{"O03 the Spring Festival moves nothing", "tongnan-2022", "2026-02-14 10:00", "2026-02-21 10:00", account(rules.WechatSubscription), rules.StatusStale, "2026-02-21 10:00", "account-default"},
		{"O03 nor does the year's end", "tongnan-2022", "2025-12-29 18:30", "2026-01-05 18:29:59", account(rules.App), rules.StatusOK, "2026-01-05 18:30", "account-default"},
		{"O04 after the late post", "tongnan-2022", "2026-03-10 12:00", "2026-03-10 12:01", account(rules.Weibo), rules.StatusOK, "2026-03-17 12:00", "account-default"},
		{"O06 news", "tongnan-2022", "2026-04-20 16:00", "2026-04-30 15:59", column(rules.NewsColumn, 1), rules.StatusOK, "2026-04-30 16:00", "column-news"},
		{"O06 policy 甲", "tongnan-2022", "2025-09-15 10:00", "2026-03-15 10:00", column(rules.PolicyColumn, 1), rules.StatusStale, "2026-03-15 10:00", "column-notice-policy"},
		{"O06 policy 乙 ends with February", "tongnan-2022", "2025-08-31 12:00", "2026-02-28 11:59", column(rules.PolicyColumn, 1), rules.StatusOK, "2026-02-28 12:00", "column-notice-policy"},
		{"O07 monthly", "tongnan-2022", "2026-01-31 10:00", "2026-02-28 10:00", column(rules.MonthlyColumn, 1), rules.StatusStale, "2026-02-28 10:00", "column-monthly"},
		{"O07 quarterly", "tongnan-2022", "2025-12-10 10:00", "2026-01-01 10:00", column(rules.QuarterlyColumn, 1), rules.StatusOK, "2026-03-10 10:00", "column-quarterly"},
		{"O07 annual", "tongnan-2022", "2025-01-20 10:00", "2026-01-20 09:59:59", column(rules.AnnualColumn, 1), rules.StatusOK, "2026-01-20 10:00", "column-annual"},
		{"O08 丙, no period to be seen", "tongnan-2022", "2025-06-01 09:00", "2026-05-20 12:00", column(rules.UndeterminedColumn, 1), rules.StatusOK, "2026-06-01 09:00", "column-undetermined"},
		{"O09 动态 through the National Day", "xiangxi-2018", "2025-09-24 10:00", "2025-10-08 09:59", column(rules.NewsColumn, 1), rules.StatusOK, "2025-10-08 10:00", "column-dynamic"},
		{"O09 政策文件", "xiangxi-2018", "2025-10-08 10:00", "2026-04-08 10:00", column(rules.PolicyColumn, 1), rules.StatusStale, "2026-04-08 10:00", "column-policy"},
		{"O09 其他", "xiangxi-2018", "2025-03-01 10:00", "2026-03-01 10:00", column(rules.OtherColumn, 1), rules.StatusStale, "2026-03-01 10:00", "column-other"},
		{"O11 甲", "tongnan-2022", "2026-03-02 09:00", "2026-03-16 09:00", account(rules.Weibo), rules.StatusStale, "2026-03-09 09:00", "account-default"},
		{"O11 乙", "tongnan-2022", "2026-02-27 09:00", "2026-03-16 09:00", account(rules.WechatService), rules.StatusStale, "2026-03-14 09:00", "account-wechat-service"},
		{"O11 丙", "tongnan-2022", "2026-03-10 09:00", "2026-03-16 09:00", account(rules.WechatSubscription), rules.StatusOK, "2026-03-17 09:00", "account-default"},
		{"O10 昭通 has no rule for accounts", "zhaotong-2018", "2025-01-01 09:00", "2026-03-01 09:00", account(rules.Weibo), rules.StatusNoRule, "", ""},
		{"I-TN-04 a lower policy column", "tongnan-2022", "2020-01-01 09:00", "2026-03-01 09:00", column(rules.PolicyColumn, 2), rules.StatusNoRule, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := book(t, c.book).Freshness(c.subject, ref(clock(t, c.last)), clock(t, created), clock(t, c.now), builtin(t).Calendar)
			due := ""
			if v.Due != nil {
				due = v.Due.String()
			}
			if v.Status != c.status || due != c.due || v.RuleID != c.rule || v.Rulebook != c.book {
				t.Errorf("Freshness = %s, due %q, rule %q of %s; want %s, %q, %q", v.Status, due, v.RuleID, v.Rulebook, c.status, c.due, c.rule)
			}
		})
	}
}

// O11: how long is left, and how late the late ones are.
func TestVerdictLeft(t *testing.T) {
	now := clock(t, "2026-03-16 09:00")
	for last, want := range map[string]time.Duration{"2026-03-02 09:00": -7 * 24 * time.Hour, "2026-03-10 09:00": 24 * time.Hour} {
		v := book(t, "tongnan-2022").Freshness(account(rules.Weibo), ref(clock(t, last)), now, now, nil)
		if got := v.Left(now); got != want {
			t.Errorf("last %s: Left = %s, want %s", last, got, want)
		}
	}
	if got := book(t, "zhaotong-2018").Freshness(account(rules.Weibo), nil, now, now, nil).Left(now); got != 0 {
		t.Errorf("without a rule: Left = %s, want 0", got)
	}
}

func TestVerdictSentence(t *testing.T) {
	now := clock(t, "2026-03-09 09:00")
	last := clock(t, "2026-03-02 09:00")
	for _, c := range []struct {
		name, book string
		subject    rules.Subject
		last       *time.Time
		want       string
	}{
		{"ok", "tongnan-2022", account(rules.WechatService), &last, "正常，截止 2026-03-17 09:00（潼南 2022 第21条（六））"},
		{"stale", "tongnan-2022", account(rules.Weibo), &last, "超期，截止 2026-03-09 09:00（潼南 2022 第21条（六））"},
		{"blank column", "tongnan-2022", column(rules.NewsColumn, 1), nil, "超期：空白栏目（潼南 2022 第21条（五））"},
		{"not governed", "zhaotong-2018", account(rules.Weibo), &last, "无规则：本办法不管这类对象（昭通 2018 第2条、第20条）"},
		{"no limit", "zhaotong-2018", column(rules.NewsColumn, 1), &last, "无规则：本办法没有规定更新时限（昭通 2018）"},
		{"lower column", "tongnan-2022", column(rules.NoticeColumn, 3), &last, "无规则：更新算入所属一级栏目，不单独计时（潼南 2022）"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := book(t, c.book).Freshness(c.subject, c.last, last, now, nil).String(); got != c.want {
				t.Errorf("String = %s, want %s", got, c.want)
			}
		})
	}
}

// O08 and K13: without content.
func TestK13NeverPosted(t *testing.T) {
	created := clock(t, "2026-05-20 12:00")
	for _, c := range []struct {
		name, book string
		subject    rules.Subject
		status     rules.Status
		reason     rules.Reason
		due        string
	}{
		{"I-TN-03 an account is timed from the start of use", "tongnan-2022", account(rules.Weibo), rules.StatusOK, rules.ReasonNeverPosted, "2026-05-27 12:00"},
		{"O08 丁 a blank column is stale at once", "tongnan-2022", column(rules.UndeterminedColumn, 1), rules.StatusStale, rules.ReasonBlankColumn, "2026-05-20 12:00"},
		{"I-TN-04 a blank lower column too", "tongnan-2022", column(rules.PolicyColumn, 2), rules.StatusStale, rules.ReasonBlankColumn, "2026-05-20 12:00"},
		{"湘西 times it from its creation", "xiangxi-2018", column(rules.NewsColumn, 1), rules.StatusOK, rules.ReasonNeverPosted, "2026-06-03 12:00"},
		{"昭通 forbids blank columns and times none", "zhaotong-2018", column(rules.NewsColumn, 1), rules.StatusNoRule, rules.ReasonNoLimit, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := book(t, c.book).Freshness(c.subject, nil, created, created, builtin(t).Calendar)
			due := ""
			if v.Due != nil {
				due = v.Due.String()
			}
			if v.Status != c.status || v.Reason != c.reason || due != c.due {
				t.Errorf("Freshness = %s, %q, due %q; want %s, %q, %q", v.Status, v.Reason, due, c.status, c.reason, c.due)
			}
		})
	}
}

func TestFreshnessCarriesTheClauseAndItsReadings(t *testing.T) {
	now := clock(t, "2026-03-09 09:00")
	v := book(t, "tongnan-2022").Freshness(column(rules.UndeterminedColumn, 1), &now, now, now, nil)
	if v.Strength != rules.InPrinciple || strings.Join(v.Articles, " ") != "21(四)" || v.Limit.String() != "1年" || !v.From.Equal(now) {
		t.Errorf("undetermined: %+v; want in_principle under 21(四), 1年 from the update", v)
	}
	v = book(t, "tongnan-2022").Freshness(account(rules.Weibo), &now, now, now, nil)
	if v.Strength != rules.Must || strings.Join(v.Interp, " ") != "I-TN-01 I-TN-02 I-TN-03" {
		t.Errorf("account: strength %s, readings %v; want must and I-TN-01 to 03", v.Strength, v.Interp)
	}
}

// An update limit in working days, which none of the five has, answers 待日历确认 where the calendar ends (K16).
func TestFreshnessIsPendingWhereTheCalendarEnds(t *testing.T) {
	files := edited(t, "max_gap: {n: 1, unit: week}", "max_gap: {n: 5, unit: working_day}")
	library, err := rules.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	rb, _ := library.ByID("tongnan-2022")
	now := clock(t, "2026-12-30 09:00")
	v := rb.Freshness(account(rules.Weibo), &now, now, now, library.Calendar)
	if v.Status != rules.StatusCalendarPending || v.Due != nil || v.String() != "待日历确认（潼南 2022 第21条（六））" {
		t.Errorf("Freshness = %s, due %v; want calendar_pending without a due time", v, v.Due)
	}
	updates := []time.Time{clock(t, "2026-12-01 09:00"), clock(t, "2026-12-14 09:00"), now}
	breaches, err := rb.Breaches(account(rules.Weibo), updates, updates[0], now, library.Calendar)
	if !errors.Is(err, rules.ErrCalendarPending) || len(breaches) != 2 {
		t.Errorf("Breaches = %v, %v; want the two sure ones and ErrCalendarPending", breaches, err)
	}
}

func TestBreaches(t *testing.T) {
	for _, c := range []struct {
		name, book   string
		subject      rules.Subject
		started, now string
		updates      []string
		want         string // gap/over[!] of each, ! = still open
	}{
		{"O04 one late post", "tongnan-2022", account(rules.Weibo), "2026-03-02 09:00", "2026-03-10 12:01", []string{"2026-03-02 09:00", "2026-03-10 12:00"}, "195h/27h"},
		{"K04 exactly at the deadline is in time", "tongnan-2022", account(rules.Weibo), "2026-03-02 09:00", "2026-03-09 09:00", []string{"2026-03-02 09:00", "2026-03-09 09:00"}, ""},
		{"K04 open at the deadline is late", "tongnan-2022", account(rules.Weibo), "2026-03-02 09:00", "2026-03-09 09:00", []string{"2026-03-02 09:00"}, "168h/0h!"},
		{"O05 a scheduled post does not count", "tongnan-2022", account(rules.Weibo), "2026-04-01 10:00", "2026-04-08 11:00", []string{"2026-04-01 10:00", "2026-04-09 09:00"}, "169h/1h!"},
		{"K13 never posted since the start of use", "tongnan-2022", account(rules.Weibo), "2026-03-01 00:00", "2026-03-10 00:00", nil, "216h/48h!"},
		{"K13 first post late", "tongnan-2022", account(rules.Weibo), "2026-03-01 00:00", "2026-03-10 00:00", []string{"2026-03-09 00:00"}, "192h/24h"},
		{"unsorted updates", "tongnan-2022", account(rules.Weibo), "2026-03-01 00:00", "2026-03-20 00:00", []string{"2026-03-17 00:00", "2026-03-02 00:00"}, "360h/192h"},
		{"blank column until its first text", "tongnan-2022", column(rules.NewsColumn, 1), "2026-03-01 00:00", "2026-03-03 00:00", []string{"2026-03-02 00:00"}, "24h/24h"},
		{"a column filled when created", "tongnan-2022", column(rules.NewsColumn, 1), "2026-03-01 00:00", "2026-03-03 00:00", []string{"2026-03-01 00:00"}, ""},
		{"updates from before the start of use", "tongnan-2022", account(rules.Weibo), "2026-03-05 00:00", "2026-03-08 00:00", []string{"2026-03-03 00:00"}, ""},
		{"湘西 column of the other kind", "xiangxi-2018", column(rules.OtherColumn, 1), "2024-01-01 00:00", "2025-01-03 00:00", []string{"2024-01-02 00:00"}, "8808h/24h!"},
		{"no rule, no breach", "zhaotong-2018", account(rules.Weibo), "2020-01-01 00:00", "2026-03-08 00:00", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var updates []time.Time
			for _, u := range c.updates {
				updates = append(updates, clock(t, u))
			}
			breaches, err := book(t, c.book).Breaches(c.subject, updates, clock(t, c.started), clock(t, c.now), builtin(t).Calendar)
			var got []string
			for _, b := range breaches {
				s := strings.ReplaceAll(b.Gap.String()+"/"+b.Over.String(), "0m0s", "")
				s = strings.ReplaceAll(s, "/0s", "/0h")
				if b.Ended == nil {
					s += "!"
				}
				if b.RuleID == "" || len(b.Articles) == 0 {
					t.Errorf("breach %+v cites nothing", b)
				}
				got = append(got, s)
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("Breaches = %v, %v; want %s", got, err, c.want)
			}
		})
	}
}

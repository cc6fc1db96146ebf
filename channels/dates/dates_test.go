package dates_test

import (
	"testing"
	"time"

	"govmedia/channels/dates"
)

func TestReadsWhatSitesWrite(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-20 09:30:00":           "2026-11-20T09:30:00+08:00",
		"2026-11-20 09:30":              "2026-11-20T09:30:00+08:00",
		"2026-11-20":                    "day 2026-11-20",
		"2026-11-20T09:30:00":           "2026-11-20T09:30:00+08:00",
		"2026-11-20T09:30:00Z":          "2026-11-20T17:30:00+08:00",
		"2026-11-20T09:30:00.123+08:00": "2026-11-20T09:30:00.123+08:00",
		"2026-11-20T09:30+0900":         "2026-11-20T08:30:00+08:00",
		"2026/11/20 09:30:00":           "2026-11-20T09:30:00+08:00",
		"2026/1/8":                      "day 2026-01-08",
		"2026.11.20 9:05":               "2026-11-20T09:05:00+08:00",
		"2026年11月20日":                   "day 2026-11-20",
		"2026年 11月 20日 下午 3时05分":        "2026-11-20T15:05:00+08:00",
		"２０２６－１１－２０　０９：３０":                           "2026-11-20T09:30:00+08:00",
		"发布时间：2026-11-20 09:30 来源：区政府办":              "2026-11-20T09:30:00+08:00",
		"北京时间2026-11-20 09:30":                       "2026-11-20T09:30:00+08:00",
		"2026-11-20 星期五 09:30":                       "2026-11-20T09:30:00+08:00",
		"2026-11-20 09:30:00 CST":                    "2026-11-20T09:30:00+08:00",
		"Fri, 20 Nov 2026 09:30:00 CST":              "2026-11-20T09:30:00+08:00",
		"Fri, 20 Nov 2026 09:30:00 GMT":              "2026-11-20T17:30:00+08:00",
		"Fri, 20 Nov 2026 09:30:00 +0800":            "2026-11-20T09:30:00+08:00",
		"Mon, 20 Nov 26 09:30 EST":                   "2026-11-20T22:30:00+08:00",
		"20 November 2026":                           "day 2026-11-20",
		"Fri Nov 20 09:30:00 CST 2026":               "2026-11-20T09:30:00+08:00",
		"Fri Nov 20 2026 09:30:00 GMT+0800 (中国标准时间)": "2026-11-20T09:30:00+08:00",
		"Nov 20, 2026 9:30:00 PM":                    "2026-11-20T21:30:00+08:00",
		"20261120":                                   "day 2026-11-20",
		"20261120093000":                             "2026-11-20T09:30:00+08:00",
		"2026-11-20 24:00":                           "2026-11-21T00:00:00+08:00",
		"2026-11-20 浏览次数：12:30":                      "2026-11-20T12:30:00+08:00",
		"2024-02-29":                                 "day 2024-02-29",
		"2026-11-20 由综合科发布于区人民政府网站首页今日要闻栏目共 12:30": "day 2026-11-20",
	} {
		got, ok := dates.Read(text)
		if !ok || show(got) != want {
			t.Errorf("Read(%q) = %s, %v, want %s", text, show(got), ok, want)
		}
	}
	for _, text := range []string{"", "null", "昨天", "3小时前", "2026-11", "2026-13-01", "2026-02-30", "2023-02-29", "2026-11-20 25:00", "2026-11-20 09:75",
		"2026-11-20 09:30 XYZ", "0000-00-00 00:00:00", "11-20", "电话 023-44555666", "2026-11-20 09:30 +99:00"} {
		if got, ok := dates.Read(text); ok {
			t.Errorf("Read(%q) = %s, want nothing", text, show(got))
		}
	}
}

func show(i dates.Instant) string {
	if i.Day {
		return "day " + i.Time.Format(time.DateOnly)
	}
	return i.Time.In(dates.Beijing).Format(time.RFC3339Nano)
}

func TestADayLastsUntilItsEnd(t *testing.T) {
	day, _ := dates.Read("2026-11-20")
	if got := day.Last().Format(time.RFC3339Nano); got != "2026-11-20T23:59:59.999+08:00" {
		t.Errorf("Last of a day = %s", got)
	}
	minute, _ := dates.Read("2026-11-20 09:30")
	if !minute.Last().Equal(minute.Time) {
		t.Errorf("Last of a minute = %s, want itself", minute.Last())
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{"2026-11-20 09:30:00 CST", "Fri, 20 Nov 2026 09:30:00 GMT", "2026年1月8日 下午3时", "20261120093000+0800", "Nov 20 09:30:00 CST 2026"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := dates.Read(text)
		if !ok {
			return
		}
		if year := got.Time.In(dates.Beijing).Year(); year < 1899 || year > 2200 {
			t.Errorf("Read(%q) = %s, no year that anybody publishes in", text, got.Time)
		}
		if again, ok := dates.Read(got.Time.Format(time.RFC3339Nano)); !ok || !again.Time.Equal(got.Time) {
			t.Errorf("Read(%q) = %s does not read back: %s, %v", text, got.Time, again.Time, ok)
		}
	})
}

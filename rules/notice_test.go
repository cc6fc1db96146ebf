package rules_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	textunicode "golang.org/x/text/encoding/unicode"

	"govmedia/fault"
	"govmedia/rules"
)

// noticeOf is a notice in the official form, as the government's site shows it.
func noticeOf(year, holidays, number, date string, items ...string) string {
	return "国务院办公厅关于" + year + "年\n部分节假日安排的通知\n" + number + "\n\n各省、自治区、直辖市人民政府，国务院各部委、各直属机构：\n" +
		"　　经国务院批准，现将" + year + "年" + holidays + "放假调休日期的具体安排通知如下。\n　　" + strings.Join(items, "\n　　") +
		"\n　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众祥和平安度过节日假期。\n" +
		"　　　　　　　　　　　　国务院办公厅\n　　　　　　　　　　　　" + date + "\n"
}

const sevenHolidays = "元旦、春节、清明节、劳动节、端午节、中秋节和国庆节"

// notices are the announcements of the years in the program's calendar, in the official form.
var notices = map[int]string{
	2024: noticeOf("2024", sevenHolidays, "国办发明电〔2023〕7号", "2023年10月25日",
		"一、元旦：1月1日放假，与周末连休。",
		"二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。",
		"三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。",
		"四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。",
		"五、端午节：6月10日放假，与周末连休。",
		"六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。",
		"七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。"),
	2025: noticeOf("2025", sevenHolidays, "国办发明电〔2024〕12号", "2024年11月12日",
		"一、元旦：1月1日（周三）放假1天，不调休。",
		"二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。",
		"三、清明节：4月4日（周五）至6日（周日）放假，共3天。",
		"四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。",
		"五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。",
		"六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。"),
	2026: noticeOf("2026", sevenHolidays, "", "2025年11月4日",
		"一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。",
		"二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。",
		"三、清明节：4月4日（周六）至6日（周一）放假，共3天。",
		"四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。",
		"五、端午节：6月19日（周五）至21日（周日）放假，共3天。",
		"六、中秋节：9月25日（周五）至27日（周日）放假，共3天。",
		"七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"),
}

// notice2027 is the notice of year2027.
var notice2027 = noticeOf("2027", sevenHolidays, "国办发明电〔2026〕99号", "2026年11月10日",
	"一、元旦：1月1日（周五）至3日（周日）放假，共3天。",
	"二、春节：2月5日（农历除夕、周五）至13日（农历正月初八、周六）放假调休，共9天。2月14日（周日）、2月20日（周六）上班。",
	"三、清明节：4月3日（周六）至5日（周一）放假，共3天。",
	"四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。",
	"五、端午节：6月9日（周三）放假1天，不调休。",
	"六、中秋节：9月15日（周三）放假1天，不调休。",
	"七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。")

func TestTheNoticesOfThreeYearsGiveExactlyTheProgramsCalendar(t *testing.T) {
	drafts, err := rules.ParseYears("cn-workdays.yaml", programFiles(t)["calendar/cn-workdays.yaml"].Data)
	if err != nil || len(drafts) != len(notices) {
		t.Fatalf("ParseYears = %d years, %v", len(drafts), err)
	}
	for _, want := range drafts {
		got, _, err := rules.ParseNotice(notices[want.Year])
		if err != nil {
			t.Errorf("ParseNotice(%d): %v", want.Year, fault.As(err).Sentence)
			continue
		}
		if want.Year == 2024 && !strings.Contains(got.Note, "除夕（2月9日）休息") {
			t.Errorf("the note of 2024 = %q, want the wish about 除夕", got.Note)
		}
		if got.WorkdaysTotal != 0 {
			t.Errorf("ParseNotice(%d) knows a count of %d, which no notice tells", want.Year, got.WorkdaysTotal)
		}
		got.WorkdaysTotal, got.Note = want.WorkdaysTotal, want.Note
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ParseNotice(%d) differs from the file (-file +notice):\n%s", want.Year, diff)
		}
		if _, err := rules.CheckYear(got); err != nil {
			t.Errorf("CheckYear(%d): %v", want.Year, err)
		}
	}
}

func TestANoticeIsReadInWhateverFormItWasCopied(t *testing.T) {
	want, _, err := rules.ParseNotice(notice2027)
	if err != nil {
		t.Fatalf("ParseNotice: %v", fault.As(err).Sentence)
	}
	full := year2027()
	full.WorkdaysTotal = 0
	if diff := cmp.Diff(full, want); diff != "" {
		t.Fatalf("ParseNotice differs from the year (-year +notice):\n%s", diff)
	}
	fullWidth := strings.NewReplacer("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９")
	broken := func(s string) string { // a line break after every seventh character, as from a PDF
		var b strings.Builder
		for i, r := range []rune(s) {
			b.WriteRune(r)
			if i%7 == 6 {
				b.WriteString("\r\n ")
			}
		}
		return b.String()
	}
	bare := func(s string) string { // without title and introduction's list, numbers in Arabic
		for i, ordinal := range []string{"一、", "二、", "三、", "四、", "五、", "六、", "七、"} {
			s = strings.Replace(s, "　　"+ordinal, "　　"+string(rune('1'+i))+"．", 1)
		}
		return s
	}
	for name, text := range map[string]string{
		"full width":            fullWidth.Replace(notice2027),
		"half width":            strings.NewReplacer("（", "(", "）", ")", "，", ",", "：", ":").Replace(notice2027),
		"spaces between":        strings.NewReplacer("月", " 月 ", "日", " 日 ", "至", "\u00a0至\u3000", "、", "、\u200b").Replace(notice2027),
		"lines broken":          broken(notice2027),
		"one line":              strings.ReplaceAll(notice2027, "\n", ""),
		"a long dash":           strings.ReplaceAll(notice2027, "）至", "）—"),
		"two long dashes":       strings.ReplaceAll(notice2027, "）至", "）——"),
		"a tilde":               strings.ReplaceAll(notice2027, "）至", "）～"),
		"到":                     strings.ReplaceAll(notice2027, "）至", "）到"),
		"a dash within a month": strings.Replace(notice2027, "10月1日（周五）至7日（周四）", "10月1-7日（周四）", 1),
		"星期":                    strings.NewReplacer("（周", "（星期", "、周", "、星期").Replace(notice2027),
		"the months repeated":   strings.Replace(notice2027, "至13日", "至2月13日", 1),
		"the years given":       strings.Replace(notice2027, "1月1日（周五）至3日", "2027年1月1日（周五）至2027年1月3日", 1),
		"Arabic ordinals":       bare(notice2027),
		"the page around it": "首页 > 政策\n索 引 号：000014349/2026-00001\n发文机关：国务院办公厅\n成文日期：2026年11月10日\n" + notice2027 +
			"责任编辑：测试 扫一扫在手机打开当前页 2026-11-11 09:00",
		"a Chinese date":       strings.Replace(notice2027, "2026年11月10日", "二〇二六年十一月十日", 1),
		"square brackets":      strings.Replace(notice2027, "〔2026〕", "[2026]", 1),
		"without the sign-off": "成文日期：2026-11-10\n" + strings.Replace(notice2027, "国务院办公厅\n　　　　　　　　　　　　2026年11月10日", "", 1),
		"no closing, but a date": strings.Replace(notice2027, notice2027[strings.Index(notice2027, "节假日期间"):], "2026年11月10日", 1) +
			"",
	} {
		got, _, err := rules.ParseNotice(text)
		if err != nil {
			t.Errorf("%s: %v", name, fault.As(err).Sentence)
			continue
		}
		if name == "no closing, but a date" {
			got.Announced = want.Announced // nothing says whose date it is
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestDaysOfTheYearBeforeAreLeftOutAndTold(t *testing.T) {
	item := func(s string) string {
		return strings.Replace(notice2027, "一、元旦：1月1日（周五）至3日（周日）放假，共3天。", "一、元旦："+s, 1)
	}
	for _, c := range []struct {
		name, text, from, remark string
	}{
		{"years given", item("2026年12月31日至2027年1月3日放假调休，共4天。2026年12月27日（星期日）上班。"), "2027-01-01", "2026-12-31（周四）放假、2026-12-27（周日）上班"},
		{"the second year given", item("12月31日至2027年1月3日放假调休，共4天。"), "2027-01-01", "2026-12-31（周四）放假"},
		{"no year given", item("12月31日至1月3日放假调休，共4天。12月27日上班。"), "2027-01-01", "2026-12-31（周四）放假、2026-12-27（周日）上班"},
	} {
		got, remarks, err := rules.ParseNotice(c.text)
		if err != nil || got.Rest[0].From != c.from || got.Rest[0].To != "2027-01-03" || len(got.Work) != 5 {
			t.Errorf("%s: %+v, %v, want the new year from %s", c.name, got, err, c.from)
			continue
		}
		if len(remarks) != 1 || !strings.Contains(remarks[0], c.remark) {
			t.Errorf("%s: remarks %q, want %s", c.name, remarks, c.remark)
		}
	}
	// 2023 began with a weekend before it: nothing to tell of the year before.
	text := noticeOf("2023", "元旦", "国办发明电〔2022〕16号", "2022年12月8日", "一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。")
	got, remarks, err := rules.ParseNotice(text)
	if err != nil || len(got.Rest) != 1 || got.Rest[0] != (rules.RestSpan{Name: "元旦", From: "2023-01-01", To: "2023-01-02"}) || len(remarks) != 0 {
		t.Errorf("the new year of 2023 = %+v, %q, %v", got.Rest, remarks, err)
	}
}

func TestOlderFormsOfANoticeAreRead(t *testing.T) {
	text := noticeOf("2014", "元旦、清明节、端午节", "国办发明电〔2013〕28号", "2013年12月11日", "一、元旦：1月1日放假1天。",
		"二、清明节：4月5日放假，4月7日（星期一）补休。", "三、端午节：6月2日放假，与周末连休。1月26日、2月8日调休上班。")
	got, _, err := rules.ParseNotice(text)
	want := rules.RestSpans{{"元旦", "2014-01-01", "2014-01-01"}, {"清明节", "2014-04-05", "2014-04-05"}, {"清明节", "2014-04-07", "2014-04-07"},
		{"端午节", "2014-06-02", "2014-06-02"}}
	if diff := cmp.Diff(want, got.Rest); err != nil || diff != "" || len(got.Work) != 2 {
		t.Errorf("ParseNotice = %v, work %v\n%s", err, got.Work, diff)
	}
}

func TestATextThatIsNoClearNoticeIsRefused(t *testing.T) {
	change := func(old, new string) string {
		if !strings.Contains(notice2027, old) {
			t.Fatalf("the notice does not contain %q", old)
		}
		return strings.Replace(notice2027, old, new, 1)
	}
	for _, c := range []struct {
		name, text string
		want       *fault.Fault
		says       string
	}{
		{"another text", "关于做好汛期值班工作的通知\n一、加强值守：各单位 7月1日至9月30日 24 小时值班。", rules.ErrNotNotice, "没有认出"},
		{"the title alone", "国务院办公厅关于2027年部分节假日安排的通知", rules.ErrNotNotice, "认出了 2027 年"},
		{"an adjustment", "国务院办公厅关于调整2019年劳动节假期安排的通知\n经国务院批准，现将调整2019年劳动节假期安排通知如下。\n2019年5月1日至4日放假调休，共4天。", rules.ErrNoticeAmends, "2019"},
		{"a total that does not fit", change("共9天", "共8天"), rules.ErrNoticeUnclear, "“春节”写明共 8 天，按所写日期数出 9 天"},
		{"one day too many", change("6月9日（周三）放假1天", "6月9日（周三）放假2天"), rules.ErrNoticeUnclear, "“端午节”写明共 2 天"},
		{"a weekday that does not fit", change("4月3日（周六）", "4月3日（周五）"), rules.ErrNoticeUnclear, "2027-04-03 是周六，通知里写的是周五"},
		{"a day that is none", change("2月20日（周六）", "2月30日"), rules.ErrNoticeUnclear, "2027年2月30日 不是真实的日期"},
		{"work on a weekday", change("2月20日（周六）", "2月18日"), rules.ErrNoticeUnclear, "2027-02-18（周四）不是周末"},
		{"upside down", change("10月1日（周五）至7日（周四）放假调休，共7天", "10月7日至1日放假调休"), rules.ErrNoticeUnclear, "早于开始日"},
		{"months long", change("至7日（周四）放假调休，共7天", "至12月7日放假调休"), rules.ErrNoticeUnclear, "超过 31 天"},
		{"a paragraph lost", change("　　四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。\n", ""), rules.ErrNoticeUnclear, "第 4 项写成了“五、端午节”"},
		{"the end lost", notice2027[:strings.Index(notice2027, "　　七、")], rules.ErrNoticeUnclear, "开头提到了“国庆节”"},
		{"cut inside a paragraph", notice2027[:strings.Index(notice2027, "（周五）至7日")], rules.ErrNoticeUnclear, "“国庆节”的这一句没有说是放假还是上班"},
		{"a verb lost", change("2月20日（周六）上班", "2月20日（周六）"), rules.ErrNoticeUnclear, "没有说是放假还是上班"},
		{"no dates", change("6月9日（周三）放假1天，不调休", "另行通知"), rules.ErrNoticeUnclear, "“端午节”没有写放假日期"},
		{"dates in another form", change("4月3日（周六）至5日（周一）", "4/3至4/5"), rules.ErrNoticeUnclear, "读不懂"},
		{"half in Chinese numerals", change("4月3日（周六）至5日（周一）放假，共3天", "4月3日至五日放假"), rules.ErrNoticeUnclear, "读不懂"},
		{"no month", change("4月3日（周六）至5日（周一）放假，共3天", "3日放假"), rules.ErrNoticeUnclear, "没有写月份"},
		{"a year far off", change("4月3日（周六）至5日（周一）放假，共3天", "2072年4月3日放假"), rules.ErrNoticeUnclear, "离 2027 年太远"},
		{"another year in the title", change("关于2027年", "关于2026年"), rules.ErrNoticeUnclear, "标题写的是 2026 年，正文写的是 2027 年"},
		{"two notices", notice2027 + notices[2026], rules.ErrNoticeUnclear, "第 8 项写成了“一、元旦”"},
		{"two notices without ordinals", strings.NewReplacer("一、", "", "二、", "", "三、", "", "四、", "", "五、", "", "六、", "", "七、", "").Replace(notice2027 + notice2027),
			rules.ErrNoticeUnclear, "“元旦”出现了两次"},
	} {
		t.Run(c.name, func(t *testing.T) {
			draft, _, err := rules.ParseNotice(c.text)
			if f := fault.As(err); !errors.Is(err, c.want) || !strings.Contains(f.Sentence, c.says) {
				t.Errorf("ParseNotice = %+v, %v (%+v), want %s with %q", draft, err, f, c.want.Code, c.says)
			}
		})
	}
}

func TestEverythingUnclearIsListed(t *testing.T) {
	text := strings.NewReplacer("共9天", "共8天", "4月3日（周六）", "4月3日（周五）", "5月8日（周六）", "5月7日（周五）").Replace(notice2027)
	f := fault.As(errOf2(rules.ParseNotice(text)))
	list, _ := f.Detail.([]string)
	if len(list) != 3 || !strings.Contains(f.Sentence, "共 3 处") {
		t.Errorf("ParseNotice = %q, %q, want three places", f.Sentence, list)
	}
}

func errOf2[A, B any](_ A, _ B, err error) error { return err }

func TestAnUploadIsReadInAnyEncoding(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(notice2027)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := textunicode.UTF16(textunicode.LittleEndian, textunicode.UseBOM).NewEncoder().String(notice2027)
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{"UTF-8": notice2027, "UTF-8 with a mark": "\ufeff" + notice2027, "GB18030": gb, "UTF-16": utf16} {
		readings, err := rules.ReadYears("通知.txt", []byte(raw))
		if err != nil || len(readings) != 1 {
			t.Errorf("%s: %d readings, %v", name, len(readings), err)
			continue
		}
		got := readings[0]
		if got.Draft.Year != 2027 || got.Summary.Workdays != 248 || len(got.Remarks) != 0 || len(got.Problems) != 1 || got.Problems[0].Field != "workdays_total" {
			t.Errorf("%s: %+v, want 2027 with 248 days and the published count to be filled in", name, got)
		}
	}
}

func TestAFileOfSeveralYearsIsTaken(t *testing.T) {
	data, err := os.ReadFile("calendar/cn-workdays.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cn-workdays.yaml", "", "C:\\下载\\日历.yml"} {
		readings, err := rules.ReadYears(name, data)
		if err != nil || len(readings) != 3 || readings[2].Summary.Workdays != 248 || len(readings[2].Problems) != 0 {
			t.Errorf("ReadYears(%q) = %+v, %v", name, readings, err)
		}
	}
}

func TestAnUploadThatIsNoTextIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want *fault.Fault
	}{
		"nothing":        {"", rules.ErrCalendarEmpty},
		"spaces":         {" \r\n\u3000 ", rules.ErrCalendarEmpty},
		"a Word file":    {"PK\x03\x04word/document.xml", rules.ErrCalendarBinary},
		"an old Word":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", rules.ErrCalendarBinary},
		"a PDF":          {"%PDF-1.7", rules.ErrCalendarBinary},
		"zero bytes":     {"国务院\x00", rules.ErrCalendarBinary},
		"broken bytes":   {"国务院\xff\xff\xff", rules.ErrCalendarEncoding},
		"too large":      {strings.Repeat("国", rules.MaxCalendarFile/3+1), rules.ErrCalendarTooLarge},
		"another text":   {"今天天气很好", rules.ErrNotNotice},
		"a wrong schema": {"schema: workdays/9\nzone: Asia/Shanghai\nyears: {}\n", rules.ErrCalendarFile},
		"a year twice":   {"schema: workdays/1\nzone: Asia/Shanghai\nyears:\n  \"2027\": {announced: x}\n  \"2027\": {announced: x}\n", rules.ErrCalendarFile},
	} {
		readings, err := rules.ReadYears("", []byte(c.raw))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: ReadYears = %+v, %v, want %s", name, readings, err, c.want.Code)
		}
	}
}

func FuzzReadYears(f *testing.F) {
	f.Add("", []byte(notice2027))
	f.Add("", []byte(notices[2024]))
	f.Add("a.yaml", []byte("schema: workdays/1\nzone: Asia/Shanghai\nyears:\n  \"2027\": {announced: \"2026-11-10\"}\n"))
	f.Fuzz(func(t *testing.T, name string, raw []byte) {
		readings, err := rules.ReadYears(name, raw)
		if err != nil && (fault.As(err) == nil || fault.As(err).Sentence == "") {
			t.Errorf("ReadYears = %v, want a sentence", err)
		}
		for _, reading := range readings {
			_, err := rules.CheckYear(reading.Draft)
			if (err == nil) != (len(reading.Problems) == 0) {
				t.Errorf("CheckYear = %v, but the problems are %+v", err, reading.Problems)
			}
		}
	})
}

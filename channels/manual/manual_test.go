package manual_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/manual"
	"govmedia/fault"
	"govmedia/sql"

	"github.com/google/go-cmp/cmp"
)

func picture(id, mime string, data []byte) channels.Picture {
	sum := sha256.Sum256(data)
	return channels.Picture{ID: id, SHA256: hex.EncodeToString(sum[:]), MIME: mime, Size: int64(len(data)), Name: "../../etc/passwd"}
}

const firstID, secondID = "01j0000000000001", "01j0000000000002"

var pixels = map[string][]byte{firstID: []byte("first"), secondID: []byte("second")}

func message() channels.Message {
	return channels.Message{
		ID: "m1", Title: "关于做好汛期安全工作的通知", Digest: "汛期安全工作安排", Byline: "李某", Source: "区应急管理局",
		Body:     `<h2>一、总体要求</h2><p>各单位&amp;部门：<br>请落实。</p><p><img src="/media/` + secondID + `"></p><table><tr><td>序号</td><td>事项</td></tr></table>`,
		CoverID:  firstID,
		Pictures: channels.Pictures{picture(firstID, "image/jpeg", pixels[firstID]), picture(secondID, "image/png", pixels[secondID])},
	}
}

func read(_ context.Context, p channels.Picture) ([]byte, error) { return pixels[p.ID], nil }

func TestCorrectingIsNotPublishing(t *testing.T) {
	account := accounts.Account{Platform: accounts.WeChat, Name: "潼南应急"}
	packet := manual.Package(message(), account)
	corrected := packet.Correcting(message(), account)
	list := strings.Join(corrected.Checklist, "\n")
	for _, want := range []string{"潼南应急", "找到这一篇", "先删除这一篇", "1张图片", "新的网址"} {
		if !strings.Contains(list, want) {
			t.Errorf("Checklist lacks %q:\n%s", want, list)
		}
	}
	if strings.Contains(list, "新建") || corrected.Text != packet.Text || strings.Join(packet.Checklist, "") == strings.Join(corrected.Checklist, "") {
		t.Errorf("Checklist of a correction tells to publish a second article:\n%s", list)
	}
}

func TestPackageHasEveryPartAPersonNeeds(t *testing.T) {
	packet := manual.Package(message(), accounts.Account{Platform: accounts.Toutiao, Name: "潼南应急"})
	if want := "一、总体要求\n各单位&部门：\n请落实。\n序号\t事项"; packet.Text != want {
		t.Errorf("Text = %q, want %q", packet.Text, want)
	}
	if want := "来源：区应急管理局　作者：李某"; packet.Source != want {
		t.Errorf("Source = %q, want %q", packet.Source, want)
	}
	if packet.TitleShort != packet.Title {
		t.Errorf("TitleShort = %q, want the title: no limit of the platform is known", packet.TitleShort)
	}
	list := strings.Join(packet.Checklist, "\n")
	for _, want := range []string{"潼南应急", "头条号", "插入1张图片", "封面图", "来源：区应急管理局", "复制网址"} {
		if !strings.Contains(list, want) {
			t.Errorf("Checklist lacks %q:\n%s", want, list)
		}
	}
}

func TestACoverAloneIsNoPictureToInsert(t *testing.T) {
	m := message()
	m.Body = "<p>请落实。</p>"
	m.Pictures = m.Pictures[:1]
	list := strings.Join(manual.Package(m, accounts.Account{Platform: accounts.Toutiao}).Checklist, "\n")
	if strings.Contains(list, "张图片") || !strings.Contains(list, "封面图") {
		t.Errorf("Checklist = %s, want the cover and no picture to insert", list)
	}
}

func TestTitleIsCutToThePlatformsLimit(t *testing.T) {
	m := message()
	m.Title = strings.Repeat("防汛", 20)
	packet := manual.Package(m, accounts.Account{Platform: accounts.WeChat})
	if n := utf8.RuneCountInString(packet.TitleShort); n > 32 || !strings.HasSuffix(packet.TitleShort, "…") {
		t.Errorf("TitleShort = %q (%d characters), want at most 32 and a mark of the cut", packet.TitleShort, n)
	}
	if packet.Title != m.Title {
		t.Errorf("Title = %q, want it whole", packet.Title)
	}
}

func TestCut(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		limit int
		want  string
		cut   bool
	}{
		"fits":                        {"一二三", 3, "一二三", false},
		"ends at a sentence":          {"今天下雨。请带伞出行注意安全", 8, "今天下雨。", true},
		"takes the closing quote":     {"他说：“下雨。”请带伞出行", 9, "他说：“下雨。”", true},
		"sentence too early":          {"好。请各单位切实做好防汛工作安排", 10, "好。请各单位切实做…", true},
		"number keeps its unit":       {"补助资金合计达到10000万元整以上", 12, "补助资金合计达到…", true},
		"percentage stays whole":      {"完成率已经达到了12.5%以上水平", 12, "完成率已经达到了…", true},
		"word stays whole":            {"请登录平台 government 办理业务", 12, "请登录平台…", true},
		"emoji family stays whole":    {"欢迎一家人来👨\u200d👩\u200d👧玩吧", 9, "欢迎一家人来…", true},
		"opening bracket is not last": {"根据安全生产《条例》办理吧", 8, "根据安全生产…", true},
		"one long word":               {strings.Repeat("a", 30), 10, strings.Repeat("a", 9) + "…", true},
		"no room":                     {"一二三", 1, "…", true},
		"nothing at all":              {"一二三", 0, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, cut := manual.Cut(c.text, c.limit)
			if got != c.want || cut != c.cut {
				t.Errorf("Cut(%q, %d) = %q, %v, want %q, %v", c.text, c.limit, got, cut, c.want, c.cut)
			}
		})
	}
}

func TestPlainTextDropsWhatNobodyReads(t *testing.T) {
	got := manual.PlainText("<p>甲\n  乙</p><script>alert(1)</script><style>p{}</style><ul><li>一</li><li>二</li></ul>　　尾")
	if want := "甲 乙\n一\n二\n尾"; got != want {
		t.Errorf("PlainText = %q, want %q", got, want)
	}
}

func TestZipHoldsTextPageAndPictures(t *testing.T) {
	var buf bytes.Buffer
	if err := manual.WriteZip(t.Context(), &buf, manual.Package(message(), accounts.Account{Platform: accounts.Douyin, Name: "号"}), message(), read); err != nil {
		t.Fatalf("WriteZip: %v", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatalf("the file is no archive: %v", err)
	}
	got := map[string]string{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatalf("open %s: %v", file.Name, err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("read %s: %v", file.Name, err)
		}
		got[file.Name] = string(data)
	}
	text, page := got["text.txt"], got["article.html"]
	delete(got, "text.txt")
	delete(got, "article.html")
	if diff := cmp.Diff(map[string]string{"pictures/cover-01.jpg": "first", "pictures/02.png": "second"}, got); diff != "" {
		t.Errorf("pictures (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(text, "\ufeff关于做好汛期安全工作的通知\r\n") || !strings.Contains(text, "序号\t事项") || !strings.Contains(text, "1. ") {
		t.Errorf("text.txt = %q, want title, text and steps", text)
	}
	if !strings.Contains(page, `src="pictures/02.png"`) || strings.Contains(page, "/media/") {
		t.Errorf("article.html = %q, want its picture beside it", page)
	}
}

func TestZipRefusesAPictureThatWasNotSigned(t *testing.T) {
	err := manual.WriteZip(t.Context(), io.Discard, manual.Packet{}, message(), func(context.Context, channels.Picture) ([]byte, error) {
		return []byte("other"), nil
	})
	if !errors.Is(err, manual.ErrPicture) {
		t.Errorf("WriteZip = %v, want ErrPicture", err)
	}
}

func TestZipPassesOnAReadError(t *testing.T) {
	broken := errors.New("disk gone")
	err := manual.WriteZip(t.Context(), io.Discard, manual.Packet{}, message(), func(context.Context, channels.Picture) ([]byte, error) {
		return nil, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("WriteZip = %v, want the read error", err)
	}
}

func TestAPersonTakesOver(t *testing.T) {
	var channel channels.Channel = manual.New()
	var steps []string
	job := &channels.Job{Message: message(), Account: accounts.Account{Platform: accounts.VideoAccount, Name: "号"}, Remote: sql.Object{},
		Step: func(name, _ string, _ sql.Object) { steps = append(steps, name) }}
	for range 2 { // Prepare may run twice
		if err := channel.Prepare(t.Context(), job); err != nil {
			t.Fatalf("Prepare: %v", err)
		}
	}
	if list, _ := job.Remote["checklist"].([]string); len(list) < 5 {
		t.Errorf("Remote[checklist] = %v, want the steps", job.Remote["checklist"])
	}
	if len(steps) != 2 || steps[0] != "package" {
		t.Errorf("steps = %v, want one \"package\" for each Prepare", steps)
	}
	for name, call := range map[channels.Stage]func(context.Context, *channels.Job) (channels.Progress, error){
		channels.Awaiting: channel.Submit, channels.Absent: channel.Find,
	} {
		if progress, err := call(t.Context(), job); err != nil || progress.Stage != name {
			t.Errorf("got %v, %v, want stage %s", progress, err, name)
		}
	}
	if progress, err := channel.Poll(t.Context(), job); err != nil || progress.Stage != channels.Awaiting {
		t.Errorf("Poll = %v, %v, want awaiting", progress, err)
	}
}

func TestPreviewMeasuresWhatThePlatformTakes(t *testing.T) {
	m := message()
	if blocked := manual.New().Preview(m, accounts.Account{Platform: accounts.Douyin}).Blocked(); len(blocked) != 0 {
		t.Errorf("Blocked = %v, want none", blocked)
	}
	for range 40 {
		m.Pictures = append(m.Pictures, m.Pictures[0])
	}
	m.Pictures[0].Size = 21 << 20
	if blocked := manual.New().Preview(m, accounts.Account{Platform: accounts.Douyin}).Blocked(); len(blocked) != 2 {
		t.Errorf("Blocked = %v, want the number and the size of pictures", blocked)
	}
	m = message()
	m.Title = strings.Repeat("字", 33)
	preview := manual.New().Preview(m, accounts.Account{Platform: accounts.WeChat})
	if len(preview.Blocked()) != 0 || len(preview.Warnings) != 2 {
		t.Errorf("Preview = %v, %v, want a warning about the short title and nothing blocked", preview.Blocked(), preview.Warnings)
	}
}

func TestCheckURL(t *testing.T) {
	for _, c := range []struct {
		url      string
		platform accounts.Platform
		want     *fault.Fault
	}{
		{"https://mp.weixin.qq.com/s/AbC", accounts.WeChat, nil},
		{" http://mp.weixin.qq.com/s?__biz=1&mid=2 ", accounts.WeChat, nil},
		{"https://mp.weixin.qq.com/s?__biz=1&tempkey=x", accounts.WeChat, manual.ErrConsole},
		{"https://mp.weixin.qq.com/cgi-bin/home?t=1", accounts.WeChat, manual.ErrConsole},
		{"https://mp.weixin.qq.com/", accounts.WeChat, manual.ErrWrongPlatform},
		{"https://mp.weixin.qq.com.evil.cn/s/1", accounts.WeChat, manual.ErrWrongPlatform},
		{"https://evilweibo.com/1/2", accounts.Weibo, manual.ErrWrongPlatform},
		{"https://m.weibo.cn/status/5", accounts.Weibo, nil},
		{"https://www.douyin.com/video/7", accounts.Douyin, nil},
		{"https://creator.douyin.com/content/manage", accounts.Douyin, manual.ErrConsole},
		{"https://v.kuaishou.com/x", accounts.Kuaishou, nil},
		{"https://www.toutiao.com/article/1/", accounts.Toutiao, nil},
		{"https://weixin.qq.com/sph/A1", accounts.VideoAccount, nil},
		{"https://www.example.gov.cn/", accounts.Website, nil},
		{"https://8.8.8.8/a", accounts.Other, nil},
		{"https://10.1.2.3/a", accounts.Website, manual.ErrInner},
		{"https://[::1]/a", accounts.Other, manual.ErrInner},
		{"http://localhost/a", accounts.Other, manual.ErrInner},
		{"http://oa.lan/a", accounts.Other, manual.ErrInner},
		{"http://oa/a", accounts.Other, manual.ErrInner},
		{"http://127.0.0.1:8201/s/1", accounts.WeChat, manual.ErrInner},
		{"http://192.168.3.4/news", accounts.Website, manual.ErrInner},
		{"http://[::ffff:10.0.0.1]/a", accounts.Other, manual.ErrInner},
		{"http://[fe80::1%25eth0]/a", accounts.Other, manual.ErrInner},
		{"http://oa.intranet./a", accounts.Other, manual.ErrInner},
		{"http:///a", accounts.Other, manual.ErrNotPublic},
		{"https://a..cn/a", accounts.Other, manual.ErrNotPublic},
		{"http://2130706433/", accounts.Other, manual.ErrNotPublic},
		{"http://a:b@example.com/x", accounts.Other, manual.ErrNotPublic},
		{"javascript:alert(1)", accounts.Other, manual.ErrNotPublic},
		{"ftp://example.com/x", accounts.Other, manual.ErrNotPublic},
		{"", accounts.Other, manual.ErrNotPublic},
		{"https://example.com/" + strings.Repeat("a", 1000), accounts.Other, manual.ErrNotPublic},
	} {
		err := manual.CheckURL(c.url, c.platform)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("CheckURL(%q, %s) = %v, want %v", c.url, c.platform, err, c.want)
		}
	}
}

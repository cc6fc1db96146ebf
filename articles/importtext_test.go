package articles_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"govmedia/articles"
	"govmedia/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

func mustImport(t testing.TB, name string, raw []byte) articles.Imported {
	t.Helper()
	in, err := articles.FromText(name, raw)
	if err != nil {
		t.Fatalf("FromText(%q) = %v, want no error", name, err)
	}
	return in
}

func readTestdata(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFromTextReadsARegulation(t *testing.T) {
	for name, title := range map[string]string{"tongnan-2022": "潼南区政府网站和政务新媒体管理办法", "zhaotong-2018": "昭通市政府网站管理办法"} {
		in := mustImport(t, name+".txt", readTestdata(t, name+".txt"))
		if in.Title != title || in.Encoding != "UTF-8" {
			t.Errorf("%s: title %q, encoding %s; want %q, UTF-8", name, in.Title, in.Encoding, title)
		}
		got := strings.Join(in.Warnings, "\n") + "\n\n" + strings.ReplaceAll(in.HTML, "</p><", "</p>\n<") + "\n"
		golden := filepath.Join("testdata", name+".golden.html")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(string(readTestdata(t, name+".golden.html")), got); diff != "" {
			t.Errorf("%s (-golden +got), run with -update and review:\n%s", name, diff)
		}
	}
}

func TestFromTextKeepsEveryWordOfARegulation(t *testing.T) {
	raw := string(readTestdata(t, "tongnan-2022.txt"))
	want := articles.NormalisedText(strings.Replace(raw, "[bookmark: _GoBack]", "", 1))
	if got := articles.NormalisedText(mustImport(t, "x.txt", []byte(raw)).HTML); got != want {
		t.Errorf("the words changed (-want +got):\n%s", cmp.Diff(want, got))
	}
}

func TestFromTextRecognisesTheParts(t *testing.T) {
	const p, right = `<p style="text-indent: 2em">`, `<p style="text-align: right">`
	for _, tt := range []struct{ name, in, title, want string }{
		{"notice without regulation", "关于做好春节期间值班工作的\n通知\n各科室：\n　　一、总体要求\n　　请认真执行。\n区政府办公室\n2022年1月5日",
			"关于做好春节期间值班工作的通知", "<p>各科室：</p><h3>一、总体要求</h3>" + p + "请认真执行。</p>" + right + "区政府办公室</p>" + right + "2022年1月5日</p>"},
		{"chapters, sections, articles", "网站管理办法\n第一章  总　则\n第一节 目的\n第一条  为了规范。\n第二条为了管理。\n第一条所称网站，是指网站。\n（一）甲；\n1.乙。",
			"网站管理办法", "<h2>第一章 总则</h2><h3>第一节 目的</h3>" + p + "<strong>第一条</strong>\u3000为了规范。</p>" + p + "<strong>第二条</strong>\u3000为了管理。</p>" +
				p + "第一条所称网站，是指网站。</p>" + p + "（一）甲；</p>" + p + "1.乙。</p>"},
		{"long 一、 is a paragraph", "标题\n一、各单位要提高认识，加强领导，落实责任。", "标题", p + "一、各单位要提高认识，加强领导，落实责任。</p>"},
		{"tabs make a table", "情况表\n单位\t账号\n甲局\t3\n乙局\t\n", "情况表", "<table><tbody><tr><td>单位</td><td>账号</td></tr><tr><td>甲局</td><td>3</td></tr></tbody></table>" + p + "乙局</p>"},
		{"bars make a table with a header", "情况表\n| 单位 | 账号 |\n|---|---|\n| 甲局 | 3 |\n", "情况表",
			"<table><thead><tr><th>单位</th><th>账号</th></tr></thead><tbody><tr><td>甲局</td><td>3</td></tr></tbody></table>"},
		{"a drawn table", "情况表\n┌──┬──┐\n│单位│账号│\n├──┼──┤\n│甲局│3│\n└──┴──┘\n", "情况表",
			"<table><thead><tr><th>单位</th><th>账号</th></tr></thead><tbody><tr><td>甲局</td><td>3</td></tr></tbody></table>"},
		{"HTML in the text is words", "标题\n<script>alert(1)</script>&amp;", "标题", p + "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;</p>"},
		{"no title", "这是一句话。\n又一句话。", "稿子", p + "这是一句话。</p>" + p + "又一句话。</p>"},
		{"a broken sentence is joined", "标题\n政府网站须使用正版软件，优先选用国产的安全可控的软\n件产品。", "标题", p + "政府网站须使用正版软件，优先选用国产的安全可控的软件产品。</p>"},
		{"contents before the chapters", "新媒体管理规定\n目 录\n第一章 总则\n第一章 总则\n第一条 甲。", "新媒体管理规定",
			p + "目 录</p><h2>第一章 总则</h2><h2>第一章 总则</h2>" + p + "<strong>第一条</strong>\u3000甲。</p>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := mustImport(t, "C:\\稿\\稿子.txt", []byte(tt.in))
			if in.Title != tt.title || in.HTML != tt.want {
				t.Errorf("FromText = %q\n got %s\nwant %q\n     %s", in.Title, in.HTML, tt.title, tt.want)
			}
		})
	}
}

func TestFromTextTakesOutLeftoversAndSaysSo(t *testing.T) {
	in := mustImport(t, "x.txt", []byte("[bookmark: _Toc1]标题\n正文。HYPERLINK \"http://x\" \\h 后文。PAGE \\* MERGEFORMAT 3\n- 3 -\n扫一扫在手机打开当前页\n"))
	if in.Title != "标题" || articles.PlainText(in.HTML) != "正文。 后文。" {
		t.Errorf("FromText = %q, %q", in.Title, articles.PlainText(in.HTML))
	}
	want := []string{"删去了 3 处格式转换残留：“[bookmark: _Toc1]”、“HYPERLINK \"http://x\" \\h”、“PAGE \\* MERGEFORMAT 3”。",
		"删去了 2 行网页或页码残留：“- 3 -”、“扫一扫在手机打开当前页”，请核对。"}
	if diff := cmp.Diff(want, in.Warnings); diff != "" {
		t.Errorf("Warnings (-want +got):\n%s", diff)
	}
}

func utf16Bytes(s string, big bool) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestFromTextFindsTheEncoding(t *testing.T) {
	text := "潼南区政务新媒体通知\n各单位：\n请于2022年8月4日前完成，共3个账号。㐂𠮷\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	want := mustImport(t, "x.txt", []byte(text))
	for _, tt := range []struct {
		name, encoding string
		raw            []byte
	}{
		{"UTF-8", "UTF-8", []byte(text)},
		{"UTF-8 with a mark", "UTF-8", []byte("\ufeff" + text)},
		{"GB18030", "GB18030", []byte(gb)},
		{"UTF-16LE with a mark", "UTF-16LE", utf16Bytes("\ufeff"+text, false)},
		{"UTF-16BE with a mark", "UTF-16BE", utf16Bytes("\ufeff"+text, true)},
		{"UTF-16LE", "UTF-16LE", utf16Bytes(text, false)},
		{"UTF-16BE", "UTF-16BE", utf16Bytes(text, true)},
		{"Windows lines", "UTF-8", []byte(strings.ReplaceAll(text, "\n", "\r\n"))},
	} {
		in := mustImport(t, "x.txt", tt.raw)
		if in.Encoding != tt.encoding || in.HTML != want.HTML || in.Title != want.Title || in.Warnings != nil {
			t.Errorf("%s: %s %q %s %q, want %s and the same text", tt.name, in.Encoding, in.Title, in.HTML, in.Warnings, tt.encoding)
		}
	}
}

func TestFromTextCountsBadBytes(t *testing.T) {
	in := mustImport(t, "x.txt", []byte("标题\n第一句话\xff\xfe完整。\n第二句\xe4\xb8话完整，还有很多字。"))
	if in.Encoding != "UTF-8" || len(in.Warnings) != 1 || in.Warnings[0] != "文件中有 2 处文字无法识别，已显示为“�”（第一处在第 2 行），请对照原件改正。" {
		t.Errorf("FromText = %s, %q; want 2 bad places", in.Encoding, in.Warnings)
	}
}

func TestFromTextRefuses(t *testing.T) {
	noise := make([]byte, 4000)
	for i := range noise {
		noise[i] = byte(i*i*31 + i>>3)
	}
	for _, tt := range []struct {
		name string
		raw  []byte
		want *fault.Fault
	}{
		{"nothing", nil, articles.ErrImportEmpty},
		{"only a mark", []byte("\xef\xbb\xbf"), articles.ErrImportEmpty},
		{"only blanks", []byte(" \r\n\u3000\n"), articles.ErrImportEmpty},
		{"only leftovers", []byte("[bookmark: _GoBack]\n- 1 -\n"), articles.ErrImportEmpty},
		{"exe named txt", []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff"), articles.ErrImportBinary},
		{"docx named txt", []byte("PK\x03\x04\x14\x00"), articles.ErrImportBinary},
		{"doc named txt", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), articles.ErrImportBinary},
		{"PDF named txt", []byte("%PDF-1.4\n"), articles.ErrImportBinary},
		{"random bytes", noise, articles.ErrImportBinary},
		{"controls", []byte(strings.Repeat("a\x01\x02", 100)), articles.ErrImportBinary},
		{"Latin-1", []byte(strings.Repeat("\xe9 \xe8 \xfc. ", 40)), articles.ErrImportEncoding},
		{"over 5 MB", make([]byte, articles.MaxText+1), articles.ErrImportTooLarge},
		{"more than an article holds", []byte(strings.Repeat("文字文字。\n", 60_000)), articles.ErrImportTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := articles.FromText("x.txt", tt.raw); !errors.Is(err, tt.want) {
				t.Errorf("FromText = %v, want %v", err, tt.want)
			}
		})
	}
	if in := mustImport(t, "x.txt", []byte("MZ 型无人机说明\n第一句。")); in.Title != "MZ 型无人机说明" {
		t.Errorf("FromText took a text that begins with MZ for a program: %q", in.Title)
	}
}

func checkImport(t interface {
	Fatalf(string, ...any)
}, raw []byte) {
	in, err := articles.FromText("x.txt", raw)
	if err != nil {
		if fault.As(err) == nil {
			t.Fatalf("FromText(%q) = %v, want a fault", raw, err)
		}
		return
	}
	again, err := articles.Clean(in.HTML)
	if err != nil || again.HTML != in.HTML || in.Title == "" || !utf8.ValidString(in.HTML+in.Title) || strings.ContainsAny(in.Title, "\n\r") {
		t.Fatalf("FromText(%q) = %q %q, cleaned %q, %v", raw, in.Title, in.HTML, again.HTML, err)
	}
	if err := harmless(in.HTML); err != nil {
		t.Fatalf("FromText(%q) = %s: %v", raw, in.HTML, err)
	}
}

var textLines = []string{"", "标题通知", "关于印发《某办法》的", "通知", "潼南府办发〔2022〕47号", "第一章 总则", "第一节 甲", "第一条 甲。", "第二条乙", "一、总体要求", "（一）甲；", "1.乙", "各单位：",
	"区政府办公室", "2022年8月4日", "甲\t乙", "丙\t丁", "|甲|乙|", "|---|---|", "　　首行缩进的一段很长很长的话，没有句号就断开了的一行字字字", "接着的字。", "目 录", "(此件公开)", "<script>", "[bookmark: x]", "- 1 -", "\u3000", "附件：1.表"}

func TestFromTextTakesAnyOrderOfLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkImport(t, []byte(strings.Join(rapid.SliceOfN(rapid.SampledFrom(textLines), 0, 15).Draw(t, "lines"), "\n")))
	})
}

func FuzzFromText(f *testing.F) {
	f.Add([]byte(strings.Join(textLines, "\n")))
	f.Add(utf16Bytes("\ufeff第一章 总则\n", true))
	f.Add([]byte("\xb5\xda\xd2\xbb\xd5\xc2"))
	for _, line := range textLines {
		f.Add([]byte(line + "\n第一条 甲"))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkImport(t, raw) })
}

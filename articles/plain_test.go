package articles_test

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"govmedia/articles"
)

func TestPlainText(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"paragraphs", "<h2>题</h2><p>甲</p><p><br></p><p>乙<br>丙</p>", "题\n甲\n乙\n丙"},
		{"lists", "<ol start=3><li>甲</li><li><p>乙</p><ul><li>小</li></ul></li><li>丙</li></ol>", "3. 甲\n4. 乙\n• 小\n5. 丙"},
		{"table", "<table><tr><th>名</th><th>数</th></tr><tr><td><p>甲</p><p>一</p></td><td></td><td>3</td></tr></table>", "名\t数\n甲 一\t\t3"},
		{"white space", "<p>政务\n新媒体  is\n new</p>", "政务新媒体 is new"},
		{"pre", "<pre>一\n 二</pre>", "一\n二"},
		{"nobody's words", "<p>甲<script>x</script><style>y</style><svg><text>z</text></svg>乙</p>", "甲乙"},
		{"entities", "<p>&lt;b&gt;&amp;</p>", "<b>&"},
		{"broken", "甲</p></td><td>乙<li>丙", "甲\n乙 丙"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := articles.PlainText(tt.in); got != tt.want {
				t.Errorf("PlainText(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestDigest(t *testing.T) {
	source := "<h1>标题</h1><p>第一句话说完。第二句话很长很长很长。</p><p>第三</p>"
	for _, tt := range []struct {
		n    int
		want string
	}{
		{0, ""}, {-1, ""}, {1, "…"}, {5, "第一句话…"}, {10, "第一句话说完。"}, {17, "第一句话说完。第二句话很长很长很…"}, {100, "第一句话说完。第二句话很长很长很长。 第三"},
	} {
		if got := articles.Digest(source, tt.n); got != tt.want {
			t.Errorf("Digest(%d) = %q, want %q", tt.n, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		source, n := rapid.String().Draw(t, "source"), rapid.IntRange(0, 200).Draw(t, "n")
		if got := articles.Digest(source, n); utf8.RuneCountInString(got) > n {
			t.Fatalf("Digest(%q, %d) = %q, longer than asked", source, n, got)
		}
	})
}

func TestNormalisedTextIsEqualForTwoRenderingsOfOneText(t *testing.T) {
	ours := "<h2>第一章　总则</h2><ol><li>ＡＢ１２：见《办法》</li></ol><table><tr><td>甲</td><td>乙</td></tr></table><p>cafe\u0301</p>"
	for _, theirs := range []string{
		"<section><p>第一章 总则</p><p>AB12:见《办法》</p></section><p>甲&nbsp;乙</p>café\u200b",
		"第一章总则\nAB12：见《办法》 甲 乙 café",
	} {
		if got, want := articles.NormalisedText(theirs), articles.NormalisedText(ours); got != want {
			t.Errorf("NormalisedText(%q) = %q, want %q", theirs, got, want)
		}
	}
	if articles.NormalisedText("<p>15个工作日</p>") == articles.NormalisedText("<p>16个工作日</p>") {
		t.Error("NormalisedText made two figures equal")
	}
}

package paper_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"govmedia/accounts/paper"
)

// hostile is a text that would be markup if somebody forgot to escape it.
const hostile = "一镇发布 <script>alert(1)</script> & \"名\" ]]>\n第二行"

var form = paper.Form{
	Title: "政务新媒体账号开设申请表", Unit: "某镇人民政府", Number: "2026-0007",
	Rows: []paper.Row{
		paper.Two("平台", "微信公众平台", "账号类型", "订阅号"),
		paper.One("拟用名称", hostile),
		{Fields: []paper.Field{{Label: "开设理由与内容定位", Text: "便民"}}, Tall: paper.Essay},
		paper.Opinion("主要负责人意见", "同意。", paper.Box{By: "王某", On: "2026年3月3日", Seal: true}),
		paper.Opinion("区政府办公室意见", "", paper.Box{}),
	},
	Notes: []string{"依据：潼南 2022 第8条第1款"},
}

// wanted is what must be readable in either form of paper, in this order.
var wanted = []string{"政务新媒体账号开设申请表", "某镇人民政府", "2026-0007", "微信公众平台", "<script>alert(1)</script> & \"名\" ]]>", "第二行", "便民", "同意。",
	"签名（盖章）：王某　　2026年3月3日", "　　　年　　月　　日", "依据：潼南 2022 第8条第1款"}

func inOrder(t *testing.T, what, text string) {
	t.Helper()
	for _, piece := range wanted {
		_, after, found := strings.Cut(text, piece)
		if !found {
			t.Fatalf("%s does not say %q at its place; left of it: %q", what, piece, text)
		}
		text = after
	}
}

func TestWriteHTMLShowsEveryFieldAndNothingAsMarkup(t *testing.T) {
	var b bytes.Buffer
	if err := paper.WriteHTML(&b, form, "/api/applications/x/form.docx"); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "script" {
			t.Error("a text of the form became a script")
		}
		if n.Type == html.TextNode && (n.Parent == nil || n.Parent.Data != "style" && n.Parent.Data != "title") {
			text.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	inOrder(t, "the page", text.String())
	if !strings.HasPrefix(paper.StyleSource(), "'sha256-") {
		t.Errorf("StyleSource = %s", paper.StyleSource())
	}
}

func TestWriteDocxIsAFileThatWordProcessorsRead(t *testing.T) {
	var b bytes.Buffer
	if err := paper.WriteDocx(&b, form); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || r.Close() != nil {
			t.Fatal(err)
		}
		parts[file.Name] = string(content)
	}
	for _, name := range []string{"[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels", "word/footer1.xml", "word/document.xml"} {
		if parts[name] == "" {
			t.Fatalf("part %s is missing", name)
		}
		decoder := xml.NewDecoder(strings.NewReader(parts[name]))
		for {
			if _, err := decoder.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("part %s is no XML: %v", name, err)
			}
		}
	}
	var document struct {
		Rows []struct {
			Cells []struct {
				Span struct {
					Val int `xml:"val,attr"`
				} `xml:"tcPr>gridSpan"`
				Text []string `xml:"p>r>t"`
			} `xml:"tc"`
		} `xml:"body>tbl>tr"`
		Text []string `xml:"body>p>r>t"`
	}
	if err := xml.Unmarshal([]byte(parts["word/document.xml"]), &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Rows) != len(form.Rows) {
		t.Fatalf("the table has %d rows, want %d", len(document.Rows), len(form.Rows))
	}
	said := []string{document.Text[0], document.Text[1]}
	for i, row := range document.Rows {
		columns := 0
		for _, cell := range row.Cells {
			columns += cell.Span.Val
			said = append(said, cell.Text...)
		}
		if columns != 4 {
			t.Errorf("row %d covers %d of 4 columns", i, columns)
		}
	}
	inOrder(t, "the document", strings.Join(append(said, document.Text[2:]...), "\n"))
}

// Labels stand in a narrow column: no line of one is wider than five characters, none is lost, and words stay whole.
func TestLabelsBreakBetweenWords(t *testing.T) {
	for _, want := range []string{"平台", "分管负责人\n审批意见", "区政府\n办公室备案", "市政府\n办公厅批准", "向区政府\n办公室申请", "是否实名\n认证", "平台注册\n日期", "主办单位\n核对",
		"承办或\n运维单位", "开设并\n实名认证", "粉丝数\n统计日期", "是否代表\n人民政府", "微信原始\nID", "ICP 备案号", "唯一标识\n（报送\n系统）", "开设理由与\n内容定位", ""} {
		var b bytes.Buffer
		label := strings.NewReplacer("\nID", " ID", "\n", "").Replace(want)
		if err := paper.WriteHTML(&b, paper.Form{Title: "表", Rows: []paper.Row{paper.One(label, "")}}, ""); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(b.String(), `<th scope="row"><p>`)
		if got, _, _ := strings.Cut(rest, "</p>"); got != want {
			t.Errorf("%s is broken as %q, want %q", label, got, want)
		}
	}
}

// dot is the smallest picture.
var dot = []byte("\x89PNG\r\n\x1a\nnot drawn here")

func TestAPictureStandsInBothForms(t *testing.T) {
	card := paper.Form{Title: "登记卡", Rows: []paper.Row{paper.One("名称", "清源发布"), {Fields: []paper.Field{{Label: "主页二维码", Text: "https://example.cn/", PNG: dot}}}}}
	var page, file bytes.Buffer
	if err := errors.Join(paper.WriteHTML(&page, card, ""), paper.WriteDocx(&file, card)); err != nil {
		t.Fatal(err)
	}
	if want := `<img src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(dot); strings.Count(html.UnescapeString(page.String()), want) != 1 {
		t.Errorf("the page does not show the picture once: %s", page.String())
	}
	archive, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"word/media/image1.png": string(dot), "word/_rels/document.xml.rels": `Id="rId2"`, "word/document.xml": `r:embed="rId2"`,
		"[Content_Types].xml": `Extension="png"`} {
		part, err := archive.Open(name)
		if err != nil {
			t.Fatalf("the file has no %s: %v", name, err)
		}
		content, err := io.ReadAll(part)
		if err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s does not hold %q, %v", name, want, err)
		}
	}
}

// A long text goes on over the page break; anything short, and an opinion with its signature, stays on one page.
func TestOnlyALongTextGoesOverAPageBreak(t *testing.T) {
	long := strings.Repeat("为民服务。", 100)
	for _, c := range []struct {
		row  paper.Row
		want bool
	}{
		{paper.One("简介", long), true},
		{paper.One("简介", "便民"), false},
		{paper.Opinion("主要负责人意见", long, paper.Box{}), false},
	} {
		var page, document bytes.Buffer
		one := paper.Form{Title: "登记卡", Rows: []paper.Row{c.row}}
		if err := errors.Join(paper.WriteHTML(&page, one, ""), paper.WriteDocx(&document, one)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(page.String(), `<tr class="h0 long">`); got != c.want {
			t.Errorf("on the page %q may break: %t, want %t", c.row.Fields[0].Label, got, c.want)
		}
		if got := !strings.Contains(documentOf(t, document.Bytes()), "<w:cantSplit/>"); got != c.want {
			t.Errorf("in the document %q may break: %t, want %t", c.row.Fields[0].Label, got, c.want)
		}
	}
}

func documentOf(t *testing.T, docx []byte) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(docx), int64(len(docx)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := archive.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

package paper

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
)

// style is the page's only style; StyleSource names it to a content security policy. The first fonts are those of the
// national standard for official documents (GB/T 9704), then what the machine may have instead.
const style = `
@page{size:A4 portrait;margin:22mm 22mm 20mm 26mm;@bottom-center{content:"第 " counter(page) " 页，共 " counter(pages) " 页";font:10.5pt "仿宋_GB2312","仿宋","FangSong","STFangsong","Noto Serif CJK SC","SimSun",serif}}
:root{--song:"方正小标宋简体","FZXiaoBiaoSong-B05S","华文中宋","STZhongsong","Noto Serif CJK SC","SimSun",serif;
--fang:"仿宋_GB2312","FangSong_GB2312","仿宋","FangSong","STFangsong","Noto Serif CJK SC","SimSun",serif;
--hei:"黑体","SimHei","Noto Sans CJK SC",sans-serif}
*{box-sizing:border-box}
body{margin:0;font:14pt/1.5 var(--fang);color:#000;background:#fff}
h1{font:700 21pt/1.4 var(--song);text-align:center;margin:0 0 5mm;letter-spacing:1pt}
.meta{display:flex;justify-content:space-between;margin:0 1mm 2mm;font-size:12pt}
table{width:100%;border-collapse:collapse;table-layout:fixed;border:1.5pt solid #000}
td,th{border:.75pt solid #000;padding:1.6mm 2.2mm;vertical-align:middle;overflow-wrap:anywhere;font-weight:400}
th{font:12pt/1.35 var(--hei);text-align:center;width:26mm}
tr{break-inside:avoid}tr.long{break-inside:auto}
tr:nth-last-child(2){break-after:avoid}
.note{break-before:avoid}
p{margin:0;white-space:pre-wrap}
img{display:block;width:30mm;height:30mm;image-rendering:pixelated}
td.box{vertical-align:top;padding-bottom:9mm;position:relative}
.foot{position:absolute;right:3mm;bottom:1.6mm;font-size:12pt;white-space:pre}
.note{font-size:10.5pt;margin-top:2.5mm;line-height:1.45}
tr.h26 td{height:26mm}tr.h40 td{height:40mm}
.screen{font:14px/1.6 var(--hei);text-align:center;margin:0 0 6mm;color:#444}
.screen a{color:#0b57a4}
@media print{.screen{display:none}}
@media screen{html{background:#eceff3}body{max-width:210mm;margin:8mm auto;padding:14mm 20mm 18mm;box-shadow:0 1px 6px #0003}}
@media screen and (max-width:700px){body{margin:0;padding:5mm 3mm;box-shadow:none}th{width:18mm}.meta{display:block}}
`

// StyleSource is the style as a content security policy names it: 'sha256-…'.
func StyleSource() string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var page = template.Must(template.New("form").Funcs(template.FuncMap{
	"label": func(label string) string { return strings.Join(lines(label), "\n") },
	"picture": func(png []byte) template.URL {
		return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // our own bytes, in base 64
	},
	"style": func() template.CSS { return style }, //nolint:gosec // a constant
}).Parse(`<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Form.Title}}</title>
<style>{{style}}</style></head><body>
{{with .Docx}}<nav class="screen">按 Ctrl+P 打印，或 <a href="{{.}}">下载 Word 文件（.docx）</a></nav>{{end}}
<main><h1>{{.Form.Title}}</h1>
{{if or .Form.Unit .Form.Number}}<div class="meta"><span>{{with .Form.Unit}}填报单位：{{.}}{{end}}</span><span>{{with .Form.Number}}编号：{{.}}{{end}}</span></div>{{end}}
<table><tbody>
{{range .Form.Rows}}<tr class="h{{printf "%d" .Tall}}{{if .Long}} long{{end}}">{{$wide := eq (len .Fields) 1}}{{range .Fields}}<th scope="row"><p>{{label .Label}}</p></th><td{{if $wide}} colspan="3"{{end}}{{if .Box}} class="box"{{end}}>{{with .PNG}}<img src="{{picture .}}" alt="">{{end}}<p>{{.Text}}</p>{{with .Box}}<span class="foot">{{.Foot}}</span>{{end}}</td>{{end}}</tr>
{{end}}</tbody></table>
{{range .Form.Notes}}<p class="note">{{.}}</p>{{end}}
</main></body></html>
`))

// WriteHTML writes the form as a page of its own for the printer. docx is the address of the same form as a file, told on
// the screen only; empty: not told.
func WriteHTML(w io.Writer, form Form, docx string) error {
	return page.Execute(w, struct {
		Form Form
		Docx string
	}{form, docx})
}

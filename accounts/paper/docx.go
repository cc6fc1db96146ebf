package paper

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The parts of the file that never change.
const (
	contentTypes = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` +
		`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Default Extension="png" ContentType="image/png"/>` +
		`<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>`
	relations = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	opening = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` +
		`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"` +
		` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
		` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
		` xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>`
	closing = `<w:sectPr><w:footerReference w:type="default" r:id="rId1"/><w:pgSz w:w="11906" w:h="16838"/>` +
		`<w:pgMar w:top="1247" w:right="1247" w:bottom="1134" w:left="1474" w:header="851" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>`
)

// The widths of the table's columns, in twentieths of a point: label, field, label, field.
const (
	labelColumn = 1474
	fieldColumn = 3118
	tableWidth  = 2 * (labelColumn + fieldColumn)
	wideWidth   = tableWidth - labelColumn
)

const perMillimetre = 56.7 // twentieths of a point

// The fonts, named and not embedded: the office's own are used, or what its word processor puts in their place.
const (
	songTi   = "方正小标宋简体"
	fangSong = "仿宋_GB2312"
	heiTi    = "黑体"
)

// WriteDocx writes the form as a .docx file that can be filled in and signed in WPS or Word.
func WriteDocx(w io.Writer, form Form) error {
	archive := zip.NewWriter(w)
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", relations}, {"word/_rels/document.xml.rels", documentRelations(form)},
		{"word/footer1.xml", footer()}, {"word/document.xml", document(form)},
	}
	for i, png := range pictures(form) {
		parts = append(parts, struct{ name, text string }{"word/" + pictureName(i), string(png)})
	}
	for _, part := range parts {
		file, err := archive.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(file, part.text); err != nil {
			return err
		}
	}
	return archive.Close()
}

// pictures are those of a form, in its order.
func pictures(form Form) [][]byte {
	var all [][]byte
	for _, row := range form.Rows {
		for _, field := range row.Fields {
			if field.PNG != nil {
				all = append(all, field.PNG)
			}
		}
	}
	return all
}

func pictureName(i int) string { return fmt.Sprintf("media/image%d.png", i+1) }

// documentRelations say where the parts are that the document names: the footer is rId1, the pictures follow.
func documentRelations(form Form) string {
	const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	text := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` +
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + kind + `footer" Target="footer1.xml"/>`
	for i := range pictures(form) {
		text += fmt.Sprintf(`<Relationship Id="rId%d" Type="%simage" Target="%s"/>`, i+2, kind, pictureName(i))
	}
	return text + `</Relationships>`
}

// drawing is a paragraph with the picture of a number, from 0.
func drawing(i int) string {
	const side = pictureSide * 36_000 // English metric units
	return fmt.Sprintf(`<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%d" cy="%d"/><wp:docPr id="%d" name="Picture %d"/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%d" name="Picture %d"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="rId%d"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`+
		`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%d" cy="%d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>`+
		`</wp:inline></w:drawing></w:r></w:p>`, side, side, i+1, i+1, i+1, i+1, i+2, side, side)
}

func document(form Form) string {
	var b strings.Builder
	b.WriteString(opening)
	b.WriteString(paragraphs(form.Title, songTi, 42, "center"))
	if meta := metaLine(form); meta != "" {
		b.WriteString(paragraphs(meta, fangSong, 24, "left"))
	}
	fmt.Fprintf(&b, `<w:tbl><w:tblPr><w:tblW w:w="%d" w:type="dxa"/><w:tblBorders>`, tableWidth)
	for _, edge := range []string{"top", "left", "bottom", "right", "insideH", "insideV"} {
		fmt.Fprintf(&b, `<w:%s w:val="single" w:sz="6" w:space="0" w:color="000000"/>`, edge)
	}
	b.WriteString(`</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, width := range []int{labelColumn, fieldColumn, labelColumn, fieldColumn} {
		fmt.Fprintf(&b, `<w:gridCol w:w="%d"/>`, width)
	}
	b.WriteString(`</w:tblGrid>`)
	drawn := 0
	for _, row := range form.Rows {
		drawn = writeRow(&b, row, drawn)
	}
	b.WriteString(`</w:tbl>`)
	for _, note := range form.Notes {
		b.WriteString(paragraphs(note, fangSong, 21, "left"))
	}
	b.WriteString(closing)
	return b.String()
}

// footer numbers the pages, so that those of a long form are not mixed up.
func footer() string {
	const run = `<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="` + fangSong + `"/><w:sz w:val="21"/></w:rPr>`
	said := func(text string) string { return run + `<w:t xml:space="preserve">` + text + `</w:t></w:r>` }
	counted := func(what string) string {
		return `<w:fldSimple w:instr=" ` + what + ` ">` + said("1") + `</w:fldSimple>`
	}
	return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">` +
		`<w:p><w:pPr><w:jc w:val="center"/></w:pPr>` + said("第 ") + counted("PAGE") + said(" 页，共 ") + counted("NUMPAGES") + said(" 页") + `</w:p></w:ftr>`
}

func metaLine(form Form) string {
	var parts []string
	if form.Unit != "" {
		parts = append(parts, "填报单位："+form.Unit)
	}
	if form.Number != "" {
		parts = append(parts, "编号："+form.Number)
	}
	return strings.Join(parts, "　　　　")
}

// writeRow sets a row; before it so many pictures were drawn, and what it returns after it.
func writeRow(b *strings.Builder, row Row, drawn int) int {
	whole := "<w:cantSplit/>"
	if row.Long() {
		whole = ""
	}
	fmt.Fprintf(b, `<w:tr><w:trPr>%s<w:trHeight w:val="%d" w:hRule="atLeast"/></w:trPr>`, whole, max(680, int(float64(row.Tall)*perMillimetre)))
	for _, field := range row.Fields {
		writeCell(b, labelColumn, 1, "center", paragraphs(strings.Join(lines(field.Label), "\n"), heiTi, 24, "center"))
		width, span, at, inner := fieldColumn, 1, "center", paragraphs(field.Text, fangSong, 28, "left")
		if len(row.Fields) == 1 {
			width, span = wideWidth, 3
		}
		if field.PNG != nil {
			inner = drawing(drawn) + inner
			drawn++
		}
		if field.Box != nil {
			at, inner = "bottom", inner+paragraphs(field.Box.Foot(), fangSong, 24, "right")
		}
		writeCell(b, width, span, at, inner)
	}
	b.WriteString(`</w:tr>`)
	return drawn
}

func writeCell(b *strings.Builder, width, span int, at, inner string) {
	fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/><w:gridSpan w:val="%d"/><w:vAlign w:val="%s"/></w:tcPr>%s</w:tc>`, width, span, at, inner)
}

// paragraphs sets each line of a text as a paragraph of its own. size is in half points.
func paragraphs(text, font string, size int, align string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		fmt.Fprintf(&b, `<w:p><w:pPr><w:spacing w:line="340" w:lineRule="auto"/><w:jc w:val="%s"/></w:pPr><w:r><w:rPr>`+
			`<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="%s"/><w:sz w:val="%d"/></w:rPr><w:t xml:space="preserve">`, align, font, size)
		_ = xml.EscapeText(&b, []byte(strings.ToValidUTF8(line, "\uFFFD"))) // a builder never fails to write
		b.WriteString(`</w:t></w:r></w:p>`)
	}
	return b.String()
}

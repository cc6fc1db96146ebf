package articles

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// MaxText is the largest text file FromText takes, in bytes.
const MaxText = 5 << 20

// Imported is an article made of a text file.
type Imported struct {
	Title    string   `json:"title"`    // the regulation's or notice's name, its lines joined; the file's name when none was found
	HTML     string   `json:"html"`     // cleaned
	Warnings []string `json:"warnings"` // Chinese sentences about what was guessed, taken out or unreadable; nil when nothing was
	Encoding string   `json:"encoding"` // UTF-8, UTF-16LE, UTF-16BE or GB18030
}

// FromText makes an article of a .txt file: it finds the encoding, takes out what converters and web pages left behind,
// joins lines that were broken in the middle of a sentence, and recognises the parts of an official document by their
// form (GB/T 9704: document number, title, chapters, articles, signature, date). No word is dropped without a warning; a
// title that leads the text moves to Title. Errors: ErrImportEmpty, ErrImportBinary, ErrImportTooLarge, ErrImportEncoding.
func FromText(name string, raw []byte) (Imported, error) {
	if len(raw) > MaxText {
		return Imported{}, ErrImportTooLarge
	}
	decoded, err := decodeText(raw)
	if err != nil {
		return Imported{}, fmt.Errorf("import %q: %w", name, err)
	}
	in := Imported{Encoding: decoded.encoding}
	if decoded.bad > 0 {
		in.Warnings = append(in.Warnings, fmt.Sprintf("文件中有 %d 处文字无法识别，已显示为“�”（第一处在第 %d 行），请对照原件改正。",
			decoded.bad, 1+strings.Count(decoded.text[:max(strings.IndexRune(decoded.text, '�'), 0)], "\n")))
	}
	d := readDocument(decoded.text)
	in.Warnings = append(in.Warnings, d.warnings...)
	if len(d.lines) == 0 {
		return Imported{}, fmt.Errorf("import %q: %w", name, ErrImportEmpty)
	}
	in.Title = d.findTitles()
	if in.Title == "" {
		in.Title = titleOfFile(name)
		in.Warnings = append(in.Warnings, "没有找到标题，暂用文件名代替，请修改。")
	}
	d.findSignatures()
	cleaned, err := Clean(d.html())
	if errors.Is(err, ErrHTMLTooLarge) || errors.Is(err, ErrHTMLTooComplex) {
		return Imported{}, ErrImportTooLarge.Say("这个文件的文字太多，一篇稿件放不下，没有导入。请拆成几个文件再导入。").Because(err)
	}
	if err != nil {
		return Imported{}, fmt.Errorf("import %q: %w", name, err)
	}
	in.HTML = cleaned.HTML
	return in, nil
}

func titleOfFile(name string) string {
	base := path.Base(strings.ReplaceAll(name, `\`, "/"))
	base, _ = visible(strings.TrimSuffix(base, path.Ext(base)))
	if base = strings.TrimSpace(strings.ToValidUTF8(base, "")); base == "" || base == "." || base == "/" {
		return "未命名"
	}
	return firstRunes(base, maxTitleRunes)
}

package files

import (
	"bytes"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"govmedia/fault"
)

// MaxAttachment is how large an attachment may be, in bytes.
const MaxAttachment = 50 << 20

// The refusals of an upload.
var (
	ErrTooLarge = fault.Define("file.too_large", fault.Invalid, "附件超过 50 MB，请压缩扫描分辨率或拆成几份后再上传。")
	ErrEmpty    = fault.Define("file.empty", fault.Invalid, "这个文件是空的，请重新选择文件后上传。")
	ErrKind     = fault.Define("file.kind_refused", fault.Invalid,
		"只能上传 PDF、OFD、图片（JPG、PNG、WebP）、Word、Excel 或 WPS 文件，请转换格式后再上传。")
	ErrName   = fault.Define("file.name_mismatch", fault.Invalid, "文件内容与扩展名不一致，可能已损坏或被改名。请用原来的程序打开核对，另存后再上传。")
	ErrActive = fault.Define("file.active_content", fault.Invalid,
		"文件里带有宏、脚本或程序，不能上传。请另存为不带宏的文件（如 .docx、.xlsx），或转成 PDF 后再上传。")
	ErrLocked = fault.Define("file.locked", fault.Invalid, "文件已损坏或设了打开密码，无法检查。请去掉密码、核对能正常打开后再上传。")
)

// Kind is what an upload was found to be.
type Kind struct {
	MIME string
	Ext  string // with its dot, lower case
}

// The kinds that are taken, by the extension they carry. Office files of today and OFD are zip archives; those of
// yesterday, WPS among them, are compound files.
var kinds = map[string]struct {
	mime string
	is   func(head []byte) bool
}{
	".pdf":  {"application/pdf", begins("%PDF-")},
	".png":  {"image/png", begins("\x89PNG\r\n\x1a\n")},
	".jpg":  {"image/jpeg", begins("\xff\xd8\xff")},
	".jpeg": {"image/jpeg", begins("\xff\xd8\xff")},
	".webp": {"image/webp", func(head []byte) bool {
		return len(head) > 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
	}},
	".docx": {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", isZip},
	".xlsx": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", isZip},
	".ofd":  {"application/ofd", isZip},
	".doc":  {"application/msword", isCompound},
	".xls":  {"application/vnd.ms-excel", isCompound},
	".wps":  {"application/vnd.ms-works", isCompound},
	".et":   {"application/vnd.ms-excel", isCompound},
}

func begins(magic string) func([]byte) bool {
	return func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

var (
	isZip      = begins("PK\x03\x04")
	isCompound = begins("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
)

// Sniff says what an uploaded file is by its bytes and its name, and refuses what nobody in an office should open: an
// unknown kind, a name that lies, a file with macros, scripts or programs in it, one that cannot be looked into.
// Errors: ErrEmpty, ErrTooLarge, ErrKind, ErrName, ErrActive, ErrLocked.
func Sniff(name string, r io.ReaderAt, size int64) (Kind, error) {
	switch {
	case size == 0:
		return Kind{}, ErrEmpty
	case size > MaxAttachment:
		return Kind{}, ErrTooLarge
	}
	ext := strings.ToLower(path.Ext(name))
	kind, known := kinds[ext]
	if !known {
		return Kind{}, ErrKind
	}
	head := make([]byte, min(size, 512))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return Kind{}, err
	}
	found := Kind{MIME: kind.mime, Ext: ext}
	if !kind.is(head) {
		if isCompound(head) && isZip([]byte(zipHeads[ext])) {
			return Kind{}, ErrLocked // an office file with a password is a compound file around the sealed one
		}
		return Kind{}, ErrName
	}
	switch {
	case isZip(head):
		return found, lookIntoZip(ext, r, size)
	case isCompound(head):
		return found, search(r, size, macrosOf, ErrActive)
	case ext == ".pdf":
		return found, search(r, size, activePDF, ErrActive)
	}
	return found, nil
}

// zipHeads lists the extensions whose files are zip archives.
var zipHeads = map[string]string{".docx": "PK\x03\x04", ".xlsx": "PK\x03\x04", ".ofd": "PK\x03\x04"}

// active are endings of names in an archive that run when they are opened.
var active = []string{".bin", ".exe", ".dll", ".com", ".bat", ".cmd", ".scr", ".ps1", ".vbs", ".js", ".jar", ".msi", ".lnk", ".hta", ".sh"}

// harmless are names that end like the active ones and are not: printer settings that Excel writes.
var harmless = []string{"printersettings"}

const maxParts = 20_000 // of an archive

// lookIntoZip refuses an archive with something in it that runs, or that is not what its extension says.
func lookIntoZip(ext string, r io.ReaderAt, size int64) error {
	archive, err := OpenZip(r, size)
	if err != nil || len(archive.File) > maxParts {
		return ErrLocked.Because(err)
	}
	mark := map[string]string{".docx": "word/", ".xlsx": "xl/", ".ofd": "ofd.xml"}[ext]
	marked := false
	for _, file := range archive.File {
		part := strings.ToLower(strings.ReplaceAll(file.Name, `\`, "/"))
		marked = marked || strings.HasPrefix(part, mark)
		if file.Flags&1 != 0 {
			return ErrLocked
		}
		runs := slices.ContainsFunc(active, func(end string) bool { return strings.HasSuffix(part, end) })
		if runs && !slices.ContainsFunc(harmless, func(word string) bool { return strings.Contains(part, word) }) {
			return ErrActive
		}
	}
	if !marked {
		return ErrName
	}
	return nil
}

// macrosOf are the names under which a compound file keeps macros and packed programs, as its directory writes them.
var macrosOf = [][]byte{wide("_VBA_PROJECT"), wide("Macros"), wide("\x01Ole10Native"), wide("VBA")}

// activePDF are the words by which a PDF says that it runs something.
var activePDF = [][]byte{[]byte("/JavaScript"), []byte("/Launch"), []byte("/EmbeddedFile")}

// wide is a word as UTF-16, little end first, with the zero that ends a name.
func wide(word string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(word + "\x00")) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return b
}

// search returns refuse when one of the words stands anywhere in the file.
func search(r io.ReaderAt, size int64, words [][]byte, refuse error) error {
	const step, overlap = 1 << 20, 64
	buffer := make([]byte, step+overlap)
	for at := int64(0); at < size; at += step {
		n, err := r.ReadAt(buffer, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for _, word := range words {
			if bytes.Contains(buffer[:n], word) {
				return refuse
			}
		}
	}
	return nil
}

package accounts

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/sql"
)

// The longest name and number of a contact, in characters, and how many people may stand in one field.
const (
	maxContactName  = 60
	maxContactPhone = 40
	maxContacts     = 20
)

// plain turns full-width digits, letters and punctuation into their usual form and drops what nobody sees.
func plain(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000' || r == '\u00a0':
			return ' '
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '\u200b' || r == '\ufeff':
			return -1
		}
		return r
	}, text))
}

// dayLayouts are the ways in which people write a day. Go reads one- and two-digit months and days by the same layout.
var dayLayouts = []string{"2006-1-2", "2006/1/2", "2006.1.2", "2006年1月2日", "20060102", "2006-1-2 15:04:05", "2006-1-2 15:04", "2006/1/2 15:04:05", "2006/1/2 15:04",
	"2006-01-02T15:04:05Z07:00"}

// The days that a register may hold: before the first no government had a website, and nothing is certified beyond the last.
var lastDay = sql.FromStd(time.Date(2100, time.January, 1, 0, 0, 0, 0, sql.Beijing))

// readDay reads a day as people write it, as its midnight; nil for the empty text. Error: ErrFieldDay.
func readDay(written string) (*sql.Time, error) {
	written = plain(written)
	if written == "" {
		return nil, nil
	}
	for _, layout := range dayLayouts {
		at, err := time.ParseInLocation(layout, written, sql.Beijing)
		if err != nil {
			continue
		}
		y, m, d := at.In(sql.Beijing).Date()
		day := sql.FromStd(time.Date(y, m, d, 0, 0, 0, 0, sql.Beijing))
		if day < earliest || day >= lastDay {
			break
		}
		return &day, nil
	}
	return nil, ErrFieldDay
}

func dayText(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return at.Std().Format(time.DateOnly)
}

// The words for yes and no.
var (
	yesWords = []string{"是", "有", "已", "已认证", "true", "yes", "y", "1", "√", "✓", "✔"}
	noWords  = []string{"否", "无", "未", "未认证", "没有", "false", "no", "n", "0", "×", "x", "✗"}
)

// readTruth reads yes or no as people write it; nil for the empty text. Error: ErrFieldTruth.
func readTruth(written string) (*bool, error) {
	written = strings.ToLower(plain(written))
	truth := slices.Contains(yesWords, written)
	switch {
	case written == "":
		return nil, nil
	case !truth && !slices.Contains(noWords, written):
		return nil, ErrFieldTruth
	}
	return &truth, nil
}

func truthText(truth *bool) string {
	switch {
	case truth == nil:
		return ""
	case *truth:
		return "是"
	}
	return "否"
}

// readNumber reads a count as people write it, 12,000 and 1.2万 alike; nil for the empty text. Error: ErrFieldNumber.
func readNumber(written string) (*int64, error) {
	written = strings.ReplaceAll(plain(written), ",", "")
	if written == "" {
		return nil, nil
	}
	times := 1.0
	if cut, found := strings.CutSuffix(written, "万"); found {
		written, times = cut, 10_000
	}
	number, err := strconv.ParseFloat(written, 64)
	if number *= times; err != nil || !(number >= 0 && number < 1e15) || times == 1 && number != float64(int64(number)) {
		return nil, ErrFieldNumber
	}
	whole := int64(number + 0.5)
	return &whole, nil
}

func numberText(number *int64) string {
	if number == nil {
		return ""
	}
	return strconv.FormatInt(*number, 10)
}

// readChoice finds the value that a text means, be it the value, its label or another word for it; "" for the empty text.
// Error: ErrFieldChoice, which lists the labels.
func readChoice(label string, choices []Choice, written string) (string, error) {
	written = plain(written)
	if written == "" {
		return "", nil
	}
	same := func(word string) bool { return strings.EqualFold(plain(word), written) }
	labels := make([]string, len(choices))
	for i, choice := range choices {
		if same(choice.Value) || same(choice.Label) || slices.ContainsFunc(choice.Also, same) {
			return choice.Value, nil
		}
		labels[i] = choice.Label
	}
	return "", ErrFieldChoice.Say("%s没有“%s”这一项，请从下列各项中选择：%s。", label, cut(written, 20), strings.Join(labels, "、"))
}

// readList cuts a text into its words, each once.
func readList(written string) sql.Strings {
	list := sql.Strings{}
	for _, word := range strings.FieldsFunc(written, func(r rune) bool { return strings.ContainsRune("、；;，,\n\r\t|", r) }) {
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

var duties = []Duty{DutyHead, DutyDeputy, DutyManager, DutyContact}

// sortContacts orders people by their duties, those of one duty as they were written.
func sortContacts(people []Contact) {
	slices.SortStableFunc(people, func(a, b Contact) int { return slices.Index(duties, a.Duty) - slices.Index(duties, b.Duty) })
}

// readContacts reads people as they are written: 姓名 电话 邮箱, several apart by ；. Error: ErrFieldContact.
func readContacts(duty Duty, written string) ([]Contact, error) {
	var people []Contact
	for _, entry := range strings.FieldsFunc(plain(written), func(r rune) bool { return strings.ContainsRune(";；、\n\r", r) }) {
		contact, err := readContact(duty, entry)
		if err != nil {
			return nil, err
		}
		if contact != (Contact{Duty: duty}) {
			people = append(people, contact)
		}
	}
	if len(people) > maxContacts {
		return nil, ErrFieldContact.Say("这一栏至多写 %d 人，请精简后再保存。", maxContacts)
	}
	return people, nil
}

func readContact(duty Duty, entry string) (Contact, error) {
	contact := Contact{Duty: duty}
	if i := strings.IndexFunc(entry, unicode.IsDigit); i > 0 && !strings.Contains(entry[:i], "@") {
		entry = strings.TrimSuffix(entry[:i], "+") + " " + strings.Repeat("+", strings.Count(entry[:i], "+")) + entry[i:] // 张三13800000000
	}
	for _, word := range strings.FieldsFunc(entry, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，:：/()（）", r) }) {
		switch {
		case strings.Contains(word, "@"):
			contact.Email = strings.TrimSpace(contact.Email + " " + word)
		case isPhone(word):
			contact.Phone = strings.TrimSpace(contact.Phone + " " + word)
		default:
			contact.Name = strings.TrimSpace(contact.Name + " " + word)
		}
	}
	fits := utf8.ValidString(entry) && utf8.RuneCountInString(contact.Name) <= maxContactName && utf8.RuneCountInString(contact.Phone) <= maxContactPhone &&
		utf8.RuneCountInString(contact.Email) <= 200 && !strings.Contains(contact.Email, " ")
	if !fits || contact.Name == "" && (contact.Phone != "" || contact.Email != "") {
		return Contact{}, ErrFieldContact
	}
	return contact, nil
}

// isPhone reports whether a word is a number to call: digits with + - and an extension behind 转.
func isPhone(word string) bool {
	digits := 0
	for _, r := range word {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r != '+' && r != '-' && r != '转':
			return false
		}
	}
	return digits >= 3
}

// contactsText writes the people of one duty as readContacts reads them.
func contactsText(people []Contact, duty Duty) string {
	var lines []string
	for _, contact := range people {
		if contact.Duty == duty {
			lines = append(lines, strings.Join(strings.Fields(contact.Name+" "+contact.Phone+" "+contact.Email), " "))
		}
	}
	return strings.Join(lines, "；")
}

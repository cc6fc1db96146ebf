package accounts

import (
	"context"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"govmedia/sql"
)

// maxSearch is how long the text is by which an account is found, in characters.
const maxSearch = 1000

// phrases are words whose characters have several readings, with the one that they have there.
var phrases = map[string]string{
	"重庆": "chong qing", "长沙": "chang sha", "长春": "chang chun", "长江": "chang jiang", "长安": "chang an", "长兴": "chang xing", "长治": "chang zhi",
	"成都": "cheng du", "都江堰": "du jiang yan", "厦门": "xia men", "六安": "lu an", "蚌埠": "beng bu", "亳州": "bo zhou", "乐清": "yue qing",
	"番禺": "pan yu", "朝阳": "chao yang", "银行": "yin hang", "会计": "kuai ji", "统计": "tong ji", "调查": "diao cha", "调研": "diao yan", "省长": "sheng zhang",
	"校长": "xiao zhang", "大厦": "da sha", "数据": "shu ju", "音乐": "yin yue", "体育": "ti yu", "丽水": "li shui", "铅山": "yan shan", "洪洞": "hong tong",
	"台州": "tai zhou", "石河子": "shi he zi", "大夫": "dai fu", "阿坝": "a ba", "单县": "shan xian", "行政": "xing zheng", "行业": "hang ye",
}

var readings = func() pinyin.Args {
	args := pinyin.NewArgs()
	args.Heteronym = true
	return args
}()

// searchStep is how many old accounts are made findable in one transaction.
const searchStep = 500

// FillSearch makes the accounts findable by pinyin that were registered before there was such a search, and returns how
// many they were. It goes step by step, each saved, and finds nothing to do when it is done.
func FillSearch(ctx context.Context, db *sql.DB) (int, error) {
	filled, after := 0, ""
	for {
		ids, err := sql.List[string](ctx, db, "account.without_search", sql.Args{"after_id": after, "limit": searchStep})
		if err != nil || len(ids) == 0 {
			return filled, wrap(err, "look for accounts without a search text")
		}
		after = ids[len(ids)-1]
		records, err := Records(ctx, db, ids)
		if err != nil {
			return filled, err
		}
		err = db.InTx(ctx, func(tx *sql.DB) error {
			for _, r := range records {
				if _, err := tx.Exec(ctx, "account.set_search", sql.Args{"id": r.ID, "search_text": searchText(r)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return filled, wrap(err, "make accounts findable")
		}
		filled += len(records)
	}
}

// SearchText is what an account of a name is found by, for whoever writes accounts row by row as bench-data does.
func SearchText(name string) string { return searchText(Record{Account: Account{Name: name}}) }

// searchText is what an account is found by, in lower case and one line: its name, the pinyin of the name, its ids, the
// certified subject and the operator.
func searchText(r Record) string {
	p := r.Particulars
	parts := []string{r.Name, pinyinOf(r.Name), text(r.ExternalID), p.OriginalID, p.NationalID, p.Domain, p.CertifiedSubject, p.Operator}
	return cut(strings.Join(strings.Fields(typed(strings.Join(parts, " "))), " "), maxSearch)
}

// typed is a text as it is looked for: in lower case, with letters and digits in their usual width.
func typed(text string) string {
	return strings.Map(func(r rune) rune {
		if narrow := r - '！' + '!'; r >= '！' && r <= '～' && (unicode.IsLetter(narrow) || unicode.IsDigit(narrow)) {
			return unicode.ToLower(narrow)
		}
		return unicode.ToLower(r)
	}, text)
}

// pinyinOf writes a name as people type it: the initials and the whole, first with the usual readings, then with another
// reading of one character at a time.
func pinyinOf(name string) string {
	usual, others := syllables(name)
	words := []string{initials(usual), strings.Join(usual, "")}
	for i, more := range others {
		for _, other := range more {
			varied := append([]string{}, usual...)
			varied[i] = other
			words = append(words, initials(varied), strings.Join(varied, ""))
		}
		if len(words) > 24 {
			break
		}
	}
	return strings.Join(words, " ")
}

// syllables cuts a name into syllables, each with its other readings: none where a phrase settles it. Letters and digits
// stand for themselves; the rest is left out.
func syllables(name string) (usual []string, others [][]string) {
	runes := []rune(name)
	for i := 0; i < len(runes); {
		if length, said := phraseAt(runes[i:]); length > 0 {
			for _, syllable := range said {
				usual, others = append(usual, syllable), append(others, nil)
			}
			i += length
			continue
		}
		r := runes[i]
		i++
		found := distinct(pinyin.SinglePinyin(r, readings))
		switch {
		case len(found) > 0:
			usual, others = append(usual, found[0]), append(others, found[1:])
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			usual, others = append(usual, strings.ToLower(string(r))), append(others, nil)
		}
	}
	return usual, others
}

// phraseAt finds the phrase with which some runes begin; 0 when there is none.
func phraseAt(runes []rune) (length int, said []string) {
	for size := min(3, len(runes)); size >= 2; size-- {
		if written, found := phrases[string(runes[:size])]; found {
			return size, strings.Fields(written)
		}
	}
	return 0, nil
}

// distinct drops readings that are the same without their tones.
func distinct(list []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, reading := range list {
		if reading != "" && !seen[reading] {
			seen[reading] = true
			out = append(out, reading)
		}
	}
	return out
}

func initials(syllables []string) string {
	var out strings.Builder
	for _, syllable := range syllables {
		out.WriteString(syllable[:1])
	}
	return out.String()
}

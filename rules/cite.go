package rules

import (
	"regexp"
	"strings"
)

// articleForm is how rulebooks write an article: number, paragraph, item, sub-item.
var articleForm = regexp.MustCompile(`^([0-9]{1,2})(?:\.p([0-9]))?(?:\(([一二三四五六七八九十]{1,3})\)(?:\(([0-9])\))?)?$`)

// Cite writes articles the way people cite them: "21(六)" is 第21条（六）, "8.p3" is 第8条第3款, "13(三)(8)" is
// 第13条（三）（8）; several are joined by 、. A named clause, and whatever else is no number, is kept as it is. No
// articles give "".
func Cite(articles []string) string {
	cited := make([]string, len(articles))
	for i, article := range articles {
		cited[i] = citeOne(article)
	}
	return strings.Join(cited, "、")
}

// Cite is Cite with the rulebook's short name before it: 潼南 2022 第21条（六）, 国办 2019 检查指标·政务新媒体·内容不更新.
// No articles give the short name alone.
func (rb *Rulebook) Cite(articles []string) string {
	switch {
	case len(articles) == 0:
		return rb.ShortName
	case isClause(articles[0]):
		return rb.ShortName + "·" + Cite(articles)
	}
	return rb.ShortName + " " + Cite(articles)
}

// isClause reports whether an entry of articles names a clause instead of numbering an article.
func isClause(article string) bool { return article != "" && (article[0] < '0' || article[0] > '9') }

func citeOne(article string) string {
	m := articleForm.FindStringSubmatch(article)
	if m == nil {
		return article
	}
	s := "第" + m[1] + "条"
	if m[2] != "" {
		s += "第" + m[2] + "款"
	}
	if m[3] != "" {
		s += "（" + m[3] + "）"
	}
	if m[4] != "" {
		s += "（" + m[4] + "）"
	}
	return s
}

package rules

import (
	"regexp"
	"strings"
	"time"
)

// FitsDomain reports whether a domain has one of the forms that the rule gives: its patterns for an ordinary domain, its
// Chinese patterns for a Chinese one. {abbr} stands for letters, digits and hyphens, {name} for Chinese characters. A rule
// that gives no form for such a domain fits every one.
func (n Naming) FitsDomain(domain string) bool {
	domain = strings.ToLower(strings.Trim(strings.TrimSpace(domain), "."))
	patterns := n.Patterns
	if n.Pattern != "" {
		patterns = append([]string{n.Pattern}, patterns...)
	}
	if hasHan(domain) {
		patterns = n.ChinesePatterns
	}
	for _, pattern := range patterns {
		form := regexp.QuoteMeta(pattern)
		form = strings.NewReplacer(`\{abbr\}`, `[a-z0-9-]+`, `\{name\}`, `\p{Han}+`).Replace(form)
		if hasHan(pattern) {
			form += `(\.[\p{Han}a-z]+)?` // 潮安某局 is registered as 潮安某局.政务
		}
		if fits, err := regexp.MatchString("^"+form+"$", domain); err == nil && fits {
			return true
		}
	}
	return len(patterns) == 0
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// GraceEnd returns the end of the time for which an old domain may be used beside the new one, counted from the day that
// the rule's reading names (I-CA-02): the day on which the new domain was put into use, or on which it was approved. false
// where the rule gives no such time, or that day is not known.
func (n Naming) GraceEnd(enabled, approved *time.Time, cal *Calendar) (Due, bool, error) {
	from := enabled
	if n.reads(EffectFromApproved) {
		from = approved
	}
	if n.Grace == nil || from == nil {
		return Due{}, false, nil
	}
	due, err := n.dayEnd(*from, *n.Grace, cal)
	return due, err == nil, err
}

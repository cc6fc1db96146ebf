package accounts

import (
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
)

// missingPlaces are the names of the places of a rule at which a notice does not stand: all of them that are wanting, or,
// where any one is enough and none is there, every one.
func missingPlaces(rule rules.PublicNotice, have []NoticePlace) []string {
	missing := []string{}
	for _, place := range rule.Places {
		if !slices.ContainsFunc(have, func(p NoticePlace) bool { return p.Place == place }) {
			missing = append(missing, PlaceName(place))
		}
	}
	if rule.PlacesMatch == "any" && len(missing) < len(rule.Places) {
		return []string{}
	}
	return missing
}

// placesSaid joins names of places as a sentence has them.
func placesSaid(rule rules.PublicNotice, names []string) string {
	if rule.PlacesMatch == "any" {
		return strings.Join(names, "或") + "（其中一处即可）"
	}
	return strings.Join(names, "、")
}

// notYet refuses something that must wait until a notice has stood its time.
func notYet(notice Notice, doing string) *fault.Fault {
	if notice.UntilAt == nil {
		return ErrNoticePending
	}
	last := rules.DateOf(notice.UntilAt.Std()).AddDays(-1)
	return ErrNoticeEarly.Say("公告须留到 %s 24:00，最早 %s 起才能%s。", last, notice.UntilAt.Std().Format("2006-01-02 15:04"), doing)
}

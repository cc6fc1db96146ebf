package rules

import "slices"

// checkVetoes refuses a condition that could never be met as it stands: a limit that does not exist or is about another
// thing, a home page of what has none, kinds of column on what counts no columns.
func (doc *document) checkVetoes(rb *Rulebook) {
	for i, veto := range rb.Vetoes {
		for k, condition := range veto.Conditions {
			place := at{"vetoes", i, "conditions", k}
			if condition.Limit != "" {
				doc.checkVetoLimit(rb, veto, append(place, "limit"), condition.Limit)
			}
			if condition.HomeSilence != nil && !slices.Contains(veto.Objects, Website) && !slices.Contains(veto.Objects, Subsite) {
				doc.complain(append(place, "home_silence"), "只有网站、子网站有首页")
			}
			if count := condition.Count; count != nil {
				doc.checkCount(append(place, "count"), *count)
			}
			if missing := condition.Missing; missing != nil && missing.Min > len(missing.Elements) {
				doc.complain(append(place, "missing", "min"), "要素一共 %d 个，不可能缺 %d 个", len(missing.Elements), missing.Min)
			}
		}
	}
}

// checkVetoLimit wants a limit of this rulebook that is timed on the accounts the veto is about.
func (doc *document) checkVetoLimit(rb *Rulebook, veto Veto, place at, id string) {
	i := slices.IndexFunc(rb.UpdateLimits, func(l UpdateLimit) bool { return l.ID == id })
	switch {
	case i < 0:
		doc.complain(place, "引用的更新时限 %s 不在 update_limits 里", id)
	case rb.UpdateLimits[i].Target != AccountTarget || !slices.Contains(veto.Objects, NewMedia):
		doc.complain(place, "更新时限 %s 不是账号的，栏目请用 count 计数", id)
	}
}

func (doc *document) checkCount(place at, count CountThreshold) {
	switch {
	case count.Of != StaleColumns && len(count.Kinds)+len(count.Except) > 0:
		doc.complain(place, "只有 of: stale_columns 时才能写 kinds 或 except")
	case len(count.Kinds) > 0 && len(count.Except) > 0:
		doc.complain(place, "kinds 与 except 只能写一个")
	case count.Of != IncompleteGuides && count.AllIfFewer:
		doc.complain(append(place, "all_if_fewer"), "只有 of: incomplete_guides 时才能写 all_if_fewer")
	}
}

// checkCard checks that a card adds up: groups to the total, indicators to their group, no mark above its cap.
func (doc *document) checkCard(card *ScoreCard) {
	if card == nil {
		return
	}
	place := at{"score_card"}
	doc.checkLines(place, card.Total, card.FailBelow, card.BonusAbove)
	doc.checkGroups(append(place, "groups"), card.Groups, card.Total, "总分")
	doc.checkGroups(append(place, "bonus_groups"), card.BonusGroups, card.Bonus, "加分上限")
	doc.checkCardIDs(card)
	if card.WithoutServices != nil {
		doc.checkWithoutServices(card)
	}
}

// checkLines wants the two lines of a card in order and within it.
func (doc *document) checkLines(place at, total, failBelow, bonusAbove Points) {
	if failBelow.Tenths() > bonusAbove.Tenths() {
		doc.complain(append(slices.Clone(place), "fail_below"), "不合格线 %s 高于加分线 %s", failBelow.Tenths(), bonusAbove.Tenths())
	}
	if bonusAbove.Tenths() >= total.Tenths() {
		doc.complain(append(slices.Clone(place), "bonus_above"), "加分线 %s 不低于总分 %s，永远加不了分", bonusAbove.Tenths(), total.Tenths())
	}
}

// checkGroups checks the sums of groups that make up a whole.
func (doc *document) checkGroups(place at, groups []CardGroup, whole Points, name string) {
	var sum Tenths
	for i, group := range groups {
		place := append(slices.Clone(place), i)
		sum += group.Points.Tenths()
		var caps, ministryCaps Tenths
		for k, indicator := range group.Indicators {
			place := append(slices.Clone(place), "indicators", k)
			caps += indicator.Cap.Tenths()
			ministryCaps += indicator.cap(true)
			for m, mark := range indicator.Marks {
				if limit := max(indicator.Cap.Tenths(), indicator.cap(true)); mark.Points.Tenths() > limit {
					doc.complain(append(place, "marks", m, "points"), "%s 分超过本项上限 %s 分", mark.Points.Tenths(), limit)
				}
			}
		}
		if caps != group.Points.Tenths() {
			doc.complain(append(place, "points"), "本组各项上限合计 %s 分，与所写的 %s 分不符", caps, group.Points.Tenths())
		}
		if ministryCaps != group.Points.Tenths() {
			doc.complain(append(place, "points"), "本组各项对国务院部门的上限（ministry_cap）合计 %s 分，与所写的 %s 分不符", ministryCaps, group.Points.Tenths())
		}
	}
	if sum != whole.Tenths() {
		doc.complain(place, "各组合计 %s 分，与%s %s 分不符", sum, name, whole.Tenths())
	}
}

// checkCardIDs refuses a group or an indicator id that stands in two places of the card: records could not tell them
// apart. Twice in one list is already refused.
func (doc *document) checkCardIDs(card *ScoreCard) {
	groupIn, indicatorIn := map[string]string{}, map[string]string{}
	for _, half := range []struct {
		key    string
		groups []CardGroup
	}{{"groups", card.Groups}, {"bonus_groups", card.BonusGroups}} {
		for i, group := range half.groups {
			place := at{"score_card", half.key, i}
			if first := groupIn[group.ID]; first != "" && first != half.key {
				doc.complain(append(place, "id"), "分组编号 %s 在 %s 里已用过", group.ID, first)
			}
			groupIn[group.ID] = half.key
			for k, indicator := range group.Indicators {
				if first := indicatorIn[indicator.ID]; first != "" && first != group.ID {
					doc.complain(append(slices.Clone(place), "indicators", k, "id"), "指标编号 %s 在 %s 组里已用过", indicator.ID, first)
				}
				indicatorIn[indicator.ID] = group.ID
			}
		}
	}
}

// checkWithoutServices checks that what is left without the skipped groups is the base, and that the conversion brings
// it back to the total.
func (doc *document) checkWithoutServices(card *ScoreCard) {
	without, place := card.WithoutServices, at{"score_card", "without_services"}
	left := card.Total.Tenths()
	for i, id := range without.SkipGroups {
		if k := slices.IndexFunc(card.Groups, func(g CardGroup) bool { return g.ID == id }); k >= 0 {
			left -= card.Groups[k].Points.Tenths()
		} else if !slices.ContainsFunc(card.BonusGroups, func(g CardGroup) bool { return g.ID == id }) {
			doc.complain(append(slices.Clone(place), "skip_groups", i), "分组 %s 不在 groups 或 bonus_groups 里", id)
		}
	}
	base := without.Base.Tenths()
	if left != base {
		doc.complain(append(slices.Clone(place), "base"), "去掉不检查的各组还有 %s 分，与所写的 %s 分不符", left, base)
	}
	if base*Tenths(without.Multiply) != card.Total.Tenths()*Tenths(without.Divide) {
		doc.complain(append(slices.Clone(place), "multiply"), "%s 分乘 %d/%d 不等于总分 %s 分", base, without.Multiply, without.Divide, card.Total.Tenths())
	}
}

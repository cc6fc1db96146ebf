package rules

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// maxPeriod is the largest figure a period may have: a slip of the hand beyond it, and room enough for any regulation.
const maxPeriod = 36_500

// checkReferences goes through the whole document, whatever its sections, and checks what one place says about another:
// articles exist, readings exist, ids are unique in their list, periods and dates are real.
func (doc *document) checkReferences() {
	_, count := child(doc.root, "article_count")
	articles := 0
	if count != nil {
		articles, _ = strconv.Atoi(count.Value)
	}
	clauses, known := map[string]bool{}, map[string]bool{}
	if _, list := child(doc.root, "clauses"); list != nil {
		for _, clause := range list.Content {
			clauses[clause.Value] = true
		}
	}
	if _, list := child(doc.root, "interpretations"); list != nil {
		for _, entry := range list.Content {
			if _, id := child(entry, "id"); id != nil {
				known[id.Value] = true
			}
		}
	}
	doc.walk(doc.root, nil, func(node *yaml.Node, place at) {
		switch {
		case len(place) > 0 && place[len(place)-1] == "articles":
			doc.checkArticles(node, place, articles, clauses)
		case len(place) > 0 && place[len(place)-1] == "interp":
			doc.checkInterp(node, place, known)
		case node.Kind == yaml.SequenceNode:
			doc.checkUnique(node, place, "id")
			doc.checkUnique(node, place, "label")
			doc.checkUnique(node, place, "n")
		case node.Kind == yaml.MappingNode:
			doc.checkFigures(node, place)
		}
	})
}

// walk visits every node with its place, parents first.
func (doc *document) walk(node *yaml.Node, place at, visit func(*yaml.Node, at)) {
	visit(node, place)
	switch node.Kind {
	case yaml.SequenceNode:
		for i, item := range node.Content {
			doc.walk(item, append(slices.Clone(place), i), visit)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			doc.walk(node.Content[i+1], append(slices.Clone(place), node.Content[i].Value), visit)
		}
	}
}

// checkArticles refuses an article beyond the last one and a clause that the header does not list. Malformed articles
// are the schema's business.
func (doc *document) checkArticles(node *yaml.Node, place at, count int, clauses map[string]bool) {
	for i, item := range node.Content {
		place := append(slices.Clone(place), i)
		m := articleForm.FindStringSubmatch(item.Value)
		switch {
		case m == nil && isClause(item.Value) && !clauses[item.Value]:
			doc.complain(place, "条款「%s」不在 clauses 里，请核对名称", item.Value)
		case m != nil && count == 0:
			doc.complain(place, "第 %s 条不存在，本办法不分条（没有 article_count），请写 clauses 里的条款名", m[1])
		case m != nil:
			if number, _ := strconv.Atoi(m[1]); number < 1 || number > count {
				doc.complain(place, "第 %d 条不存在，本办法共 %d 条", number, count)
			}
		}
	}
}

func (doc *document) checkInterp(node *yaml.Node, place at, known map[string]bool) {
	for i, item := range node.Content {
		if !known[item.Value] {
			doc.complain(append(slices.Clone(place), i), "引用的解释 %s 不在 interpretations 里", item.Value)
		}
	}
}

// checkUnique refuses two entries of a list that have the same value under key.
func (doc *document) checkUnique(list *yaml.Node, place at, key string) {
	first := map[string]int{}
	for i, entry := range list.Content {
		_, value := child(entry, key)
		if value == nil || value.Kind != yaml.ScalarNode {
			continue
		}
		if line := first[value.Value]; line != 0 {
			doc.complain(append(slices.Clone(place), i, key), "%s「%s」与第 %d 行重复", key, value.Value, line)
			continue
		}
		first[value.Value] = value.Line
	}
}

// checkFigures refuses a period that is a slip of the hand and a day that no year has.
func (doc *document) checkFigures(node *yaml.Node, place at) {
	_, n := child(node, "n")
	_, unit := child(node, "unit")
	if n != nil && unit != nil {
		if figure, err := strconv.Atoi(n.Value); err != nil || figure > maxPeriod {
			doc.complain(append(slices.Clone(place), "n"), "期限 %s 不合情理，至多为 %d", n.Value, maxPeriod)
		}
	}
	_, month := child(node, "month")
	_, day := child(node, "day")
	if month != nil && day != nil {
		if _, err := ParseDate(fmt.Sprintf("2024-%02s-%02s", month.Value, day.Value)); err != nil {
			doc.complain(append(slices.Clone(place), "day"), "没有 %s 月 %s 日", month.Value, day.Value)
		}
	}
}

// checkMeaning checks what the schema cannot say about a decoded rulebook.
func (doc *document) checkMeaning(rb *Rulebook) {
	if rb.Jurisdiction.Level != "state" && rb.Jurisdiction.Province == "" {
		doc.complain(at{"jurisdiction"}, "缺少必填的字段 province，只有全国性文件（level: state）可以不写")
	}
	doc.checkDates(rb.Dates)
	doc.checkScope(rb)
	doc.checkUpdateLimits(rb.UpdateLimits)
	doc.checkChains(rb)
	if rb.Review != nil {
		doc.checkReviewStages(rb.Review.Stages)
	}
	doc.checkPeriodsOfDays(rb)
	doc.checkVetoes(rb)
	doc.checkCard(rb.ScoreCard)
	if card := rb.SupervisionCard; card != nil {
		doc.checkLines(at{"supervision_card"}, card.Total, card.FailBelow, card.BonusAbove)
	}
	doc.checkReadings(rb)
	for i, s := range rb.Staffing {
		if s.Max > 0 && s.Max < s.Min {
			doc.complain(at{"staffing", i, "max"}, "上限 %d 小于下限 %d", s.Max, s.Min)
		}
	}
}

func (doc *document) checkDates(dates Dates) {
	for key, text := range map[string]string{"dated": dates.Dated, "adopted": dates.Adopted, "issued": dates.Issued, "published": dates.Published, "effective": dates.Effective} {
		if text == "" {
			continue
		}
		if _, err := ParseDate(text); err != nil {
			doc.complain(at{"dates", key}, "「%s」不是真实的日期", text)
		}
	}
}

// checkScope refuses a rule about an object that the rulebook does not govern: it could never apply (K15).
func (doc *document) checkScope(rb *Rulebook) {
	check := func(place at, objects ...Object) {
		for _, object := range objects {
			if !rb.Governs(object) {
				doc.complain(place, "适用对象「%s」不在 scope.objects 里，这条规则永远用不上", object.Label())
			}
		}
	}
	for i, limit := range rb.UpdateLimits {
		check(at{"update_limits", i, "target"}, limit.Target.object())
	}
	for i, condition := range rb.OpeningConditions {
		check(at{"opening_conditions", i, "objects"}, condition.Objects...)
	}
	for i, chain := range rb.ApprovalChains {
		check(at{"approval_chains", i, "objects"}, chain.Objects...)
	}
	for i, naming := range rb.Naming {
		check(at{"naming", i, "objects"}, naming.Objects...)
	}
	for i, notice := range rb.PublicNotices {
		check(at{"public_notices", i, "objects"}, notice.Objects...)
	}
	for i, inspection := range rb.Inspections {
		check(at{"inspections", i, "subjects"}, inspection.Subjects...)
	}
	for i, veto := range rb.Vetoes {
		check(at{"vetoes", i, "objects"}, veto.Objects...)
	}
	if rb.ScoreCard != nil {
		check(at{"score_card", "objects"}, rb.ScoreCard.Objects...)
	}
}

// checkUpdateLimits refuses words of the wrong target and two limits that claim the same kind at the same level: K19
// could not choose between them.
func (doc *document) checkUpdateLimits(limits []UpdateLimit) {
	type claim struct{ limit, level int }
	claims := map[string][]claim{}
	for i, limit := range limits {
		if limit.Target == AccountTarget && limit.ColumnLevel > 0 {
			doc.complain(at{"update_limits", i, "column_level"}, "账号没有栏目层级")
		}
		if len(limit.Except) > 0 && !slices.Contains(limit.Kinds, AnyKind) {
			doc.complain(at{"update_limits", i, "except"}, "只有 kinds 里有 any 时才能写 except")
		}
		for k, kind := range limit.Kinds {
			place := at{"update_limits", i, "kinds", k}
			if kind != AnyKind && kind.target() != limit.Target {
				doc.complain(place, "「%s」不能用于 target: %s", kind, limit.Target)
			}
			key := string(limit.Target) + "/" + string(kind)
			for _, other := range claims[key] {
				if other.level == limit.ColumnLevel || other.level == 0 || limit.ColumnLevel == 0 {
					doc.complain(place, "「%s」已由 %s 规定，两条上限重叠", kind, limits[other.limit].ID)
				}
			}
			claims[key] = append(claims[key], claim{i, limit.ColumnLevel})
		}
	}
}

// checkChains refuses holes in the order of stages, notices that do not exist, and two chains for one process.
func (doc *document) checkChains(rb *Rulebook) {
	notices := map[string]bool{}
	for _, notice := range rb.PublicNotices {
		notices[notice.ID] = true
	}
	for i, chain := range rb.ApprovalChains {
		seqs := make([]int, len(chain.Stages))
		for k, stage := range chain.Stages {
			seqs[k] = stage.Seq
			if stage.Notice != "" && !notices[stage.Notice] {
				doc.complain(at{"approval_chains", i, "stages", k, "notice"}, "引用的公告 %s 不在 public_notices 里", stage.Notice)
			}
		}
		doc.checkSeq(at{"approval_chains", i, "stages"}, seqs)
		for _, other := range rb.ApprovalChains[:i] {
			if chain.overlaps(other) {
				doc.complain(at{"approval_chains", i}, "与 %s 管同一对象的同一事项，无法确定走哪一条", other.ID)
			}
		}
	}
}

// overlaps reports whether two chains claim one process of one object.
func (c ApprovalChain) overlaps(other ApprovalChain) bool {
	sameClass := c.WebsiteClass == "" || other.WebsiteClass == "" || c.WebsiteClass == other.WebsiteClass
	return sameClass && intersect(c.Processes, other.Processes) && intersect(c.Objects, other.Objects)
}

// checkReviewStages checks the order of the signing chain, that proofs follow reviews, and that what decides or
// releases is signed and stands last.
func (doc *document) checkReviewStages(stages []ReviewStage) {
	seqs := make([]int, len(stages))
	for i, stage := range stages {
		seqs[i] = stage.Seq
	}
	doc.checkSeq(at{"review", "stages"}, seqs)
	signed, proof := false, false
	for i, stage := range stages {
		place := at{"review", "stages", i}
		signed = signed || stage.Sign
		if stage.Group == ReviewGroup && proof {
			doc.complain(append(place, "group"), "「%s」是审核，不能排在校对之后", stage.Label)
		}
		proof = proof || stage.Group == ProofGroup
		if (stage.Final || stage.Releases) && !stage.Sign {
			doc.complain(place, "「%s」写了 final 或 releases，就须签署（sign: true）", stage.Label)
		}
		for _, later := range stages[i+1:] {
			if stage.Releases || (stage.Final && later.Group == stage.Group) {
				doc.complain(place, "「%s」写了 final 或 releases，其后不能再有「%s」", stage.Label, later.Label)
			}
		}
	}
	if !signed {
		doc.complain(at{"review", "stages"}, "至少要有一个环节签署（sign: true）")
	}
}

// checkSeq wants 1, then the same or one more each time.
func (doc *document) checkSeq(place at, seqs []int) {
	previous := 0
	for i, seq := range seqs {
		if seq != previous && seq != previous+1 || i == 0 && seq != 1 {
			want := strconv.Itoa(previous + 1)
			if previous > 0 {
				want = fmt.Sprintf("%d 或 %d", previous, previous+1)
			}
			doc.complain(append(slices.Clone(place), i, "seq"), "序号 %d 不连续，这里应是 %s", seq, want)
		}
		previous = seq
	}
}

// checkPeriodsOfDays refuses hours where a period ends with a day (K06, K18).
func (doc *document) checkPeriodsOfDays(rb *Rulebook) {
	check := func(place at, d *Duration) {
		if d != nil && d.Unit == Hour {
			doc.complain(append(place, "unit"), "按日结束的期限不能用小时计")
		}
	}
	for i, notice := range rb.PublicNotices {
		check(at{"public_notices", i, "min_duration"}, notice.MinDuration)
	}
	for i, naming := range rb.Naming {
		check(at{"naming", i, "grace"}, naming.Grace)
	}
	for i := range rb.Retention {
		check(at{"retention", i, "min"}, &rb.Retention[i].Min)
	}
}

// object is what a limit's target is called in the scope.
func (t Target) object() Object {
	if t == AccountTarget {
		return NewMedia
	}
	return Column
}

// target is what a kind is a kind of.
func (k Kind) target() Target {
	switch k {
	case WechatService, WechatSubscription, Weibo, App:
		return AccountTarget
	}
	return ColumnTarget
}

func intersect[T comparable](a, b []T) bool {
	return slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// Governs reports whether an object is in the rulebook's scope (K15).
func (rb *Rulebook) Governs(object Object) bool { return slices.Contains(rb.Scope.Objects, object) }

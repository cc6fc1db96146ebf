package accounts

import (
	"context"
	"strings"
	"unicode"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The column rules that are about blank columns, as the rulebooks name them.
const (
	ruleNoBlank        = "no_blank"
	ruleHideUntilReady = "hide_until_ready"
	ruleNoPlaceholder  = "no_placeholder"
)

// columnRule finds a rule about columns among the rulebooks in force for a unit; nil when none has it.
func columnRule(law *rules.Law, path string, now sql.Time, rule string) (*rules.Rulebook, *rules.ColumnRule) {
	for _, rulebook := range law.Regime(path).At(now.Std()) {
		for i := range rulebook.ColumnRules {
			if rulebook.ColumnRules[i].Rule == rule && rulebook.Governs(rules.Column) {
				return rulebook, &rulebook.ColumnRules[i]
			}
		}
	}
	return nil, nil
}

// firstState is how a new column, which has no content yet, begins on a site.
func firstState(ctx context.Context, db *sql.DB, book rules.Book, site Account) (ColumnState, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return "", err
	}
	if _, hide := columnRule(law, site.Path, db.Now(), ruleHideUntilReady); hide != nil {
		return ColumnHidden, nil
	}
	return ColumnInUse, nil
}

// ShowColumn shows a column on its site, from when on its updates are timed. Where a rulebook forbids blank columns it is
// refused while the column has no content, or nothing but words that stand in for some (昭通 2018 第13条（二）). The actor
// holds WriteAccounts for the unit and names the version it saw. Errors: ErrColumnBlank with the clause, ErrColumnStale,
// ErrColumnNotFound, ErrForbidden.
func ShowColumn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (Column, error) {
	return turnColumn(ctx, db, book, actor, id, version, ColumnInUse, ActionColumnShow)
}

// HideColumn takes a column from the site's pages without closing it; its clock stops. Otherwise as ShowColumn.
func HideColumn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (Column, error) {
	return turnColumn(ctx, db, book, actor, id, version, ColumnHidden, ActionColumnHide)
}

func turnColumn(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, to ColumnState, action units.Action) (Column, error) {
	var turned Column
	err := db.InTx(ctx, func(tx *sql.DB) error {
		column, err := visibleColumn(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		site, err := forChange(ctx, tx, actor, column.AccountID, units.WriteAccounts)
		if err != nil {
			return err
		}
		if to == ColumnInUse {
			if err := mayShow(ctx, tx, book, column); err != nil {
				return err
			}
		}
		mine, err := tx.ExecOne(ctx, "column.show", sql.Args{"id": id, "version": version, "state": to, "now": tx.Now()})
		if err == nil && !mine {
			err = ErrColumnStale
		}
		if err != nil {
			return err
		}
		if err := settleAccounts(ctx, tx, book, site.ID); err != nil {
			return err
		}
		if turned, err = sql.Get[Column](ctx, tx, "column.get", sql.Args{"id": id}); err != nil {
			return err
		}
		return auditColumn(ctx, tx, actor, turned, action, sql.Object{"name": turned.Name})
	})
	if err != nil {
		return Column{}, wrap(err, "%s %s", action, id)
	}
	return turned, nil
}

// mayShow returns ErrColumnBlank where a rulebook forbids to show the column as it is.
func mayShow(ctx context.Context, tx *sql.DB, book rules.Book, column Column) error {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return err
	}
	rulebook, hide := columnRule(law, column.Path, tx.Now(), ruleHideUntilReady)
	if hide == nil {
		return nil
	}
	if column.LastPostAt == nil && column.LastBelowAt == nil {
		return ErrColumnBlank.Under(rulebook.ID, hide.Articles)
	}
	titles, err := titlesOf(ctx, tx, []string{column.ID})
	if err != nil {
		return err
	}
	_, placeholder := columnRule(law, column.Path, tx.Now(), ruleNoPlaceholder)
	if column.LastBelowAt == nil && onlyPlaceholders(placeholder, titles[column.ID]) {
		return ErrColumnBlank.Say("栏目里只有“%s”一类占位的话，等于没有内容，不能设为显示。请先发布内容。", titles[column.ID][0]).Under(rulebook.ID, placeholder.Articles)
	}
	return nil
}

func titlesOf(ctx context.Context, db *sql.DB, ids []string) (map[string][]string, error) {
	rows, err := sql.List[struct{ ColumnID, Title string }](ctx, db, "column.titles", sql.Args{"ids": ids})
	titles := map[string][]string{}
	for _, row := range rows {
		titles[row.ColumnID] = append(titles[row.ColumnID], row.Title)
	}
	return titles, err
}

// fillers are what a sentence that stands in for content says besides the words of the rule.
var fillers = strings.NewReplacer("正在", "", "栏目", "", "页面", "", "网站", "", "内容", "", "本", "", "该", "", "此", "", "敬请期待", "", "请稍后", "", "暂无", "", "抱歉", "")

// mostPlaceholder is how many other characters may stand beside a placeholder's words.
const mostPlaceholder = 4

// onlyPlaceholders reports whether titles say nothing but that content is still to come.
func onlyPlaceholders(rule *rules.ColumnRule, titles []string) bool {
	if rule == nil || len(titles) == 0 {
		return false
	}
	for _, title := range titles {
		if !isPlaceholder(rule, title) {
			return false
		}
	}
	return true
}

func isPlaceholder(rule *rules.ColumnRule, title string) bool {
	bare := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, title)
	for _, item := range rule.Items {
		if rest, found := strings.CutSuffix(fillers.Replace(bare), item.Name); found && len([]rune(rest)) <= mostPlaceholder {
			return true
		}
		if before, after, found := strings.Cut(fillers.Replace(bare), item.Name); found && len([]rune(before+after)) <= mostPlaceholder {
			return true
		}
	}
	return false
}

// FindingKind is what is wrong with a column that is shown.
type FindingKind string

// The findings.
const (
	FindingBlank       FindingKind = "blank"       // 空白栏目
	FindingPlaceholder FindingKind = "placeholder" // 占位说法
)

// ColumnFinding is a column that must be put right: it stays on the list until it has content, is hidden or closed.
type ColumnFinding struct {
	ColumnID    string      `json:"column_id"`
	Name        string      `json:"name"`
	AccountID   string      `json:"account_id"`
	AccountName string      `json:"account_name"`
	UnitID      string      `json:"unit_id"`
	UnitName    string      `json:"unit_name"`
	Kind        FindingKind `json:"kind"`
	Label       string      `json:"label"` // 空白栏目, 占位说法
	Title       string      `json:"title"` // the words that stand in for content; empty for a blank column
	Citation    string      `json:"citation"`
}

// FindingPage is a page of findings.
type FindingPage struct {
	Items []ColumnFinding `json:"items"`
	Next  string          `json:"next"` // empty on the last page
}

// fewPosts is up to how many posts a column's titles are looked at: with more it surely has content.
const fewPosts = 4

// ColumnFindings looks at the columns shown on the sites in use that the actor reaches with ReadDashboard, below a unit or
// everywhere, and returns those that are blank or hold nothing but placeholders where a rulebook in force forbids it. It
// looks at a bounded number of columns and may return fewer than a page, or none, with another page to come.
// Errors: ErrCursorInvalid, units.ErrNotFound.
func ColumnFindings(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID, after string) (FindingPage, error) {
	_, id, err := readCursor(after, "finding")
	if err != nil {
		return FindingPage{}, err
	}
	path, err := watchPath(ctx, db, actor, unitID)
	if err != nil {
		return FindingPage{}, wrap(err, "findings of unit %s", unitID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return FindingPage{}, err
	}
	columns, err := sql.List[findable](ctx, db, "column.shown_in_subtree", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadDashboard),
		"path": path, "after_id": id, "most": fewPosts, "limit": maxPage + 1})
	if err != nil {
		return FindingPage{}, wrap(err, "findings of unit %s", unitID)
	}
	page := FindingPage{Items: []ColumnFinding{}}
	if len(columns) > maxPage {
		columns = columns[:maxPage]
		page.Next = writeCursor("finding", numberKey(0), columns[maxPage-1].ID)
	}
	ids := make([]string, len(columns))
	for i, column := range columns {
		ids[i] = column.ID
	}
	titles, err := titlesOf(ctx, db, ids)
	if err != nil {
		return FindingPage{}, wrap(err, "findings of unit %s", unitID)
	}
	for _, column := range columns {
		if finding, found := column.finding(law, db.Now(), titles[column.ID]); found {
			page.Items = append(page.Items, finding)
		}
	}
	return page, nil
}

type findable struct {
	ID, AccountID, AccountName, UnitID, UnitName, Name, Path string
	LastPostAt, LastBelowAt                                  *sql.Time
}

// finding says what is wrong with a column, if anything is.
func (c findable) finding(law *rules.Law, now sql.Time, titles []string) (ColumnFinding, bool) {
	finding := ColumnFinding{ColumnID: c.ID, Name: c.Name, AccountID: c.AccountID, AccountName: c.AccountName, UnitID: c.UnitID, UnitName: c.UnitName}
	if c.LastPostAt == nil && c.LastBelowAt == nil {
		finding.Kind, finding.Label = FindingBlank, "空白栏目"
		rulebook, rule := columnRule(law, c.Path, now, ruleNoBlank)
		if rule == nil {
			return finding, false
		}
		finding.Citation = rulebook.Cite(rule.Articles)
		return finding, true
	}
	rulebook, rule := columnRule(law, c.Path, now, ruleNoPlaceholder)
	if c.LastBelowAt != nil || !onlyPlaceholders(rule, titles) {
		return finding, false
	}
	finding.Kind, finding.Label, finding.Title, finding.Citation = FindingPlaceholder, "占位说法", titles[0], rulebook.Cite(rule.Articles)
	return finding, true
}

package accounts

import (
	"context"
	"io"

	sheets "govmedia/accounts/sheet"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// MaxExport is how many accounts one sheet takes: what reads them again takes no more, with the head above them and the line below
// that says that there are others.
const MaxExport = sheets.MaxRows - 2

// Layout is how ExportAccounts writes a sheet.
type Layout struct {
	TemplateID string // the office's template; empty for our own titles
	Format     sheets.Format
	Most       int // accounts; 0 and what is more than MaxExport mean MaxExport
}

// ExportAccounts writes the accounts of a list as a sheet: under the titles of an office's template in their order, or under our
// own with every field. What is not known stays blank, and so does a column of a template that is no field of ours. begin is
// called before the first byte, after everything that could refuse. Errors: those of List, ErrTemplateNotFound.
func ExportAccounts(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter Filter, look Layout, begin func() io.Writer) error {
	layout, err := layoutOf(ctx, db, actor, look.TemplateID)
	if err != nil {
		return err
	}
	filter.After, filter.PerPage = "", maxPage
	page, err := List(ctx, db, book, actor, filter)
	if err != nil {
		return err
	}
	out, err := sheets.NewWriter(begin(), look.Format, layout.titles)
	if err != nil {
		return wrap(err, "export accounts")
	}
	defer func() { _ = out.Close() }()
	left := MaxExport
	if look.Most > 0 {
		left = min(look.Most, MaxExport)
	}
	for {
		more := page.Next != ""
		if len(page.Items) > left {
			page.Items, more = page.Items[:left], true
		}
		if err := writePage(ctx, db, out, layout, page); err != nil {
			return wrap(err, "export accounts")
		}
		if !more {
			return wrap(out.Finish(), "export accounts")
		}
		if left -= len(page.Items); left == 0 { // a sheet must not look whole when it is not
			if err := out.Write([]string{"只导出了最前面的部分，请缩小筛选条件后分几次导出。"}); err != nil {
				return wrap(err, "export accounts")
			}
			return wrap(out.Finish(), "export accounts")
		}
		filter.After = page.Next
		if page, err = List(ctx, db, book, actor, filter); err != nil {
			return wrap(err, "export accounts")
		}
	}
}

func writePage(ctx context.Context, db *sql.DB, out *sheets.Writer, layout exportLayout, page Page) error {
	ids := make([]string, len(page.Items))
	for i, line := range page.Items {
		ids[i] = line.ID
	}
	records, err := Records(ctx, db, ids)
	if err != nil {
		return err
	}
	names := make(map[string]string, len(page.Items))
	for _, line := range page.Items {
		names[line.ID] = line.UnitName
	}
	for _, record := range records {
		record.UnitName = names[record.ID]
		if err := out.Write(layout.row(record)); err != nil {
			return err
		}
	}
	return nil
}

// exportLayout is which field stands in which column.
type exportLayout struct {
	titles []string
	fields []string // the target of each column; empty for one that is none of ours
	words  map[string]map[string]string
}

func layoutOf(ctx context.Context, db *sql.DB, actor units.Actor, templateID string) (exportLayout, error) {
	var layout exportLayout
	if templateID == "" {
		for _, f := range fields {
			if f.InSheets() {
				layout.titles, layout.fields = append(layout.titles, f.Label), append(layout.fields, f.Name)
			}
		}
		return layout, nil
	}
	template, err := templateNamed(ctx, db, actor, templateID, units.ReadAccounts)
	if err != nil {
		return layout, err
	}
	layout.titles, layout.fields, layout.words = template.Titles, make([]string, len(template.Titles)), map[string]map[string]string{}
	for _, c := range template.Mapping.Columns {
		if c.Column < len(layout.fields) {
			layout.fields[c.Column] = c.Field
		}
	}
	for name, words := range template.Mapping.Words { // the office's words for ours, the other way round
		layout.words[name] = map[string]string{}
		for _, theirs := range sortedKeys(words) {
			var r Record
			if err := r.Set(name, words[theirs]); err == nil && layout.words[name][r.Text(name)] == "" {
				layout.words[name][r.Text(name)] = theirs
			}
		}
	}
	return layout, nil
}

// row is an account as the layout has it.
func (l exportLayout) row(r Record) []string {
	cells := make([]string, len(l.fields))
	for i, name := range l.fields {
		f, part, found := target(name)
		if !found {
			continue
		}
		text := f.text(&r)
		if theirs := l.words[f.Name][text]; theirs != "" {
			text = theirs
		}
		if part != "" {
			text = partOf(r.Contacts, f.Name, part)
		}
		cells[i] = text
	}
	return cells
}

// partOf is one part of the people of a duty, in their order.
func partOf(people []Contact, duty, part string) string {
	text := ""
	for _, contact := range people {
		if string(contact.Duty) != duty {
			continue
		}
		if text != "" {
			text += "；"
		}
		text += map[string]string{partName: contact.Name, partPhone: contact.Phone, partEmail: contact.Email}[part]
	}
	return text
}

// ExportRows writes the rows of an import with what each will do or did, and why not. begin is called before the first byte.
// Error: ErrImportNotFound.
func ExportRows(ctx context.Context, db *sql.DB, actor units.Actor, id string, filter RowFilter, format sheets.Format, begin func() io.Writer) error {
	if _, err := GetImport(ctx, db, actor, id); err != nil {
		return err
	}
	out, err := sheets.NewWriter(begin(), format, []string{"行号", "账号名称", "主办单位", "预览", "结果", "原因", "改动", "未采用的内容"})
	if err != nil {
		return wrap(err, "export the rows of import %s", id)
	}
	defer func() { _ = out.Close() }()
	for {
		rows, err := sql.List[ImportRow](ctx, db, "import_row.list", sql.Args{"import_id": id, "after": filter.After, "outcome": filter.Outcome, "result": filter.Result,
			"limit": readBatch})
		if err != nil {
			return wrap(err, "export the rows of import %s", id)
		}
		for _, row := range rows {
			if err := out.Write(row.cells()); err != nil {
				return wrap(err, "export the rows of import %s", id)
			}
			filter.After = row.Number
		}
		if len(rows) < readBatch {
			return wrap(out.Finish(), "export the rows of import %s", id)
		}
	}
}

package accounts_test

import (
	"testing"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/units"
)

func TestO13BlankColumnsAndPlaceholders(t *testing.T) {
	each(t, func(w *world) {
		w.at("2026-03-01 09:00")
		city := w.under("zhaotong-2018")
		in := w.valid(accounts.KindWebsite, "云岭市门户")
		in.UnitID = city.ID
		site := w.create(in)
		column := func(name string) accounts.Column {
			t.Helper()
			made, err := accounts.CreateColumn(t.Context(), w.db, w.book, w.People["admin"], accounts.NewColumn{AccountID: site.ID, Name: name, Kind: rules.NewsColumn, Level: 1})
			if err != nil {
				t.Fatalf("CreateColumn: %v", err)
			}
			return made
		}
		show := func(c accounts.Column) (accounts.Column, error) {
			return accounts.ShowColumn(t.Context(), w.db, w.book, w.People["admin"], c.ID, c.Version)
		}
		findings := func() []accounts.ColumnFinding {
			t.Helper()
			page, err := accounts.ColumnFindings(t.Context(), w.db, w.book, w.People["admin"], "", "")
			if err != nil {
				t.Fatalf("ColumnFindings: %v", err)
			}
			return page.Items
		}
		blank, second := column("甲"), column("乙")
		if blank.State != accounts.ColumnHidden {
			t.Errorf("a new column is %s, want hidden until it has content", blank.State)
		}
		_, err := show(blank)
		refused(t, "show a blank column", err, accounts.ErrColumnBlank)
		if f := fault.As(err); f == nil || f.Rulebook != "zhaotong-2018" || len(f.Articles) != 1 || f.Articles[0] != "13(二)" {
			t.Errorf("it cites %+v, want 昭通 第13条（二）", f)
		}

		w.title(site, second.ID, "栏目正在建设中")
		_, err = show(second)
		refused(t, "show a column of placeholders", err, accounts.ErrColumnBlank)
		w.title(site, second.ID, "云岭市召开全市政务公开工作会议")
		second, err = show(second)
		if err != nil || second.State != accounts.ColumnInUse {
			t.Fatalf("show a column with content: %v", err)
		}
		if got := findings(); len(got) != 0 {
			t.Errorf("findings %+v, want none", got)
		}

		// Columns that were shown before their site came under this rulebook: the round finds them, until they are put right.
		old := w.account(accounts.KindWebsite, "清源网", "2026-03-01 09:00")
		empty := w.column(old, rules.NewsColumn, 1, "空着", "2026-03-01 09:00")
		standIn := w.column(old, rules.NewsColumn, 1, "占着", "2026-03-01 09:00")
		w.title(old, standIn.ID, "（栏目改版中，敬请期待！）")
		if got := findings(); len(got) != 0 {
			t.Errorf("under 潼南, which does not forbid it, findings %+v, want none", got)
		}
		if _, err := accounts.MoveUnit(t.Context(), w.db, w.People["admin"], w.Town.ID, w.Town.Version, city.ID); err != nil {
			t.Fatalf("MoveUnit: %v", err)
		}
		got := findings()
		if len(got) != 2 || got[0].ColumnID != empty.ID || got[0].Label != "空白栏目" || got[1].ColumnID != standIn.ID || got[1].Label != "占位说法" ||
			got[1].Citation != "昭通 2018 第13条（二）" {
			t.Errorf("findings %+v, want the blank one and the placeholder with its clause", got)
		}
		w.title(old, standIn.ID, "清源镇开展春季森林防火巡查")
		w.title(old, empty.ID, "清源镇便民服务中心全面建设中取得新进展")
		if got := findings(); len(got) != 0 {
			t.Errorf("with content, findings %+v, want none", got)
		}

		_, err = accounts.HideColumn(t.Context(), w.db, w.book, w.People["stranger"], second.ID, second.Version)
		refused(t, "hide a column of others", err, accounts.ErrColumnNotFound)
		if second, err = accounts.HideColumn(t.Context(), w.db, w.book, w.People["admin"], second.ID, second.Version); err != nil || second.State != accounts.ColumnHidden {
			t.Errorf("HideColumn = %+v, %v", second, err)
		}
	})
}

// title records a post with a title in a column.
func (w *world) title(site accounts.Account, columnID, title string) {
	w.t.Helper()
	in := accounts.NewPost{AccountID: site.ID, ColumnID: &columnID, ExternalID: ref(columnID + title), Title: title, Source: accounts.Observed, PublishedAt: w.db.Now()}
	if _, _, err := accounts.RecordPost(w.t.Context(), w.db, w.book, units.System, in); err != nil {
		w.t.Fatalf("RecordPost: %v", err)
	}
}

package accounts_test

import (
	"fmt"
	"slices"
	"testing"

	"govmedia/accounts"
	"govmedia/sql"
)

// named are the names in a list, sorted as the list is.
func (w *world) named(filter accounts.Filter) []string {
	w.t.Helper()
	page, err := accounts.List(w.t.Context(), w.db, w.book, w.People["admin"], filter)
	if err != nil {
		w.t.Fatalf("List(%+v): %v", filter, err)
	}
	names := []string{}
	for _, line := range page.Items {
		names = append(names, line.Name)
	}
	return names
}

func TestAccountsAreFoundByWhatPeopleType(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWeibo, "清源发布")
		in.ExternalID = "1234567890"
		town := w.create(in)
		w.set(town.ID, map[string]string{"operator": "云帆传媒", "certified_subject": "清源镇政府"})
		in = w.valid(accounts.KindDouyin, "重庆行政App 100%")
		in.UnitID = w.Bureau.ID
		w.create(in)
		for _, c := range []struct {
			query string
			want  []string
		}{
			{"清源", []string{"清源发布"}},
			{"qyfb", []string{"清源发布"}},
			{"QingYuan", []string{"清源发布"}},
			{"yfb", []string{"清源发布"}},
			{"1234567", []string{"清源发布"}},
			{"ＱＹＦＢ", []string{"清源发布"}},
			{"１２３４", []string{"清源发布"}},
			{"云帆", []string{"清源发布"}},
			{"cqxz", []string{"重庆行政App 100%"}},
			{"chongqing", []string{"重庆行政App 100%"}},
			{"云林局", []string{"重庆行政App 100%"}}, // the unit
			{"100%", []string{"重庆行政App 100%"}},
			{"%", []string{"重庆行政App 100%"}},
			{"app", []string{"重庆行政App 100%"}},
			{"_", []string{}},
			{"xyz", []string{}},
			{" ", []string{"清源发布", "重庆行政App 100%"}},
		} {
			if got := w.named(accounts.Filter{Query: c.query}); !slices.Equal(got, c.want) {
				t.Errorf("List(%q) = %q, want %q", c.query, got, c.want)
			}
		}
		w.set(town.ID, map[string]string{"name": "云水发布"})
		if got := w.named(accounts.Filter{Query: "ysfb"}); !slices.Equal(got, []string{"云水发布"}) {
			t.Errorf("after a renaming: %q", got)
		}
	})
}

func TestOldAccountsBecomeFindable(t *testing.T) {
	each(t, func(w *world) {
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		if _, err := w.db.Exec(t.Context(), "account.set_search", sql.Args{"id": account.ID, "search_text": ""}); err != nil {
			t.Fatalf("forget: %v", err)
		}
		if got := fmt.Sprint(w.named(accounts.Filter{Query: "qyfb"}), w.named(accounts.Filter{Query: "清源"})); got != "[] [清源发布]" {
			t.Errorf("before the filling by pinyin and by name: %s", got)
		}
		for i, want := range []int{1, 0} {
			if filled, err := accounts.FillSearch(t.Context(), w.db); err != nil || filled != want {
				t.Errorf("filling %d = %d, %v, want %d", i, filled, err, want)
			}
		}
		if got := w.named(accounts.Filter{Query: "qyfb"}); len(got) != 1 {
			t.Errorf("after the filling: %q", got)
		}
	})
}

func TestListsAreNarrowedByCertificationAndApproval(t *testing.T) {
	each(t, func(w *world) { // today is 2024-06-03
		for name, set := range map[string]map[string]string{
			"甲 昨日": {"certified": "是", "certified_until": "2024-06-02", "approved_on": "2024-01-01"},
			"乙 七日": {"certified": "是", "certified_until": "2024-06-10"},
			"丙 八日": {"certified": "是", "certified_until": "2024-06-11"},
			"丁 否":  {"certified": "否", "approval_number": "示政办〔2024〕2号"},
			"戊 不明": {"remark": "x"},
		} {
			in := w.valid(accounts.KindOther, name)
			in.Platform = accounts.Other
			w.set(w.create(in).ID, set)
		}
		for _, c := range []struct {
			name   string
			filter accounts.Filter
			want   string
		}{
			{"over", accounts.Filter{ExpiresWithin: ref(-1)}, "[甲 昨日]"},
			{"within 7 days", accounts.Filter{ExpiresWithin: ref(7)}, "[甲 昨日 乙 七日]"},
			{"within 7 days by name", accounts.Filter{ExpiresWithin: ref(7), Order: accounts.ByName}, "[乙 七日 甲 昨日]"},
			{"within 30 days", accounts.Filter{ExpiresWithin: ref(30)}, "[甲 昨日 乙 七日 丙 八日]"},
			{"by expiry", accounts.Filter{Order: accounts.ByExpiry}, "[甲 昨日 乙 七日 丙 八日]"},
			{"certified", accounts.Filter{Certified: accounts.CertifiedYes, Unapproved: true}, "[丙 八日 乙 七日]"},
			{"not certified", accounts.Filter{Certified: accounts.CertifiedNo}, "[丁 否]"},
			{"not known", accounts.Filter{Certified: accounts.CertifiedUnknown}, "[戊 不明]"},
			{"without approval", accounts.Filter{Unapproved: true}, "[丙 八日 乙 七日 戊 不明]"},
		} {
			if got := fmt.Sprint(w.named(c.filter)); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		first, err := accounts.List(t.Context(), w.db, w.book, w.People["admin"], accounts.Filter{ExpiresWithin: ref(30), PerPage: 2})
		if err != nil || len(first.Items) != 2 || first.Items[0].Facts.CertifiedUntil == nil {
			t.Fatalf("first page by expiry = %+v, %v", first, err)
		}
		if got := w.named(accounts.Filter{ExpiresWithin: ref(30), PerPage: 2, After: first.Next}); fmt.Sprint(got) != "[丙 八日]" {
			t.Errorf("second page by expiry: %q", got)
		}
		for _, bad := range []accounts.Filter{{ExpiresWithin: ref(-2)}, {ExpiresWithin: ref(9999)}, {Certified: "maybe"}, {Order: "followers"}} {
			_, err := accounts.List(t.Context(), w.db, w.book, w.People["admin"], bad)
			refused(t, fmt.Sprintf("List(%+v)", bad), err, accounts.ErrFilterInvalid)
		}
	})
}

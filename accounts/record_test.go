package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

func TestFieldsReadWhatPeopleWrite(t *testing.T) {
	for _, c := range []struct{ field, written, want string }{
		{"opened_on", "2026/3/1", "2026-03-01"},
		{"opened_on", "２０２６年３月１日", "2026-03-01"},
		{"opened_on", "2026.3.1", "2026-03-01"},
		{"opened_on", "20260301", "2026-03-01"},
		{"opened_on", "2026-03-01 08:30:00", "2026-03-01"},
		{"certified", " 已认证 ", "是"},
		{"certified", "×", "否"},
		{"certified", "", ""},
		{"followers", "1.2万", "12000"},
		{"followers", "12,345", "12345"},
		{"kind", "订阅号", "微信订阅号"},
		{"platform", "ＡＰＰ", "移动客户端"},
		{"state", "正常", "在用"},
		{"functions", "信息发布；互动, 办事、互动", "信息发布、互动、办事"},
		{"head", "张某13800000001；李某 0871-1234567转8 li@example.invalid", "张某 13800000001；李某 0871-1234567转8 li@example.invalid"},
		{"contact", "王某（0871）1234567", "王某 0871 1234567"},
		{"remark", "第一行\n第二行", "第一行\n第二行"},
		{"external_id", "  gh_1  ", "gh_1"},
		{"external_id", "ＭＳ４ 1", "MS41"},
		{"site_code", "５００１５ ２００１２", "5001520012"},
		{"domain", "www．example．gov．cn", "www.example.gov.cn"},
		{"name", "清源镇１２３４５", "清源镇１２３４５"},
	} {
		var r accounts.Record
		if err := r.Set(c.field, c.written); err != nil || r.Text(c.field) != c.want {
			t.Errorf("Set(%s, %q) gives %q, %v, want %q", c.field, c.written, r.Text(c.field), err, c.want)
			continue
		}
		again := r
		if err := again.Set(c.field, r.Text(c.field)); err != nil || again.Text(c.field) != c.want {
			t.Errorf("Set(%s) of its own text %q gives %q, %v", c.field, c.want, again.Text(c.field), err)
		}
	}
}

func TestFieldsRefuseWhatNobodyCanRead(t *testing.T) {
	for _, c := range []struct {
		field, written string
		want           error
	}{
		{"opened_on", "2026-02-30", accounts.ErrFieldDay},
		{"opened_on", "3月1日", accounts.ErrFieldDay},
		{"opened_on", "1900-01-01", accounts.ErrFieldDay},
		{"certified_until", "2999-01-01", accounts.ErrFieldDay},
		{"certified", "可能", accounts.ErrFieldTruth},
		{"followers", "-5", accounts.ErrFieldNumber},
		{"followers", "1.5", accounts.ErrFieldNumber},
		{"followers", "NaN", accounts.ErrFieldNumber},
		{"followers", "1e300", accounts.ErrFieldNumber},
		{"kind", "小程序", accounts.ErrFieldChoice},
		{"head", "13800000001", accounts.ErrFieldContact},
		{"head", strings.Repeat("某", 61) + " 13800000001", accounts.ErrFieldContact},
		{"head", strings.Repeat("张某 13800000001；", 21), accounts.ErrFieldContact},
		{"remark", strings.Repeat("长", 1001), accounts.ErrFieldText},
		{"remark", "\x00", accounts.ErrFieldText},
		{"remark", "\xff", accounts.ErrFieldText},
		{"avatar_id", "../../etc", accounts.ErrFieldReference},
		{"nothing", "x", accounts.ErrFieldUnknown},
	} {
		var r accounts.Record
		err := r.Set(c.field, c.written)
		refused(t, "Set("+c.field+")", err, c.want)
		if f := fault.As(err); f == nil || f.Field != c.field {
			t.Errorf("Set(%s, %.20q) is about %+v, want the field", c.field, c.written, f)
		}
	}
}

func TestEveryFieldIsWrittenAndReadBack(t *testing.T) {
	values := map[accounts.FieldKind]string{accounts.TextField: "某文字", accounts.DayField: "2024-05-06", accounts.TruthField: "是", accounts.NumberField: "12",
		accounts.ListField: "发布、互动", accounts.ContactField: "张某 13800000001", accounts.LabelField: "tongnan-2022/profile-planned"}
	each(t, func(w *world) {
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		set := map[string]string{}
		for _, f := range accounts.Fields() {
			value, known := values[f.Kind]
			switch {
			case f.Kind == accounts.ChoiceField && f.Name == "website_class":
				value = "部门网站"
			case f.Name == "home_url":
				value = "https://weibo.com/u/1"
			case f.Fixed || f.Name == "unit" || !known:
				continue
			}
			set[f.Name] = value
		}
		saved, err := accounts.CorrectRecord(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version, set, "登记时没有写全")
		if err != nil {
			t.Fatalf("SaveRecord: %v", err)
		}
		read, err := accounts.RecordOf(t.Context(), w.db, w.People["officer"], account.ID)
		if err != nil {
			t.Fatalf("RecordOf: %v", err)
		}
		for name, want := range set {
			if read.Text(name) != want || saved.Text(name) != want {
				t.Errorf("%s was written as %q, and reads %q", name, want, read.Text(name))
			}
		}
	})
}

func TestSaveRecordIsGuarded(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		save := func(actor units.Actor, version int64, set map[string]string) error {
			_, err := accounts.CorrectRecord(ctx, w.db, w.book, actor, account.ID, version, set, "登记时写错")
			return err
		}
		_, err := accounts.SaveRecord(ctx, w.db, w.book, admin, account.ID, 1, map[string]string{"name": "清源微博"})
		refused(t, "SaveRecord of the name, which only an application changes", err, accounts.ErrNeedsApplication)
		_, err = accounts.CorrectRecord(ctx, w.db, w.book, admin, account.ID, 1, map[string]string{"name": "清源微博"}, strings.Repeat("长", 501))
		refused(t, "CorrectRecord with too long a reason", err, accounts.ErrReasonRequired)
		refused(t, "SaveRecord by an officer of the unit", save(w.People["officer"], 1, map[string]string{"remark": "x"}), accounts.ErrForbidden)
		refused(t, "SaveRecord by a stranger", save(w.People["stranger"], 1, map[string]string{"remark": "x"}), accounts.ErrNotFound)
		refused(t, "SaveRecord of the state", save(admin, 1, map[string]string{"state": "已关停"}), accounts.ErrFieldFixed)
		refused(t, "SaveRecord of the platform", save(admin, 1, map[string]string{"platform": "抖音", "kind": "抖音号"}), accounts.ErrKindUnfit)
		refused(t, "SaveRecord of an unknown unit", save(admin, 1, map[string]string{"unit": "没有这个单位"}), accounts.ErrUnitUnknown)
		refused(t, "SaveRecord of a picture that is not there", save(admin, 1, map[string]string{"qr_id": sql.NewID()}), files.ErrNotFound)
	})
}

func TestAnAccountMovesToAnotherUnitWithItsClock(t *testing.T) {
	each(t, func(w *world) {
		site := w.account(accounts.KindWebsite, "清源网站", "2026-03-01 09:00")
		column := w.column(site, rules.NewsColumn, 1, "动态", "2026-03-01 09:00")
		before := w.columnCard(column.ID).Standing
		saved, err := accounts.CorrectRecord(t.Context(), w.db, w.book, w.People["admin"], site.ID, site.Version, map[string]string{"unit": w.Bureau.Name}, "登记时选错单位")
		if err != nil || saved.UnitID != w.Bureau.ID || saved.UnitName != w.Bureau.Name {
			t.Fatalf("SaveRecord = %s %q, %v, want the unit %s", saved.UnitID, saved.UnitName, err, w.Bureau.Name)
		}
		if _, err := accounts.CardOf(t.Context(), w.db, w.book, w.People["officer"], site.ID); err == nil {
			t.Error("the old unit's officer still sees the account")
		}
		card, err := accounts.ColumnCardOf(t.Context(), w.db, w.book, w.People["stranger"], column.ID)
		if err != nil || fmt.Sprint(card.Standing.DueAt) != fmt.Sprint(before.DueAt) || card.Clocks[0].UnitID != w.Bureau.ID {
			t.Errorf("the column of the moved site stands at %+v, %v, want as before in its new unit", card.Standing, err)
		}
	})
}

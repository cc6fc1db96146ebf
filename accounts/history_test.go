package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/units"
)

// history is what changed of an account, the latest first, each as "label: was → became".
func (w *world) history(id string) []string {
	w.t.Helper()
	page, err := accounts.HistoryOf(w.t.Context(), w.db, w.People["officer"], accounts.HistoryFilter{AccountID: id})
	if err != nil {
		w.t.Fatalf("HistoryOf: %v", err)
	}
	lines := []string{}
	for _, line := range page.Items {
		lines = append(lines, fmt.Sprintf("%s: %s → %s", line.Label, line.Was, line.Became))
	}
	return lines
}

func TestEveryChangeOfAFieldIsKept(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		account := w.create(w.valid(accounts.KindWeibo, "清源发布"))
		w.at("2024-06-04 09:00")
		saved, err := accounts.SaveRecord(ctx, w.db, w.book, admin, account.ID, 1, map[string]string{"certified": "是", "head": "张某 13800000001"})
		if err != nil {
			t.Fatalf("SaveRecord: %v", err)
		}
		w.at("2024-06-05 09:00")
		if _, err := accounts.Update(ctx, w.db, w.book, admin, account.ID, saved.Version, accounts.Change{Name: ref("清源微博"), Reason: "登记时写错"}); err != nil {
			t.Fatalf("Update: %v", err)
		}
		got := fmt.Sprint(w.history(account.ID))
		if want := "[账号名称: 清源发布 → 清源微博 主要负责人:  → 张某 13800000001 是否实名认证:  → 是 登记账号:  → 清源发布]"; got != want {
			t.Errorf("history = %s, want %s", got, want)
		}
		first, err := accounts.HistoryOf(ctx, w.db, admin, accounts.HistoryFilter{AccountID: account.ID, PerPage: 3})
		if err != nil || len(first.Items) != 3 || first.Next == "" || first.Items[0].PersonName != "松管理" || first.Items[0].Why != accounts.WhyEdit || first.Items[0].Reason != "登记时写错" {
			t.Fatalf("first page = %+v, %v, want three lines by 松管理 and a next page", first, err)
		}
		second, err := accounts.HistoryOf(ctx, w.db, admin, accounts.HistoryFilter{AccountID: account.ID, PerPage: 3, After: first.Next})
		if err != nil || len(second.Items) != 1 || second.Items[0].Field != accounts.FieldCreated || second.Next != "" {
			t.Errorf("second page = %+v, %v, want the registration alone", second, err)
		}
		_, err = accounts.HistoryOf(ctx, w.db, w.People["stranger"], accounts.HistoryFilter{AccountID: account.ID})
		refused(t, "HistoryOf by a stranger", err, accounts.ErrNotFound)
		_, err = accounts.HistoryOf(ctx, w.db, admin, accounts.HistoryFilter{AccountID: account.ID, After: "x"})
		refused(t, "HistoryOf from a broken place", err, accounts.ErrCursorInvalid)
		lines, err := units.ListAudit(ctx, w.db, admin, units.AuditFilter{ObjectID: account.ID})
		if err != nil || len(lines) != 3 || strings.Contains(fmt.Sprint(lines), "13800000001") {
			t.Errorf("the audit chain has %d lines, %v, want 3 without a phone number: %v", len(lines), err, lines)
		}
	})
}

func TestASecondRegistrationNamesTheFirst(t *testing.T) {
	each(t, func(w *world) {
		in := w.valid(accounts.KindWeibo, "清源发布")
		in.ExternalID = "1234567890"
		w.create(in)
		in.Name = "清源微发布"
		_, err := accounts.Create(t.Context(), w.db, w.book, w.People["admin"], in)
		refused(t, "Create of the same id under another name", err, accounts.ErrDuplicate)
		if err == nil || !strings.Contains(sentence(err), "“清源发布”（清源镇人民政府）") {
			t.Errorf("the refusal says %q, want the account that has the id", sentence(err))
		}
	})
}

func sentence(err error) string {
	if f := fault.As(err); f != nil {
		return f.Sentence
	}
	return ""
}

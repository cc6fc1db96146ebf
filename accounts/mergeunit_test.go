package accounts_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// A merger gives everything of a unit to the other, judged by the rules there; the unit that ended keeps its history.
func TestMergingGivesEverythingToTheOtherUnit(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		site := w.account(accounts.KindSubsite, "清源专题", "2024-06-01 09:00")
		weibo := w.account(accounts.KindWeibo, "清源发布", "2024-06-01 09:00")
		column := w.column(site, "news", 1, "要闻", "2024-06-01 10:00")
		w.post(weibo, "", "2024-06-02 09:00")
		double := unitstest.Person(t, w.db, "double", "两边人", units.InfoOfficer, w.Town, w.Bureau)

		merged, err := accounts.MergeUnit(ctx, w.db, admin, w.Town.ID, w.Town.Version, w.Bureau.ID)
		if err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		if merged.ClosedAt == nil {
			t.Error("the merged unit is open")
		}
		if into, err := units.MergedInto(ctx, w.db, w.Town.ID); err != nil || into == nil || into.ID != w.Bureau.ID {
			t.Errorf("MergedInto = %v, %v, want the bureau", into, err)
		}
		stranger := w.People["stranger"]
		for _, account := range []accounts.Account{site, weibo} {
			card, err := accounts.CardOf(ctx, w.db, w.book, stranger, account.ID)
			if err != nil || card.Account.UnitID != w.Bureau.ID {
				t.Errorf("the bureau's officer reads %s: %v, unit %s", account.Name, err, card.Account.UnitID)
			}
		}
		if card, err := accounts.ColumnCardOf(ctx, w.db, w.book, stranger, column.ID); err != nil || card.Column.UnitID != w.Bureau.ID {
			t.Errorf("the bureau's officer reads the column: %v, unit %s", err, card.Column.UnitID)
		}
		left, err := sql.Get[int](ctx, w.db, "unit.open_accounts", sql.Args{"id": w.Town.ID})
		if err != nil || left != 0 {
			t.Errorf("%d accounts are left behind, %v", left, err)
		}
		section, err := units.Get(ctx, w.db, admin, w.Section.ID)
		if err != nil || section.ParentID == nil || *section.ParentID != w.Bureau.ID || !strings.HasPrefix(section.Path, w.Bureau.Path) {
			t.Errorf("the section stands below %v at %s, %v; want the bureau", section.ParentID, section.Path, err)
		}
		if person := w.person(double.PersonID); len(person.Roles) != 1 || person.Roles[0].UnitID != w.Bureau.ID {
			t.Errorf("who held a role at both holds %+v, want one at the bureau", person.Roles)
		}
		if person := w.person(w.People["officer"].PersonID); len(person.Roles) != 1 || person.Roles[0].UnitID != w.Bureau.ID {
			t.Errorf("the officer holds %+v, want the role at the bureau", person.Roles)
		}
		history, err := units.History(ctx, w.db, admin, w.Town.ID)
		if err != nil || len(history) < 2 || history[0].Action != units.ActionUnitMerge || history[0].Detail["into_name"] != w.Bureau.Name {
			t.Errorf("history of the merged unit: %+v, %v", history, err)
		}
		history, err = units.History(ctx, w.db, stranger, w.Bureau.ID)
		if err != nil || history[0].Action != units.ActionUnitAbsorb || history[0].Detail["from_name"] != w.Town.Name {
			t.Errorf("history of the other unit: %+v, %v", history, err)
		}
		if _, err := accounts.RejudgeDue(ctx, w.db, w.book, "test"); err != nil {
			t.Fatalf("RejudgeDue: %v", err)
		}
		w.post(weibo, "", "2024-06-03 10:00")
		if broken, err := units.VerifyAll(ctx, w.db); err != nil || len(broken) > 0 {
			t.Errorf("the audit chains: %v, %v", broken, err)
		}
	})
}

// What is under way goes to the other unit; what has ended stays, and whoever belongs to the other unit finds it.
func TestAMergerTakesWhatIsUnderWayAndKeepsWhatHasEnded(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin, stranger := t.Context(), w.People["admin"], w.People["stranger"]
		draft := func() accounts.NoticeView {
			notice, err := accounts.DraftNotice(ctx, w.db, w.book, w.People["officer"], accounts.NewNotice{UnitID: w.Town.ID, Process: rules.ProcessOpen,
				Object: rules.NewMedia, Title: "清源镇关于开通账号的公告", Body: "现予公告。"})
			must(t, "DraftNotice", err)
			return notice
		}
		open, ended := draft(), draft()
		_, err := accounts.VoidNotice(ctx, w.db, w.book, w.People["officer"], ended.ID, ended.Version, "写错了")
		must(t, "VoidNotice", err)
		store, err := files.OpenFolder(t.TempDir())
		must(t, "OpenFolder", err)
		sheet, err := accounts.NewImport(ctx, w.db, store, admin, w.Town.ID, accounts.ImportRegister, "a.csv", strings.NewReader("a,b"))
		must(t, "NewImport", err)
		contractor, err := accounts.CreateContractor(ctx, w.db, w.book, w.People["officer"], accounts.ContractorForm{UnitID: w.Town.ID, Name: "云上科技", Service: "排版"})
		must(t, "CreateContractor", err)

		card, err := accounts.UnitCardOf(ctx, w.db, w.book, admin, w.Town.ID)
		must(t, "UnitCardOf", err)
		var labels []string
		for _, one := range card.Unfinished {
			if labels = append(labels, one.Label); !one.Moves {
				t.Errorf("%s does not move", one.Label)
			}
		}
		if diff := cmp.Diff([]string{"1 份没有结束的公告", "1 家合作中的服务商"}, labels); diff != "" {
			t.Errorf("before the merger (-want +got):\n%s", diff)
		}
		_, err = accounts.MergeUnit(ctx, w.db, admin, w.Town.ID, w.Town.Version, w.Bureau.ID)
		must(t, "MergeUnit", err)

		for what, unitID := range map[string]string{open.ID: w.Bureau.ID, ended.ID: w.Town.ID} {
			if notice, err := accounts.NoticeOf(ctx, w.db, w.book, stranger, what); err != nil || notice.UnitID != unitID {
				t.Errorf("a notice read at the other unit is of %s, %v, want %s", notice.UnitID, err, unitID)
			}
		}
		if sheet, err := accounts.GetImport(ctx, w.db, admin, sheet.ID); err != nil || sheet.UnitID != w.Bureau.ID {
			t.Errorf("the sheet is of %s, %v", sheet.UnitID, err)
		}
		if found, err := accounts.GetContractor(ctx, w.db, w.book, stranger, contractor.ID); err != nil || found.UnitID != w.Bureau.ID {
			t.Errorf("the contractor is of %s, %v", found.UnitID, err)
		}
		if card, err = accounts.UnitCardOf(ctx, w.db, w.book, stranger, w.Bureau.ID); err != nil || len(card.Absorbed) != 1 || card.Absorbed[0].ID != w.Town.ID {
			t.Errorf("the other unit took in %+v, %v", card.Absorbed, err)
		}
		card, err = accounts.UnitCardOf(ctx, w.db, w.book, stranger, w.Town.ID)
		if err != nil || len(card.Above) != 1 || card.Above[0].ID != w.Bureau.ID || len(card.Unfinished) > 0 {
			t.Errorf("the unit that ended, read at the other: above %+v, unfinished %+v, %v", card.Above, card.Unfinished, err)
		}
		if closed, err := units.ListClosed(ctx, w.db, stranger, 10); err != nil || len(closed) != 1 {
			t.Errorf("the other unit's closed units: %+v, %v", closed, err)
		}
		if tree, err := units.Tree(ctx, w.db, stranger); err != nil || len(tree) != 2 || tree[1].ID != w.Section.ID {
			t.Errorf("the other unit's tree: %+v, %v", tree, err)
		}
	})
}

// A merged office's templates and differences go along, settled ones too; where both have the same, the other's stays.
func TestAMergerTakesTemplatesAndDifferences(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		old, err := units.Create(ctx, w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "开发区管委会办公室", Level: units.LevelOffice, IsOffice: true})
		must(t, "units.Create", err)
		keep := func(unit units.Unit, name string, titles ...string) accounts.Template {
			kept, err := accounts.KeepTemplate(ctx, w.db, admin, unit.ID, name, titles, nil)
			must(t, "KeepTemplate", err)
			return kept
		}
		keep(old, "旧的", "账号名称", "平台")
		only := keep(old, "开发区报表", "账号名称", "主办单位")
		both := keep(w.Office, "新的", "账号名称", "平台")

		store := sheetStore(t)
		in := w.valid(accounts.KindWeibo, "清源微博")
		in.UnitID, in.ExternalID = old.ID, "1001"
		weibo, office := w.create(in), w.Office
		for _, w.Office = range []units.Unit{old, office} { // for whom the sheet is brought in
			w.against(store, accounts.ImportPlatform, "账号名称,平台,账号ID\n清源镇微博,微博,1001\n"+w.Office.Name+"抖音,抖音,1007"+w.Office.ID+"\n")
		}
		card, err := accounts.UnitCardOf(ctx, w.db, w.book, admin, old.ID)
		must(t, "UnitCardOf", err)
		if len(card.Belongings) != 2 || card.Belongings[0].Label != "2 个导入模板" || card.Belongings[1].Label != "2 条比对差异" || !card.Belongings[1].Moves {
			t.Errorf("before the merger the card shows %+v", card.Belongings)
		}
		_, err = accounts.MergeUnit(ctx, w.db, admin, old.ID, old.Version, w.Office.ID)
		must(t, "MergeUnit", err)
		templates, err := accounts.Templates(ctx, w.db, admin, "")
		must(t, "Templates", err)
		var names []string
		for _, one := range templates {
			if names = append(names, one.Name); one.UnitID != w.Office.ID {
				t.Errorf("template %s is of %s", one.Name, one.UnitID)
			}
		}
		if slices.Sort(names); !slices.Equal(names, []string{only.Name, both.Name}) {
			t.Errorf("after the merger there are the templates %v", names)
		}
		page, err := accounts.ReconcileItems(ctx, w.db, admin, accounts.ReconcileFilter{})
		must(t, "ReconcileItems", err)
		renamed := 0
		for _, item := range page.Items {
			if item.UnitID != w.Office.ID {
				t.Errorf("the difference of %s is of %s", item.Name, item.UnitID)
			}
			if item.Kind == accounts.ItemRenamed && *item.AccountID == weibo.ID {
				renamed++
			}
		}
		if len(page.Items) != 3 || renamed != 1 {
			t.Errorf("after the merger there are %d differences, %d of them of the one account; want 3 and 1", len(page.Items), renamed)
		}
	})
}

// Staff filings are receipted by the office that supervises the unit now.
func TestFilingsFollowAMovedUnitToItsOffice(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		other, err := units.Create(ctx, w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: "开发区管委会办公室", Level: units.LevelOffice, IsOffice: true})
		must(t, "units.Create", err)
		_, err = accounts.CreatePerson(ctx, w.db, w.book, admin, units.NewPerson{Username: "xinren", Name: "荷新人", Phone: "000-0000 0000", Password: unitstest.Password,
			Roles: []units.RoleAt{{UnitID: w.Town.ID, Role: units.InfoOfficer}}}, units.PasswordRule{})
		must(t, "CreatePerson", err)
		_, err = accounts.MoveUnit(ctx, w.db, admin, w.Town.ID, w.Town.Version, other.ID)
		must(t, "MoveUnit", err)
		list, err := accounts.StaffFilings(ctx, w.db, w.book, admin, accounts.FilingFilter{UnitID: w.Town.ID})
		if err != nil || len(list) == 0 {
			t.Fatalf("StaffFilings: %+v, %v", list, err)
		}
		for _, filing := range list {
			if filing.OfficeID != other.ID {
				t.Errorf("the filing about %s waits for %s, want %s", filing.PersonID, filing.OfficeName, other.Name)
			}
		}
	})
}

// Whatever is made at a unit while it is merged either goes along or is refused: nothing is left at a closed unit.
func TestNothingIsMadeAtAUnitBehindItsMerger(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		for i := range 8 {
			unit := w.unit(w.Office, fmt.Sprintf("临时指挥部%d", i), "")
			in := w.valid(accounts.KindWeibo, fmt.Sprintf("指挥部发布%d", i))
			in.UnitID = unit.ID
			makers := []func() error{
				func() error { _, err := accounts.Create(ctx, w.db, w.book, admin, in); return err },
				func() error {
					_, err := accounts.CreateContractor(ctx, w.db, w.book, admin, accounts.ContractorForm{UnitID: unit.ID, Name: "云上科技", Service: "排版"})
					return err
				},
				func() error {
					return accounts.GrantRole(ctx, w.db, w.book, admin, w.People["stranger"].PersonID, units.RoleAt{UnitID: unit.ID, Role: units.InfoOfficer})
				},
				func() error {
					_, err := accounts.DraftNotice(ctx, w.db, w.book, admin, accounts.NewNotice{UnitID: unit.ID, Process: rules.ProcessOpen, Object: rules.NewMedia,
						Title: "指挥部关于开通账号的公告", Body: "现予公告。"})
					return err
				},
			}
			made := make([]error, len(makers))
			var done sync.WaitGroup
			for k, make := range makers {
				done.Go(func() { made[k] = make() })
			}
			done.Go(func() {
				if _, err := accounts.MergeUnit(ctx, w.db, admin, unit.ID, unit.Version, w.Bureau.ID); err != nil {
					t.Errorf("MergeUnit: %v", err)
				}
			})
			done.Wait()
			for k, err := range made {
				if err != nil && !errors.Is(err, units.ErrClosed) && !errors.Is(err, units.ErrNotFound) {
					t.Errorf("maker %d: %v", k, err)
				}
			}
			card, err := accounts.UnitCardOf(ctx, w.db, w.book, admin, unit.ID)
			if err != nil || card.Unit.ClosedAt == nil || card.Accounts+card.People+len(card.Unfinished) > 0 {
				t.Errorf("left at the closed unit: %d accounts, %d people, %+v, %v", card.Accounts, card.People, card.Unfinished, err)
			}
		}
	})
}

// whileReading does something when the first byte of an upload is asked for.
type whileReading struct {
	do   func()
	rest io.Reader
}

func (r *whileReading) Read(p []byte) (int, error) {
	if r.do != nil {
		r.do()
		r.do = nil
	}
	return r.rest.Read(p)
}

// A unit may end while the bytes of an upload are still coming: nothing is taken in for it then.
func TestNothingIsTakenInForAUnitThatEndedMeanwhile(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		store, err := files.OpenFolder(t.TempDir())
		must(t, "OpenFolder", err)
		ending := func(text string) (units.Unit, io.Reader) {
			unit := w.unit(w.Office, "临时指挥部", "")
			return unit, &whileReading{do: func() {
				_, err := accounts.CloseUnit(ctx, w.db, admin, unit.ID, unit.Version)
				must(t, "CloseUnit", err)
			}, rest: strings.NewReader(text)}
		}
		unit, upload := ending("%PDF-1.7\n%%EOF\n")
		_, err = accounts.Attach(ctx, w.db, store, admin, unit.ID, "纪要.pdf", upload)
		refused(t, "Attach", err, units.ErrClosed)
		unit, upload = ending("账号名称,平台\n清源发布,微博\n")
		_, err = accounts.NewImport(ctx, w.db, store, admin, unit.ID, accounts.ImportRegister, "a.csv", upload)
		refused(t, "NewImport", err, units.ErrClosed)
		if page, err := accounts.Imports(ctx, w.db, admin, accounts.ImportFilter{UnitID: unit.ID}); err != nil || len(page.Items) > 0 {
			t.Errorf("imports of the closed unit: %+v, %v", page.Items, err)
		}
	})
}

// overlapping begins the second while the transaction of the first is open, gives it time to go as far as it can, and returns its error
// after both have ended.
func (w *world) overlapping(first func(tx *sql.DB) error, second func() error) error {
	w.t.Helper()
	ended := make(chan error, 1)
	err := w.db.InTx(w.t.Context(), func(tx *sql.DB) error {
		if err := first(tx); err != nil {
			return err
		}
		go func() { ended <- second() }()
		select {
		case err := <-ended: // it did not wait
			ended <- err
		case <-time.After(300 * time.Millisecond):
		}
		return nil
	})
	must(w.t, "the first of the two", err)
	return <-ended
}

// What is made at a unit while a merger of it is under way waits for the merger, and is refused: nothing is left at the unit that ended.
func TestNothingIsMadeDuringAMerger(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		store, err := files.OpenFolder(t.TempDir())
		must(t, "OpenFolder", err)
		for name, make := range map[string]func(unitID string) error{
			"notice": func(unitID string) error {
				_, err := accounts.DraftNotice(ctx, w.db, w.book, admin, accounts.NewNotice{UnitID: unitID, Process: rules.ProcessOpen, Object: rules.NewMedia,
					Title: "指挥部关于开通账号的公告", Body: "现予公告。"})
				return err
			},
			"file": func(unitID string) error {
				_, err := accounts.Attach(ctx, w.db, store, admin, unitID, "纪要.pdf", strings.NewReader("%PDF-1.7\n%%EOF\n"))
				return err
			},
			"sheet": func(unitID string) error {
				_, err := accounts.NewImport(ctx, w.db, store, admin, unitID, accounts.ImportRegister, "a.csv", strings.NewReader("账号名称,平台\n清源发布,微博\n"))
				return err
			},
		} {
			unit := w.unit(w.Office, "临时指挥部"+name, "")
			err := w.overlapping(func(tx *sql.DB) error {
				_, err := accounts.MergeUnit(ctx, tx, admin, unit.ID, unit.Version, w.Bureau.ID)
				return err
			}, func() error { return make(unit.ID) })
			refused(t, "making a "+name+" during a merger", err, units.ErrClosed)
		}
	})
}

// Somebody who leaves while the unit is merged leaves the other unit: the departure is filed there.
func TestADepartureDuringAMergerIsFiled(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		unit := w.unit(w.Office, "临时指挥部", "")
		person, err := accounts.CreatePerson(ctx, w.db, w.book, admin, units.NewPerson{Username: "zhou", Name: "荷舟", Phone: "000-0000 0000",
			Password: unitstest.Password, Roles: []units.RoleAt{{UnitID: unit.ID, Role: units.InfoOfficer}}}, units.PasswordRule{})
		must(t, "CreatePerson", err)
		err = w.overlapping(func(tx *sql.DB) error {
			_, err := accounts.MergeUnit(ctx, tx, admin, unit.ID, unit.Version, w.Bureau.ID)
			return err
		}, func() error {
			return accounts.DisablePerson(ctx, w.db, w.book, admin, person.ID, person.Version, "手机丢失，立即停用")
		})
		must(t, "DisablePerson during a merger", err)
		filings, err := accounts.StaffFilings(ctx, w.db, w.book, admin, accounts.FilingFilter{UnitID: w.Bureau.ID})
		must(t, "StaffFilings", err)
		left := slices.ContainsFunc(filings, func(filing accounts.StaffFiling) bool {
			return filing.PersonID == person.ID && filing.Kind == accounts.Leave
		})
		if !left {
			t.Errorf("the departure is not among the filings of the bureau: %+v", filings)
		}
	})
}

func TestAMergerIsRefusedWithAReason(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		merge := func(actor units.Actor, from, into units.Unit, version int64) error {
			_, err := accounts.MergeUnit(ctx, w.db, actor, from.ID, version, into.ID)
			return err
		}
		refused(t, "into itself", merge(admin, w.Town, w.Town, 1), units.ErrMergeSelf)
		refused(t, "into a unit below", merge(admin, w.Town, w.Section, 1), units.ErrMergeBelow)
		refused(t, "with an old version", merge(admin, w.Town, w.Bureau, w.Town.Version+1), units.ErrStale)
		refused(t, "without the permission", merge(w.People["head"], w.Town, w.Bureau, 1), units.ErrNotFound)
		townAdmin := unitstest.Person(t, w.db, "townadmin", "泉管理", units.OfficeAdmin, w.Town)
		refused(t, "into another's unit", merge(townAdmin, w.Section, w.Bureau, 1), units.ErrNotFound)
		unitstest.Person(t, w.db, "root", "根管理", units.SystemAdmin, w.Town)
		refused(t, "with a system administrator's role", merge(admin, w.Town, w.Bureau, 1), units.ErrRoleTooHigh)
		if tree, err := units.Tree(ctx, w.db, admin); err != nil || len(tree) != 4 {
			t.Errorf("after the refusals the tree has %d units, %v, want all four", len(tree), err)
		}
	})
}

// Domains and mailboxes go with the unit too.
func TestMergingGivesMailboxesToTheOtherUnit(t *testing.T) {
	each(t, func(w *world) {
		unit := w.staffed("dongcheng-2014", units.LevelCountyDepartment)
		id := w.registered(unit, rules.Mailbox)
		if _, err := accounts.MergeUnit(t.Context(), w.db, w.People["admin"], unit.ID, unit.Version, w.Bureau.ID); err != nil {
			t.Fatalf("MergeUnit: %v", err)
		}
		list, err := accounts.Registrations(t.Context(), w.db, w.People["stranger"], accounts.RegistrationFilter{UnitID: w.Bureau.ID, Limit: 10})
		if err != nil || len(list) != 1 || list[0].ID != id {
			t.Errorf("the mailboxes of the other unit: %+v, %v", list, err)
		}
	})
}

func TestAUnitWithAccountsIsNotClosed(t *testing.T) {
	each(t, func(w *world) {
		ctx, admin := t.Context(), w.People["admin"]
		unit := w.unit(w.Office, "临时指挥部", "")
		in := w.valid(accounts.KindWeibo, "指挥部发布")
		in.UnitID = unit.ID
		w.create(in)
		_, err := accounts.CloseUnit(ctx, w.db, admin, unit.ID, unit.Version)
		refused(t, "CloseUnit with an account", err, accounts.ErrUnitAccounts)
		_, err = accounts.CloseUnit(ctx, w.db, w.People["stranger"], unit.ID, unit.Version)
		refused(t, "CloseUnit of another unit", err, units.ErrNotFound)
		if unit, err = units.Get(ctx, w.db, admin, unit.ID); err != nil || unit.ClosedAt != nil {
			t.Errorf("a refused end closed the unit: %v", err)
		}
		empty := w.unit(w.Office, "空单位", "")
		if empty, err = accounts.CloseUnit(ctx, w.db, admin, empty.ID, empty.Version); err != nil || empty.ClosedAt == nil {
			t.Errorf("CloseUnit of an empty unit: %v", err)
		}
	})
}

package main

import (
	"context"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
	"govmedia/units"
)

// demoPasser is somebody of the demo district who came and is about to leave, or has left. Nobody signs in as these people.
type demoPasser struct {
	username, name, unit, phone string
	role                        units.Role
	filed, received             bool   // how far the filing of the arrival came
	items                       int    // how many things were handed over; all of them end the hand-over
	gone                        bool   // and disabled after it
	successor                   string // empty: not leaving
}

var demoPassers = []demoPasser{
	{"xieren", "谢小任", "town", "000-0000 0101", units.InfoOfficer, true, true, 3, true, "信小员"},
	{"diaodong", "调小动", "culture", "000-0000 0102", units.InfoOfficer, true, false, 1, false, "文小旅"},
	{"xinlai", "新小来", "housing", "000-0000 0103", units.InfoOfficer, false, false, 0, false, ""},
}

// demoFirm is a contractor of the demo district. No such firm is registered anywhere.
type demoFirm struct {
	unit, name, service, number string
	from, until                 int      // days from today
	items                       []string // what was done
	authorized                  bool
	account                     string // that it operates, by name
	ended                       string // why; empty: at work
}

var demoFirms = []demoFirm{
	{"town", "清源融媒服务社（虚构）", "视频号拍摄、剪辑与日常发布", "演示〔2026〕1号", -200, 165,
		[]string{"operation_agreement", "responsibilities_agreed", "confidentiality_agreement", "secrecy_training", "qualification_check", "daily_supervision"},
		true, "清源镇视频号（演示）", ""},
	{"culture", "山水图文工作室（虚构）", "公众号排版与海报设计", "演示〔2025〕7号", -335, 30,
		[]string{"operation_agreement", "responsibilities_agreed", "confidentiality_agreement", "secrecy_training", "qualification_check", "daily_supervision"},
		true, "", ""},
	{"housing", "云上数据科技（虚构）", "短视频账号代运维", "演示〔2026〕3号", -30, 335, []string{"confidentiality_agreement"}, false, "", ""},
	{"housing", "旧桥网络（虚构）", "网站页面维护", "演示〔2024〕2号", -700, -30, nil, false, "", "协议到期，不再续签"},
}

// demoPaper says where the papers of the demo are kept.
const demoPaper = "（演示）纸质原件存本单位档案柜"

// loadDemoPeople lets people come and go in the demo district, and firms work for it, each by somebody whose work it is.
func loadDemoPeople(ctx context.Context, tx *sql.DB, n *node, unitIDs, people map[string]string) error {
	officers := map[string]string{"town": "xinxi", "culture": "wenlv", "housing": "guanli"} // who handles the unit's papers
	for _, passer := range demoPassers {
		if err := loadDemoPasser(ctx, tx, n, passer, unitIDs[passer.unit], people[officers[passer.unit]], people["guanli"]); err != nil {
			return err
		}
	}
	for _, firm := range demoFirms {
		if err := loadDemoFirm(ctx, tx, n, firm, unitIDs[firm.unit], people[officers[firm.unit]], people["guanli"]); err != nil {
			return err
		}
	}
	return nil
}

// demoActor is somebody of the demo as an actor, with the roles held now.
func demoActor(ctx context.Context, tx *sql.DB, id string) (units.Actor, error) {
	person, err := units.GetPerson(ctx, tx, units.System, id)
	return units.Actor{PersonID: person.ID, Name: person.Name, Username: person.Username, Roles: person.Roles}, err
}

func demoActors(ctx context.Context, tx *sql.DB, officerID, adminID string) (officer, admin units.Actor, err error) {
	if officer, err = demoActor(ctx, tx, officerID); err != nil {
		return officer, admin, err
	}
	admin, err = demoActor(ctx, tx, adminID)
	return officer, admin, err
}

func loadDemoPasser(ctx context.Context, tx *sql.DB, n *node, passer demoPasser, unitID, officerID, adminID string) error {
	officer, admin, err := demoActors(ctx, tx, officerID, adminID)
	if err != nil {
		return err
	}
	book := n.server.book
	person, err := accounts.CreatePerson(ctx, tx, book, admin, units.NewPerson{Username: passer.username, Name: passer.name, Phone: passer.phone,
		Password: demoPassword, MustChange: true, Roles: []units.RoleAt{{UnitID: unitID, Role: passer.role}}}, units.PasswordRule{})
	if err != nil {
		return err
	}
	if err := fileDemoArrival(ctx, tx, n, passer, person.ID, officer, admin); err != nil || passer.successor == "" {
		return err
	}
	handover, err := accounts.BeginHandover(ctx, tx, book, officer, accounts.NewHandover{UnitID: unitID, PersonID: person.ID, Successor: passer.successor,
		Reason: "（演示）工作调动", LeftOn: tx.Now()})
	for place := 1; err == nil && place <= passer.items; place++ {
		handover, err = accounts.RecordHandover(ctx, tx, book, officer, handover.ID, handover.Version, place, accounts.Proof{DoneOn: tx.Now(), Note: demoPaper})
	}
	if err != nil || passer.items < len(handover.Items) {
		return err
	}
	if _, err = accounts.FinishHandover(ctx, tx, book, officer, handover.ID, handover.Version); err != nil || !passer.gone {
		return err
	}
	return accounts.DisablePerson(ctx, tx, book, admin, person.ID, person.Version, "")
}

// fileDemoArrival takes the filing of an arrival as far as it came.
func fileDemoArrival(ctx context.Context, tx *sql.DB, n *node, passer demoPasser, personID string, officer, admin units.Actor) error {
	if !passer.filed {
		return nil
	}
	filings, err := accounts.StaffFilings(ctx, tx, n.server.book, admin, accounts.FilingFilter{})
	if err != nil {
		return err
	}
	for _, filing := range filings {
		if filing.PersonID != personID {
			continue
		}
		if filing, err = accounts.FileStaffChange(ctx, tx, n.server.book, officer, filing.ID, filing.Version, nil); err != nil || !passer.received {
			return err
		}
		if _, err = accounts.ReceiveStaffChange(ctx, tx, n.server.book, admin, filing.ID, filing.Version, "演示备〔2026〕1号"); err != nil {
			return err
		}
	}
	return nil
}

func loadDemoFirm(ctx context.Context, tx *sql.DB, n *node, firm demoFirm, unitID, officerID, adminID string) error {
	officer, admin, err := demoActors(ctx, tx, officerID, adminID)
	if err != nil {
		return err
	}
	book := n.server.book
	day := func(days int) sql.Time { return tx.Now().Add(time.Duration(days) * 24 * time.Hour) }
	view, err := accounts.CreateContractor(ctx, tx, book, officer, accounts.ContractorForm{UnitID: unitID, Name: firm.name, Service: firm.service,
		Contact: "联小络", Phone: "000-0000 0200", AgreementNumber: firm.number, AgreedFrom: day(firm.from).Ptr(), AgreedUntil: day(firm.until).Ptr()})
	for i := 0; err == nil && i < len(firm.items); i++ {
		view, err = accounts.RecordContractor(ctx, tx, book, officer, view.ID, view.Version, firm.items[i], accounts.Proof{DoneOn: day(firm.from), Note: demoPaper})
	}
	if err == nil && firm.authorized {
		view, err = accounts.AuthorizeContractor(ctx, tx, book, admin, view.ID, view.Version)
	}
	if err == nil && firm.ended != "" {
		_, err = accounts.EndContractor(ctx, tx, book, officer, view.ID, view.Version, firm.ended)
	}
	if err != nil || firm.account == "" {
		return err
	}
	return operateDemo(ctx, tx, n, admin, unitID, firm.account, view.ID)
}

// operateDemo gives an account of the demo into the hands of a firm.
func operateDemo(ctx context.Context, tx *sql.DB, n *node, admin units.Actor, unitID, name, firmID string) error {
	list, err := accounts.List(ctx, tx, n.server.book, admin, accounts.Filter{UnitID: unitID, Query: name})
	if err != nil {
		return err
	}
	for _, line := range list.Items {
		if _, err := accounts.SaveRecord(ctx, tx, n.server.book, admin, line.ID, line.Version, map[string]string{"contractor_id": firmID}); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"govmedia/channels/sandbox"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// demo starts the server with a demo district and the stand-in platforms beside it, so that the whole job can be done
// on one machine. Data stays in GOVMEDIA_DATA; a second start finds it there.
func demo(ctx context.Context, p program) error {
	config := p.config
	stand := sandbox.Defaults()
	stand.Listen, stand.Control = config.SandboxListen, config.SandboxControl
	stand.DataDir = filepath.Join(config.Data, "sandbox")
	stand.Seeds = demoSeeds(config)
	standURL := "http://" + stand.Listen
	config.WeChatBase = standURL + "/wechat"
	config.WeChatPageBase = config.WeChatBase
	config.WeChatComponentAppID, config.WeChatComponentSecret = demoComponent, demoSecret(demoComponent)
	config.WeChatComponentToken, config.WeChatComponentAESKey = demoSecret("token"+demoComponent), demoAESKey
	config.WeiboAPIBase, config.WeiboAuthBase = standURL+"/weibo", standURL+"/weibo"
	config.WeiboPageBase = standURL
	config.AllowCIDRs = append(config.AllowCIDRs, "127.0.0.0/8")
	config.AllowPorts = append(config.AllowPorts, portOf(stand.Listen))
	if config.DemoAhead != 0 {
		config.clock = func() time.Time { return time.Now().Add(config.DemoAhead) }
	}
	if config.OfficeAddress == "" {
		config.OfficeAddress = "127.0.0.1"
	}
	if err := os.MkdirAll(config.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	node, err := openNode(ctx, config, p.errOut)
	if err != nil {
		return err
	}
	defer node.close()
	if err := loadDemo(ctx, node, standURL); err != nil {
		return fmt.Errorf("load the demo district: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	open := make(chan struct{})
	stand.Ready = func(string, string) { close(open) }
	group.Go(func() error { return sandbox.Run(ctx, stand) })
	group.Go(func() error {
		select {
		case <-open:
		case <-ctx.Done():
			return nil
		}
		if err := testDemoApps(ctx, node); err != nil { // somebody changed one: what goes to it says so
			node.log.WarnContext(ctx, "an app of the demo does not answer", "error", err.Error())
		}
		return node.run(ctx, func(address string) { printDemo(p, address, standURL) })
	})
	return group.Wait()
}

func portOf(address string) uint16 {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	var n uint16
	_, _ = fmt.Sscan(port, &n)
	return n
}

// runSandbox starts the stand-in platforms alone, for any client's tests.
func runSandbox(ctx context.Context, p program) error {
	config := sandbox.Defaults()
	config.Listen, config.Control, config.DataDir = p.config.SandboxListen, p.config.SandboxControl, p.config.SandboxData
	config.Seeds = demoSeeds(p.config)
	config.Ready = func(public, control string) {
		fmt.Fprintf(p.out, "stand-in platforms on %s, control on %s\n", public, control)
	}
	return sandbox.Run(ctx, config)
}

// demoPassword is everybody's in the demo district. The demo listens on this machine only.
const demoPassword = "Demo-2026-gov"

func printDemo(p program, address, standURL string) {
	fmt.Fprintf(p.out, "\n  政务新媒体管理平台（演示数据，单位、人员、账号均为虚构）\n  控制台        http://%s\n  平台读者页    %s\n\n  演示登录（密码都是 %s）\n", address, standURL, demoPassword)
	for _, person := range demoPeople {
		fmt.Fprintf(p.out, "    %-10s %s\n", person.username, person.about)
	}
	fmt.Fprintf(p.out, "\n  按 Ctrl+C 停止；数据保存在 %s。\n\n", p.config.Data)
}

// demoPerson is one sign-in of the demo district. Names say themselves that nobody is called so.
type demoPerson struct {
	username, name, unit, about string
	roles                       []units.Role
}

// demoUnits are the demo's units by a short key, parents first.
var demoUnits = []struct {
	key, parent, name, short string
	level                    units.Level
	office                   bool
	rulebook                 string
}{
	{"office", "", "示范区人民政府办公室", "区政府办", units.LevelOffice, true, "tongnan-2022"},
	{"town", "office", "示范区清源镇人民政府", "清源镇", units.LevelTownship, false, ""},
	{"culture", "office", "示范区文化和旅游委员会", "区文旅委", units.LevelCountyDepartment, false, ""},
	{"housing", "office", "示范区住房和城乡建设委员会", "区住建委", units.LevelCountyDepartment, false, ""},
	{"city", "", "云岭市人民政府办公室", "市政府办", units.LevelOffice, true, "zhaotong-2018"},
	{"traffic", "city", "云岭市交通运输局", "市交通局", units.LevelPrefectureDepartment, false, ""},
	{"prefecture", "", "青岚州人民政府办公室", "州政府办", units.LevelOffice, true, "xiangxi-2018"},
	{"forestry", "prefecture", "青岚州林业局", "州林业局", units.LevelPrefectureDepartment, false, ""},
	{"east", "", "东屏区信息化工作办公室", "区信息办", units.LevelOffice, true, "dongcheng-2014"},
	{"health", "east", "东屏区卫生健康委员会", "区卫健委", units.LevelCountyDepartment, false, ""},
}

var demoPeople = []demoPerson{
	{"xinxi", "信小员", "town", "清源镇 信息员：写稿、一审、一校", []units.Role{units.InfoOfficer}},
	{"paiban", "排小版", "town", "清源镇 排版人员：也可一校", []units.Role{units.LayoutStaff}},
	{"keshi", "科小室", "town", "清源镇 科室负责人：二校", []units.Role{units.SectionHead}},
	{"fenguan", "分小管", "town", "清源镇 分管负责人：二审、三校", []units.Role{units.UnitDeputy}},
	{"zhuyao", "主小要", "town", "清源镇 主要负责人：三审", []units.Role{units.UnitHead}},
	{"wenlv", "文小旅", "culture", "区文旅委 信息员", []units.Role{units.InfoOfficer}},
	{"guanli", "管小理", "office", "区政府办 主管单位管理员：台账、看板", []units.Role{units.OfficeAdmin}},
	{"jiaotong", "交小通", "traffic", "市交通局 信息员（昭通 2018 规则库）", []units.Role{units.InfoOfficer}},
	{"shiban", "市小办", "city", "云岭市政府办 管理员（昭通 2018 规则库）", []units.Role{units.OfficeAdmin}},
	{"shizhu", "市小主", "city", "云岭市政府办 主要负责人：签发公告", []units.Role{units.UnitHead}},
	{"linye", "林小业", "forestry", "州林业局 信息员（湘西 2018 规则库）", []units.Role{units.InfoOfficer}},
	{"linju", "林小局", "forestry", "州林业局 主要负责人", []units.Role{units.UnitHead}},
	{"zhouban", "州小办", "prefecture", "青岚州政府办 管理员（湘西 2018 规则库）", []units.Role{units.OfficeAdmin}},
	{"weijian", "卫小健", "health", "区卫健委 信息员（东城 2014 规则库）", []units.Role{units.InfoOfficer}},
	{"weiguan", "卫小管", "health", "区卫健委 分管负责人：网站、域名的本单位意见", []units.Role{units.UnitDeputy}},
	{"quxin", "信小办", "east", "东屏区信息办 管理员（东城 2014 规则库）", []units.Role{units.OfficeAdmin}},
}

// loadDemo fills an empty database with the demo district. It does nothing to one that has units already.
func loadDemo(ctx context.Context, n *node, standURL string) error {
	present, err := units.Tree(ctx, n.db, units.System)
	if err != nil || len(present) > 0 {
		return err
	}
	return n.db.InTx(ctx, func(tx *sql.DB) error {
		ids, people := map[string]string{}, map[string]string{}
		for _, unit := range demoUnits {
			made, err := units.Create(ctx, tx, units.System, units.NewUnit{ParentID: ids[unit.parent], Name: unit.name, ShortName: unit.short,
				Level: unit.level, IsOffice: unit.office, Rulebook: unit.rulebook})
			if err != nil {
				return err
			}
			ids[unit.key] = made.ID
		}
		if err := adoptDemo(ctx, tx, n, ids); err != nil {
			return err
		}
		hash, err := units.HashPassword(ctx, demoPassword)
		if err != nil {
			return err
		}
		for _, person := range demoPeople {
			var roles []units.RoleAt
			for _, role := range person.roles {
				roles = append(roles, units.RoleAt{UnitID: ids[person.unit], Role: role})
			}
			made, err := units.CreatePerson(ctx, tx, units.System, units.NewPerson{Username: person.username, Name: person.name,
				Password: demoPassword, Hash: hash, Roles: roles}, units.PasswordRule{})
			if err != nil {
				return err
			}
			people[person.username] = made.ID
		}
		if err := loadDemoAccounts(ctx, tx, n, ids, standURL); err != nil {
			return err
		}
		return loadDemoPeople(ctx, tx, n, ids, people)
	})
}

// demoLayered is the rulebook that the demo's district works under beside its own, so that two verdicts stand side by side.
const demoLayered = "national-2019"

// adoptDemo lets the district's office work under the national card since it was issued.
func adoptDemo(ctx context.Context, tx *sql.DB, n *node, unitIDs map[string]string) error {
	rb, known := n.server.library.ByID(demoLayered)
	if !known {
		return fmt.Errorf("no rulebook is called %s", demoLayered)
	}
	issued, err := rules.ParseDate(rb.Dates.Issued)
	if err != nil {
		return err
	}
	_, err = rules.Adopt(ctx, tx, n.server.book, units.System, units.RulebookUse{UnitID: unitIDs["office"], Rulebook: rb.ID, Layer: units.LayeredLayer,
		FromAt: sql.FromStd(issued.Start()), Reason: "（演示）上级检查按国办指标进行"})
	return err
}

var errAdminUsage = errors.New("usage: govmedia admin USERNAME UNIT [RULEBOOK], the password on standard input")

// createAdmin makes the first office and its administrator, so that an empty installation can be signed in to.
func createAdmin(ctx context.Context, p program) error {
	if len(p.args) < 2 {
		return errAdminUsage
	}
	rulebook := ""
	if len(p.args) > 2 {
		rulebook = p.args[2]
	}
	password, err := readLine(p.in)
	if err != nil {
		return fmt.Errorf("read the password: %w", err)
	}
	node, err := openNode(ctx, p.config, p.errOut)
	if err != nil {
		return err
	}
	defer node.close()
	if _, known := node.server.library.ByID(rulebook); rulebook != "" && !known {
		return fmt.Errorf("no rulebook is called %s", rulebook)
	}
	err = node.db.InTx(ctx, func(tx *sql.DB) error {
		office, err := units.Create(ctx, tx, units.System, units.NewUnit{Name: p.args[1], Level: units.LevelOffice, IsOffice: true, Rulebook: rulebook})
		if err != nil {
			return err
		}
		_, err = units.CreatePerson(ctx, tx, units.System, units.NewPerson{Username: p.args[0], Name: p.args[0], Password: strings.TrimSpace(password),
			MustChange: true, Roles: []units.RoleAt{{UnitID: office.ID, Role: units.OfficeAdmin}, {UnitID: office.ID, Role: units.SystemAdmin}}}, units.PasswordRule{})
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%s can sign in now and must choose a new password\n", p.args[0])
	return nil
}

// checkAudit verifies every audit chain and fails when one is broken.
func checkAudit(ctx context.Context, p program) error {
	db, err := openDatabase(ctx, p.config)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	broken, err := units.VerifyAll(ctx, db)
	if err != nil {
		return err
	}
	for _, chain := range broken {
		fmt.Fprintf(p.out, "%+v\n", chain)
	}
	if len(broken) > 0 {
		return fmt.Errorf("%d audit chains are broken", len(broken))
	}
	fmt.Fprintf(p.out, "all audit chains are whole (%s)\n", time.Since(began).Round(time.Millisecond))
	return nil
}

package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// benchPlan says how large an invented country is. The same plan and seed make the same country, whatever part of it is made.
type benchPlan struct {
	units, accounts, posts int
	seed                   uint64
	at                     time.Time // the present of the country
	part                   string    // code of a unit: only it, what stands above it and what stands below it; empty is all
}

// The least and the most that bench-data makes.
const (
	fewestUnits  = 10
	mostUnits    = 50_000
	mostAccounts = 5_000_000
	mostPosts    = 200_000_000
)

var (
	errBenchUsage    = errors.New("usage: govmedia bench-data [-units N] [-accounts N] [-posts N] [-seed N] [-at \"2006-01-02 15:04\"] [-part 07-03]")
	errBenchNotEmpty = errors.New("数据库里已有单位：压测数据只能装入空库，请换一个空的数据库再运行（上次装到一半的，也请换新库重来）")
)

// benchData fills an empty database with an invented country: a tree of four levels, accounts on all platforms, websites
// with columns, and their posts of the last weeks. Accounts and posts are written in bulk; how they stand is left to the
// program's own re-judging and counting, so that it is what the program would have made of them. No silence of the past was
// too long, so there are no breaches yet; nobody signed for the accounts, so they have no audit lines.
func benchData(ctx context.Context, p program) error {
	plan, err := readBenchPlan(p.args)
	if err != nil {
		return err
	}
	library, err := rules.Builtin()
	if err != nil {
		return fmt.Errorf("the rulebooks cannot be used:\n%w", err)
	}
	db, err := openDatabase(ctx, p.config)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	signIns, err := loadCountry(ctx, db, rules.NewBook(library), plan, p.errOut)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "压测数据已装好，单位、人员、账号均为虚构。可用下列登录名查看：\n")
	for _, s := range signIns {
		fmt.Fprintf(p.out, "  %s %s %s\n", s.username, s.password, s.unit.name)
	}
	return nil
}

func readBenchPlan(args []string) (benchPlan, error) {
	plan := benchPlan{at: time.Now()}
	flags := flag.NewFlagSet("bench-data", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.IntVar(&plan.units, "units", 5000, "")
	flags.IntVar(&plan.accounts, "accounts", 300_000, "")
	flags.IntVar(&plan.posts, "posts", 5_000_000, "")
	flags.Uint64Var(&plan.seed, "seed", 1, "")
	flags.StringVar(&plan.part, "part", "", "")
	at := flags.String("at", "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return plan, errors.Join(errBenchUsage, err)
	}
	if *at != "" {
		var err error
		if plan.at, err = time.ParseInLocation("2006-01-02 15:04", *at, sql.Beijing); err != nil {
			return plan, errors.Join(errBenchUsage, err)
		}
	}
	if plan.units < fewestUnits || plan.units > mostUnits || plan.accounts < 1 || plan.accounts > mostAccounts || plan.posts < 0 || plan.posts > mostPosts {
		return plan, fmt.Errorf("%w: %d to %d units, up to %d accounts and %d posts", errBenchUsage, fewestUnits, mostUnits, mostAccounts, mostPosts)
	}
	return plan, nil
}

// benchUnit is one unit of the country.
type benchUnit struct {
	id, path string
	code     string // 07-03-012, empty at the top
	name     string // 第 07 省第 03 市
	parent   int    // place in the list
	level    units.Level
	rulebook string // its own; empty inherits
	weight   int    // its share of the accounts
}

// Which rulebooks the country works under. Every eighth province has one without a limit for accounts.
const (
	benchLocal   = "tongnan-2022"
	benchSilent  = "zhaotong-2018"
	benchLayered = "national-2019"
)

// The shape of the country with 5,000 units; a smaller one keeps the proportions.
const (
	wholeUnits     = 5000
	wholeProvinces = 31
	wholeCities    = 340
)

// benchTree plans the units: a parent stands before those below it.
func benchTree(count int) []benchUnit {
	provinces := min(max(count*wholeProvinces/wholeUnits, 2), wholeProvinces)
	cities := max(count*wholeCities/wholeUnits, provinces)
	tree := []benchUnit{{name: "全国", parent: -1, level: units.LevelOffice, weight: 3}}
	for p := range provinces {
		unit := benchUnit{code: fmt.Sprintf("%02d", p+1), name: fmt.Sprintf("第 %02d 省", p+1), level: units.LevelOffice, rulebook: benchLocal, weight: 4}
		if p%8 == 1 {
			unit.rulebook = benchSilent
		}
		tree = append(tree, unit)
	}
	for c := range cities {
		parent := 1 + c%provinces
		n := c/provinces + 1
		tree = append(tree, benchUnit{code: fmt.Sprintf("%s-%02d", tree[parent].code, n), name: fmt.Sprintf("%s第 %02d 市", tree[parent].name, n), parent: parent,
			level: units.LevelOffice, weight: 2})
	}
	for d := 0; len(tree) < count; d++ {
		parent := 1 + provinces + d%cities
		n := d/cities + 1
		tree = append(tree, benchUnit{code: fmt.Sprintf("%s-%03d", tree[parent].code, n), name: fmt.Sprintf("%s第 %03d 区县", tree[parent].name, n), parent: parent,
			level: units.LevelCountyDepartment, weight: 1})
	}
	return tree
}

// within reports whether a unit stands in the part of the country that is made, or above it.
func (u benchUnit) within(part string) bool {
	return strings.HasPrefix(u.code+"-", part+"-") || strings.HasPrefix(part+"-", u.code+"-") || part == "" || u.code == ""
}

// hasAccounts reports whether the accounts of the unit are made: in a part, those above it have none.
func (u benchUnit) hasAccounts(part string) bool {
	return part == "" || strings.HasPrefix(u.code+"-", part+"-")
}

// benchSignIn is somebody who may look at the country.
type benchSignIn struct {
	username, password string
	unit               benchUnit
}

// country is a country that is being made.
type country struct {
	benchPlan
	db       *sql.DB
	book     rules.Book
	tree     []benchUnit
	progress *progress
}

// loadCountry makes a country and returns who may look at it. After an error the database holds a part of it and is of no
// use.
func loadCountry(ctx context.Context, db *sql.DB, book rules.Book, plan benchPlan, progressTo io.Writer) ([]benchSignIn, error) {
	present, err := units.Tree(ctx, db, units.System)
	if err != nil {
		return nil, err
	}
	if len(present) > 0 {
		return nil, errBenchNotEmpty
	}
	c := &country{benchPlan: plan, db: db.WithClock(func() time.Time { return plan.at }), book: book, tree: benchTree(plan.units), progress: newProgress(progressTo)}
	// A fresh database asks for one re-judging of its own; it ends here, with nothing to judge.
	if _, err := accounts.RejudgeDue(ctx, c.db, book, benchHolder); err != nil {
		return nil, err
	}
	if err := c.makeUnits(ctx); err != nil {
		return nil, err
	}
	if err := c.makeAccounts(ctx); err != nil {
		return nil, err
	}
	if err := sql.Analyze(ctx, db, "units", "accounts", "columns", "posts"); err != nil {
		return nil, err
	}
	if err := c.judge(ctx); err != nil {
		return nil, err
	}
	if err := c.count(ctx); err != nil {
		return nil, err
	}
	if err := sql.Analyze(ctx, db, "accounts", "columns", "clocks", "tallies", "tally_shares"); err != nil {
		return nil, err
	}
	return c.makePeople(ctx)
}

// unitsAtOnce is how many units one transaction makes.
const unitsAtOnce = 250

func (c *country) makeUnits(ctx context.Context) error {
	defer c.progress.phase("单位")()
	for from := 0; from < len(c.tree); from += unitsAtOnce {
		some := c.tree[from:min(from+unitsAtOnce, len(c.tree))]
		err := c.db.InTx(ctx, func(tx *sql.DB) error {
			for i := range some {
				if err := c.makeUnit(ctx, tx, &some[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		c.progress.say("单位 %d/%d", from+len(some), len(c.tree))
	}
	return c.db.InTx(ctx, func(tx *sql.DB) error {
		return units.Use(ctx, tx, units.RulebookUse{ID: sql.NewID(), UnitID: c.tree[0].id, Rulebook: benchLayered, Layer: units.LayeredLayer, CreatedAt: tx.Now()})
	})
}

func (c *country) makeUnit(ctx context.Context, tx *sql.DB, unit *benchUnit) error {
	if !unit.within(c.part) {
		return nil
	}
	parentID := ""
	if unit.parent >= 0 {
		parentID = c.tree[unit.parent].id
	}
	made, err := units.Create(ctx, tx, units.System, units.NewUnit{ParentID: parentID, Name: unit.name + "（虚构）", ShortName: unit.name, Level: unit.level,
		IsOffice: unit.level == units.LevelOffice, Rulebook: unit.rulebook})
	unit.id, unit.path = made.ID, made.Path
	return err
}

// makePeople lets an administrator in at the top, at the first province and at the first district, each in the part that is
// made. Their passwords are new each time.
func (c *country) makePeople(ctx context.Context) ([]benchSignIn, error) {
	var made []benchSignIn
	for _, who := range []struct{ username, name, like string }{{"quanguo", "全小国", ""}, {"shengji", "省小级", "07"}, {"shiji", "市小级", "07-03"}, {"quxian", "区小县", "07-03-003"}} {
		unit := c.tree[0]
		for _, u := range c.tree {
			if u.id != "" && len(u.code) == len(who.like) && (unit.code == "" || u.code == who.like || u.code == c.part) {
				unit = u
			}
		}
		if len(unit.code) != len(who.like) {
			continue // a part has nothing so far down
		}
		s := benchSignIn{username: who.username, password: "Bench-" + rand.Text(), unit: unit}
		_, err := units.CreatePerson(ctx, c.db, units.System, units.NewPerson{Username: s.username, Name: who.name, Password: s.password,
			Roles: []units.RoleAt{{UnitID: unit.id, Role: units.OfficeAdmin}}}, units.PasswordRule{})
		if err != nil {
			return nil, err
		}
		made = append(made, s)
	}
	return made, nil
}

const benchHolder = "bench-data"

// judge lets the program judge every account, as it does after an upgrade.
func (c *country) judge(ctx context.Context) error {
	defer c.progress.phase("判定")()
	var asked accounts.Rejudgement
	err := c.db.InTx(ctx, func(tx *sql.DB) (err error) {
		asked, err = accounts.Rejudge(ctx, tx, units.System, units.Unit{}, accounts.WhyUpgrade, "", tx.Now())
		return err
	})
	if err != nil {
		return err
	}
	stop := c.progress.every(func() {
		if r, err := sql.Get[accounts.Rejudgement](ctx, c.db, "bench.judged", sql.Args{"id": asked.ID}); err == nil {
			c.progress.say("判定 %d/%d 个账号", r.Looked, r.Total)
		}
	})
	defer stop()
	_, err = accounts.RejudgeDue(ctx, c.db, c.book, benchHolder)
	return err
}

// count lets the program count its tallies.
func (c *country) count(ctx context.Context) error {
	defer c.progress.phase("汇总")()
	_, err := accounts.CountTallies(ctx, c.db)
	return err
}

// progress tells somebody at a terminal how far the work is.
type progress struct {
	to    io.Writer
	began time.Time
	said  time.Time
}

// sayEvery is how often progress is told.
const sayEvery = 2 * time.Second

func newProgress(to io.Writer) *progress {
	return &progress{to: to, began: time.Now(), said: time.Now()}
}

// say tells how far the work is, unless it was told just now.
func (p *progress) say(format string, args ...any) {
	if time.Since(p.said) >= sayEvery {
		p.said = time.Now()
		fmt.Fprintf(p.to, "%4.0f 秒  "+format+"\n", append([]any{time.Since(p.began).Seconds()}, args...)...)
	}
}

// phase returns what tells how long a part of the work took.
func (p *progress) phase(name string) func() {
	began := time.Now()
	return func() {
		fmt.Fprintf(p.to, "%4.0f 秒  %s：%.1f 秒\n", time.Since(p.began).Seconds(), name, time.Since(began).Seconds())
	}
}

// every calls tell now and then until the returned function is called, which waits for it.
func (p *progress) every(tell func()) (stop func()) {
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		ticker := time.NewTicker(sayEvery)
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				tell()
			}
		}
	}()
	return func() { close(quit); <-gone }
}

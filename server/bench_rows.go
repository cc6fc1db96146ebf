package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
)

// postsAtOnce is about how many posts one transaction of bench-data writes.
const postsAtOnce = 20_000

// benchShares says how many of a thousand accounts are of which kind.
var benchShares = []struct {
	platform accounts.Platform
	kind     accounts.Kind
	word     string
	share    int
}{
	{accounts.WeChat, accounts.KindWeChatSubscription, "发布", 340},
	{accounts.Weibo, accounts.KindWeibo, "微博", 200},
	{accounts.Douyin, accounts.KindDouyin, "抖音", 130},
	{accounts.WeChat, accounts.KindWeChatService, "服务", 120},
	{accounts.Toutiao, accounts.KindToutiao, "头条", 80},
	{accounts.VideoAccount, accounts.KindVideoAccount, "视频号", 60},
	{accounts.App, accounts.KindApp, "客户端", 40},
	{accounts.Website, accounts.KindWebsite, "网站", 30},
}

// benchColumns are the columns of every website.
var benchColumns = []struct {
	kind rules.Kind
	name string
}{
	{rules.NewsColumn, "动态要闻"}, {rules.NoticeColumn, "通知公告"}, {rules.PolicyColumn, "政策文件"}, {rules.MonthlyColumn, "月度数据"},
}

// Of a thousand things: how many are silent for longer than their limit, how many accounts are out of use for a while,
// unreadable, or shut.
const (
	benchStale     = 50
	benchSuspended = 5
	benchUnread    = 5
	benchClosed    = 3
)

// Of a thousand accounts: how many are not certified, how many have no approval on record.
const (
	benchUncertified = 20
	benchUnapproved  = 10
)

// rowWriter collects rows and writes them in large transactions.
type rowWriter struct {
	*country
	law      *rules.Law
	limits   map[limitKey]time.Duration
	accounts []accounts.Account
	facts    []accounts.Particulars // of the accounts, in their order
	columns  []accounts.Column
	posts    []accounts.Post
	written  struct{ accounts, posts int }
}

type limitKey struct {
	regime  *rules.Regime
	subject rules.Subject
}

// makeAccounts writes the accounts, unit by unit, each with its columns and posts.
func (c *country) makeAccounts(ctx context.Context) error {
	defer c.progress.phase("账号与更新")()
	law, err := c.book.Law(ctx, c.db)
	if err != nil {
		return err
	}
	w := &rowWriter{country: c, law: law, limits: map[limitKey]time.Duration{}}
	weight, whole := 0, 0
	for _, unit := range c.tree {
		whole += unit.weight
	}
	made, posted := 0, 0
	for _, unit := range c.tree {
		weight += unit.weight
		for until := c.accounts * weight / whole; made < until; made++ {
			random := rand.New(rand.NewPCG(c.seed, uint64(made)))
			next := c.postsUntil(made, random)
			if unit.hasAccounts(c.part) {
				w.account(unit, made, max(next-posted, 0), random)
			}
			posted = max(next, posted)
			if len(w.posts) < postsAtOnce && len(w.accounts) < postsAtOnce {
				continue
			}
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
	}
	return w.flush(ctx)
}

// postsUntil is how many posts there are with those of an account and all before it: some have more, some fewer.
func (c *country) postsUntil(account int, random *rand.Rand) int {
	share := float64(c.posts) / float64(c.accounts)
	if account == c.accounts-1 {
		return c.posts
	}
	return min(int(share*float64(account+1)+share*0.8*(random.Float64()-0.5)), c.posts)
}

// flush writes what was collected, in one transaction.
func (w *rowWriter) flush(ctx context.Context) error {
	err := w.db.InTx(ctx, func(tx *sql.DB) error {
		if err := sql.InsertMany(ctx, tx, "bench.account", w.accounts); err != nil {
			return err
		}
		if err := sql.InsertMany(ctx, tx, "particulars.insert", w.facts); err != nil {
			return err
		}
		if err := sql.InsertMany(ctx, tx, "bench.column", w.columns); err != nil {
			return err
		}
		return sql.InsertMany(ctx, tx, "post.insert", w.posts)
	})
	w.written.accounts += len(w.accounts)
	w.written.posts += len(w.posts)
	w.accounts, w.facts, w.columns, w.posts = w.accounts[:0], w.facts[:0], w.columns[:0], w.posts[:0]
	w.progress.say("账号 %d、更新 %d/%d", w.written.accounts, w.written.posts, w.benchPlan.posts)
	return err
}

// account makes one account with so many posts.
func (w *rowWriter) account(unit benchUnit, number, posts int, random *rand.Rand) {
	share := benchShares[0]
	for i, draw := 0, random.IntN(1000); draw >= 0; i++ {
		share, draw = benchShares[i], draw-benchShares[i].share
	}
	at := sql.FromStd(w.at)
	account := accounts.Account{ID: sql.NewID(), UnitID: unit.id, Path: unit.path, Platform: share.platform, Kind: share.kind,
		Name: unit.name + share.word + " " + strconv.Itoa(number), HomeURL: fmt.Sprintf("https://invented.invalid/%d", number), Mode: accounts.Manual, State: accounts.InUse}
	external := strconv.Itoa(1_000_000_000 + number)
	account.ExternalID = &external
	switch draw := random.IntN(1000); {
	case draw < benchSuspended:
		account.State = accounts.Suspended
	case draw < benchSuspended+benchClosed:
		account.State = accounts.Closed
	case draw < benchSuspended+benchClosed+benchUnread:
		account.UnreadSince, account.UnreadReason = at.Add(-days(10*random.Float64())).Ptr(), "主页打不开"
	}
	began := at
	if share.platform == accounts.Website {
		began = w.site(&account, posts, random)
	} else {
		limit := w.limit(unit.path, rules.Subject{Object: rules.AccountObject(rules.Kind(share.kind)), Kind: rules.Kind(share.kind)})
		began = w.write(&account, nil, w.times(limit, posts, random))
		if account.LastPostAt == nil {
			began = at.Add(-w.silence(limit, random))
		} else {
			began = began.Add(-part(limit, random))
		}
	}
	account.InUseAt, account.CreatedAt, account.UpdatedAt = &began, began, began
	account.SearchText = accounts.SearchText(account.Name)
	w.accounts = append(w.accounts, account)
	w.facts = append(w.facts, w.particulars(account, unit.name, random))
}

// particulars are what a register knows of most accounts: a few are not certified, were opened without an approval, or have a
// certification that ends soon.
func (w *rowWriter) particulars(account accounts.Account, unitName string, random *rand.Rand) accounts.Particulars {
	p := accounts.Particulars{AccountID: account.ID, UpdatedAt: account.CreatedAt, OpenedOn: account.InUseAt}
	if account.Platform == accounts.Website {
		p.Domain, p.Hosting = account.ID+".invalid", "政务云"
	} else {
		certified := random.IntN(1000) >= benchUncertified
		p.Certified, p.Certification = &certified, unitName+"官方账号"
		p.CertifiedUntil = sql.FromStd(w.at).Add(days(400*random.Float64() - 10)).Ptr()
	}
	if random.IntN(1000) >= benchUnapproved {
		p.ApprovedOn, p.ApprovalNumber = account.InUseAt, "虚构办〔2025〕"+account.ID[12:]+"号"
	}
	return p
}

// site gives a website its columns, each with a part of the posts, and returns when the first post appeared. A column that
// holds something was registered after its first post; one that holds nothing is blank since it was opened.
func (w *rowWriter) site(site *accounts.Account, posts int, random *rand.Rand) sql.Time {
	at := sql.FromStd(w.at)
	began := at.Add(-days(60))
	for i, share := range benchColumns {
		column := accounts.Column{ID: sql.NewID(), AccountID: site.ID, UnitID: site.UnitID, Path: site.Path, Name: share.name, Kind: share.kind, Level: 1,
			State: accounts.ColumnInUse}
		limit := w.limit(site.Path, rules.Subject{Object: rules.Column, Kind: share.kind, ColumnLevel: 1})
		times := w.times(limit, posts*(i+1)/len(benchColumns)-posts*i/len(benchColumns), random)
		first := w.write(site, &column, times)
		column.CreatedAt = at.Add(-days(60 * random.Float64()))
		if column.LastPostAt != nil {
			began = min(began, first)
			column.CreatedAt = first.Add(time.Duration(random.Float64() * float64(*column.LastPostAt-first) * float64(time.Millisecond)))
		}
		column.UpdatedAt = column.CreatedAt
		w.columns = append(w.columns, column)
	}
	return began
}

// times are the instants of so many posts in order, the last one as long ago as somebody silent may be.
func (w *rowWriter) times(limit time.Duration, posts int, random *rand.Rand) []sql.Time {
	times := make([]sql.Time, posts)
	if posts == 0 {
		return times
	}
	last := sql.FromStd(w.at).Add(-w.silence(limit, random))
	for i := range slices.Backward(times) {
		times[i] = last
		last = last.Add(-part(limit, random))
	}
	return times
}

// silence is how long a thing has been silent: mostly shorter than its limit.
func (w *rowWriter) silence(limit time.Duration, random *rand.Rand) time.Duration {
	if random.IntN(1000) < benchStale {
		return time.Duration((1.02 + 2*random.Float64()) * float64(limit))
	}
	return time.Duration(random.Float64() * 0.998 * float64(limit))
}

// part is a silence that nobody would mind.
func part(limit time.Duration, random *rand.Rand) time.Duration {
	return time.Duration((0.02 + 0.96*random.Float64()) * float64(min(limit, days(7))))
}

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

// write makes the posts of an account or of a column of it, and returns when the first appeared.
func (w *rowWriter) write(account *accounts.Account, column *accounts.Column, times []sql.Time) sql.Time {
	if len(times) == 0 {
		return 0
	}
	place := ""
	var columnID *string
	if column != nil {
		place, columnID = column.Name, &column.ID
	}
	title := ""
	for i, at := range times {
		id := place + strconv.Itoa(i)
		title = place + "第 " + strconv.Itoa(i+1) + " 期"
		w.posts = append(w.posts, accounts.Post{ID: sql.NewID(), AccountID: account.ID, ColumnID: columnID, UnitID: account.UnitID, ExternalID: &id, Title: title,
			URL: account.HomeURL + "/" + id, Source: accounts.Observed, PublishedAt: at, FirstSeenAt: min(at.Add(10*time.Minute), sql.FromStd(w.at))})
	}
	last := times[len(times)-1]
	if column != nil {
		column.LastPostAt = &last
	}
	if account.LastPostAt == nil || last > *account.LastPostAt {
		account.LastPostAt, account.LastPostTitle = &last, title
	}
	return times[0]
}

// limit is the shortest silence that any rulebook allows a thing, a month being no longer than the shortest one; four weeks
// where none limits it.
func (w *rowWriter) limit(path string, subject rules.Subject) time.Duration {
	key := limitKey{w.law.Regime(path), subject}
	if known, found := w.limits[key]; found {
		return known
	}
	shortest := days(28)
	limited := false
	for _, book := range key.regime.At(w.at) {
		rule, _ := book.UpdateLimit(subject)
		if rule == nil {
			continue
		}
		length := map[rules.Unit]float64{rules.Day: 1, rules.Week: 7, rules.Month: 28, rules.Year: 365}[rule.MaxGap.Unit]
		if gap := days(length * float64(rule.MaxGap.N)); gap > 0 && (!limited || gap < shortest) {
			shortest, limited = gap, true
		}
	}
	w.limits[key] = shortest
	return shortest
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"

	"govmedia/accounts"
	"govmedia/channels/sandbox"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// demoAccount is one account of the demo district, at the stand-in of its platform.
type demoAccount struct {
	unit     string
	platform accounts.Platform
	kind     accounts.Kind
	name     string
	external string
	mode     accounts.Mode
	lastPost time.Duration // how long before the first start it last posted; 0: never
}

var demoAccounts = []demoAccount{
	{"town", accounts.WeChat, accounts.KindWeChatSubscription, "清源镇发布（演示）", "wxdemo0000000001", accounts.Auto, 2 * 24 * time.Hour},
	{"town", accounts.WeChat, accounts.KindWeChatService, "清源镇便民服务（演示）", "wxdemo0000000002", accounts.Auto, 13 * 24 * time.Hour},
	{"town", accounts.Weibo, accounts.KindWeibo, "清源镇发布（演示微博）", "1000000001", accounts.Auto, 5 * 24 * time.Hour},
	{"town", accounts.App, accounts.KindApp, "示范区通客户端（演示）", "shifan", accounts.Auto, 24 * time.Hour},
	{"town", accounts.VideoAccount, accounts.KindVideoAccount, "清源镇视频号（演示）", "", accounts.Manual, 6*24*time.Hour + 12*time.Hour},
	{"culture", accounts.WeChat, accounts.KindWeChatSubscription, "示范区文旅（演示）", "wxdemo0000000003", accounts.Auto, 9 * 24 * time.Hour},
	{"culture", accounts.Weibo, accounts.KindWeibo, "示范区文旅（演示微博）", "1000000002", accounts.Auto, 4*24*time.Hour + 6*time.Hour},
	{"housing", accounts.WeChat, accounts.KindWeChatService, "示范区住建服务（演示）", "wxdemo0000000004", accounts.Auto, 20 * 24 * time.Hour},
	{"housing", accounts.Douyin, accounts.KindDouyin, "示范区住建（演示抖音）", "", accounts.Manual, 0},
	{"traffic", accounts.Weibo, accounts.KindWeibo, "云岭交通（演示微博）", "1000000003", accounts.Auto, 300 * 24 * time.Hour},
}

// demoAppKey names the one Weibo app that the demo's accounts have authorised.
const demoAppKey = "demo-app-key"

// demoComponent is the third-party platform to which the demo's WeChat accounts can be bound by clicking on the stand-in's page.
const demoComponent = "wxdemoplatform0001"

// demoAESKey closes what the stand-in sends to that platform: 43 characters, and nothing else is closed with it.
const demoAESKey = "govmediaDemoPlatformKeyOpensNothingElse0000"

// demoSecret makes the credentials that the demo's accounts share with the stand-ins. They open nothing else.
func demoSecret(name string) string {
	sum := sha256.Sum256([]byte("govmedia demo: " + name))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// demoSeeds declares the demo's accounts to the stand-in platforms.
func demoSeeds(config Config) sandbox.Seeds {
	host := "127.0.0.1"
	if base, err := url.Parse(config.PublicBase); err == nil && base.Hostname() != "" {
		host = base.Hostname()
	}
	seeds := sandbox.Seeds{Weibo: sandbox.WeiboSeeds{Apps: []sandbox.WeiboApp{{Key: demoAppKey, Secret: demoSecret(demoAppKey), Name: "演示应用",
		RedirectURIs: []string{config.PublicBase + weiboReturn}, SafeDomains: []sandbox.SafeDomain{{Host: host, Reviewed: true}}}}}}
	seeds.Components = []sandbox.WeChatComponent{{AppID: demoComponent, Secret: demoSecret(demoComponent), Name: "政务新媒体管理平台（演示）",
		Token: demoSecret("token" + demoComponent), EncodingAESKey: demoAESKey,
		EventURL: config.PublicBase + componentEvents, MessageURL: config.PublicBase + componentMessages}}
	for _, account := range demoAccounts {
		account.declare(&seeds)
	}
	return seeds
}

// declare adds an account to what the stand-in platforms know. One that is served by hand they need not know.
func (account demoAccount) declare(seeds *sandbox.Seeds) {
	if account.mode != accounts.Auto {
		return
	}
	switch account.platform {
	case accounts.WeChat:
		kind := "subscription"
		if account.kind == accounts.KindWeChatService {
			kind = "service"
		}
		seeds.WeChat = append(seeds.WeChat, sandbox.WeChatAccount{AppID: account.external, Secret: demoSecret(account.external), Type: kind,
			Nickname: account.name, Principal: demoPrincipal(account.unit)})
	case accounts.Weibo:
		seeds.Weibo.Users = append(seeds.Weibo.Users, sandbox.WeiboUser{UID: account.external, Name: account.name, Verified: true, VerifiedType: 1})
		seeds.Weibo.Tokens = append(seeds.Weibo.Tokens, sandbox.WeiboToken{Token: demoSecret("token" + account.external), AppKey: demoAppKey, UID: account.external})
	case accounts.App:
		seeds.Apps = append(seeds.Apps, sandbox.AppBackend{Name: account.external, Title: account.name, Secrets: []string{"whsec_" + demoSecret(account.external)}})
	}
}

// demoPrincipal is the subject that the stand-in certified an account of a unit to.
func demoPrincipal(unit string) string {
	for _, made := range demoUnits {
		if made.key == unit {
			return made.name
		}
	}
	return ""
}

// demoTokenLife is how long the stand-in's Weibo tokens live, as a reviewed app's do.
const demoTokenLife = 30 * 24 * time.Hour

func demoCredentials(account demoAccount, now sql.Time) accounts.Credentials {
	switch account.platform {
	case accounts.WeChat:
		return accounts.Credentials{"app_secret": demoSecret(account.external)}
	case accounts.Weibo:
		return accounts.Credentials{"app_key": demoAppKey, "app_secret": demoSecret(demoAppKey), "access_token": demoSecret("token" + account.external),
			"expires_at": strconv.FormatInt(int64(now.Add(demoTokenLife)), 10)}
	case accounts.App:
		return accounts.Credentials{"secret": "whsec_" + demoSecret(account.external)}
	}
	return nil
}

func demoSettings(account demoAccount, standURL, host string) sql.Object {
	switch account.platform {
	case accounts.WeChat:
		return sql.Object{"app_id": account.external}
	case accounts.Weibo:
		return sql.Object{"route": "share", "safe_domain": host}
	case accounts.App:
		return sql.Object{"endpoint": standURL + "/app/" + account.external + "/hook", "feed_url": standURL + "/app/" + account.external + "/feed.json"}
	}
	return sql.Object{}
}

// The demo's accounts are in use since the day before their last post; one that never posted, since a month.
const (
	beforeLastPost = 24 * time.Hour
	silentFor      = 30 * 24 * time.Hour
)

func loadDemoAccounts(ctx context.Context, tx *sql.DB, n *node, unitIDs map[string]string, standURL string) error {
	for _, account := range demoAccounts {
		if _, err := loadDemoAccount(ctx, tx, n, unitIDs[account.unit], account, standURL); err != nil {
			return err
		}
	}
	return loadDemoSites(ctx, tx, n, unitIDs, standURL)
}

// loadDemoAccount registers an account and binds it to its stand-in.
func loadDemoAccount(ctx context.Context, tx *sql.DB, n *node, unitID string, account demoAccount, standURL string) (accounts.Account, error) {
	base, err := url.Parse(n.config.PublicBase)
	if err != nil {
		return accounts.Account{}, err
	}
	since := tx.Now().Add(-account.lastPost - beforeLastPost)
	if account.lastPost == 0 {
		since = tx.Now().Add(-silentFor)
	}
	made, err := accounts.Create(ctx, tx, n.server.book, units.System, accounts.NewAccount{UnitID: unitID, Platform: account.platform,
		Kind: account.kind, Name: account.name, ExternalID: account.external, Mode: account.mode, State: accounts.InUse, InUseAt: &since,
		Settings: demoSettings(account, standURL, base.Hostname())})
	if err != nil {
		return made, err
	}
	if account.mode == accounts.Auto {
		if _, err := accounts.SetCredentials(ctx, tx, n.server.keys, units.System, made.ID, made.Version, demoCredentials(account, tx.Now())); err != nil {
			return made, err
		}
	}
	if account.lastPost == 0 {
		return made, nil
	}
	external := "demo-" + made.ID
	_, _, err = accounts.RecordPost(ctx, tx, n.server.book, units.System, accounts.NewPost{AccountID: made.ID, ExternalID: &external,
		Title: "（演示）此前发布的内容", URL: standURL + "/", Source: accounts.Observed, PublishedAt: tx.Now().Add(-account.lastPost)})
	return made, err
}

// testDemoApps tests the endpoints of the demo's apps, as the console does after they are saved. The stand-ins must be up.
func testDemoApps(ctx context.Context, n *node) error {
	for _, account := range demoAccounts {
		if account.platform != accounts.App || account.mode != accounts.Auto {
			continue
		}
		found, err := accounts.Matching(ctx, n.db, accounts.Recognized{Platform: account.platform, ExternalID: account.external})
		if err != nil {
			return err
		}
		for _, app := range found {
			if err := testApp(ctx, n, app.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// testApp tests the endpoint of an account that has not answered yet.
func testApp(ctx context.Context, n *node, id string) error {
	channel, account, credentials, err := n.server.appOf(ctx, id)
	if err != nil {
		return err
	}
	if at, err := channel.Verified(ctx, account, credentials); err != nil || at != nil {
		return err
	}
	return channel.Ping(ctx, account, credentials)
}

// demoSite is a website of the demo, kept by hand, with its columns.
type demoSite struct {
	unit    string
	kind    accounts.Kind
	name    string
	columns []demoColumn
}

// demoColumn is a column; above is the one it stands under, by its name.
type demoColumn struct {
	name, above string
	kind        rules.Kind
	lastPost    time.Duration // how long before the first start it was last updated; 0: never
}

// sitesSince is how long before the first start the demo's websites and their columns were opened.
const sitesSince = 400 * 24 * time.Hour

var demoSites = []demoSite{
	{"town", accounts.KindSubsite, "清源镇子网站（演示）", []demoColumn{
		{"清源动态", "", rules.NewsColumn, 8 * 24 * time.Hour},
		{"通知公告", "", rules.NoticeColumn, 150 * 24 * time.Hour},
		{"政策文件", "", rules.PolicyColumn, 210 * 24 * time.Hour},
		{"镇政府文件", "政策文件", rules.PolicyColumn, 20 * 24 * time.Hour},
		{"乡村振兴", "", rules.MonthlyColumn, 0},
	}},
	{"city", accounts.KindWebsite, "云岭市政府门户网站（演示）", []demoColumn{
		{"云岭要闻", "", rules.NewsColumn, 36 * time.Hour},
		{"公示公告", "", rules.NoticeColumn, 12 * 24 * time.Hour},
		{"政策文件", "", rules.PolicyColumn, 90 * 24 * time.Hour},
		{"部门文件", "政策文件", rules.PolicyColumn, 30 * 24 * time.Hour},
		{"专题专栏", "", rules.OtherColumn, 0},
	}},
}

func loadDemoSites(ctx context.Context, tx *sql.DB, n *node, unitIDs map[string]string, standURL string) error {
	since := tx.Now().Add(-sitesSince)
	for _, site := range demoSites {
		made, err := accounts.Create(ctx, tx, n.server.book, units.System, accounts.NewAccount{UnitID: unitIDs[site.unit], Platform: accounts.Website, Kind: site.kind,
			Name: site.name, Mode: accounts.Manual, State: accounts.InUse, InUseAt: &since})
		if err != nil {
			return err
		}
		columnIDs := map[string]string{}
		for _, column := range site.columns {
			in := accounts.NewColumn{AccountID: made.ID, Name: column.name, Kind: column.kind, ParentID: columnIDs[column.above], Level: 1, CreatedAt: &since}
			if in.ParentID != "" {
				in.Level++
			}
			if columnIDs[column.name], err = loadDemoColumn(ctx, tx, n, in, column.lastPost, standURL); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadDemoColumn opens a column and fills it. Where a rulebook hides a column until it has content, it is shown then.
func loadDemoColumn(ctx context.Context, tx *sql.DB, n *node, in accounts.NewColumn, lastPost time.Duration, standURL string) (string, error) {
	column, err := accounts.CreateColumn(ctx, tx, n.server.book, units.System, in)
	if err != nil || lastPost == 0 {
		return column.ID, err
	}
	external := "demo-" + column.ID
	_, _, err = accounts.RecordPost(ctx, tx, n.server.book, units.System, accounts.NewPost{AccountID: in.AccountID, ColumnID: &column.ID, ExternalID: &external,
		Title: "（演示）此前发布的内容", URL: standURL + "/", Source: accounts.Observed, PublishedAt: tx.Now().Add(-lastPost)})
	if err == nil && column.State == accounts.ColumnHidden {
		_, err = accounts.ShowColumn(ctx, tx, n.server.book, units.System, column.ID, column.Version)
	}
	return column.ID, err
}

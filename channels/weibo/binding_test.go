package weibo_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
	faults "govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

const redirect = "https://m.example.gov.cn/callbacks/weibo"

// office is a stand-in Weibo, a database with a district, and one registered account that is not authorised yet.
type office struct {
	*world
	t    *testing.T
	db   *sql.DB
	keys *accounts.Keyring
	book rules.Book
	unitstest.Place
	account accounts.Account
}

// eachOffice runs a test of statements on both databases; one that is about Weibo alone takes oneOffice.
func eachOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newOffice(t, db)) })
}

func oneOffice(t *testing.T, test func(o *office)) {
	t.Helper()
	test(newOffice(t, sqltest.SQLite(t)))
}

func newOffice(t *testing.T, db *sql.DB) *office {
	t.Helper()
	used := map[string]int64{}
	w := newWorld(t, func(box *sandbox.Config, c *weibo.Config) {
		box.Seeds.Weibo.Apps[0].RedirectURIs = []string{redirect}
		c.Budget = ledgerOf(used)
	})
	o := &office{world: w, t: t, db: db.WithClock(w.Now)}
	cfg := w.config
	cfg.DB = o.db
	o.channel = weibo.New(cfg)
	library, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if o.keys, err = accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32))); err != nil {
		t.Fatal(err)
	}
	o.book = rules.NewBook(library)
	o.Place = unitstest.District(t, o.db)
	o.account = o.register("清源镇发布微博", uid, o.Town.ID)
	return o
}

func (o *office) register(name, uid, unitID string) accounts.Account {
	o.t.Helper()
	since := o.db.Now().Add(-24 * time.Hour)
	account, err := accounts.Create(o.t.Context(), o.db, o.book, units.System, accounts.NewAccount{UnitID: unitID, Platform: accounts.Weibo, Kind: accounts.KindWeibo,
		Name: name, ExternalID: uid, Mode: accounts.Auto, State: accounts.InUse, InUseAt: &since, Settings: sql.Object{"safe_domain": "m.example.gov.cn"}})
	if err == nil {
		account, err = accounts.SetCredentials(o.t.Context(), o.db, o.keys, units.System, account.ID, account.Version,
			accounts.Credentials{"app_key": "k1", "app_secret": "app-secret-1"})
	}
	if err != nil {
		o.t.Fatalf("register: %v", err)
	}
	return account
}

func (o *office) credentials() accounts.Credentials {
	o.t.Helper()
	credentials, err := accounts.OpenCredentials(o.t.Context(), o.db, o.keys, o.account)
	if err != nil {
		o.t.Fatal(err)
	}
	return credentials
}

// begin returns the authorise page's address.
func (o *office) begin() string {
	o.t.Helper()
	address, err := o.channel.Begin(o.t.Context(), o.db, o.keys, o.People["admin"], o.account, o.credentials(), redirect)
	if err != nil {
		o.t.Fatalf("Begin: %v", err)
	}
	return address
}

// agree answers the page in the name of a Weibo user and returns what the browser comes back with.
func (o *office) agree(address, user string) url.Values {
	o.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(address, url.Values{"uid": {user}, "answer": {"approve"}})
	if err != nil {
		o.t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound {
		o.t.Fatalf("authorise page = %d, %v", resp.StatusCode, err)
	}
	return back.Query()
}

func (o *office) finish(errand weibo.Errand, code string) (weibo.Binding, error) {
	o.t.Helper()
	return o.channel.Finish(o.t.Context(), o.db, errand.Actor, o.account, o.credentials(), code, redirect, func(fresh accounts.Credentials) error {
		now, err := accounts.Load(o.t.Context(), o.db, o.account.ID)
		if err == nil {
			o.account, err = accounts.SetCredentials(o.t.Context(), o.db, o.keys, errand.Actor, now.ID, now.Version, fresh)
		}
		return err
	})
}

// authorise walks the whole way.
func (o *office) authorise() weibo.Binding {
	o.t.Helper()
	back := o.agree(o.begin(), uid)
	errand, err := weibo.Return(o.t.Context(), o.db, o.keys, back.Get("state"))
	if err != nil {
		o.t.Fatalf("Return: %v", err)
	}
	binding, err := o.finish(errand, back.Get("code"))
	if err != nil {
		o.t.Fatalf("Finish: %v", err)
	}
	return binding
}

func TestAuthorisationFromEndToEnd(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.AddWeiboUser(sandbox.WeiboUser{UID: uid, Name: "潼南应急", Verified: true, VerifiedType: 1, VerifiedReason: "潼南区应急管理局官方微博"})
		o.AddWeiboToken(sandbox.WeiboToken{Token: token, AppKey: "k1", UID: uid, Expires: o.Now().Add(-time.Hour)}) // a fresh one is made
		address := o.begin()
		for _, part := range []string{"forcelogin=true", "client_id=k1", "response_type=code", "redirect_uri=" + url.QueryEscape(redirect), "/oauth2/authorize?"} {
			if !strings.Contains(address, part) {
				o.t.Errorf("authorise page %s lacks %s", address, part)
			}
		}
		if strings.Contains(address, "app-secret-1") {
			o.t.Error("the address shows the app's secret")
		}
		binding := o.authorise()
		if binding.State != weibo.BindingOK || binding.UID != uid || binding.ScreenName != "潼南应急" || binding.Warning() != "" || binding.AuthorisedBy == "" {
			o.t.Errorf("binding = %+v", binding)
		}
		if left := binding.ExpiresAt.Sub(o.db.Now()); (left - 30*24*time.Hour).Abs() > time.Minute {
			o.t.Errorf("the token lives %s, want 30 days", left)
		}
		credentials := o.credentials()
		if credentials["access_token"] == "" || credentials["app_secret"] != "app-secret-1" || credentials["expires_at"] != strconv.FormatInt(int64(binding.ExpiresAt), 10) {
			o.t.Error("the token and its end are not among the credentials")
		}
		kept, found, err := weibo.BindingOf(o.t.Context(), o.db, o.account.ID)
		if err != nil || !found || kept != binding {
			o.t.Errorf("kept %+v, %v, want %+v", kept, err, binding)
		}
		if until, err := o.channel.LapsesAt(o.t.Context(), o.db, o.account.ID); err != nil || until != binding.ExpiresAt {
			o.t.Errorf("LapsesAt = %v, %v", until, err)
		}
	})
}

func TestStatesAreGoodOnceAndForTenMinutes(t *testing.T) {
	oneOffice(t, func(o *office) {
		state := func() string { return o.agree(o.begin(), uid).Get("state") }
		once := state()
		if errand, err := weibo.Return(o.t.Context(), o.db, o.keys, once); err != nil || errand.AccountID != o.account.ID || errand.Actor.PersonID != o.People["admin"].PersonID {
			o.t.Fatalf("Return = %+v, %v", errand, err)
		}
		late := state()
		o.Advance(11 * time.Minute)
		forged := strings.Replace(state(), "k1~", "k1~AAAA", 1)
		for name, bad := range map[string]string{"used": once, "late": late, "forged": forged, "empty": "", "of another key": "k9~AAAA", "no base64": "k1~***"} {
			if _, err := weibo.Return(o.t.Context(), o.db, o.keys, bad); !errors.Is(err, weibo.ErrState) {
				o.t.Errorf("Return of a state that is %s = %v, want %v", name, err, weibo.ErrState)
			}
		}
	})
}

func TestTheWrongAccountIsRefused(t *testing.T) {
	oneOffice(t, func(o *office) {
		back := o.agree(o.begin(), "777")
		errand, err := weibo.Return(o.t.Context(), o.db, o.keys, back.Get("state"))
		if err != nil {
			o.t.Fatal(err)
		}
		_, err = o.finish(errand, back.Get("code"))
		if !errors.Is(err, weibo.ErrWrong) || !strings.Contains(faults.As(err).Sentence, "777") {
			o.t.Errorf("Finish = %v, want %v with the uid", err, weibo.ErrWrong)
		}
		if o.credentials()["access_token"] != "" {
			o.t.Error("the wrong token was kept")
		}
		_, err = o.finish(errand, "nothing")
		if !errors.Is(err, weibo.ErrRefused) || strings.Contains(err.Error(), "app-secret-1") {
			o.t.Errorf("Finish with a bad code = %v, want %v", err, weibo.ErrRefused)
		}
	})
}

func TestWhatIsMissingForAnAuthorisationIsSaid(t *testing.T) {
	oneOffice(t, func(o *office) {
		_, err := o.channel.Begin(o.t.Context(), o.db, o.keys, o.People["admin"], o.account, accounts.Credentials{"app_key": "k1"}, redirect)
		if !errors.Is(err, weibo.ErrNoApp) {
			o.t.Errorf("Begin without a secret = %v", err)
		}
		blank := o.account
		blank.ExternalID = nil
		if _, err = o.channel.Begin(o.t.Context(), o.db, o.keys, o.People["admin"], blank, o.credentials(), redirect); !errors.Is(err, weibo.ErrUID) {
			o.t.Errorf("Begin without a uid = %v", err)
		}
		if weibo.Denied("access_denied", "user denied your request") != weibo.ErrDenied || weibo.Denied("21322", "redirect_uri_mismatch").Code != weibo.ErrRefused.Code {
			o.t.Error("a person who says no and an app set up wrongly are not told apart")
		}
	})
}

func TestAlarmsComeSevenThreeAndOneDayBefore(t *testing.T) {
	eachOffice(t, func(o *office) {
		binding := o.authorise()
		o.register("外单位微博", "888", o.Bureau.ID)
		alarms := func(who string) []weibo.Alarmed {
			list, err := weibo.Alarms(o.t.Context(), o.db, o.People[who], units.ReadAccounts)
			if err != nil {
				o.t.Fatal(err)
			}
			return list
		}
		for _, step := range []struct {
			left  time.Duration
			level string
		}{{8 * 24 * time.Hour, ""}, {7 * 24 * time.Hour, "7"}, {73 * time.Hour, "7"}, {72 * time.Hour, "3"}, {24 * time.Hour, "1"}, {time.Hour, "1"}, {-time.Hour, "expired"}} {
			o.SetClock(binding.ExpiresAt.Std().Add(-step.left + time.Second))
			list := alarms("officer")
			level := ""
			if len(list) == 1 {
				level = list[0].Alarm.Level
				if list[0].AccountName != "清源镇发布微博" || !strings.Contains(list[0].Alarm.Sentence, "请") {
					o.t.Errorf("alarm = %+v", list[0])
				}
			}
			if level != step.level {
				o.t.Errorf("%s before the end: level %q, want %q", step.left, level, step.level)
			}
		}
		if got := alarms("stranger"); len(got) != 0 {
			o.t.Errorf("a stranger sees %+v", got)
		}
	})
}

func TestTheDailyRoundAsksOnceADay(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.authorise()
		round := func() int {
			before := len(o.Journal(sandbox.Filter{Path: "/oauth2/get_token_info"}))
			if _, err := o.channel.CheckDue(o.t.Context(), o.db, o.keys); err != nil {
				o.t.Fatalf("CheckDue: %v", err)
			}
			return len(o.Journal(sandbox.Filter{Path: "/oauth2/get_token_info"})) - before
		}
		if n := round(); n != 0 {
			o.t.Errorf("%d questions on the day of the authorisation", n)
		}
		o.Advance(25 * time.Hour)
		if n, again := round(), round(); n != 1 || again != 0 {
			o.t.Errorf("%d and %d questions a day later, want one", n, again)
		}
		if err := o.Happen(sandbox.Event{Type: "weibo.expire", Account: uid}); err != nil {
			o.t.Fatal(err)
		}
		o.Advance(25 * time.Hour)
		round()
		binding, _, err := weibo.BindingOf(o.t.Context(), o.db, o.account.ID)
		if err != nil || binding.State != weibo.BindingExpired || binding.Alarm(o.db.Now()).Level != "expired" {
			o.t.Errorf("binding = %+v, %v, want it expired", binding, err)
		}
		o.authorise()
		if binding, _, _ = weibo.BindingOf(o.t.Context(), o.db, o.account.ID); binding.State != weibo.BindingOK {
			o.t.Errorf("binding after another authorisation = %+v", binding)
		}
	})
}

func TestTheRoundTellsWhatItCannotReadFromWhatIsWrong(t *testing.T) {
	oneOffice(t, func(o *office) {
		o.authorise()
		id := o.AddFault(sandbox.Fault{Match: sandbox.Match{Path: "/oauth2/get_token_info"}, Action: sandbox.HTML502})
		o.Advance(25 * time.Hour)
		if _, err := o.channel.CheckDue(o.t.Context(), o.db, o.keys); err != nil {
			o.t.Fatalf("CheckDue: %v", err)
		}
		binding, _, err := weibo.BindingOf(o.t.Context(), o.db, o.account.ID)
		if err != nil || binding.State != weibo.BindingUnread || binding.Alarm(o.db.Now()).Level != "" {
			o.t.Errorf("binding = %+v, %v, want it unread and no alarm", binding, err)
		}
		o.ClearFaults(id)
		o.Advance(2 * time.Hour)
		if _, err := o.channel.CheckDue(o.t.Context(), o.db, o.keys); err != nil {
			o.t.Fatalf("CheckDue: %v", err)
		}
		if binding, _, _ = weibo.BindingOf(o.t.Context(), o.db, o.account.ID); binding.State != weibo.BindingOK {
			o.t.Errorf("binding = %+v, want it read again", binding)
		}
	})
}

func TestHoldsAndRefusedRoutesAreSharedByAllNodes(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.authorise()
		cfg := o.config
		cfg.DB = o.db
		other := weibo.New(cfg)
		job := newJob(o.world)
		job.Account, job.Credentials = o.account, o.credentials()
		if err := o.channel.Prepare(o.t.Context(), job); err != nil {
			o.t.Fatalf("Prepare: %v", err)
		}
		o.AddFault(sandbox.Fault{Match: sandbox.Match{Path: sharePath}, Times: 1, Action: sandbox.Errcode, Code: 10014})
		_, err := o.channel.Submit(o.t.Context(), job)
		platformError(o.t, "Submit", err, channels.Permission, "10014")
		next := newJob(o.world)
		next.Account, next.Credentials = o.account, o.credentials()
		platformError(o.t, "Prepare at another node", other.Prepare(o.t.Context(), next), channels.Permission, "no_route")
		if _, err := other.Probe(o.t.Context(), o.account, o.credentials()); err != nil {
			o.t.Fatalf("Probe: %v", err)
		}
		if err := o.channel.Prepare(o.t.Context(), next); err != nil {
			o.t.Errorf("Prepare after a probe: %v", err)
		}
		if n := len(o.Journal(sandbox.Filter{Path: "/oauth2/get_token_info"})); n != 0 {
			o.t.Errorf("%d token checks, want none: the authorisation was today", n)
		}
	})
}

func TestUnboundAccountsAreForgotten(t *testing.T) {
	oneOffice(t, func(o *office) {
		o.authorise()
		credentials := o.credentials()
		if err := o.channel.Revoke(o.t.Context(), o.account, credentials); err != nil {
			o.t.Fatalf("Revoke: %v", err)
		}
		if err := o.channel.Revoke(o.t.Context(), o.account, credentials); err != nil {
			o.t.Errorf("Revoke of a token that is gone: %v", err)
		}
		if err := o.channel.Forget(o.t.Context(), o.db, o.account.ID); err != nil {
			o.t.Fatal(err)
		}
		if _, found, err := weibo.BindingOf(o.t.Context(), o.db, o.account.ID); err != nil || found {
			o.t.Errorf("the binding is still there: %v", err)
		}
	})
}

func TestCertificationThatIsNotAGovernmentsIsSaid(t *testing.T) {
	for _, c := range []struct {
		binding weibo.Binding
		want    string
	}{
		{weibo.Binding{ScreenName: "x", VerifiedType: 1}, ""}, {weibo.Binding{VerifiedType: -1}, ""},
		{weibo.Binding{ScreenName: "x", VerifiedType: -1}, "没有认证"}, {weibo.Binding{ScreenName: "x", VerifiedType: 7, VerifiedReason: "某协会"}, "某协会"},
	} {
		if got := c.binding.Warning(); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("Warning of %+v = %q, want %q in it", c.binding, got, c.want)
		}
	}
}

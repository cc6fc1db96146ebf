package wechat_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	gov "govmedia/fault"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

const (
	platformID     = "wxc0mponent0000001"
	platformSecret = "s3cr3t-of-the-platform"
	platformToken  = "t0ken-of-the-platform"
	platformKey    = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
	originalID     = "gh_0123456789ab"
	subject        = "示范区清源镇人民政府"
	otherAppID     = "wxfedcba9876543210"

	componentTokenPath  = "/cgi-bin/component/api_component_token"
	authorizerTokenPath = "/cgi-bin/component/api_authorizer_token"
)

// hall is a desk whose account is bound by scanning a code: the office has a third-party platform.
type hall struct {
	*desk
	config   wechat.Config
	platform sandbox.WeChatComponent
	heard    []string // what people and logs were told
}

func newHall(t *testing.T, db *sql.DB, change func(*sandbox.WeChatComponent)) *hall {
	t.Helper()
	h := &hall{}
	keys, err := accounts.ParseKeyring("k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	h.desk = newDesk(t, db, func(s *setup) {
		s.platform.CallbackURL, s.platform.Nickname, s.platform.Principal = "", "清源镇发布", subject
		s.config.Component = &wechat.Component{AppID: platformID, Secret: platformSecret, Token: platformToken, AESKey: platformKey, Keys: keys,
			PageBase: s.config.BaseURL, MobileBase: s.config.BaseURL}
		h.config = s.config
	})
	hooks := httptest.NewServer(http.HandlerFunc(h.hear))
	t.Cleanup(func() { h.box.WaitCallbacks(); hooks.Close() })
	h.platform = sandbox.WeChatComponent{AppID: platformID, Secret: platformSecret, Name: "政务新媒体平台", Token: platformToken, EncodingAESKey: platformKey,
		EventURL: hooks.URL + "/events", MessageURL: hooks.URL + "/messages/$APPID$", TicketsNever: true, RotateRefresh: true}
	if change != nil {
		change(&h.platform)
	}
	h.box.AddComponent(h.platform)
	h.box.AddWeChat(sandbox.WeChatAccount{AppID: otherAppID, Secret: "x", Nickname: "别的公众号", Principal: "别的单位"})
	h.account, err = accounts.SetCredentials(t.Context(), h.db, h.out.Keys, units.System, h.account.ID, h.account.Version, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.searchForSecrets)
	return h
}

// hear is the platform's two addresses as the server serves them.
func (h *hall) hear(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, wechat.MaxCallback+1))
	if appID, found := strings.CutPrefix(r.URL.Path, "/messages/"); err == nil && found {
		err = h.channel.ReceiveFor(r.Context(), appID, r.URL.Query(), body)
	} else if err == nil {
		err = h.channel.HearComponent(r.Context(), r.URL.Query(), body)
	}
	if err == nil {
		_, _ = io.WriteString(w, "success")
		return
	}
	w.WriteHeader(http.StatusForbidden)
	if f := gov.As(err); f != nil {
		_, _ = io.WriteString(w, f.Code)
	} else {
		_, _ = io.WriteString(w, err.Error())
	}
}

func (h *hall) happen(kind, account, text string) {
	h.t.Helper()
	if err := h.box.Happen(sandbox.Event{Type: kind, Account: account, Text: text}); err != nil {
		h.t.Fatal(err)
	}
	h.box.WaitCallbacks()
}

func (h *hall) say(format string, args ...any) {
	h.heard = append(h.heard, fmt.Sprintf(format, args...))
}

// searchForSecrets looks in all that was said for every secret and token of the platform.
func (h *hall) searchForSecrets() {
	recorder := httptest.NewRecorder()
	h.box.ControlHandler().ServeHTTP(recorder, httptest.NewRequest("GET", "/_sim/state", nil))
	hidden := []string{platformSecret, platformToken, platformKey}
	found := regexp.MustCompile(`(?:ticket|refreshtoken|queryauthcode)@@@[A-Za-z0-9_-]{30,}|\b\d\d_[A-Za-z0-9_-]{100,}`).FindAllString(recorder.Body.String(), -1)
	if len(found) == 0 {
		h.t.Error("the stand-in's state shows no ticket: the search for secrets would find none")
	}
	lines, err := units.ListAudit(h.t.Context(), h.db, units.System, units.AuditFilter{ObjectKind: "account", ObjectID: h.account.ID})
	if err == nil {
		audit, _ := json.Marshal(lines)
		h.say("%s", audit)
	}
	for _, secret := range append(hidden, found...) {
		for _, line := range h.heard {
			if strings.Contains(line, secret) {
				h.t.Errorf("a secret stands in %.300q", line)
			}
		}
	}
}

// begin asks for the page.
func (h *hall) begin() string {
	h.t.Helper()
	pages, err := h.channel.Begin(h.t.Context(), h.People["admin"], h.account, "https://gov.example.cn/callbacks/wechat-grant")
	if err != nil {
		h.t.Fatalf("Begin: %v", err)
	}
	h.say("%+v", pages)
	return pages.URL
}

// agree clicks on the page as an account's administrator does, and returns what WeChat puts into the address to go back to.
func (h *hall) agree(page, appID string, sets ...string) url.Values {
	h.t.Helper()
	if len(sets) == 0 {
		sets = []string{"1", "2", "3", "7", "11"}
	}
	request, err := http.NewRequest(http.MethodPost, page, strings.NewReader(url.Values{"appid": {appID}, "set": sets, "answer": {"approve"}}.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Sim-Any-Account", "1")
	stay := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := stay.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	h.box.WaitCallbacks()
	target, err := url.Parse(response.Header.Get("Location"))
	if err != nil || target.Host == "" {
		body, _ := io.ReadAll(response.Body)
		if !strings.Contains(string(body), "预授权码无效") {
			h.t.Errorf("the page answered %d: %s", response.StatusCode, body)
		}
		return url.Values{}
	}
	return target.Query()
}

func (h *hall) finish(back url.Values) (wechat.Binding, error) {
	h.t.Helper()
	errand, err := h.channel.Return(h.t.Context(), back.Get("state"))
	if err != nil || errand.AccountID != h.account.ID || errand.Actor.PersonID != h.People["admin"].PersonID {
		h.t.Fatalf("Return = %+v, %v", errand, err)
	}
	account, err := wechat.Bindable(h.t.Context(), h.db, errand.Actor, errand.AccountID)
	if err != nil {
		h.t.Fatalf("Bindable: %v", err)
	}
	binding, err := h.channel.Finish(h.t.Context(), errand.Actor, account, back.Get("auth_code"))
	h.say("%+v %v", binding, err)
	if f := gov.As(err); f != nil {
		h.say("%s", f.Sentence)
	}
	h.reload()
	return binding, err
}

func (h *hall) reload() {
	h.t.Helper()
	var err error
	if h.account, err = accounts.Load(h.t.Context(), h.db, h.account.ID); err != nil {
		h.t.Fatal(err)
	}
}

// bind goes the whole way.
func (h *hall) bind() wechat.Binding {
	h.t.Helper()
	h.happen("wechat.ticket", platformID, "")
	binding, err := h.finish(h.agree(h.begin(), appID))
	if err != nil {
		h.t.Fatalf("Finish: %v", err)
	}
	return binding
}

func (h *hall) opened() accounts.Credentials {
	h.t.Helper()
	credentials, err := accounts.OpenCredentials(h.t.Context(), h.db, h.out.Keys, h.account)
	if err != nil {
		h.t.Fatal(err)
	}
	return credentials
}

// ask makes a call that does nothing, and returns the platform error of it.
func (h *hall) ask(channel *wechat.Channel) error {
	h.t.Helper()
	_, err := channel.Summary(h.t.Context(), wechat.Caller{Account: h.account, Credentials: h.opened()}, h.box.Now().AddDate(0, 0, -3), h.box.Now().AddDate(0, 0, -2))
	h.say("%v", err)
	return err
}

func (h *hall) binding() wechat.Binding {
	h.t.Helper()
	binding, err := h.channel.BindingOf(h.t.Context(), h.account, h.opened())
	if err != nil {
		h.t.Fatalf("BindingOf: %v", err)
	}
	text, _ := json.Marshal(binding)
	h.say("%s", text)
	return binding
}

func eachHall(t *testing.T, test func(h *hall)) {
	t.Helper()
	sqltest.Each(t, func(t *testing.T, db *sql.DB) { test(newHall(t, db, nil)) })
}

func TestAnAccountIsBoundByScanningACode(t *testing.T) {
	eachHall(t, func(h *hall) {
		if b := h.binding(); b.Offered || b.Way != wechat.WayNone || !strings.Contains(b.Sentence, "票据") {
			h.t.Errorf("before the first ticket: %+v", b)
		}
		if _, err := h.channel.Begin(h.t.Context(), h.People["admin"], h.account, "https://gov.example.cn/"); !errors.Is(err, wechat.ErrComponentWaiting) {
			h.t.Errorf("Begin before the first ticket = %v, want %v", err, wechat.ErrComponentWaiting)
		}
		h.happen("wechat.ticket", platformID, "")
		if b := h.binding(); !b.Offered || b.Sentence != "" {
			h.t.Errorf("with a ticket: %+v", b)
		}
		page := h.begin()
		for _, part := range []string{"/cgi-bin/componentloginpage?", "component_appid=" + platformID, "biz_appid=" + appID, "pre_auth_code=preauthcode", "redirect_uri=https%3A%2F%2Fgov.example.cn"} {
			if !strings.Contains(page, part) {
				h.t.Errorf("the page %s lacks %s", page, part)
			}
		}
		if strings.Contains(page, "auth_type") {
			h.t.Errorf("the page %s has both an account and a kind of accounts", page)
		}
		back := h.agree(page, appID)
		binding, err := h.finish(back)
		if err != nil {
			h.t.Fatalf("Finish: %v", err)
		}
		g := binding.Grant
		if binding.Way != wechat.WayComponent || g.AppID != appID || g.OriginalID != originalID || g.Principal != subject || g.Nickname != "清源镇发布" ||
			binding.Alarm.Level != "" || binding.Warning != "" || h.db.Now().Sub(g.AuthorisedAt) > time.Minute || g.AuthorisedBy != h.People["admin"].PersonID {
			h.t.Errorf("binding = %+v, grant %+v", binding, g)
		}
		if h.agree(page, appID).Get("auth_code") != "" {
			h.t.Error("the page is good twice")
		}
		if credentials := h.opened(); credentials["component"] != platformID || credentials["authorizer_appid"] != appID || len(credentials) != 2 {
			h.t.Errorf("credentials = %v", credentials)
		}

		// From here on everything works as with a secret.
		id := h.schedule("防汛提示")
		h.stands("after submit", h.work(id), channels.Submitted)
		h.box.Advance(16 * time.Second)
		if n := h.called(1); n != 1 {
			h.t.Fatalf("CallbacksDue = %d, want 1, through the platform's address", n)
		}
		h.stands("after the callback", h.view(id), channels.StatePublished)
		if r := h.report(); r.Published != 1 || r.Submits != 1 || h.calls("/cgi-bin/stable_token") != 0 || h.calls(authorizerTokenPath) != 1 || h.calls(componentTokenPath) != 1 {
			h.t.Errorf("%d articles, %d stable tokens, %d tokens, want 1, 0, 1", r.Published, h.calls("/cgi-bin/stable_token"), h.calls(authorizerTokenPath))
		}
		health, err := h.channel.Health(h.t.Context(), h.account, h.opened())
		if err != nil {
			h.t.Fatalf("Health: %v", err)
		}
		told, _ := json.Marshal(health)
		h.say("%s", told)
		for _, part := range []string{"清源镇发布", subject, "2026年3月2日", "扫码授权给第三方平台", "素材管理权限", "由第三方平台接收"} {
			if !strings.Contains(string(told), part) {
				h.t.Errorf("the health page lacks %s: %s", part, told)
			}
		}
		if health.Worst() == channels.Bad {
			h.t.Errorf("health = %s", told)
		}
	})
}

func TestTokensAreRenewedThroughThePlatform(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.bind()
		other, err := wechat.New(h.config)
		if err != nil {
			h.t.Fatal(err)
		}
		defer other.Close()
		for round := 1; round <= 3; round++ {
			for _, node := range []*wechat.Channel{h.channel, other} {
				if err := h.ask(node); err != nil {
					h.t.Fatalf("round %d: %v", round, err)
				}
			}
			if n, m := h.calls(authorizerTokenPath), h.calls(componentTokenPath); n != round || m > round {
				h.t.Errorf("round %d: %d tokens of the account and %d of the platform for two nodes", round, n, m)
			}
			h.box.Advance(3 * time.Hour)
			h.happen("wechat.ticket", platformID, "")
		}
		// The platform's token ends before its time, and the account's does: each is fetched once more.
		h.happen("wechat.drop_component", platformID, "")
		h.happen("wechat.rotate_token", appID, "")
		if err := h.ask(h.channel); err != nil {
			h.t.Errorf("after both tokens ended: %v", err)
		}
	})
}

func TestATicketThatIsTooOldIsNotUsed(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.bind()
	if err := h.ask(h.channel); err != nil {
		t.Fatal(err)
	}
	h.box.Advance(13 * time.Hour)
	before := h.calls(componentTokenPath)
	p := channels.AsPlatformError(h.ask(h.channel))
	if p == nil || p.Code != "no_ticket" || p.Class != channels.Retry || h.calls(componentTokenPath) != before {
		t.Errorf("with an old ticket: %+v after %d calls", p, h.calls(componentTokenPath)-before)
	}
	if b := h.binding(); b.Offered || b.Sentence == "" {
		t.Errorf("with an old ticket: %+v", b)
	}
	h.happen("wechat.ticket", platformID, "")
	if err := h.ask(h.channel); err != nil {
		t.Errorf("with a new ticket: %v", err)
	}
}

func TestTicketsComeEveryTenMinutes(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), func(p *sandbox.WeChatComponent) { p.TicketsNever = false })
	h.box.Advance(6 * time.Second)
	h.box.WaitCallbacks()
	if b := h.binding(); !b.Offered {
		t.Fatalf("after the first ticket: %+v", b)
	}
	for range 3 {
		h.box.Advance(10 * time.Minute)
		h.box.WaitCallbacks()
	}
	taken := 0
	for _, line := range h.box.Callbacks() {
		if line.Event == "component_verify_ticket" && line.Taken {
			taken++
		}
	}
	if taken != 4 {
		t.Errorf("%d tickets taken, want 4: %+v", taken, h.box.Callbacks())
	}
	h.bind()
}

func TestAGrantThatIsTakenBackStopsTheAccount(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.bind()
		if err := h.ask(h.channel); err != nil {
			h.t.Fatal(err)
		}
		h.happen("wechat.unauthorize", appID, "")
		b := h.binding()
		if b.Alarm.Level != "revoked" || !strings.Contains(b.Alarm.Sentence, "扫码授权") || b.Grant.State != wechat.GrantRevoked {
			h.t.Errorf("after it was taken back: %+v", b.Alarm)
		}
		alarmed := func(when string) {
			h.t.Helper()
			alarms := h.alarms("officer")
			if len(alarms) != 1 || alarms[0].AccountID != h.account.ID || alarms[0].Kind != channels.AlarmAuthorisation || alarms[0].Level != channels.Bad ||
				!strings.Contains(alarms[0].Sentence, "扫码授权") || alarms[0].AccountName == "" {
				h.t.Errorf("%s: alarms = %+v", when, alarms)
			}
			if got := h.alarms("stranger"); len(got) != 0 {
				h.t.Errorf("a stranger sees %+v", got)
			}
		}
		alarmed("at first")
		view := h.work(h.schedule("防汛提示"))
		if view.State == channels.StatePublished || view.ErrorCode != "61003" {
			h.t.Errorf("a delivery after it was taken back: %s, %s %s", view.State, view.ErrorCode, view.ErrorAdvice)
		}
		alarmed("when no token is given any more")
		h.happen("wechat.ticket", platformID, "")
		if binding, err := h.finish(h.agree(h.begin(), appID)); err != nil || binding.Alarm.Level != "" {
			h.t.Fatalf("granted anew: %+v, %v", binding, err)
		}
		if err := h.ask(h.channel); err != nil {
			h.t.Errorf("after it was granted anew: %v", err)
		}
	})
}

func TestAGrantThatIsTakenBackSilentlyIsFound(t *testing.T) {
	for name, find := range map[string]func(h *hall) error{
		"by the daily round": func(h *hall) error {
			h.box.Advance(25 * time.Hour)
			h.happen("wechat.ticket", platformID, "")
			n, err := h.channel.CheckGrantsDue(h.t.Context())
			if n != 1 {
				return fmt.Errorf("%d grants looked at, %w", n, err)
			}
			return err
		},
		"by the next call": func(h *hall) error {
			err := h.ask(h.channel)
			if p := channels.AsPlatformError(err); p != nil && p.Code == "61003" && p.Class == channels.Permission {
				return nil
			}
			return fmt.Errorf("the call ended with: %w", err)
		},
	} {
		h := newHall(t, sqltest.SQLite(t), nil)
		h.bind()
		h.happen("wechat.unauthorize", appID, "silent")
		if err := find(h); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if b := h.binding(); b.Alarm.Level != "revoked" {
			t.Errorf("%s: %+v", name, b.Alarm)
		}
	}
}

func TestARefreshTokenThatIsLostIsAskedForOnce(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		h := newHall(t, sqltest.SQLite(t), func(p *sandbox.WeChatComponent) { p.HideRefresh = hidden })
		h.bind()
		h.happen("wechat.lose_refresh", appID, "")
		err := h.ask(h.channel)
		if !hidden {
			if b := h.binding(); err != nil || b.Alarm.Level != "" {
				t.Errorf("WeChat tells the new one: %v, %+v", err, b.Alarm)
			}
			continue
		}
		p := channels.AsPlatformError(err)
		if b := h.binding(); p == nil || p.Code != "61023" || b.Alarm.Level != "lost" || !strings.Contains(b.Alarm.Sentence, "61023") {
			t.Errorf("WeChat does not tell it: %v, %+v", err, b.Alarm)
		}
		if b := h.bind(); b.Alarm.Level != "" {
			t.Errorf("granted anew: %+v", b)
		}
		if err := h.ask(h.channel); err != nil {
			t.Errorf("granted anew: %v", err)
		}
	}
}

func TestARefreshTokenWhoseKeyIsGoneIsAskedFor(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.bind()
	fresh := "k2:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	old := "k1:" + base64.StdEncoding.EncodeToString(make([]byte, 32))
	both, err := accounts.ParseKeyring(fresh + "," + old)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if n, err := wechat.ResealGrants(t.Context(), h.db, both); n != want || err != nil {
			t.Errorf("ResealGrants = %d, %v, want %d", n, err, want)
		}
	}
	if err := h.ask(h.channel); err != nil { // this channel has the old key alone
		t.Errorf("without the key: %v", err)
	}
}

func TestAnotherAccountIsRefusedByName(t *testing.T) {
	cases := map[string]struct {
		set   map[string]string // in the register
		appID string            // whose administrator clicks
		sets  []string
		want  *gov.Fault
		named []string
	}{
		"another app id":      {nil, otherAppID, nil, wechat.ErrGrantWrong, []string{appID, otherAppID, "别的公众号"}},
		"another original id": {map[string]string{"original_id": "gh_registered"}, appID, nil, wechat.ErrGrantWrong, []string{"gh_registered", originalID}},
		"another subject":     {map[string]string{"certified_subject": "示范区某某局"}, appID, nil, wechat.ErrGrantSubject, []string{"示范区某某局", subject}},
		"no publishing":       {nil, appID, []string{"1", "11"}, wechat.ErrGrantLacking, []string{"群发与通知权限"}},
		"no material":         {nil, appID, []string{"1", "7"}, wechat.ErrGrantLacking, []string{"素材管理权限"}},
	}
	for name, c := range cases {
		h := newHall(t, sqltest.SQLite(t), nil)
		if c.set != nil {
			if _, err := accounts.SaveRecord(t.Context(), h.db, h.out.Book, h.People["admin"], h.account.ID, h.account.Version, c.set); err != nil {
				t.Fatalf("%s: SaveRecord: %v", name, err)
			}
			h.reload()
		}
		h.happen("wechat.ticket", platformID, "")
		_, err := h.finish(h.agree(h.begin(), c.appID, c.sets...))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: Finish = %v, want %v", name, err, c.want)
			continue
		}
		for _, part := range c.named {
			if !strings.Contains(gov.As(err).Sentence, part) {
				t.Errorf("%s: the sentence %s does not name %s", name, gov.As(err).Sentence, part)
			}
		}
		if b := h.binding(); b.Way != wechat.WayNone || h.account.CredentialsSetAt != nil {
			t.Errorf("%s: it is bound all the same: %+v", name, b)
		}
		if _, found, err := wechat.GrantOf(t.Context(), h.db, h.account.ID); err != nil || found {
			t.Errorf("%s: the grant was kept: %v", name, err)
		}
	}
}

func TestARegisteredSubjectMayDifferInBracketsOnly(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.box.AddWeChat(sandbox.WeChatAccount{AppID: appID, Secret: secret, Nickname: "清源镇发布", Principal: "示范区清源镇人民政府(本级)"})
	if _, err := accounts.SaveRecord(t.Context(), h.db, h.out.Book, h.People["admin"], h.account.ID, h.account.Version,
		map[string]string{"certified_subject": "示范区清源镇人民政府（本级）"}); err != nil {
		t.Fatal(err)
	}
	h.reload()
	if b := h.bind(); b.Way != wechat.WayComponent {
		t.Errorf("binding = %+v", b)
	}
}

func TestWhatTheStateOfAnAuthorisationAllows(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.happen("wechat.ticket", platformID, "")
		once := h.agree(h.begin(), appID)
		if _, err := h.finish(once); err != nil {
			h.t.Fatal(err)
		}
		late := h.agree(h.begin(), appID).Get("state")
		h.box.Advance(11 * time.Minute)
		forged := strings.Replace(h.agree(h.begin(), appID).Get("state"), "k1~", "k1~AAAA", 1)
		for name, state := range map[string]string{"used": once.Get("state"), "late": late, "forged": forged, "empty": "", "of another key": "k9~AAAA", "no base64": "k1~***"} {
			if _, err := h.channel.Return(h.t.Context(), state); !errors.Is(err, wechat.ErrGrantState) {
				h.t.Errorf("Return of a state that is %s = %v, want %v", name, err, wechat.ErrGrantState)
			}
		}
		_, err := h.channel.Finish(h.t.Context(), h.People["admin"], h.account, once.Get("auth_code"))
		if !errors.Is(err, wechat.ErrGrantRefused) || !strings.Contains(gov.As(err).Sentence, "61009") {
			h.t.Errorf("Finish with a code that was used = %v", err)
		}
		h.say("%v", err)
	})
}

// ticketXML is what WeChat pushes.
func ticketXML(component, ticket string, at time.Time) string {
	return fmt.Sprintf(`<xml><AppId>%s</AppId><CreateTime>%d</CreateTime><InfoType>component_verify_ticket</InfoType><ComponentVerifyTicket>%s</ComponentVerifyTicket></xml>`, component, at.Unix(), ticket)
}

func TestForgedOldAndRepeatedTicketsAreRefused(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.bind()
		now := h.box.Now()
		for how, want := range map[string]string{
			"bad_signature": "wechat.callback_forged", "plain": "wechat.callback_forged", "wrong_appid": "wechat.callback_forged",
			"garbage": "wechat.callback_forged", "old": "wechat.callback_stale", "future": "wechat.callback_stale", "huge": "wechat.callback_too_large",
		} {
			line, err := h.box.Forge(sandbox.ForgedCallback{Account: platformID, How: how, Body: ticketXML(platformID, "ticket-forged", now.Add(time.Hour)), Bytes: 2 << 20})
			if err != nil || line.Taken || line.Body != want {
				h.t.Errorf("%s: answered %+v, %v, want %s", how, line, err, want)
			}
		}
		for name, body := range map[string]string{
			"another platform's": ticketXML("wxother", "ticket-forged", now.Add(time.Hour)), "no ticket": ticketXML(platformID, "", now.Add(time.Hour)),
			"no XML": "<xml", "no time": `<xml><AppId>` + platformID + `</AppId><InfoType>unauthorized</InfoType><AuthorizerAppid>` + appID + `</AuthorizerAppid></xml>`,
			"entities": `<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><AppId>` + platformID + `</AppId><InfoType>&a;</InfoType></xml>`,
		} {
			if line, err := h.box.Forge(sandbox.ForgedCallback{Account: platformID, How: "genuine", Body: body}); err != nil || line.Taken {
				h.t.Errorf("%s: answered %+v, %v, want it refused", name, line, err)
			}
		}
		// One that is genuine and older than what is known changes nothing: the platform's token can still be had.
		if line, err := h.box.Forge(sandbox.ForgedCallback{Account: platformID, How: "genuine", Body: ticketXML(platformID, "ticket-older", now.Add(-time.Minute))}); err != nil || !line.Taken {
			h.t.Errorf("an older ticket: answered %+v, %v", line, err)
		}
		h.happen("wechat.drop_component", platformID, "")
		if err := h.ask(h.channel); err != nil {
			h.t.Errorf("after forged and older tickets: %v", err)
		}
	})
}

func TestNewsOfAGrantCountsOnce(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.bind()
	h.happen("wechat.unauthorize", appID, "")
	if b := h.binding(); b.Alarm.Level != "revoked" {
		t.Fatalf("after it was taken back: %+v", b.Alarm)
	}
	news := fmt.Sprintf(`<xml><AppId>%s</AppId><CreateTime>%d</CreateTime><InfoType>unauthorized</InfoType><AuthorizerAppid>%s</AuthorizerAppid></xml>`, platformID, h.box.Now().Unix(), appID)
	h.box.Advance(5 * time.Second)
	if _, err := h.finish(h.agree(h.begin(), appID)); err != nil {
		t.Fatal(err)
	}
	if line, err := h.box.Forge(sandbox.ForgedCallback{Account: platformID, How: "genuine", Body: news}); err != nil || !line.Taken {
		t.Fatalf("the same news again: %+v, %v", line, err)
	}
	if b := h.binding(); b.Alarm.Level != "" {
		t.Errorf("old news took the new grant back: %+v", b.Alarm)
	}
}

// A grant that is changed, at WeChat's own page and without us, is read again.
func TestAChangedGrantIsReadAgain(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.bind()
	h.happen("wechat.change_grant", appID, "1,11")
	if n, err := h.channel.CheckGrantsDue(t.Context()); n != 1 || err != nil {
		t.Fatalf("CheckGrantsDue = %d, %v, want 1", n, err)
	}
	b := h.binding()
	if b.Alarm.Level != "lacking" || !strings.Contains(b.Alarm.Sentence, "群发与通知权限") {
		t.Errorf("alarm = %+v", b.Alarm)
	}
	if list := h.alarms("officer"); len(list) != 1 || list[0].Sentence != b.Alarm.Sentence {
		t.Errorf("alarms = %+v", list)
	}
	view := h.work(h.schedule("防汛提示"))
	if view.ErrorCode != "61007" || view.State == channels.StatePublished || !strings.Contains(view.ErrorAdvice, "勾选全部权限") {
		t.Errorf("a delivery without the permission: %s, %s %s", view.State, view.ErrorCode, view.ErrorAdvice)
	}
	h.box.Advance(5 * time.Second)
	h.happen("wechat.change_grant", appID, "7,11")
	if n, err := h.channel.CheckGrantsDue(t.Context()); n != 1 || err != nil {
		t.Fatalf("CheckGrantsDue = %d, %v, want 1", n, err)
	}
	if b := h.binding(); b.Alarm.Level != "" || !strings.Contains(b.Warning, "消息管理权限") {
		t.Errorf("binding = %+v", b)
	}
	if n, err := h.channel.CheckGrantsDue(t.Context()); n != 0 || err != nil {
		t.Errorf("a third round = %d, %v, want nothing to do", n, err)
	}
}

// The signature of a message does not cover the address it is sent to.
func TestAMessageOfAnotherAccountIsRefused(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.bind()
	send := func(original, to string) error {
		stamp := fmt.Sprint(h.box.Now().Unix())
		body := `<xml><ToUserName>` + original + `</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>7</publish_id></PublishEventInfo></xml>`
		sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(body), platformID, platformKey)
		if err != nil {
			t.Fatal(err)
		}
		query := url.Values{"timestamp": {stamp}, "nonce": {original + to}, "encrypt_type": {"aes"}, "msg_signature": {util.Signature(platformToken, stamp, original+to, string(sealed))}}
		return h.channel.ReceiveFor(t.Context(), to, query, []byte("<xml><Encrypt>"+string(sealed)+"</Encrypt></xml>"))
	}
	if err := send(originalID, appID); err != nil {
		t.Errorf("the account's own: %v", err)
	}
	if err := send("gh_another", appID); !errors.Is(err, wechat.ErrCallbackForged) {
		t.Errorf("another's at the account's address = %v, want %v", err, wechat.ErrCallbackForged)
	}
	if err := send("gh_another", otherAppID); err != nil {
		t.Errorf("of an account that is not in the register = %v, want nothing", err)
	}
}

func TestWhatIsWrongWithThePlatformIsSaidToItsKeepers(t *testing.T) {
	h := newHall(t, sqltest.SQLite(t), nil)
	h.bind()
	begin := func(what string, parts ...string) {
		t.Helper()
		h.box.Advance(11 * time.Minute) // whatever was blocked may be tried again
		h.happen("wechat.ticket", platformID, "")
		h.happen("wechat.drop_component", platformID, "")
		_, err := h.channel.Begin(t.Context(), h.People["admin"], h.account, "https://gov.example.cn/")
		h.say("%v", err)
		if !errors.Is(err, wechat.ErrGrantRefused) {
			t.Errorf("%s: Begin = %v, want %v", what, err, wechat.ErrGrantRefused)
			return
		}
		for _, part := range parts {
			if !strings.Contains(gov.As(err).Sentence, part) {
				t.Errorf("%s: the sentence %s lacks %s", what, gov.As(err).Sentence, part)
			}
		}
		if p := channels.AsPlatformError(h.ask(h.channel)); p != nil && !strings.Contains(p.Advice, parts[0]) {
			t.Errorf("%s: a call of the account says %s", what, p.Advice)
		}
		if list := h.alarms("officer"); len(list) != 1 || list[0].Kind != channels.AlarmBlocked || !strings.Contains(list[0].Sentence, parts[0]) {
			t.Errorf("%s: alarms = %+v", what, list)
		}
	}
	change := func(fn func(*sandbox.WeChatComponent)) {
		changed := h.platform
		fn(&changed)
		h.box.AddComponent(changed)
	}
	change(func(p *sandbox.WeChatComponent) { p.Secret = "another" })
	begin("a wrong secret", "第三方平台 AppID 或 AppSecret 不正确", "GOVMEDIA_WECHAT_COMPONENT", "40125")
	change(func(p *sandbox.WeChatComponent) { p.IPWhitelist = []string{"203.0.113.1"} })
	begin("an address that is not listed", "第三方平台的白名单", "127.0.0.1", "61004")
	change(func(*sandbox.WeChatComponent) {})
	h.box.Advance(11 * time.Minute)
	h.happen("wechat.ticket", platformID, "")
	if err := h.ask(h.channel); err != nil {
		t.Errorf("after it was mended: %v", err)
	}
}

func TestUnbindingForgetsTheGrant(t *testing.T) {
	eachHall(t, func(h *hall) {
		h.bind()
		if err := h.channel.Unbind(h.t.Context(), h.out.Keys, h.People["admin"], h.account.ID, h.account.Version-1); !errors.Is(err, accounts.ErrStale) {
			h.t.Errorf("Unbind of an old version = %v", err)
		}
		if err := h.channel.Unbind(h.t.Context(), h.out.Keys, h.People["admin"], h.account.ID, h.account.Version); err != nil {
			h.t.Fatalf("Unbind: %v", err)
		}
		h.reload()
		if _, found, err := wechat.GrantOf(h.t.Context(), h.db, h.account.ID); found || err != nil || h.account.CredentialsSetAt != nil {
			h.t.Errorf("the grant is still there: %v", err)
		}
		if b := h.binding(); b.Way != wechat.WayNone {
			h.t.Errorf("binding = %+v", b)
		}
	})
}

func TestWithoutAPlatformScanningIsNotOffered(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), nil)
	b, err := d.channel.BindingOf(t.Context(), d.account, d.credentials())
	if err != nil || b.Offered || b.Way != wechat.WaySecret || !strings.Contains(b.Sentence, "没有设置微信第三方平台") || d.channel.Acts() {
		t.Errorf("BindingOf = %+v, %v", b, err)
	}
	for name, err := range map[string]error{
		"HearComponent": d.channel.HearComponent(t.Context(), url.Values{}, nil),
		"ReceiveFor":    d.channel.ReceiveFor(t.Context(), appID, url.Values{}, nil),
		"Begin":         second(d.channel.Begin(t.Context(), d.People["admin"], d.account, "")),
		"Return":        second(d.channel.Return(t.Context(), "")),
	} {
		if !errors.Is(err, wechat.ErrComponentUnset) {
			t.Errorf("%s = %v, want %v", name, err, wechat.ErrComponentUnset)
		}
	}
}

func second[T any](_ T, err error) error { return err }

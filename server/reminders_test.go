package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"govmedia/oversight"
)

// mailbox is a mail server on loopback without TLS, as a relay inside an office's network is.
type mailbox struct {
	mu      sync.Mutex
	letters []string
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m *mailbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (m *mailbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (m *mailbox) Reset()                                      {}
func (m *mailbox) Logout() error                               { return nil }

func (m *mailbox) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	m.mu.Lock()
	m.letters = append(m.letters, string(raw))
	m.mu.Unlock()
	return err
}

func (m *mailbox) taken() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.letters
}

// mailServer starts a mail server and makes the program use it.
func (town *town) mailServer() *mailbox {
	town.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		town.t.Fatal(err)
	}
	box := &mailbox{}
	server := smtp.NewServer(box)
	server.Domain, server.ErrorLog = "mail.example.gov.cn", log.New(io.Discard, "", 0)
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(listener) }()
	town.t.Cleanup(func() { _ = server.Close(); <-ended })
	town.environ = append(town.environ, "GOVMEDIA_SMTP_HOST=127.0.0.1", fmt.Sprintf("GOVMEDIA_SMTP_PORT=%d", listener.Addr().(*net.TCPAddr).Port),
		"GOVMEDIA_SMTP_TLS=none", "GOVMEDIA_SMTP_FROM=reminder@example.gov.cn", "GOVMEDIA_SMTP_FROM_NAME=示范区政府办")
	return box
}

// remind runs the reminders as another node of these settings does it.
func (town *town) remind() {
	town.t.Helper()
	config, err := loadConfig(town.environ)
	if err != nil {
		town.t.Fatal(err)
	}
	node, err := openNode(town.t.Context(), config, io.Discard)
	if err != nil {
		town.t.Fatalf("open a node: %v", err)
	}
	defer node.close()
	if _, err := oversight.Remind(town.t.Context(), node.db, node.server.book, node.server.reminders); err != nil {
		town.t.Fatalf("Remind: %v", err)
	}
}

func TestAReminderGoesFromTheClockToThePersonTheMailAndTheBot(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		var calls sync.Map
		bot := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			calls.Store(r.URL.Query().Get("timestamp"), string(body))
			_, _ = io.WriteString(rw, `{"errcode":0,"errmsg":"ok"}`)
		}))
		defer bot.Close()
		box := town.mailServer()
		town.environ = append(town.environ, fmt.Sprintf("GOVMEDIA_EGRESS_ALLOW_PORTS=%d,%d", portOf(strings.TrimPrefix(town.stand.URL, "http://")),
			portOf(strings.TrimPrefix(bot.URL, "http://"))))
		town.start()
		officer, deputy, stranger := town.signIn("xinxi"), town.signIn("fenguan"), town.signIn("wenlv")
		unit := unitOf(officer)

		var email emailView
		officer.do(http.MethodPut, "/api/session/email", map[string]any{"email": "xinxi@example.gov.cn"}, http.StatusOK, &email)
		if officer.do(http.MethodGet, "/api/session/email", nil, http.StatusOK, &email); email.Email != "xinxi@example.gov.cn" {
			t.Errorf("the address is kept as %+v", email)
		}
		officer.refuse(http.MethodPut, "/api/session/email", map[string]any{"email": "nowhere"}, http.StatusUnprocessableEntity, "person.email_invalid")

		var hook oversight.MadeHook
		deputy.do(http.MethodPost, "/api/reminders/hooks", map[string]any{"unit_id": unit, "name": "镇工作群", "kind": "dingtalk", "below": false, "secret": "SECtest",
			"address": bot.URL + "/robot/send?access_token=token-of-the-test"}, http.StatusOK, &hook)
		var text string
		officer.do(http.MethodGet, "/api/reminders/hooks?unit_id="+unit, nil, http.StatusOK, &text)
		if !strings.Contains(text, hook.ID) || strings.Contains(text, "token-of-the-test") || strings.Contains(text, "SECtest") {
			t.Errorf("the bots are shown as %s", text)
		}
		town.remind() // what was near before is told first

		officer.do(http.MethodPost, "/api/matters", matterForm(officer, map[string]any{"event_at": time.Now().Add(-45 * time.Minute).UnixMilli()}), http.StatusOK, nil)
		town.remind() // the program may have done it already
		var notice oversight.Notice
		town.wait("the reminder to stand among the tasks", func() bool {
			var tasks taskList
			officer.do(http.MethodGet, "/api/tasks", nil, http.StatusOK, &tasks)
			for _, n := range tasks.Reminders {
				if strings.Contains(n.Body, "敏感信息处置“一条敏感信息”：距1小时时限还有") {
					notice = n
				}
			}
			return notice.ID != ""
		})
		stranger.refuse(http.MethodPost, "/api/reminders/"+notice.ID+"/read", nil, http.StatusNotFound, "reminder.not_found")
		officer.do(http.MethodPost, "/api/reminders/"+notice.ID+"/read", nil, http.StatusNoContent, nil)
		if officer.do(http.MethodGet, "/api/tasks", nil, http.StatusOK, &text); strings.Contains(text, notice.ID) {
			t.Error("a reminder that was marked still stands among the tasks")
		}
		var mine Page[oversight.Notice]
		officer.do(http.MethodGet, "/api/reminders?per_page=1", nil, http.StatusOK, &mine)
		marked := false
		for seen := 1; ; seen++ {
			for _, n := range mine.Items {
				marked = marked || n.ID == notice.ID && n.ReadAt != nil
			}
			next := mine.Next
			if next == "" || seen > 100 {
				break
			}
			mine = Page[oversight.Notice]{}
			officer.do(http.MethodGet, "/api/reminders?per_page=1&cursor="+escape(next), nil, http.StatusOK, &mine)
		}
		if !marked || mine.Next != "" {
			t.Errorf("the pages of reminders lack the one that was marked, or do not end")
		}
		town.wait("the mail to the officer", func() bool {
			return slices.ContainsFunc(box.taken(), func(letter string) bool {
				return strings.Contains(letter, "To: <xinxi@example.gov.cn>") && strings.Contains(letter, "base64")
			})
		})
		told := ""
		town.wait("the call to the bot", func() bool {
			calls.Range(func(_, body any) bool { told += body.(string); return true })
			return strings.Contains(told, "敏感信息处置：距1小时时限还有")
		})
		if strings.Contains(told, "一条敏感信息") {
			t.Errorf("the bot was told the title: %q", told)
		}

		var history Page[oversight.Message]
		deputy.do(http.MethodGet, "/api/reminders/history?state=sent&channel=hook&unit_id="+unit, nil, http.StatusOK, &history)
		if len(history.Items) == 0 || history.Items[0].RecipientName != "镇工作群" {
			t.Errorf("the history has %+v", history.Items)
		}
		var burden oversight.Burden
		deputy.do(http.MethodGet, "/api/reminders/burden?unit_id="+unit, nil, http.StatusOK, &burden)
		if burden.App == 0 || burden.Mail == 0 || burden.Hook == 0 || burden.Total != burden.App+burden.Mail+burden.Hook {
			t.Errorf("the burden is %+v", burden)
		}
		var week oversight.WeekList
		officer.do(http.MethodGet, "/api/thursday?unit_id="+unit, nil, http.StatusOK, &week)
		if len(week.Things) == 0 || week.UnitID != unit {
			t.Errorf("the weekly list is %+v", week)
		}
		if log := town.log(); strings.Contains(log, "token-of-the-test") || strings.Contains(log, "SECtest") {
			t.Errorf("the log shows a secret of the bot")
		}
	})
}

// Each setting of reminders: by who may, by who may not, and at a unit that is none of theirs.
func TestWhoSetsReminders(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, deputy, admin, otherOffice := town.signIn("xinxi"), town.signIn("fenguan"), town.signIn("guanli"), town.signIn("shiban")
		unit := unitOf(officer)
		var view oversight.SettingsView
		officer.do(http.MethodGet, "/api/reminders/settings?unit_id="+unit, nil, http.StatusOK, &view)
		if view.From != "" || len(view.Settings.Sections) == 0 || len(view.Sections) == 0 {
			t.Errorf("at first the settings are %+v, want the program's own", view)
		}
		form := func(version int64, change func(*oversight.Settings)) map[string]any {
			settings := oversight.DefaultSettings()
			change(&settings)
			return map[string]any{"unit_id": unit, "version": version, "settings": settings}
		}
		same := func(*oversight.Settings) {}
		officer.refuse(http.MethodPut, "/api/reminders/settings", form(0, same), http.StatusForbidden, "auth.forbidden")
		otherOffice.refuse(http.MethodPut, "/api/reminders/settings", form(0, same), http.StatusNotFound, "unit.not_found")
		deputy.refuse(http.MethodPut, "/api/reminders/settings", form(0, func(s *oversight.Settings) { s.QuietUntil = 9 * 60 }), http.StatusUnprocessableEntity, "reminder.hours_invalid")
		deputy.refuse(http.MethodPut, "/api/reminders/settings", form(0, func(s *oversight.Settings) { s.Sections[0].Section = "weather" }), http.StatusUnprocessableEntity,
			"reminder.settings_invalid")
		deputy.do(http.MethodPut, "/api/reminders/settings", form(0, func(s *oversight.Settings) { s.DayMinute = 600 }), http.StatusOK, &view)
		if view.From != unit || view.Version != 1 || view.Settings.DayMinute != 600 {
			t.Errorf("after setting them the settings are %+v", view)
		}
		admin.refuse(http.MethodPut, "/api/reminders/settings", form(0, same), http.StatusConflict, "reminder.stale")
		admin.do(http.MethodPut, "/api/reminders/settings", form(1, same), http.StatusOK, &view)
		otherOffice.refuse(http.MethodDelete, "/api/reminders/settings?version=2&unit_id="+unit, nil, http.StatusNotFound, "unit.not_found")
		admin.do(http.MethodDelete, "/api/reminders/settings?version=2&unit_id="+unit, nil, http.StatusOK, &view)
		if view.From != "" {
			t.Errorf("after taking them away the settings are %+v", view)
		}

		mute := map[string]any{"unit_id": unit, "section": "update_limits", "until_at": time.Now().Add(24 * time.Hour).UnixMilli(), "reason": "搬家"}
		officer.refuse(http.MethodPost, "/api/reminders/mutes", mute, http.StatusForbidden, "auth.forbidden")
		otherOffice.refuse(http.MethodPost, "/api/reminders/mutes", mute, http.StatusNotFound, "unit.not_found")
		var made, ended oversight.Mute
		deputy.do(http.MethodPost, "/api/reminders/mutes", mute, http.StatusOK, &made)
		var mutes Items[oversight.Mute]
		officer.do(http.MethodGet, "/api/reminders/mutes?unit_id="+unit, nil, http.StatusOK, &mutes)
		if len(mutes.Items) != 1 || mutes.Items[0].ID != made.ID || mutes.Items[0].CreatedByName != "分小管" {
			t.Errorf("the mutes are %+v", mutes.Items)
		}
		otherOffice.refuse(http.MethodPost, "/api/reminders/mutes/"+made.ID+"/end", map[string]any{"version": 1}, http.StatusNotFound, "mute.not_found")
		admin.do(http.MethodPost, "/api/reminders/mutes/"+made.ID+"/end", map[string]any{"version": 1}, http.StatusOK, &ended)
		if ended.EndedBy == "" {
			t.Errorf("the mute ended as %+v", ended)
		}

		hook := map[string]any{"unit_id": unit, "name": "值班系统", "kind": "generic", "below": true, "address": town.stand.URL + "/nowhere"}
		officer.refuse(http.MethodPost, "/api/reminders/hooks", hook, http.StatusForbidden, "auth.forbidden")
		otherOffice.refuse(http.MethodPost, "/api/reminders/hooks", hook, http.StatusNotFound, "unit.not_found")
		inner := map[string]any{"unit_id": unit, "name": "值班系统", "kind": "generic", "below": true, "address": "http://169.254.169.254/latest"}
		deputy.refuse(http.MethodPost, "/api/reminders/hooks", inner, http.StatusUnprocessableEntity, "hook.address")
		var bot oversight.MadeHook
		deputy.do(http.MethodPost, "/api/reminders/hooks", hook, http.StatusOK, &bot)
		if !strings.HasPrefix(bot.Secret, "whsec_") {
			t.Errorf("the secret that was made is %q", bot.Secret)
		}
		change := map[string]any{"version": 1, "name": "新名", "below": false}
		otherOffice.refuse(http.MethodPut, "/api/reminders/hooks/"+bot.ID, change, http.StatusNotFound, "hook.not_found")
		otherOffice.refuse(http.MethodPost, "/api/reminders/hooks/"+bot.ID+"/test", nil, http.StatusNotFound, "hook.not_found")
		otherOffice.refuse(http.MethodPost, "/api/reminders/hooks/"+bot.ID+"/remove", map[string]any{"version": 1}, http.StatusNotFound, "hook.not_found")
		deputy.do(http.MethodPut, "/api/reminders/hooks/"+bot.ID, change, http.StatusOK, nil)
		deputy.do(http.MethodPost, "/api/reminders/hooks/"+bot.ID+"/test", nil, http.StatusNoContent, nil)
		deputy.do(http.MethodPost, "/api/reminders/hooks/"+bot.ID+"/remove", map[string]any{"version": 2}, http.StatusNoContent, nil)

		for _, path := range []string{"/api/reminders/settings?unit_id=", "/api/reminders/hooks?unit_id=", "/api/reminders/mutes?unit_id=", "/api/reminders/history?unit_id=",
			"/api/reminders/burden?unit_id=", "/api/thursday?unit_id="} {
			otherOffice.refuse(http.MethodGet, path+unit, nil, http.StatusNotFound, "unit.not_found")
		}
		officer.refuse(http.MethodGet, "/api/reminders/burden?month=2026-13&unit_id="+unit, nil, http.StatusUnprocessableEntity, "reminder.month_invalid")
	})
}

func TestTheMailServersPasswordMayStandInAFile(t *testing.T) {
	folder := t.TempDir()
	secret := filepath.Join(folder, "password")
	if err := os.WriteFile(secret, []byte("from the file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{"GOVMEDIA_DATA=" + folder, "GOVMEDIA_SMTP_HOST=mail.example.gov.cn", "GOVMEDIA_SMTP_USERNAME=reminder",
		"GOVMEDIA_SMTP_PASSWORD_FILE=" + secret, "GOVMEDIA_SMTP_FROM=reminder@example.gov.cn"}
	config, err := loadConfig(environ)
	if err != nil || config.smtp().Password != "from the file" || config.smtp().TLS != oversight.TLSStart {
		t.Errorf("loadConfig = %+v, %v", config.smtp(), err)
	}
	for _, wrong := range []string{"GOVMEDIA_SMTP_TLS=ssl", "GOVMEDIA_SMTP_TLS=none", "GOVMEDIA_SMTP_FROM=nobody", "GOVMEDIA_SMTP_PORT=99999"} {
		if _, err := loadConfig(append(environ, wrong)); err == nil || strings.Contains(err.Error(), "from the file") {
			t.Errorf("loadConfig with %s = %v, want an error without the password", wrong, err)
		}
	}
	empty := filepath.Join(folder, "ca.pem")
	if err := os.WriteFile(empty, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, filepath.Join(folder, "absent")} {
		config, err := loadConfig(append(environ, "GOVMEDIA_SMTP_CA_FILE="+file))
		if err != nil {
			t.Fatal(err)
		}
		var output bytes.Buffer
		if node, err := openNode(t.Context(), config, &output); err == nil || !strings.Contains(err.Error(), "GOVMEDIA_SMTP_CA_FILE") {
			t.Errorf("openNode with %s = %v, want an error that names the setting", file, err)
			if err == nil {
				node.close()
			}
		}
	}
}

package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/oversight"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
)

// runCommand runs the program in this process and returns what it printed.
func runCommand(t *testing.T, environ []string, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, environ, strings.NewReader(in), &out, &out)
	return out.String(), err
}

// The first administrator of an empty installation: made at the terminal, let in once the password is changed.
func TestTheFirstAdministrator(t *testing.T) {
	eachDatabase(t, func(t *testing.T, demo *town) {
		dsn := ""
		if strings.HasPrefix(demo.config.DSN, "mysql:") {
			dsn = "GOVMEDIA_DSN=" + sqltest.MariaDBDSN(t, true)
		}
		demo.environ = append(demo.environ, "GOVMEDIA_DATA="+t.TempDir(), dsn)
		for name, c := range map[string]struct {
			args     []string
			password string
			want     string
		}{
			"no unit":            {[]string{"admin", "guanli"}, "Erst-Mal-2026!", "usage"},
			"no password":        {[]string{"admin", "guanli", "示范区人民政府办公室"}, "", "密码"},
			"a short password":   {[]string{"admin", "guanli", "示范区人民政府办公室"}, "kurz", "密码"},
			"no such rulebook":   {[]string{"admin", "guanli", "示范区人民政府办公室", "atlantis-2022"}, "Erst-Mal-2026!", "atlantis-2022"},
			"a user name of two": {[]string{"admin", "guan li", "示范区人民政府办公室"}, "Erst-Mal-2026!", "登录名"},
		} {
			if out, err := runCommand(t, demo.environ, c.password+"\n", c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("admin with %s: %v, want it refused for %q\n%s", name, err, c.want, out)
			}
		}
		out, err := runCommand(t, demo.environ, "Erst-Mal-2026!\n", "admin", "guanli", "示范区人民政府办公室", "tongnan-2022")
		if err != nil || !strings.Contains(out, "guanli can sign in") {
			t.Fatalf("admin: %v\n%s", err, out)
		}
		if _, err := runCommand(t, demo.environ, "Erst-Mal-2026!\n", "admin", "guanli", "另一办公室"); err == nil || !strings.Contains(err.Error(), "登录名已经有人使用") {
			t.Errorf("admin with a name that is taken: %v", err)
		}
		demo.start()
		admin := demo.browser()
		admin.do(http.MethodPost, "/api/session", map[string]any{"username": "guanli", "password": "Erst-Mal-2026!"}, http.StatusOK, nil)
		admin.refuse(http.MethodGet, "/api/units", nil, 403, "auth.must_change")
		admin.do(http.MethodPut, "/api/session/password", map[string]any{"old": "Erst-Mal-2026!", "new": "Zweites-Mal-2026!"}, http.StatusNoContent, nil)
		var list unitList
		admin.do(http.MethodGet, "/api/units", nil, http.StatusOK, &list)
		if len(list.Items) != 1 { // a refused admin left no unit behind
			t.Errorf("%d units, want the one office: %+v", len(list.Items), list.Items)
		}
	})
}

// After the whole job the audit chains are whole, and a changed line is found.
func TestAuditOfTheWholeJob(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		author := town.signIn("xinxi")
		article := draft(t, author, "审计可查", "<p>正文</p>", accounts.KindWeChatSubscription, accounts.KindWeibo, accounts.KindApp)
		view := signAll(t, town, author, article.ID)
		schedule(author, view, nil)
		settled(town, author, article.ID)
		var lines Page[units.AuditLine]
		town.signIn("guanli").do(http.MethodGet, "/api/audit?per_page=100&object_id="+article.ID, nil, http.StatusOK, &lines)
		seen := map[units.Action]int{}
		for _, line := range lines.Items {
			seen[line.Action]++
			if line.PersonName == "" || line.RequestID == "" {
				t.Errorf("line %s of the article names neither who nor which request: %+v", line.Action, line)
			}
		}
		if seen["article.created"] != 1 || seen["article.submitted"] != 1 || seen["article.signed"] != 6 || seen["article.scheduled"] != 1 {
			t.Errorf("the article's audit lines: %v", seen)
		}
		town.stop(syscall.SIGTERM)
		out, err := runCommand(t, town.environ, "", "audit")
		if err != nil || !strings.Contains(out, "whole") {
			t.Fatalf("audit: %v\n%s", err, out)
		}
		dsn, isMySQL := strings.CutPrefix(town.config.DSN, "mysql:")
		if !isMySQL {
			return // no door leads to a line of SQLite; package units changes one there
		}
		if err := sql.RunRaw(t.Context(), dsn, "UPDATE audit_lines SET person_name = '别人' WHERE action = 'article.signed' LIMIT 1"); err != nil {
			t.Fatal(err)
		}
		if out, err := runCommand(t, town.environ, "", "audit"); err == nil || !strings.Contains(err.Error(), "1 audit chains are broken") {
			t.Errorf("audit of a changed line: %v\n%s", err, out)
		}
	})
}

// A key is changed: with the new one in front everything is sealed anew, and the old one may go. Until it is all there, the
// command says what is missing and goes on from there.
func TestResealLetsTheOldKeyGo(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		var calls atomic.Int32
		bot := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
		defer bot.Close()
		town.environ = append(town.environ, fmt.Sprintf("GOVMEDIA_EGRESS_ALLOW_PORTS=%d,%d", portOf(strings.TrimPrefix(town.stand.URL, "http://")),
			portOf(strings.TrimPrefix(bot.URL, "http://"))))
		town.start()
		deputy := town.signIn("fenguan")
		var hook oversight.MadeHook
		deputy.do(http.MethodPost, "/api/reminders/hooks", map[string]any{"unit_id": unitOf(deputy), "name": "值班系统", "kind": "generic", "below": false,
			"address": bot.URL + "/notice"}, http.StatusOK, &hook)
		town.stop(syscall.SIGTERM)

		content, err := os.ReadFile(sealKeyFile(town.config))
		if err != nil {
			t.Fatal(err)
		}
		oldKey := strings.TrimSpace(string(content)) // k1
		newKey := "k2:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
		elsewhere := append(slices.Clone(town.environ), "GOVMEDIA_DSN="+town.config.DSN, "GOVMEDIA_DATA="+t.TempDir())
		if out, err := runCommand(t, elsewhere, "", "reseal"); err == nil || !strings.Contains(err.Error(), "没有找到密钥") {
			t.Errorf("reseal where no key is: %v\n%s", err, out)
		}
		out, err := runCommand(t, append(elsewhere, "GOVMEDIA_SEAL_KEYS="+newKey), "", "reseal")
		if !errors.Is(err, accounts.ErrKeyUnknown) || !strings.Contains(err.Error(), "请把那把旧密钥加到新密钥后面") || !strings.Contains(err.Error(), `no key "k1"`) ||
			!strings.Contains(out, "0 accounts' credentials") || !strings.Contains(out, "0 bots' secrets") {
			t.Errorf("reseal without the old key: %v\n%s", err, out)
		}
		if err := os.WriteFile(sealKeyFile(town.config), []byte(newKey+"\n"+oldKey+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err = runCommand(t, town.environ, "", "reseal")
		if err != nil || strings.HasPrefix(out, "0 ") || !strings.Contains(out, "accounts' credentials sealed anew with key k2\n1 bots' secrets") {
			t.Fatalf("reseal: %v\n%s", err, out)
		}
		if out, err = runCommand(t, town.environ, "", "reseal"); err != nil || !strings.HasPrefix(out, "0 ") || !strings.Contains(out, "\n0 bots'") {
			t.Errorf("reseal again: %v\n%s", err, out)
		}

		town.environ = append(town.environ, "GOVMEDIA_SEAL_KEYS="+newKey)
		town.start()
		author := town.signIn("xinxi")
		article := draft(t, author, "换过密钥照样发布", "<p>正文</p>", accounts.KindWeChatSubscription, accounts.KindWeibo, accounts.KindApp)
		schedule(author, signAll(t, town, author, article.ID), nil)
		for _, delivery := range settled(town, author, article.ID) {
			if delivery.State != channels.StatePublished {
				t.Errorf("with the new key alone the delivery to %s is %s: %s %s", delivery.AccountName, delivery.State, delivery.ErrorCode, delivery.ErrorAdvice)
			}
		}
		town.signIn("fenguan").do(http.MethodPost, "/api/reminders/hooks/"+hook.ID+"/test", nil, http.StatusNoContent, nil)
		town.wait("the bot to be called with the secret of the new key", func() bool { town.remind(); return calls.Load() > 0 })
	})
}

// A server's database is migrated by its operator: without it the program says what to run, and a newer one is left alone.
func TestSchemaOfAnotherVersion(t *testing.T) {
	t.Parallel()
	dsn := sqltest.MariaDBDSN(t, false)
	environ := []string{"GOVMEDIA_DSN=" + dsn, "GOVMEDIA_DATA=" + t.TempDir(), "GOVMEDIA_LISTEN=127.0.0.1:0"}
	if _, err := runCommand(t, environ, "", "serve"); !errors.Is(err, sql.ErrOlder) || !strings.Contains(err.Error(), "请先运行 govmedia migrate") {
		t.Errorf("serve on an empty database: %v", err)
	}
	out, err := runCommand(t, environ, "", "migrate")
	if err != nil || strings.HasPrefix(out, "0 ") {
		t.Fatalf("migrate: %v\n%s", err, out)
	}
	if out, err = runCommand(t, environ, "", "migrate"); err != nil || !strings.HasPrefix(out, "0 ") {
		t.Errorf("migrate again: %v\n%s", err, out)
	}
	node, err := openNode(t.Context(), mustConfig(t, environ), &bytes.Buffer{})
	if err != nil {
		t.Fatalf("after migrating: %v", err)
	}
	node.close()
	if err := sql.RunRaw(t.Context(), strings.TrimPrefix(dsn, "mysql:"), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"serve", "migrate", "audit"} {
		if _, err := runCommand(t, environ, "", name); !errors.Is(err, sql.ErrNewer) || !strings.Contains(err.Error(), "请升级 govmedia") {
			t.Errorf("%s on a newer schema: %v", name, err)
		}
	}
}

func mustConfig(t *testing.T, environ []string) Config {
	t.Helper()
	config, err := loadConfig(environ)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestUnknownCommandListsTheCommands(t *testing.T) {
	t.Parallel()
	out, err := runCommand(t, nil, "", "servieren")
	if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "servieren") {
		t.Errorf("run: %v", err)
	}
	for _, c := range commands {
		if !strings.Contains(out, c.name) || !strings.Contains(out, c.about) {
			t.Errorf("the list lacks %s:\n%s", c.name, out)
		}
	}
}

// Who asks for help wants nothing done, not even with settings that are wrong.
func TestHelpStartsNothing(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"sandbox", "-h"}, {"migrate", "--help"}} {
		printed, err := runCommand(t, []string{"GOVMEDIA_DATA=" + folder, "GOVMEDIA_PERFORMERS=0"}, "", args...)
		if err != nil || !strings.Contains(printed, "sandbox") || !strings.Contains(printed, "migrate") {
			t.Errorf("%v printed %q, %v", args, printed, err)
		}
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("data was made: %v", err)
	}
}

func TestBadSettingsStopTheProgram(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{
		"GOVMEDIA_LOG_LEVEL=laut":                            "GOVMEDIA_LOG_LEVEL",
		"GOVMEDIA_PERFORMERS=0":                              "GOVMEDIA_PERFORMERS",
		"GOVMEDIA_PERFORMERS=viele":                          "Performers",
		"GOVMEDIA_STOP=bald":                                 "Stop",
		"GOVMEDIA_TRUSTED_PROXIES=10.0.0.0":                  "network",
		"GOVMEDIA_EGRESS_ALLOW_CIDRS=überall":                "network",
		"GOVMEDIA_EGRESS_ALLOW_PORTS=80000":                  "AllowPorts",
		"GOVMEDIA_DSN=mysql:nobody@tcp(127.0.0.1:1)/x":       "127.0.0.1:1",
		"GOVMEDIA_DSN_FILE=/nowhere/dsn":                     "GOVMEDIA_DSN_FILE",
		"GOVMEDIA_SEAL_KEYS=k1:kurz":                         "密钥",
		"GOVMEDIA_TOKEN_KEYS=nokey":                          "token keys",
		"GOVMEDIA_TOKEN_KEYS=k1:c2hvcnQ=":                    "want at least 32",
		"GOVMEDIA_LISTEN=127.0.0.1:notaport":                 "listen",
		"GOVMEDIA_WECHAT_COMPONENT_SECRET=s":                 "GOVMEDIA_WECHAT_COMPONENT_…",
		"GOVMEDIA_WECHAT_BASE=::":                            "",
		"GOVMEDIA_DSN=sqlite:/proc/nowhere/deep/govmedia.db": "govmedia.db",
	} {
		environ := []string{"GOVMEDIA_DATA=" + t.TempDir(), "GOVMEDIA_LISTEN=127.0.0.1:0", setting}
		if out, err := runCommand(t, environ, "", "serve"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("with %s: %v, want it refused for %q\n%s", setting, err, want, out)
		}
	}
}

func TestSecretsMayStandInFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range secretFiles {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte("from the file of "+name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		config := mustConfig(t, []string{name + "=from the environment", name + "_FILE=" + path})
		if printed := fmt.Sprintf("%+v", config); !strings.Contains(printed, "from the file of "+name) || strings.Contains(printed, name+"\n") {
			t.Errorf("%s_FILE is not read: %s", name, printed)
		}
	}
}

func TestKeysAreMadeOnceAndKeptFromOthers(t *testing.T) {
	t.Parallel()
	config := Config{Data: filepath.Join(t.TempDir(), "new")}
	for _, load := range []func() error{
		func() error { _, err := tokenKeys(config); return err },
		func() error { _, err := sealKeys(config); return err },
	} {
		if err := errors.Join(load(), load()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"token.key", "seal.key"} {
		info, err := os.Stat(filepath.Join(config.Data, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestTheLogMasksSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := newLogger("debug", &out)
	if err != nil {
		t.Fatal(err)
	}
	const secret = "S3cr3t-Wert_42"
	texts := []string{
		"GET https://api.weixin.qq.com/cgi-bin/x?access_token=" + secret + "&type=image: EOF",
		`{"access_token":"` + secret + `","expires_in":7200}`, `body {\"app_secret\": \"` + secret + `\"}`, "secret=" + secret, "password: " + secret,
		"Authorization: Bearer " + secret, "Authorization: OAuth2 " + secret, "whsec_" + secret, "refresh_token=" + secret + "; x",
		`{"component_verify_ticket":"` + secret + `"}`, "GET /callbacks/wechat-grant?auth_code=" + secret + "&expires_in=3600", "authorization_code=" + secret,
		"Cookie: govmedia_access=" + secret + "; govmedia_refresh=" + secret, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0." + secret,
		"sql: open mysql:govmedia:" + secret + "@tcp(db:3306)/govmedia",
	}
	for _, text := range texts {
		log.Info(text, "text", text, "error", errors.New(text), slog.Group("group", "inner", text), "wrapped", fmt.Errorf("call: %w", errors.New(text)),
			"list", []string{text}, "map", map[string]string{"body": text})
		log.With("kept", text).Error("x")
	}
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.Contains(line, secret) {
			t.Errorf("a secret stands in the log: %s", line)
		}
	}
	out.Reset()
	log.Warn("delivery step failed", "code", "40001", "account", noSuchID, "took", 3)
	for _, kept := range []string{`"level":"WARN"`, `"msg":"delivery step failed"`, `"code":"40001"`, noSuchID, `"took":3`} {
		if !strings.Contains(out.String(), kept) {
			t.Errorf("the log lost %s: %s", kept, out.String())
		}
	}
}

// Every name that a person reads has Chinese words.
func TestEveryRoleHasAName(t *testing.T) {
	t.Parallel()
	names := []string{}
	for _, role := range units.Roles() {
		name := roleName(role)
		if !hasHan(name) || slices.Contains(names, name) {
			t.Errorf("role %s is called %q", role, name)
		}
		names = append(names, name)
	}
	if len(names) < 10 || rules.RoleName("nobody") == names[0] {
		t.Errorf("the roles are %v", names)
	}
}

package units_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"govmedia/fault"
	"govmedia/sql"
	"govmedia/sql/sqltest"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// clock is a time that a test moves.
type clock struct{ now atomic.Int64 }

func clockAt(db *sql.DB, at time.Time) (*clock, *sql.DB) {
	c := &clock{}
	c.now.Store(at.UnixMilli())
	return c, db.WithClock(func() time.Time { return time.UnixMilli(c.now.Load()) })
}

func (c *clock) pass(d time.Duration) { c.now.Add(d.Milliseconds()) }

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, sql.Beijing)

func signIn(t *testing.T, db *sql.DB, username, password string) (units.SignedIn, error) {
	t.Helper()
	return units.SignIn(t.Context(), db, unitstest.Keys(t), units.SignInInput{Username: username, Password: password, Address: "192.0.2.7", Agent: "test"})
}

func mustSignIn(t *testing.T, db *sql.DB, username string) units.SignedIn {
	t.Helper()
	in, err := signIn(t, db, username, unitstest.Password)
	if err != nil {
		t.Fatalf("SignIn(%s): %v", username, err)
	}
	return in
}

func authenticate(t *testing.T, db *sql.DB, token string) (units.Actor, error) {
	t.Helper()
	return units.Authenticate(t.Context(), db, unitstest.Keys(t), token)
}

func refresh(t *testing.T, db *sql.DB, secret string) (units.SignedIn, error) {
	t.Helper()
	return units.Refresh(t.Context(), db, unitstest.Keys(t), secret)
}

func TestSignedInPersonIsTheActorWithItsRoles(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		in := mustSignIn(t, db, " Section")
		if in.Person.Name != "石科长" || in.Session.Address != "192.0.2.7" || in.Secret == "" {
			t.Errorf("SignIn = %+v", in)
		}
		for range 2 { // from the database, then from memory
			actor, err := authenticate(t, db, in.Access)
			if err != nil || actor.PersonID != d.People["section"].PersonID || actor.SessionID != in.Session.ID || len(actor.Roles) != 2 {
				t.Fatalf("Authenticate = %+v, %v", actor, err)
			}
			if !actor.Holds(d.Town.ID, units.SectionHead) || !actor.Holds(d.Section.ID, units.SectionHead) || actor.Holds(d.Bureau.ID, units.SectionHead) {
				t.Errorf("roles = %+v, want those at the town and its section", actor.Roles)
			}
			actor.Roles[0].Role = units.SystemAdmin // what one request does to its actor is no other's business
		}
		lines, err := units.ListAudit(t.Context(), db, d.People["admin"], units.AuditFilter{Action: units.ActionSignIn})
		if err != nil || len(lines) != 1 || lines[0].PersonName != "石科长" || lines[0].Chain != d.Town.ID {
			t.Errorf("audit lines = %+v, %v, want one on the chain of the first unit", lines, err)
		}
	})
}

func TestWrongPasswordAndUnknownNameAnswerAlike(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		_, wrong := signIn(t, db, "officer", "not-the-password")
		_, unknown := signIn(t, db, "nobody-of-that-name", "not-the-password")
		_, huge := signIn(t, db, "officer", strings.Repeat("x", 1<<20))
		for name, err := range map[string]error{"wrong": wrong, "unknown": unknown, "huge": huge} {
			if f := fault.As(err); !errors.Is(err, units.ErrWrongPassword) || f.Sentence != units.ErrWrongPassword.Sentence || f.Detail != nil {
				t.Errorf("%s: %v, want the same ErrWrongPassword", name, err)
			}
		}
	})
}

func TestTenWrongPasswordsLockForAQuarterOfAnHour(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		clock, db := clockAt(db, morning)
		for i := 1; i < units.MaxAttempts; i++ {
			if _, err := signIn(t, db, "officer", "wrong"); !errors.Is(err, units.ErrWrongPassword) {
				t.Fatalf("wrong password %d: %v, want ErrWrongPassword", i, err)
			}
		}
		_, err := signIn(t, db, "officer", "wrong")
		if f := fault.As(err); !errors.Is(err, units.ErrLocked) || !strings.Contains(f.Sentence, "3月2日 09:15") {
			t.Fatalf("wrong password %d: %v, want ErrLocked until 09:15", units.MaxAttempts, err)
		}
		clock.pass(units.LockFor - time.Second)
		if _, err := signIn(t, db, "officer", unitstest.Password); !errors.Is(err, units.ErrLocked) {
			t.Errorf("the right password a second before: %v, want ErrLocked", err)
		}
		if _, err := signIn(t, db, "officer2", unitstest.Password); err != nil {
			t.Errorf("another person meanwhile: %v, want nil", err)
		}
		clock.pass(time.Second)
		if _, err := signIn(t, db, "officer", unitstest.Password); err != nil {
			t.Errorf("the right password after: %v, want nil", err)
		}
		lines, err := units.ListAudit(t.Context(), db, d.People["admin"], units.AuditFilter{Action: units.ActionSignInRefused})
		if err != nil || len(lines) != units.MaxAttempts-1 || lines[0].PersonID != "" {
			t.Errorf("%d audit lines of refusals, %v, want %d in nobody's name", len(lines), err, units.MaxAttempts-1)
		}
	})
}

func TestRightPasswordStartsTheCountAnew(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		for range 3 {
			for range units.MaxAttempts - 1 {
				if _, err := signIn(t, db, "officer", "wrong"); !errors.Is(err, units.ErrWrongPassword) {
					t.Fatalf("SignIn = %v, want ErrWrongPassword", err)
				}
			}
			mustSignIn(t, db, "officer")
		}
	})
}

// Guesses sent side by side are counted like those sent one after another.
func TestGuessesSideBySideAreCounted(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		var wrong, locked atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				switch _, err := signIn(t, db, "officer", "wrong"); {
				case errors.Is(err, units.ErrWrongPassword):
					wrong.Add(1)
				case errors.Is(err, units.ErrLocked):
					locked.Add(1)
				default:
					t.Errorf("SignIn = %v", err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() > units.MaxAttempts || locked.Load() < 30-units.MaxAttempts {
			t.Errorf("%d wrong and %d locked, want at most %d looked at", wrong.Load(), locked.Load(), units.MaxAttempts)
		}
	})
}

func TestFloodOfSignInsIsTurnedAway(t *testing.T) {
	db := sqltest.SQLite(t)
	var busy, wrong atomic.Int64
	var wg sync.WaitGroup
	for range 150 {
		wg.Go(func() {
			switch _, err := signIn(t, db, "nobody-of-that-name", "wrong"); {
			case errors.Is(err, units.ErrBusy):
				busy.Add(1)
			case errors.Is(err, units.ErrWrongPassword):
				wrong.Add(1)
			default:
				t.Errorf("SignIn = %v", err)
			}
		})
	}
	wg.Wait()
	if busy.Load() == 0 || wrong.Load() == 0 {
		t.Errorf("%d turned away and %d answered of 150, want some of each", busy.Load(), wrong.Load())
	}
	if _, err := signIn(t, db, "nobody-of-that-name", "wrong"); !errors.Is(err, units.ErrWrongPassword) {
		t.Errorf("SignIn after the flood = %v, want ErrWrongPassword", err)
	}
}

func TestWeakHashIsRaisedAtSignIn(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db) // with light hashes
		args := sql.Args{"username": "officer"}
		before := storedHash(t, db, args)
		mustSignIn(t, db, "officer")
		raised := storedHash(t, db, args)
		if before == raised || !strings.HasPrefix(raised, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("hash before %.40s, after %.40s, want it raised to m=19456,t=2,p=1", before, raised)
		}
		mustSignIn(t, db, "officer")
		if again := storedHash(t, db, args); again != raised {
			t.Errorf("hash after another sign-in %.40s, want it kept", again)
		}
	})
}

func storedHash(t *testing.T, db *sql.DB, args sql.Args) string {
	t.Helper()
	row, err := sql.Get[struct {
		ID, Username, Name, PasswordHash string
		MustChange                       bool
		LockedUntil, DisabledAt          *sql.Time
	}](t.Context(), db, "person.credentials_named", args)
	if err != nil {
		t.Fatal(err)
	}
	return row.PasswordHash
}

func TestRefreshRotatesTheSecret(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		clock, db := clockAt(db, morning)
		first := mustSignIn(t, db, "officer")
		clock.pass(units.AccessLife)
		if _, err := authenticate(t, db, first.Access); !errors.Is(err, units.ErrTokenExpired) {
			t.Errorf("Authenticate with an old token = %v, want ErrTokenExpired", err)
		}
		second, err := refresh(t, db, first.Secret)
		if err != nil || second.Secret == first.Secret {
			t.Fatalf("Refresh = %+v, %v, want another secret", second, err)
		}
		if _, err := authenticate(t, db, second.Access); err != nil {
			t.Errorf("Authenticate with the new token = %v, want nil", err)
		}
		clock.pass(units.RefreshGrace - time.Second)
		again, err := refresh(t, db, first.Secret)
		if err != nil || again.Secret != second.Secret {
			t.Errorf("Refresh again within the grace = %v, want the same next secret", err)
		}
		third, err := refresh(t, db, second.Secret)
		if err != nil {
			t.Fatalf("Refresh with the second secret = %v, want nil", err)
		}
		if _, err := authenticate(t, db, third.Access); err != nil {
			t.Errorf("Authenticate with the third token = %v, want nil", err)
		}
	})
}

func TestReusedSecretEndsTheSession(t *testing.T) {
	for name, turns := range map[string]int{"the one before": 1, "an older one": 3} {
		t.Run(name, func(t *testing.T) {
			sqltest.Each(t, func(t *testing.T, db *sql.DB) {
				d := unitstest.District(t, db)
				clock, db := clockAt(db, morning)
				stolen := mustSignIn(t, db, "officer")
				last := stolen
				for range turns {
					var err error
					if last, err = refresh(t, db, last.Secret); err != nil {
						t.Fatalf("Refresh: %v", err)
					}
				}
				if _, err := authenticate(t, db, last.Access); err != nil {
					t.Fatalf("Authenticate: %v", err)
				}
				clock.pass(units.RefreshGrace)
				if _, err := refresh(t, db, stolen.Secret); !errors.Is(err, units.ErrSessionReused) {
					t.Errorf("Refresh with a used secret = %v, want ErrSessionReused", err)
				}
				if _, err := refresh(t, db, last.Secret); !errors.Is(err, units.ErrSessionOver) {
					t.Errorf("Refresh with the present secret after = %v, want ErrSessionOver", err)
				}
				if _, err := authenticate(t, db, last.Access); !errors.Is(err, units.ErrSessionOver) {
					t.Errorf("Authenticate after = %v, want ErrSessionOver", err)
				}
				lines, err := units.ListAudit(t.Context(), db, d.People["admin"], units.AuditFilter{Action: units.ActionSessionReused})
				if err != nil || len(lines) != 1 {
					t.Errorf("%d audit lines, %v, want 1", len(lines), err)
				}
			})
		})
	}
}

func TestTwoTabsRefreshAtOnce(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		in := mustSignIn(t, db, "officer")
		secrets := make([]string, 6)
		var wg sync.WaitGroup
		for i := range secrets {
			wg.Go(func() {
				next, err := refresh(t, db, in.Secret)
				if err != nil {
					t.Errorf("Refresh: %v", err)
				}
				secrets[i] = next.Secret
			})
		}
		wg.Wait()
		for _, secret := range secrets {
			if secret != secrets[0] {
				t.Errorf("secrets = %q, want one for all tabs", secrets)
			}
		}
		if _, err := refresh(t, db, secrets[0]); err != nil {
			t.Errorf("Refresh with the common secret = %v, want nil", err)
		}
	})
}

func TestForgedSecretsAreRefusedAndHarmNothing(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		in := mustSignIn(t, db, "officer")
		parts := strings.Split(in.Secret, ".")
		mac := hmac.New(sha256.New, []byte("another key of at least thirty-two bytes"))
		body := strings.Join(parts[:4], ".")
		mac.Write([]byte(body))
		for name, secret := range map[string]string{
			"empty": "", "noise": "x.y.z", "another turn": parts[0] + ".7." + strings.Join(parts[2:], "."),
			"unknown key": strings.Replace(in.Secret, ".test.", ".other.", 1), "huge": strings.Repeat("a.", 1<<16),
			"another mac": body + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), "more digits": strings.Replace(in.Secret, ".1.", ".01.", 1),
		} {
			if _, err := refresh(t, db, secret); !errors.Is(err, units.ErrSessionOver) {
				t.Errorf("%s: Refresh = %v, want ErrSessionOver", name, err)
			}
		}
		if _, err := refresh(t, db, in.Secret); err != nil {
			t.Errorf("Refresh with the true secret after = %v, want nil", err)
		}
	})
}

func TestSessionsEndIdleAndInAnyCase(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		clock, db := clockAt(db, morning)
		idle := mustSignIn(t, db, "officer")
		clock.pass(units.SessionIdle)
		if _, err := refresh(t, db, idle.Secret); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Refresh after %v idle = %v, want ErrSessionOver", units.SessionIdle, err)
		}
		busy := mustSignIn(t, db, "officer")
		var err error
		for range int(units.SessionLife / (11 * time.Hour)) {
			clock.pass(11 * time.Hour)
			if busy, err = refresh(t, db, busy.Secret); err != nil {
				t.Fatalf("Refresh of a session in use: %v", err)
			}
		}
		clock.now.Store(int64(busy.Session.ExpiresAt) - 1000)
		if busy, err = refresh(t, db, busy.Secret); err != nil {
			t.Fatalf("Refresh a second before the end: %v", err)
		}
		if _, err := authenticate(t, db, busy.Access); err != nil {
			t.Fatalf("Authenticate a second before the end: %v", err)
		}
		clock.pass(time.Second)
		if _, err := authenticate(t, db, busy.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Authenticate at the end = %v, want ErrSessionOver", err)
		}
		if _, err := refresh(t, db, busy.Secret); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Refresh at the end = %v, want ErrSessionOver", err)
		}
		clock.pass(31 * 24 * time.Hour)
		if n, err := units.PruneSessions(t.Context(), db); err != nil || n != 2 {
			t.Errorf("PruneSessions = %d, %v, want 2", n, err)
		}
	})
}

func TestSignOutEndsOneSessionOrAll(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		phone, desk, other := mustSignIn(t, db, "officer"), mustSignIn(t, db, "officer"), mustSignIn(t, db, "officer2")
		actor, err := authenticate(t, db, phone.Access)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // twice is no error
			if err := units.SignOut(t.Context(), db, actor); err != nil {
				t.Errorf("SignOut = %v, want nil", err)
			}
		}
		if _, err := authenticate(t, db, phone.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Authenticate after SignOut = %v, want ErrSessionOver", err)
		}
		if actor, err = authenticate(t, db, desk.Access); err != nil {
			t.Fatalf("the other session = %v, want nil", err)
		}
		if err := units.SignOutEverywhere(t.Context(), db, actor); err != nil {
			t.Errorf("SignOutEverywhere = %v, want nil", err)
		}
		if _, err := authenticate(t, db, desk.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Authenticate after SignOutEverywhere = %v, want ErrSessionOver", err)
		}
		if _, err := authenticate(t, db, other.Access); err != nil {
			t.Errorf("another person's session = %v, want nil", err)
		}
	})
}

func TestChangesOfAPersonReachTheNextRequest(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		in := mustSignIn(t, db, "officer")
		id := d.People["officer"].PersonID
		if actor, err := authenticate(t, db, in.Access); err != nil || len(actor.Roles) != 1 {
			t.Fatalf("Authenticate = %+v, %v", actor, err)
		}
		if err := units.GrantRole(t.Context(), db, d.People["admin"], id, units.RoleAt{UnitID: d.Section.ID, Role: units.LayoutStaff}); err != nil {
			t.Fatalf("GrantRole: %v", err)
		}
		if actor, err := authenticate(t, db, in.Access); err != nil || len(actor.Roles) != 2 {
			t.Errorf("Authenticate after a grant = %+v, %v, want both roles", actor, err)
		}
		if err := units.RevokeRole(t.Context(), db, d.People["admin"], id, units.RoleAt{UnitID: d.Town.ID, Role: units.InfoOfficer}); err != nil {
			t.Fatalf("RevokeRole: %v", err)
		}
		if actor, err := authenticate(t, db, in.Access); err != nil || actor.Holds(d.Town.ID, units.InfoOfficer) {
			t.Errorf("Authenticate after a revocation = %+v, %v, want the role gone", actor, err)
		}
		if err := units.DisablePerson(t.Context(), db, d.People["admin"], id, 1); err != nil {
			t.Fatalf("DisablePerson: %v", err)
		}
		if _, err := authenticate(t, db, in.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Authenticate after disabling = %v, want ErrSessionOver", err)
		}
		if _, err := signIn(t, db, "officer", unitstest.Password); !errors.Is(err, units.ErrDisabled) {
			t.Errorf("SignIn after disabling = %v, want ErrDisabled", err)
		}
		if _, err := signIn(t, db, "officer", "wrong"); !errors.Is(err, units.ErrWrongPassword) {
			t.Errorf("SignIn after disabling with a wrong password = %v, want ErrWrongPassword", err)
		}
		if err := units.EnablePerson(t.Context(), db, d.People["admin"], id, 2); err != nil {
			t.Errorf("EnablePerson = %v, want nil", err)
		}
		mustSignIn(t, db, "officer")
	})
}

// Another node changed a row; this one, which remembers, follows within ActorTTL.
func TestChangesOfAnotherNodeAreSeenWithinTheTTL(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		unitstest.District(t, db)
		clock, db := clockAt(db, morning)
		in := mustSignIn(t, db, "officer")
		if _, err := authenticate(t, db, in.Access); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(t.Context(), "session.revoke", sql.Args{"id": in.Session.ID, "now": db.Now()}); err != nil {
			t.Fatal(err)
		}
		clock.pass(units.ActorTTL)
		if _, err := authenticate(t, db, in.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("Authenticate after %v = %v, want ErrSessionOver", units.ActorTTL, err)
		}
	})
}

func TestChangingThePassword(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		d := unitstest.District(t, db)
		admin := d.People["admin"]
		const first, second = "first-Lantern-37", "second-Lantern-38"
		desk := mustSignIn(t, db, "officer")
		if err := units.ResetPassword(t.Context(), db, admin, d.People["officer"].PersonID, 1, first, units.PasswordRule{}); err != nil {
			t.Fatalf("ResetPassword: %v", err)
		}
		if _, err := authenticate(t, db, desk.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("the session from before the reset = %v, want ErrSessionOver", err)
		}
		if _, err := signIn(t, db, "officer", unitstest.Password); !errors.Is(err, units.ErrWrongPassword) {
			t.Errorf("SignIn with the password from before = %v, want ErrWrongPassword", err)
		}
		phone, err := signIn(t, db, "officer", first)
		if err != nil || !phone.Person.MustChange {
			t.Fatalf("SignIn = %+v, %v, want that the password must be changed", phone.Person, err)
		}
		other, err := signIn(t, db, "officer", first)
		if err != nil {
			t.Fatal(err)
		}
		actor, err := authenticate(t, db, phone.Access)
		if err != nil || !actor.MustChange {
			t.Fatalf("Authenticate = %+v, %v, want MustChange", actor, err)
		}
		change := func(old, password string) error {
			return units.ChangePassword(t.Context(), db, actor, old, password, units.PasswordRule{})
		}
		if err := change("wrong", second); !errors.Is(err, units.ErrOldPassword) {
			t.Errorf("with a wrong old password: %v, want ErrOldPassword", err)
		}
		if err := change(first, first); !errors.Is(err, units.ErrPasswordSame) {
			t.Errorf("with the same password: %v, want ErrPasswordSame", err)
		}
		if err := change(first, "officer"); !errors.Is(err, units.ErrPasswordShort) {
			t.Errorf("with a short password: %v, want ErrPasswordShort", err)
		}
		if err := change(first, second); err != nil {
			t.Fatalf("ChangePassword: %v", err)
		}
		if actor, err := authenticate(t, db, phone.Access); err != nil || actor.MustChange {
			t.Errorf("this session after = %+v, %v, want it kept and free", actor, err)
		}
		if _, err := authenticate(t, db, other.Access); !errors.Is(err, units.ErrSessionOver) {
			t.Errorf("the other session after = %v, want ErrSessionOver", err)
		}
		if _, err := signIn(t, db, "officer", second); err != nil {
			t.Errorf("SignIn with the new password = %v, want nil", err)
		}
	})
}

func TestTokensThatAreNotOursAreRefused(t *testing.T) {
	db := sqltest.SQLite(t)
	unitstest.District(t, db)
	in := mustSignIn(t, db, "officer")
	key := []byte("thirty-two bytes or more of a test key")
	base := func() jwt.MapClaims {
		return jwt.MapClaims{"iss": "govmedia", "aud": "govmedia", "sub": in.Person.ID, "sid": in.Session.ID, "exp": time.Now().Add(time.Minute).Unix()}
	}
	sign := func(method jwt.SigningMethod, kid any, key any, change func(jwt.MapClaims)) string {
		claims := base()
		change(claims)
		token := jwt.NewWithClaims(method, claims)
		token.Header["kid"] = kid
		text, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	keep := func(jwt.MapClaims) {}
	set := func(name string, value any) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c[name] = value } }
	without := func(name string) func(jwt.MapClaims) { return func(c jwt.MapClaims) { delete(c, name) } }
	if _, err := authenticate(t, db, sign(jwt.SigningMethodHS256, "test", key, keep)); err != nil {
		t.Fatalf("Authenticate with a token made as ours are = %v, want nil", err)
	}
	for name, token := range map[string]string{
		"empty": "", "noise": "a.b.c", "alg none": sign(jwt.SigningMethodNone, "test", jwt.UnsafeAllowNoneSignatureType, keep),
		"another algorithm": sign(jwt.SigningMethodHS512, "test", key, keep), "another key": sign(jwt.SigningMethodHS256, "test", []byte("no"), keep),
		"unknown key id": sign(jwt.SigningMethodHS256, "other", key, keep), "key id of another kind": sign(jwt.SigningMethodHS256, 7, key, keep),
		"no expiry": sign(jwt.SigningMethodHS256, "test", key, without("exp")), "another issuer": sign(jwt.SigningMethodHS256, "test", key, set("iss", "x")),
		"another audience": sign(jwt.SigningMethodHS256, "test", key, set("aud", "x")), "no session": sign(jwt.SigningMethodHS256, "test", key, without("sid")),
		"another person": sign(jwt.SigningMethodHS256, "test", key, set("sub", "x")), "cut off": in.Access[:len(in.Access)-2],
	} {
		if _, err := authenticate(t, db, token); !errors.Is(err, units.ErrTokenInvalid) {
			t.Errorf("%s: Authenticate = %v, want ErrTokenInvalid", name, err)
		}
	}
	if _, err := authenticate(t, db, sign(jwt.SigningMethodHS256, "test", key, set("sid", "none"))); !errors.Is(err, units.ErrSessionOver) {
		t.Errorf("a session that is not there: %v, want ErrSessionOver", err)
	}
}

func TestKeysRotate(t *testing.T) {
	db := sqltest.SQLite(t)
	unitstest.District(t, db)
	secret := func(id string) []byte { return fmt.Appendf(nil, "%s: thirty-two bytes or more of a key", id) }
	keys := func(signing string, ids ...string) units.Keys {
		t.Helper()
		secrets := map[string][]byte{}
		for _, id := range ids {
			secrets[id] = secret(id)
		}
		k, err := units.NewKeys(signing, secrets)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	old, both, fresh := keys("a", "a"), keys("b", "a", "b"), keys("b", "b")
	in, err := units.SignIn(t.Context(), db, old, units.SignInInput{Username: "officer", Password: unitstest.Password})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := units.Authenticate(t.Context(), db, both, in.Access); err != nil {
		t.Errorf("the old token while both keys are accepted = %v, want nil", err)
	}
	next, err := units.Refresh(t.Context(), db, both, in.Secret)
	if err != nil {
		t.Fatalf("Refresh with the old secret while both keys are accepted: %v", err)
	}
	if _, err := units.Authenticate(t.Context(), db, fresh, next.Access); err != nil {
		t.Errorf("the new token under the new key alone = %v, want nil", err)
	}
	if _, err := units.Authenticate(t.Context(), db, fresh, in.Access); !errors.Is(err, units.ErrTokenInvalid) {
		t.Errorf("the old token under the new key alone = %v, want ErrTokenInvalid", err)
	}
	if _, err := units.Refresh(t.Context(), db, fresh, next.Secret); err != nil {
		t.Errorf("Refresh under the new key alone = %v, want nil", err)
	}
	for name, make := range map[string]func() (units.Keys, error){
		"short key":      func() (units.Keys, error) { return units.NewKeys("a", map[string][]byte{"a": []byte("short")}) },
		"no signing key": func() (units.Keys, error) { return units.NewKeys("b", map[string][]byte{"a": secret("a")}) },
		"dot in the id":  func() (units.Keys, error) { return units.NewKeys("a.b", map[string][]byte{"a.b": secret("a")}) },
		"no keys at all": func() (units.Keys, error) { return units.NewKeys("", nil) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s: NewKeys = nil, want an error", name)
		}
	}
}

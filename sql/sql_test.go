package sql_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"govmedia/sql"
	"govmedia/sql/sqltest"
)

func TestEveryStatementIsPreparedOnBothDatabases(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		if len(sql.Names()) == 0 {
			t.Fatal("no statement is loaded")
		}
		for _, name := range sql.Names() {
			if err := sql.Prepare(t.Context(), db, name); err != nil {
				t.Errorf("Prepare(%s) = %v, want nil", name, err)
			}
		}
	})
}

// A name that no Go file mentions is dead, one that the files mention and no query has is a mistake that only a user would meet.
func TestEveryStatementIsUsedAndEveryUsedNameExists(t *testing.T) {
	used := map[string]bool{}
	mention := regexp.MustCompile(`"([a-z_]+\.[a-z0-9_]+)"`)
	call := regexp.MustCompile(`(?:sql\.(?:Get|List|Each)\[[^]]*\]\([^"\n]*|\.Exec(?:One)?\([^"\n]*)"([a-z_]+\.[a-z0-9_]+)"`)
	known := sql.Names()
	root := ".."
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range mention.FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
		for _, m := range call.FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(known, m[1]) {
				t.Errorf("%s runs %q, which no query file has", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk the sources: %v", err)
	}
	for _, name := range known {
		if !used[name] {
			t.Errorf("statement %s is used nowhere", name)
		}
	}
}

func TestBothMigrationFoldersGiveTheSameSchema(t *testing.T) {
	lite, maria := sqltest.SQLite(t), sqltest.MariaDB(t)
	liteShape, err := sql.Shape(t.Context(), lite)
	if err != nil {
		t.Fatalf("Shape(sqlite): %v", err)
	}
	mariaShape, err := sql.Shape(t.Context(), maria)
	if err != nil {
		t.Fatalf("Shape(mariadb): %v", err)
	}
	if len(liteShape) == 0 {
		t.Fatal("Shape(sqlite) is empty")
	}
	if diff := cmp.Diff(liteShape, mariaShape); diff != "" {
		t.Errorf("tables, columns, nullability or indexes differ (-sqlite +mariadb):\n%s", diff)
	}
	names := func(dialect string) []string {
		entries, err := os.ReadDir("migrations/" + dialect)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	if diff := cmp.Diff(names("sqlite"), names("mysql")); diff != "" {
		t.Errorf("migration files differ (-sqlite +mysql):\n%s", diff)
	}
}

func TestMigratingTwiceDoesNothingAndANewerSchemaIsRefused(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		if n, err := sql.Migrate(t.Context(), db); n != 0 || err != nil {
			t.Errorf("Migrate on a migrated database = %d, %v, want 0, nil", n, err)
		}
		if err := sql.CheckSchema(t.Context(), db); err != nil {
			t.Errorf("CheckSchema = %v, want nil", err)
		}
		if err := sql.PretendVersion(t.Context(), db, 99999); err != nil {
			t.Fatalf("PretendVersion: %v", err)
		}
		if _, err := sql.Migrate(t.Context(), db); !errors.Is(err, sql.ErrNewer) {
			t.Errorf("Migrate on a newer schema = %v, want ErrNewer", err)
		}
		if err := sql.CheckSchema(t.Context(), db); !errors.Is(err, sql.ErrNewer) {
			t.Errorf("CheckSchema on a newer schema = %v, want ErrNewer", err)
		}
	})
}

func TestEightNodesMigratingAtOnceAllSucceed(t *testing.T) {
	for _, dsn := range []string{"sqlite:" + filepath.Join(t.TempDir(), "fresh.db"), sqltest.MariaDBDSN(t, false)} {
		t.Run(strings.SplitN(dsn, ":", 2)[0], func(t *testing.T) {
			var wg sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				wg.Go(func() {
					db, err := sql.Open(context.Background(), dsn)
					if err != nil {
						errs[i] = err
						return
					}
					defer func() { _ = db.Close() }()
					_, errs[i] = sql.Migrate(context.Background(), db)
				})
			}
			wg.Wait()
			for i, err := range errs {
				if err != nil {
					t.Errorf("node %d: %v", i, err)
				}
			}
		})
	}
}

func TestCheckSchemaOfAnEmptyDatabaseIsOlder(t *testing.T) {
	db, err := sql.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "empty.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := sql.CheckSchema(t.Context(), db); !errors.Is(err, sql.ErrOlder) {
		t.Errorf("CheckSchema = %v, want ErrOlder", err)
	}
}

func TestContendedGuardedUpdatesLoseNothing(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		args := sql.Args{"account_id": "a", "day": "2026-03-02", "path": "x"}
		if _, err := db.Exec(t.Context(), "call_count.insert", args); err != nil {
			t.Fatal(err)
		}
		const workers, each = 8, 25
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range each {
					err := db.InTx(t.Context(), func(tx *sql.DB) error {
						if _, err := sql.Get[int](t.Context(), tx, "call_count.get", args); err != nil {
							return err
						}
						mine, err := tx.ExecOne(t.Context(), "call_count.add", args)
						if err == nil && !mine {
							err = errors.New("matched no row")
						}
						return err
					})
					if err != nil {
						t.Errorf("InTx: %v", err)
					}
				}
			})
		}
		wg.Wait()
		got, err := sql.Get[int](t.Context(), db, "call_count.get", args)
		if err != nil || got != 1+workers*each {
			t.Errorf("count after %d additions = %d, %v, want %d", workers*each, got, err, 1+workers*each)
		}
	})
}

func TestInTxRollsBackOnErrorAndOnPanic(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		args := sql.Args{"account_id": "a", "day": "2026-03-02", "path": "x"}
		boom := errors.New("boom")
		err := db.InTx(t.Context(), func(tx *sql.DB) error {
			if _, err := tx.Exec(t.Context(), "call_count.insert", args); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("InTx = %v, want boom", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = db.InTx(t.Context(), func(tx *sql.DB) error {
				if _, err := tx.Exec(t.Context(), "call_count.insert", args); err != nil {
					return err
				}
				panic("boom")
			})
		}()
		if _, err := sql.Get[int](t.Context(), db, "call_count.get", args); !errors.Is(err, sql.ErrNone) {
			t.Errorf("Get after roll-backs = %v, want ErrNone", err)
		}
	})
}

func TestDuplicateIsRecognised(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		args := sql.Args{"account_id": "a", "day": "2026-03-02", "path": "x"}
		if _, err := db.Exec(t.Context(), "call_count.insert", args); err != nil {
			t.Fatal(err)
		}
		_, err := db.Exec(t.Context(), "call_count.insert", args)
		if !sql.IsDuplicate(err) {
			t.Errorf("IsDuplicate(%v) = false, want true", err)
		}
		if sql.IsRetryable(err) {
			t.Errorf("IsRetryable(%v) = true, want false", err)
		}
	})
}

func TestNowIsFixedWithinATransaction(t *testing.T) {
	db := sqltest.SQLite(t)
	ticks := int64(0)
	ticking := db.WithClock(func() time.Time { ticks++; return time.UnixMilli(ticks) })
	err := ticking.InTx(t.Context(), func(tx *sql.DB) error {
		if a, b := tx.Now(), tx.Now(); a != b {
			return fmt.Errorf("Now() = %d, then %d", a, b)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if a, b := ticking.Now(), ticking.Now(); a == b {
		t.Errorf("outside a transaction Now() stood still at %d", a)
	}
}

func TestStructFieldsAreParametersAndNilPointersAreNull(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		type session struct {
			ID, PersonID, SecretHash     string
			PreviousHash                 *string
			Address, Agent               string
			CreatedAt, UsedAt, ExpiresAt sql.Time
			RevokedAt                    *sql.Time
		}
		in := session{ID: "s", PersonID: "p", SecretHash: "h"}
		if _, err := db.Exec(t.Context(), "session.insert", in); err != nil {
			t.Fatalf("Exec with a struct: %v", err)
		}
		out, err := sql.Get[session](t.Context(), db, "session.get", sql.Args{"id": "s"})
		if err != nil || out.PreviousHash != nil || out.RevokedAt != nil {
			t.Errorf("Get = %+v, %v, want the nil pointers to have become NULL", out, err)
		}
	})
}

func TestMissingParameterAndUnknownNameAreNamed(t *testing.T) {
	db := sqltest.SQLite(t)
	if _, err := db.Exec(t.Context(), "call_count.add", sql.Args{"day": "x"}); err == nil || !strings.Contains(err.Error(), ":account_id") {
		t.Errorf("Exec without account_id = %v, want an error naming it", err)
	}
	if _, err := db.Exec(t.Context(), "nothing.here", nil); err == nil || !strings.Contains(err.Error(), "nothing.here") {
		t.Errorf("Exec of an unknown name = %v, want an error naming it", err)
	}
}

func TestNewIDSortsByTimeAndNeverRepeats(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			last := ""
			for range 20_000 {
				id := sql.NewID()
				if !sql.IsID(id) || id <= last {
					t.Errorf("NewID() = %q after %q, want an id that sorts behind it", id, last)
					return
				}
				last = id
				mu.Lock()
				if seen[id] {
					t.Errorf("NewID() = %q twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func TestExplainBlamesTheDatabaseOnlyForWhatItDid(t *testing.T) {
	for _, plain := range []error{nil, errors.New("plain"), context.DeadlineExceeded, context.Canceled, fmt.Errorf("x: %w", context.DeadlineExceeded)} {
		if got := sql.Explain(plain); !errors.Is(got, plain) || errors.Is(got, sql.ErrUnavailable) {
			t.Errorf("Explain(%v) = %v, want it as it was", plain, got)
		}
	}
	db := sqltest.MariaDB(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	gone, err := sql.Open(t.Context(), "mysql:root@tcp(127.0.0.1:1)/nothing")
	if err == nil {
		_ = gone.Close()
		t.Fatal("a closed port answered")
	}
	if got := sql.Explain(err); !errors.Is(got, sql.ErrUnavailable) {
		t.Errorf("Explain(%v) = %v, want ErrUnavailable", err, got)
	}
}

// What an old database gave twice keeps nobody from migrating: the first holds the name, and it can be held once from then on.
func TestAnOldDatabaseMayHaveGivenAnAddressTwice(t *testing.T) {
	eachOld(t, 23, func(t *testing.T, db *sql.DB) {
		ctx := t.Context()
		for _, row := range [][]any{{"r1", "domain", "a.gov.cn", 1}, {"r2", "domain", "b.gov.cn", nil}, {"r3", "domain", "B.gov.cn", nil}, {"r4", "mailbox", "b.gov.cn", nil},
			{"r5", "domain", "a.gov.cn", nil}} {
			raw(t, db, "INSERT INTO registrations (id, object, name, until_at, unit_id, application_id, since_at) VALUES (?, ?, ?, ?, 'u', 'a', 0)", row...)
		}
		if _, err := sql.Migrate(ctx, db); err != nil {
			t.Fatalf("Migrate: %v", err)
		}
		rows(t, db, "SELECT CONCAT(id, ' ', COALESCE(held_name, '-')) FROM registrations ORDER BY id", "r1 -", "r2 b.gov.cn", "r3 -", "r4 b.gov.cn", "r5 a.gov.cn")
		_, err := db.Exec(ctx, "registration.insert", sql.Args{"id": "r6", "unit_id": "u", "object": "domain", "name": "b.gov.cn", "account_id": nil, "application_id": "a", "since_at": 0})
		if !sql.IsDuplicate(err) {
			t.Errorf("b.gov.cn once more: %v, want a duplicate", err)
		}
	})
}

// An app that answered its test has not to answer it again, and its account is as old as it was: what it took since it was changed counts.
func TestATestedEndpointBecomesPartOfItsAccount(t *testing.T) {
	eachOld(t, 24, func(t *testing.T, db *sql.DB) {
		for _, id := range []string{"a1", "a2"} {
			raw(t, db, `INSERT INTO accounts (id, unit_id, platform, kind, name, home_url, mode, state, settings, last_post_title, unread_reason, path, watch, created_at, updated_at, version)
				VALUES (?, 'u', 'app', 'app', ?, '', 'auto', 'in_use', '{}', '', '', '/u/', '', 1, 2, 3)`, id, id)
		}
		for _, note := range [][]any{{"app_endpoint", "a1", "mark"}, {"app_endpoint", "gone", "other"}, {"weibo_hold", "a2", "kept"}} {
			raw(t, db, "INSERT INTO channel_notes (kind, subject, code, text, until_at, noted_at) VALUES (?, ?, ?, '', 9, 7)", note...)
		}
		if _, err := sql.Migrate(t.Context(), db); err != nil {
			t.Fatalf("Migrate: %v", err)
		}
		rows(t, db, "SELECT CONCAT(id, ' ', endpoint_mark, ' ', COALESCE(endpoint_at, '-'), ' ', updated_at, ' ', version) FROM accounts ORDER BY id", "a1 mark 7 2 3", "a2  - 2 3")
		rows(t, db, "SELECT CONCAT(kind, ' ', subject) FROM channel_notes", "weibo_hold a2")
	})
}

// eachOld runs a test on databases of each kind that stand at an earlier version of the schema.
func eachOld(t *testing.T, version int64, run func(t *testing.T, db *sql.DB)) {
	for _, dsn := range []string{"sqlite:" + filepath.Join(t.TempDir(), "old.db"), sqltest.MariaDBDSN(t, false)} {
		t.Run(strings.SplitN(dsn, ":", 2)[0], func(t *testing.T) {
			db, err := sql.Open(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			if err := sql.MigrateTo(t.Context(), db, version); err != nil {
				t.Fatalf("MigrateTo(%d): %v", version, err)
			}
			run(t, db)
		})
	}
}

func raw(t *testing.T, db *sql.DB, text string, values ...any) {
	t.Helper()
	if err := sql.ExecRaw(t.Context(), db, text, values...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func rows(t *testing.T, db *sql.DB, query string, want ...string) {
	t.Helper()
	got, err := sql.StringsOf(t.Context(), db, query)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %q, %v, want %q", query, got, err, want)
	}
}

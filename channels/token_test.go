package channels_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

// testSeal closes a text in a way a test can open: it shows whether a caller seals at all, not how well.
func testSeal() channels.Seal {
	return channels.Seal{
		Seal: func(plain []byte) (string, string, error) { return base64.StdEncoding.EncodeToString(plain), "k1", nil },
		Open: func(text, keyID string) ([]byte, error) {
			if keyID != "k1" {
				return nil, fmt.Errorf("no key %q", keyID)
			}
			return base64.StdEncoding.DecodeString(text)
		},
	}
}

// testClock is a clock that a test moves.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func newTestClock() *testClock {
	return &testClock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, sql.Beijing)}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// tokenPlatform hands out tokens as a platform does: the same one until it is forced or told to change.
type tokenPlatform struct {
	fetches atomic.Int64
	forced  atomic.Int64
	serial  atomic.Int64
	life    time.Duration
	delay   time.Duration
	err     atomic.Pointer[channels.PlatformError]
}

func (p *tokenPlatform) fetch(ctx context.Context, force bool) (string, time.Duration, error) {
	p.fetches.Add(1)
	if err := p.err.Load(); err != nil {
		return "", 0, err
	}
	if force {
		p.forced.Add(1)
		p.serial.Add(1)
	}
	select {
	case <-time.After(p.delay):
	case <-ctx.Done():
		return "", 0, ctx.Err()
	}
	return fmt.Sprintf("token-%d", p.serial.Load()), p.life, nil
}

func mustToken(t *testing.T, tokens *channels.Tokens, p *tokenPlatform) channels.Token {
	t.Helper()
	token, err := tokens.Get(t.Context(), "acc", p.fetch)
	if err != nil {
		t.Fatalf("Get = %v, want a token", err)
	}
	return token
}

func TestTwoNodesFetchOneToken(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		p := &tokenPlatform{life: 2 * time.Hour, delay: 30 * time.Millisecond}
		nodes := []*channels.Tokens{channels.NewTokens(db, testSeal(), 0), channels.NewTokens(db, testSeal(), 0)}
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				token, err := nodes[i%2].Get(t.Context(), "acc", p.fetch)
				if err != nil || token.Value != "token-0" {
					t.Errorf("Get = %q, %v, want token-0", token.Value, err)
				}
			})
		}
		wg.Wait()
		if n := p.fetches.Load(); n != 1 {
			t.Errorf("two nodes with 16 callers fetched %d times, want 1", n)
		}
	})
}

func TestATokenIsSealedInTheDatabaseAndReadByAnotherNode(t *testing.T) {
	db := sqltest.SQLite(t)
	p := &tokenPlatform{life: 2 * time.Hour}
	mustToken(t, channels.NewTokens(db, testSeal(), 0), p)
	rows, err := sql.Get[struct {
		AccountID, Token, TokenKey, Holder, ForcedDay, LastCode, LastText string
		FetchedAt, ExpiresAt, LeaseUntil, ForcedAt, BlockedUntil          sql.Time
		Generation, ForcedCount                                           int64
	}](t.Context(), db, "account_token.get", sql.Args{"account_id": "acc"})
	if err != nil || strings.Contains(rows.Token, "token-0") || rows.Token == "" || rows.LeaseUntil != 0 {
		t.Errorf("the row is %+v, %v, want a sealed token and no lease", rows, err)
	}
	if token := mustToken(t, channels.NewTokens(db, testSeal(), 0), p); token.Value != "token-0" || p.fetches.Load() != 1 {
		t.Errorf("another node got %q after %d fetches, want token-0 after 1", token.Value, p.fetches.Load())
	}
}

func TestATokenCopiedToAnotherAccountIsNotUsed(t *testing.T) {
	db := sqltest.SQLite(t)
	p := &tokenPlatform{life: 2 * time.Hour}
	tokens := channels.NewTokens(db, testSeal(), 0)
	mustToken(t, tokens, p)
	row, err := sql.Get[struct {
		AccountID, Token, TokenKey, Holder, ForcedDay, LastCode, LastText string
		FetchedAt, ExpiresAt, LeaseUntil, ForcedAt, BlockedUntil          sql.Time
		Generation, ForcedCount                                           int64
	}](t.Context(), db, "account_token.get", sql.Args{"account_id": "acc"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), "account_token.insert", sql.Args{"account_id": "other"}); err != nil {
		t.Fatal(err)
	}
	args := sql.Args{"account_id": "other", "holder": "h", "until": row.ExpiresAt, "generation": 0, "now": db.Now(),
		"token": row.Token, "token_key": row.TokenKey, "fetched_at": row.FetchedAt, "expires_at": row.ExpiresAt}
	for _, statement := range []string{"account_token.lease", "account_token.keep"} {
		if mine, err := db.ExecOne(t.Context(), statement, args); err != nil || !mine {
			t.Fatalf("%s = %v, %v", statement, mine, err)
		}
	}
	if _, err := tokens.Get(t.Context(), "other", p.fetch); err != nil || p.fetches.Load() != 2 {
		t.Errorf("Get for the other account = %v after %d fetches, want a fetch of its own", err, p.fetches.Load())
	}
}

func TestATokenNearItsEndIsRenewedAndOneWithoutAKeyFetchedAnew(t *testing.T) {
	clock := newTestClock()
	db := sqltest.SQLite(t).WithClock(clock.Now)
	p := &tokenPlatform{life: 2 * time.Hour}
	tokens := channels.NewTokens(db, testSeal(), 0)
	mustToken(t, tokens, p)
	for _, c := range []struct {
		advance time.Duration
		fetches int64
	}{{30 * time.Minute, 1}, {85 * time.Minute, 1}, {2 * time.Minute, 2}} {
		clock.Advance(c.advance)
		mustToken(t, tokens, p)
		if n := p.fetches.Load(); n != c.fetches {
			t.Errorf("after %v more there were %d fetches, want %d", c.advance, n, c.fetches)
		}
	}
	lost := testSeal()
	lost.Open = func(string, string) ([]byte, error) { return nil, errors.New("the key is gone") }
	mustToken(t, channels.NewTokens(db, lost, 0), p)
	if n := p.fetches.Load(); n != 3 {
		t.Errorf("a node that cannot open the token made it %d fetches, want 3", n)
	}
}

func TestAShortTokenIsUsedForHalfItsLife(t *testing.T) {
	clock := newTestClock()
	tokens := channels.NewTokens(sqltest.SQLite(t).WithClock(clock.Now), testSeal(), 0)
	p := &tokenPlatform{life: 2 * time.Minute}
	mustToken(t, tokens, p)
	clock.Advance(50 * time.Second)
	mustToken(t, tokens, p)
	if n := p.fetches.Load(); n != 1 {
		t.Errorf("after 50 s of 2 min there were %d fetches, want 1", n)
	}
	clock.Advance(20 * time.Second)
	mustToken(t, tokens, p)
	if n := p.fetches.Load(); n != 2 {
		t.Errorf("after 70 s of 2 min there were %d fetches, want 2", n)
	}
}

func TestALateFailureDropsOnlyTheTokenItUsed(t *testing.T) {
	db := sqltest.SQLite(t)
	p := &tokenPlatform{life: 2 * time.Hour}
	one, two := channels.NewTokens(db, testSeal(), 0), channels.NewTokens(db, testSeal(), 0)
	old := mustToken(t, one, p)
	p.serial.Add(1)
	if err := two.Drop(t.Context(), "acc", old); err != nil {
		t.Fatal(err)
	}
	fresh := mustToken(t, two, p)
	if err := one.Drop(t.Context(), "acc", old); err != nil { // the same failure, noticed later by the other node
		t.Fatal(err)
	}
	if got := mustToken(t, one, p); got.Value != fresh.Value || got.Value != "token-1" || p.fetches.Load() != 2 {
		t.Errorf("after a late drop the token is %q after %d fetches, want %q after 2", got.Value, p.fetches.Load(), fresh.Value)
	}
}

func TestForceIsBoundedByTimeAndCountAndGeneration(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		clock := newTestClock()
		p := &tokenPlatform{life: 2 * time.Hour}
		tokens := channels.NewTokens(db.WithClock(clock.Now), testSeal(), 0)
		token := mustToken(t, tokens, p)
		force := func() bool {
			t.Helper()
			next, ok, err := tokens.Force(t.Context(), "acc", token, p.fetch)
			if err != nil {
				t.Fatalf("Force = %v", err)
			}
			if ok {
				token = next
			}
			return ok
		}
		first := token
		if !force() || token.Value == first.Value {
			t.Fatalf("the first Force gave %q, want a new token", token.Value)
		}
		if force() {
			t.Error("a second Force at once was allowed, want 30 s between them")
		}
		if _, ok, _ := tokens.Force(t.Context(), "acc", first, p.fetch); ok {
			t.Error("Force for a token that was replaced already was allowed")
		}
		done := 1
		for range 30 {
			clock.Advance(31 * time.Second)
			if force() {
				done++
			}
		}
		if done != 20 {
			t.Errorf("one day allowed %d forced fetches, want 20", done)
		}
		clock.Advance(24 * time.Hour)
		token = mustToken(t, tokens, p)
		if !force() {
			t.Error("the next day's first Force was refused")
		}
	})
}

func TestPermissionErrorsBlockTheAccountUntilTheCredentialsChange(t *testing.T) {
	clock := newTestClock()
	db := sqltest.SQLite(t).WithClock(clock.Now)
	tokens := channels.NewTokens(db, testSeal(), 0)
	p := &tokenPlatform{life: 2 * time.Hour}
	p.err.Store(&channels.PlatformError{Code: "40164", Text: "invalid ip 203.0.113.9", Class: channels.Permission})
	if _, err := tokens.Get(t.Context(), "acc", p.fetch); channels.AsPlatformError(err) == nil {
		t.Fatalf("Get = %v, want the platform's error", err)
	}
	p.err.Store(nil)
	var blocked *channels.TokenBlocked
	if _, err := tokens.Get(t.Context(), "acc", p.fetch); !errors.As(err, &blocked) || blocked.Code != "40164" || !strings.Contains(blocked.Text, "203.0.113.9") {
		t.Errorf("Get = %v, want TokenBlocked with code and text", err)
	}
	if n := p.fetches.Load(); n != 1 {
		t.Errorf("a blocked account was asked for %d times, want 1", n)
	}
	if err := channels.ForgetToken(t.Context(), db, "acc"); err != nil {
		t.Fatal(err)
	}
	mustToken(t, tokens, p)

	if err := tokens.Block(t.Context(), "acc", mustToken(t, tokens, p), "40001", "refused"); err != nil {
		t.Fatal(err)
	}
	if _, err := channels.NewTokens(db, testSeal(), 0).Get(t.Context(), "acc", p.fetch); !errors.As(err, &blocked) {
		t.Errorf("Get on another node = %v, want TokenBlocked", err)
	}
	clock.Advance(11 * time.Minute)
	mustToken(t, tokens, p)
}

func TestAnErrorWithoutBlameGivesTheLeaseBack(t *testing.T) {
	db := sqltest.SQLite(t)
	tokens := channels.NewTokens(db, testSeal(), 0)
	p := &tokenPlatform{life: 2 * time.Hour}
	p.err.Store(&channels.PlatformError{Code: "-1", Class: channels.Retry})
	if _, err := tokens.Get(t.Context(), "acc", p.fetch); err == nil {
		t.Fatal("Get = nil, want the platform's error")
	}
	p.err.Store(nil)
	began := time.Now()
	mustToken(t, channels.NewTokens(db, testSeal(), 0), p)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the next Get took %v, want it at once", took)
	}
}

func TestACancelledFetchGivesTheLeaseBackAndWaitersLeave(t *testing.T) {
	db := sqltest.SQLite(t)
	tokens := channels.NewTokens(db, testSeal(), 0)
	slow := &tokenPlatform{life: 2 * time.Hour, delay: time.Minute}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := tokens.Get(ctx, "acc", slow.fetch); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Get = %v, want the deadline", err)
			}
		})
	}
	wg.Wait()
	mustToken(t, channels.NewTokens(db, testSeal(), 0), &tokenPlatform{life: 2 * time.Hour})
}

func TestANodeThatDiesFetchingIsWaitedForAndThenReplaced(t *testing.T) {
	clock := newTestClock()
	db := sqltest.SQLite(t).WithClock(clock.Now)
	args := sql.Args{"account_id": "acc"}
	if _, err := db.Exec(t.Context(), "account_token.insert", args); err != nil {
		t.Fatal(err)
	}
	args["holder"], args["until"], args["generation"], args["now"] = "dead", db.Now().Add(45*time.Second), 0, db.Now()
	if mine, err := db.ExecOne(t.Context(), "account_token.lease", args); err != nil || !mine {
		t.Fatalf("lease = %v, %v", mine, err)
	}
	p := &tokenPlatform{life: 2 * time.Hour}
	if _, err := channels.NewTokens(db, testSeal(), 0).Get(t.Context(), "acc", p.fetch); !errors.Is(err, channels.ErrTokenBusy) {
		t.Errorf("Get while another node holds the lease = %v, want ErrTokenBusy", err)
	}
	clock.Advance(time.Minute)
	mustToken(t, channels.NewTokens(db, testSeal(), 0), p)
}

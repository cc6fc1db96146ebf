package channels

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"govmedia/sql"
)

// Seal closes and opens what must not stand in the database in clear. The keyring of accounts provides both functions.
type Seal struct {
	Seal func(plain []byte) (text, keyID string, err error)
	Open func(text, keyID string) ([]byte, error)
}

// Token is an account's access token at its platform.
type Token struct {
	Value      string
	ExpiresAt  sql.Time
	Generation int64 // which fetch it came from, so that a late failure drops only the token it used
}

// FetchToken asks the platform for a token and says how long it lives. force ends the present one first. An error that is
// a *PlatformError of class Permission blocks the account for a while, because asking again cannot help.
type FetchToken func(ctx context.Context, force bool) (value string, life time.Duration, err error)

// TokenBlocked is what Get returns while nobody may ask the platform for a token of the account.
type TokenBlocked struct {
	Until sql.Time
	Code  string // of the platform error that blocked it
	Text  string
}

// Error is for logs.
func (e *TokenBlocked) Error() string {
	return fmt.Sprintf("no token before %s: %s: %s", e.Until, e.Code, e.Text)
}

// ErrTokenBusy is what Get returns when another node is fetching the token and has not finished in time.
var ErrTokenBusy = errors.New("another node is fetching the token")

// How tokens are shared. Figures of WeChat's stable_token, the strictest of the platforms: at most 20 forced fetches a
// day, 30 seconds apart; the platform renews five minutes before the end, and both tokens work in that time.
const (
	tokenMargin    = 4 * time.Minute // a token nearer to its end is renewed
	tokenCopyLife  = time.Minute     // how long a node believes its own copy
	tokenCopyReach = 10 * time.Minute
	tokenLease     = 45 * time.Second // longer than any fetch takes
	tokenWait      = 5 * time.Second  // for the node that fetches
	tokenLook      = 50 * time.Millisecond
	forcedApart    = 30 * time.Second
	forcedPerDay   = 20
	tokenBlock     = 10 * time.Minute // changes of an IP whitelist take that long to act
)

// Tokens hands out access tokens that all nodes of one database share: one node fetches, the others read the row.
type Tokens struct {
	db     *sql.DB
	seal   Seal
	lease  time.Duration
	holder string

	mu     sync.Mutex
	copies map[string]*tokenCopy
}

// tokenCopy is what this process last saw of an account's token. Whoever has put its own mark into turn may touch it.
type tokenCopy struct {
	turn   chan struct{}
	token  Token
	readAt sql.Time
}

// NewTokens returns the tokens kept in db. Times come from db.Now. lease is how long a fetch that a crash cut off keeps
// the others waiting; 0 is 45 seconds, longer than any fetch takes.
func NewTokens(db *sql.DB, seal Seal, lease time.Duration) *Tokens {
	if lease == 0 {
		lease = tokenLease
	}
	return &Tokens{db: db, seal: seal, lease: lease, holder: sql.NewID(), copies: map[string]*tokenCopy{}}
}

// Get returns a token that should work: the process's copy, the row's, or a fetched one. Errors: *TokenBlocked,
// ErrTokenBusy, what fetch returned, or the database's.
func (t *Tokens) Get(ctx context.Context, accountID string, fetch FetchToken) (Token, error) {
	c, done, err := t.take(ctx, accountID)
	if err != nil {
		return Token{}, err
	}
	defer done()
	now := t.db.Now()
	if c.token.Value != "" && now.Sub(c.readAt) <= tokenCopyLife && c.token.ExpiresAt.Sub(now) >= tokenCopyReach {
		return c.token, nil
	}
	token, err := t.obtain(ctx, accountID, fetch)
	if err != nil {
		return Token{}, fmt.Errorf("get the token of account %s: %w", accountID, err)
	}
	c.token, c.readAt = token, t.db.Now()
	return token, nil
}

// take waits for the account's turn within this process, so that one caller works on the row and the others find the copy.
func (t *Tokens) take(ctx context.Context, accountID string) (*tokenCopy, func(), error) {
	t.mu.Lock()
	c := t.copies[accountID]
	if c == nil {
		c = &tokenCopy{turn: make(chan struct{}, 1)}
		t.copies[accountID] = c
	}
	t.mu.Unlock()
	select {
	case c.turn <- struct{}{}:
		return c, func() { <-c.turn }, nil
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// tokenRow is a row of account_tokens.
type tokenRow struct {
	AccountID    string
	Token        string
	TokenKey     string
	FetchedAt    sql.Time
	ExpiresAt    sql.Time
	Generation   int64
	Holder       string
	LeaseUntil   sql.Time
	ForcedDay    string
	ForcedCount  int64
	ForcedAt     sql.Time
	BlockedUntil sql.Time
	LastCode     string
	LastText     string
}

// obtain reads the row until it holds a token or the lease is ours.
func (t *Tokens) obtain(ctx context.Context, accountID string, fetch FetchToken) (Token, error) {
	giveUp := time.Now().Add(tokenWait)
	for {
		row, err := t.row(ctx, accountID)
		if err != nil {
			return Token{}, err
		}
		now := t.db.Now()
		if row.BlockedUntil > now {
			return Token{}, &TokenBlocked{Until: row.BlockedUntil, Code: row.LastCode, Text: row.LastText}
		}
		token, ok := t.open(row)
		if ok && row.ExpiresAt.Sub(now) > row.margin() {
			return token, nil
		}
		mine, err := t.db.ExecOne(ctx, "account_token.lease", sql.Args{"account_id": accountID, "holder": t.holder,
			"until": now.Add(t.lease), "generation": row.Generation, "now": now})
		if err != nil {
			return Token{}, err
		}
		if mine {
			return t.fetch(ctx, row, fetch, false)
		}
		if ok && row.ExpiresAt > now {
			return token, nil // another node renews it; the old one still works
		}
		if err := awaitLook(ctx, giveUp); err != nil {
			return Token{}, err
		}
	}
}

// margin is how long before its end a token is renewed. Half its life, when it was short already when it came.
func (r tokenRow) margin() time.Duration { return min(tokenMargin, r.ExpiresAt.Sub(r.FetchedAt)/2) }

func awaitLook(ctx context.Context, giveUp time.Time) error {
	if time.Now().After(giveUp) {
		return ErrTokenBusy
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(tokenLook):
		return nil
	}
}

// row reads the account's row, and makes it when there is none.
func (t *Tokens) row(ctx context.Context, accountID string) (tokenRow, error) {
	args := sql.Args{"account_id": accountID}
	row, err := sql.Get[tokenRow](ctx, t.db, "account_token.get", args)
	if !errors.Is(err, sql.ErrNone) {
		return row, err
	}
	if _, err := t.db.Exec(ctx, "account_token.insert", args); err != nil && !sql.IsDuplicate(err) {
		return tokenRow{}, err
	}
	return sql.Get[tokenRow](ctx, t.db, "account_token.get", args)
}

// open unseals a row's token; false when it has none, one whose key is gone or one of another account, which is as good as
// none.
func (t *Tokens) open(row tokenRow) (Token, bool) {
	if row.Token == "" {
		return Token{}, false
	}
	plain, err := t.seal.Open(row.Token, row.TokenKey)
	value, ours := strings.CutPrefix(string(plain), owner(row.AccountID))
	if err != nil || !ours || value == "" {
		return Token{}, false
	}
	return Token{Value: value, ExpiresAt: row.ExpiresAt, Generation: row.Generation}, true
}

// owner is sealed in front of a token, so that a row copied to another account opens to nothing.
func owner(accountID string) string { return accountID + "\n" }

// fetch asks the platform while the lease is ours, and gives the lease back whatever happens. A database that fails to
// keep the token does not make the token worse: the caller gets it all the same.
func (t *Tokens) fetch(ctx context.Context, row tokenRow, fetch FetchToken, force bool) (Token, error) {
	value, life, err := fetch(ctx, force)
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err != nil {
		return Token{}, errors.Join(err, t.release(after, row.AccountID, err))
	}
	now := t.db.Now()
	token := Token{Value: value, ExpiresAt: now.Add(life), Generation: row.Generation + 1}
	sealed, key, err := t.seal.Seal([]byte(owner(row.AccountID) + value))
	if err != nil {
		return Token{}, errors.Join(fmt.Errorf("seal a token: %w", err), t.release(after, row.AccountID, err))
	}
	_, _ = t.db.Exec(after, "account_token.keep", sql.Args{"account_id": row.AccountID, "holder": t.holder, "token": sealed,
		"token_key": key, "fetched_at": now, "expires_at": token.ExpiresAt})
	return token, nil
}

func (t *Tokens) release(ctx context.Context, accountID string, cause error) error {
	args := sql.Args{"account_id": accountID, "holder": t.holder, "blocked_until": sql.Time(0), "last_code": "", "last_text": ""}
	if p := AsPlatformError(cause); p != nil {
		args["last_code"], args["last_text"] = p.Code, cut(p.Text, 1000)
		if p.Class == Permission {
			args["blocked_until"] = t.db.Now().Add(tokenBlock)
		}
	}
	_, err := t.db.Exec(ctx, "account_token.release", args)
	return err
}

// Drop forgets a token that the platform refused. One fetched since, by whichever node, stays.
func (t *Tokens) Drop(ctx context.Context, accountID string, refused Token) error {
	c, done, err := t.take(ctx, accountID)
	if err != nil {
		return err
	}
	defer done()
	if c.token.Generation <= refused.Generation {
		c.token = Token{}
	}
	_, err = t.db.Exec(ctx, "account_token.drop", sql.Args{"account_id": accountID, "generation": refused.Generation})
	if err != nil {
		return fmt.Errorf("drop the token of account %s: %w", accountID, err)
	}
	return nil
}

// Force has the platform end the refused token and make another; the last resort, since it cuts off whoever else uses the
// account. False when it is not allowed now: too often today, too soon after the last one, or another node is at it.
func (t *Tokens) Force(ctx context.Context, accountID string, refused Token, fetch FetchToken) (Token, bool, error) {
	c, done, err := t.take(ctx, accountID)
	if err != nil {
		return Token{}, false, err
	}
	defer done()
	now := t.db.Now()
	mine, err := t.db.ExecOne(ctx, "account_token.lease_forced", sql.Args{"account_id": accountID, "holder": t.holder,
		"until": now.Add(t.lease), "generation": refused.Generation, "now": now, "before": now.Add(-forcedApart),
		"day": now.Std().Format(time.DateOnly), "most": forcedPerDay})
	if err != nil || !mine {
		return Token{}, false, err
	}
	token, err := t.fetch(ctx, tokenRow{AccountID: accountID, Generation: refused.Generation}, fetch, true)
	if err != nil {
		return Token{}, false, fmt.Errorf("force the token of account %s: %w", accountID, err)
	}
	c.token, c.readAt = token, t.db.Now()
	return token, true, nil
}

// Block keeps everybody from asking for a token of the account for ten minutes. It does nothing when another token has
// come since the refused one.
func (t *Tokens) Block(ctx context.Context, accountID string, refused Token, code, text string) error {
	c, done, err := t.take(ctx, accountID)
	if err != nil {
		return err
	}
	defer done()
	if c.token.Generation <= refused.Generation {
		c.token = Token{}
	}
	_, err = t.db.Exec(ctx, "account_token.block", sql.Args{"account_id": accountID, "generation": refused.Generation,
		"blocked_until": t.db.Now().Add(tokenBlock), "last_code": code, "last_text": cut(text, 1000)})
	if err != nil {
		return fmt.Errorf("block the tokens of account %s: %w", accountID, err)
	}
	return nil
}

// ForgetToken drops an account's token and lifts its block. It belongs to setting new credentials. Other nodes may use
// their copy of the old token for a minute more.
func ForgetToken(ctx context.Context, db *sql.DB, accountID string) error {
	if _, err := db.Exec(ctx, "account_token.delete", sql.Args{"account_id": accountID}); err != nil {
		return fmt.Errorf("forget the token of account %s: %w", accountID, err)
	}
	return nil
}

package wechat

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// DefaultBaseURL is where WeChat's interface is.
const DefaultBaseURL = "https://api.weixin.qq.com"

// Config is how the adapter is set up. DB and Seal are required; the rest has defaults.
type Config struct {
	BaseURL         string        // DefaultBaseURL, or a stand-in's
	DB              *sql.DB       // tokens, uploads and budgets
	Seal            channels.Seal // closes the tokens in the database
	Timeout         time.Duration // of one call; an upload gets three times as long. Default 10 s
	MaxConnsPerHost int           // connections to WeChat at a time. Default 64
	Limits          Limits
	Budgets         map[string]int64 // most calls a day by path, over DefaultBudgets; 0 is without bound
	Ladder          []time.Duration  // when to ask for the outcome, counted from the submit. Default DefaultLadder
	SettleAfter     time.Duration    // a draft still there so long after a lost submit was not published. Default 10 min
	TokenLease      time.Duration    // how long a token fetch that a crash cut off keeps the others waiting. Default 45 s
	Component       *Component       // the third-party platform that accounts may grant; nil: none, they have secrets of their own
	Now             func() time.Time // the time, for tests; nil takes the database handle's
}

// Limits are what WeChat takes, as its field table of 2025-12-19 gives them. They were changed before, so they are
// settings; a zero field takes the default.
type Limits struct {
	Title        int // characters. Default 32
	Author       int // characters. Default 16
	Digest       int // characters. Default 128
	Content      int // characters of the HTML, of which there must be fewer. Default 20,000
	ContentBytes int // bytes of the HTML, of which there must be fewer. Default 1,000,000
	SourceURL    int // bytes of the "read original" address. Default 1,024
}

// DefaultLadder is when the outcome of a publish job is asked for, counted from the submit. It fits the 100 questions an
// account has a day; WeChat mostly takes 15 seconds, sometimes two hours.
func DefaultLadder() []time.Duration {
	return []time.Duration{20 * time.Second, time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 6 * time.Hour, 24 * time.Hour}
}

// DefaultBudgets is how many calls we make at most for an account on one Beijing day, by path: the daily table of a newly
// registered account, less a fifth of the questions, which other parts of the program ask.
func DefaultBudgets() map[string]int64 {
	return map[string]int64{
		pathSubmit: 100, pathPoll: 80, pathPublished: 80, pathAddDraft: 1000, pathGetDraft: 400, pathDrafts: 800,
		pathDelete: 10, pathArticle: 80, pathDropDraft: 800, pathSendAll: 100, pathMass: 100, pathMassDrop: 100,
		pathHealth: healthProbes,
	}
}

// Channel is the adapter. It holds nothing of a delivery and serves all accounts at once.
type Channel struct {
	base        string
	db          *sql.DB
	tokens      *channels.Tokens
	client      *http.Client
	fresh       *http.Client // a connection for each call, for submits
	timeout     time.Duration
	limits      Limits
	budgets     map[string]int64
	ladder      []time.Duration
	settleAfter time.Duration
	component   *component // nil: none is set up
}

var _ channels.Channel = (*Channel)(nil)

// New makes the adapter. It calls nobody. It fails when the base address is no absolute http address, or a part is missing.
func New(config Config) (*Channel, error) {
	if config.DB == nil || config.Seal.Seal == nil || config.Seal.Open == nil {
		return nil, fmt.Errorf("wechat: database and sealing functions are required")
	}
	base, err := url.Parse(orDefault(config.BaseURL, DefaultBaseURL))
	if err != nil || (base.Scheme != "http" && base.Scheme != "https") || base.Host == "" || base.RawQuery != "" {
		return nil, fmt.Errorf("wechat: base address %q is not of the form https://host/path", config.BaseURL)
	}
	db := config.DB
	if config.Now != nil {
		db = db.WithClock(config.Now)
	}
	c := &Channel{
		base: strings.TrimRight(base.String(), "/"), db: db, tokens: channels.NewTokens(db, config.Seal, config.TokenLease),
		client:  newClient(orDefault(config.MaxConnsPerHost, 64), true),
		fresh:   newClient(orDefault(config.MaxConnsPerHost, 64), false),
		timeout: orDefault(config.Timeout, 10*time.Second), limits: config.Limits.withDefaults(),
		budgets: DefaultBudgets(), ladder: config.Ladder, settleAfter: orDefault(config.SettleAfter, 10*time.Minute),
	}
	if c.component, err = newComponent(config.Component); err != nil {
		return nil, err
	}
	for path, most := range config.Budgets {
		c.budgets[path] = most
	}
	if len(c.ladder) == 0 {
		c.ladder = DefaultLadder()
	}
	return c, nil
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Title: orDefault(l.Title, 32), Author: orDefault(l.Author, 16), Digest: orDefault(l.Digest, 128),
		Content: orDefault(l.Content, 20_000), ContentBytes: orDefault(l.ContentBytes, 1_000_000),
		SourceURL: orDefault(l.SourceURL, 1024),
	}
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// newClient makes a client for all accounts. A redirect is never followed: it would carry the token elsewhere. A client
// that keeps no connection cannot meet one that the other side has just closed, which would leave it in doubt whether the
// request was read.
func newClient(conns int, keep bool) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, DisableKeepAlives: !keep,
			MaxConnsPerHost: conns, MaxIdleConns: 2 * conns, MaxIdleConnsPerHost: (conns + 1) / 2,
			IdleConnTimeout: time.Minute, TLSHandshakeTimeout: 10 * time.Second, ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Close ends the idle connections. Calls under way go on.
func (c *Channel) Close() { c.client.CloseIdleConnections() }

package channels

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels/egress"
	"govmedia/channels/page"
	"govmedia/sql"
	"govmedia/units"
)

// SourceKind is how the posts of an account or a column are read from outside.
type SourceKind string

// The kinds.
const (
	PlatformSource SourceKind = "platform" // the platform's own list, by the account's credentials
	FeedSource     SourceKind = "feed"     // RSS, Atom or JSON Feed
	ColumnSource   SourceKind = "column"   // the list page of a column, and the article pages behind it
	SitemapSource  SourceKind = "sitemap"
)

// SourceState is whether a source is read.
type SourceState string

// The states.
const (
	SourceReading SourceState = "reading"
	SourcePaused  SourceState = "paused" // by a person
	SourceGone    SourceState = "gone"   // its host says that it is gone for good
)

// Reading is what came of reading a source.
type Reading string

// The results. The last four are failures: nothing is known of the posts.
const (
	ReadUpdated     Reading = "updated"     // there was something new
	ReadUnchanged   Reading = "unchanged"   // read, nothing new
	ReadBlank       Reading = "blank"       // read, and nothing at all is listed
	ReadUndated     Reading = "undated"     // read, and nothing in it has a date that can be
	ReadUnreadable  Reading = "unreadable"  // it answers, and not to us: refused, a challenge, another layout
	ReadUnreachable Reading = "unreachable" // it does not answer
	ReadGone        Reading = "gone"
)

// failed reports whether nothing could be learnt from a reading.
func (r Reading) failed() bool { return r == ReadUnreadable || r == ReadUnreachable || r == ReadGone }

// Expect is what the pages of a source must say of themselves, and how its list is read.
type Expect struct {
	SiteCode   string `json:"site_code" maxLength:"20"`    // 网站标识码, SiteIDCode; empty: not checked
	ColumnName string `json:"column_name" maxLength:"120"` // ColumnName; empty: not checked
	Selector   string `json:"selector" maxLength:"200"`    // CSS selector of the list's links; empty: links beside a date
	Path       string `json:"path" maxLength:"300"`        // of a sitemap: only addresses whose path begins so
}

// Value implements driver.Valuer.
func (e Expect) Value() (driver.Value, error) { type plain Expect; return sql.EncodeJSON(plain(e)) }

// Scan implements sql.Scanner.
func (e *Expect) Scan(value any) error { type plain Expect; return sql.DecodeJSON(value, (*plain)(e)) }

// Source is one place where posts are read from outside.
type Source struct {
	ID           string            `json:"id"`
	AccountID    string            `json:"account_id"`
	AccountName  string            `json:"account_name"`
	ColumnID     *string           `json:"column_id"`
	ColumnName   string            `json:"column_name"`
	UnitID       string            `json:"unit_id"`
	UnitName     string            `json:"unit_name"`
	Platform     accounts.Platform `json:"platform"`
	Kind         SourceKind        `json:"kind"`
	URL          string            `json:"url"`
	Host         string            `json:"host"`
	Expect       Expect            `json:"expect"`
	State        SourceState       `json:"state"`
	DueAt        *sql.Time         `json:"due_at"` // when it is read next; nil while it is not
	LeaseUntil   *sql.Time         `json:"-"`
	Result       Reading           `json:"result"`   // of the last reading; empty before the first
	Sentence     string            `json:"sentence"` // what happened and what to do; empty when all is well
	Warnings     sql.Strings       `json:"warnings"`
	Failures     int               `json:"failures"` // in a row
	FailingSince *sql.Time         `json:"failing_since"`
	Marked       bool              `json:"marked"`     // what it is read for stands 未知 because of it
	ReadAt       *sql.Time         `json:"read_at"`    // last tried
	OKAt         *sql.Time         `json:"ok_at"`      // last answered
	ChangedAt    *sql.Time         `json:"changed_at"` // last had something new
	MovedTo      string            `json:"moved_to"`   // where its host says it has gone for good: a person decides
	CreatedAt    sql.Time          `json:"created_at"`
	UpdatedAt    sql.Time          `json:"updated_at"`
	Version      int64             `json:"version"`
	Actions      []string          `json:"actions"` // what this person may do: save, read, pause, resume, remove, move
	Events       []SourceEvent     `json:"events"`  // only from GetSource
}

// SourceEvent is something a source told: new posts, a failure, its end.
type SourceEvent struct {
	ID        string   `json:"id"`
	At        sql.Time `json:"at"`
	Result    Reading  `json:"result"`
	Sentence  string   `json:"sentence"`
	Posts     int      `json:"posts"`
	Questions int      `json:"questions"`
}

// NewSource is what a new source is made of.
type NewSource struct {
	AccountID string
	ColumnID  string // of a website's column; empty: of the whole account
	Kind      SourceKind
	URL       string // empty for the platform's own list
	Expect    Expect
}

// The bounds of sources.
const (
	maxSourceURL    = 1000
	mostSources     = 500 // of one account
	eventsShown     = 50
	mostSourcePages = 100
)

// Actions of sources in the audit chain.
const (
	actionSourceAdd    units.Action = "source.add"
	actionSourceSave   units.Action = "source.save"
	actionSourcePause  units.Action = "source.pause"
	actionSourceResume units.Action = "source.resume"
	actionSourceRemove units.Action = "source.remove"
)

// sourceAccount is the account that a source is for.
type sourceAccount struct {
	ID       string
	UnitID   string
	Platform accounts.Platform
	State    accounts.State
}

// mayAt returns an account at whose unit the actor holds a permission. Errors: accounts.ErrNotFound when the actor does not
// even see it, accounts.ErrForbidden.
func mayAt(ctx context.Context, db *sql.DB, actor units.Actor, accountID string, permission units.Permission) (sourceAccount, error) {
	if actor.IsSystem() {
		account, err := accounts.Load(ctx, db, accountID)
		return sourceAccount{account.ID, account.UnitID, account.Platform, account.State}, err
	}
	args := sql.Args{"id": accountID, "person_id": actor.PersonID, "roles": units.RolesWith(permission)}
	account, err := sql.Get[sourceAccount](ctx, db, "source.may", args)
	if !errors.Is(err, sql.ErrNone) {
		return account, err
	}
	args["roles"] = units.RolesWith(units.ReadAccounts)
	if _, err := sql.Get[sourceAccount](ctx, db, "source.may", args); !errors.Is(err, sql.ErrNone) {
		return account, errors.Join(err, accounts.ErrForbidden)
	}
	return account, accounts.ErrNotFound
}

// AddSource adds a place where the posts of an account are read; it is read at once. The actor holds WriteAccounts for the
// account's unit. Errors: ErrSourceKind, ErrSourceURL, ErrSourceExists, ErrSourceSelector, ErrSourceMany, the errors of
// egress, accounts.ErrNotFound, accounts.ErrForbidden, accounts.ErrColumnNotFound, accounts.ErrStateRefuses.
func AddSource(ctx context.Context, db *sql.DB, guard *egress.Guard, actor units.Actor, in NewSource) (Source, error) {
	account, err := mayAt(ctx, db, actor, in.AccountID, units.WriteAccounts)
	if err != nil {
		return Source{}, err
	}
	if err := checkSource(ctx, db, guard, actor, account, &in); err != nil {
		return Source{}, err
	}
	id := ""
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if id, err = insertSource(ctx, tx, actor, in); err != nil {
			return err
		}
		return auditSource(ctx, tx, actor, account.UnitID, id, actionSourceAdd, sql.Object{"account_id": in.AccountID, "column_id": in.ColumnID, "kind": in.Kind, "url": in.URL})
	})
	if err != nil {
		return Source{}, err
	}
	return GetSource(ctx, db, actor, id)
}

func checkSource(ctx context.Context, db *sql.DB, guard *egress.Guard, actor units.Actor, account sourceAccount, in *NewSource) error {
	if account.State == accounts.Closed {
		return accounts.ErrStateRefuses
	}
	if in.ColumnID != "" {
		column, err := accounts.GetColumn(ctx, db, actor, in.ColumnID)
		if err != nil {
			return err
		}
		if column.AccountID != account.ID || column.State == accounts.ColumnClosed {
			return accounts.ErrColumnNotFound.On("column_id")
		}
	}
	switch in.Kind {
	case PlatformSource:
		if in.ColumnID != "" || in.URL != "" {
			return ErrSourceKind.On("kind")
		}
		return nil
	case FeedSource, ColumnSource, SitemapSource:
	default:
		return ErrSourceKind.On("kind")
	}
	return checkSourceAddress(ctx, guard, in)
}

func checkSourceAddress(ctx context.Context, guard *egress.Guard, in *NewSource) error {
	in.URL = strings.TrimSpace(in.URL)
	if in.URL == "" || utf8.RuneCountInString(in.URL) > maxSourceURL {
		return ErrSourceURL.On("url")
	}
	if !page.ValidSelector(in.Expect.Selector) {
		return ErrSourceSelector.On("expect.selector")
	}
	address, err := guard.CheckURL(ctx, in.URL)
	if err != nil {
		return err
	}
	in.URL = address
	return nil
}

// insertSource writes the row of a source, due now, and returns its id.
func insertSource(ctx context.Context, tx *sql.DB, actor units.Actor, in NewSource) (string, error) {
	id := sql.NewID()
	_, err := tx.Exec(ctx, "source.insert", sql.Args{"id": id, "account_id": in.AccountID, "column_id": orNil(in.ColumnID), "kind": in.Kind, "url": in.URL,
		"host": hostOf(in.URL), "fingerprint": in.fingerprint(), "expect": in.Expect, "due_at": tx.Now(), "created_by": actor.PersonID, "created_at": tx.Now()})
	if sql.IsDuplicate(err) {
		err = ErrSourceExists.On("url")
	}
	return id, err
}

func orNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// fingerprint is the same for the same place read for the same thing.
func (in NewSource) fingerprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", in.AccountID, in.ColumnID, in.Kind, in.URL))
	return hex.EncodeToString(sum[:])
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return cut(strings.ToLower(u.Host), 255)
}

func auditSource(ctx context.Context, tx *sql.DB, actor units.Actor, unitID, id string, action units.Action, detail sql.Object) error {
	return units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: action, ObjectKind: "source", ObjectID: id, Detail: detail})
}

// AddColumnSources adds a list page for each column of a website that is shown, has an address and is not read yet, and
// returns how many. The actor holds WriteAccounts. Columns whose address is refused are left out.
func AddColumnSources(ctx context.Context, db *sql.DB, guard *egress.Guard, actor units.Actor, accountID string) (int, error) {
	account, err := mayAt(ctx, db, actor, accountID, units.WriteAccounts)
	if err != nil {
		return 0, err
	}
	type shown struct{ ID, URL string }
	columns, err := sql.List[shown](ctx, db, "source.columns", sql.Args{"account_id": account.ID})
	if err != nil {
		return 0, err
	}
	added := 0
	for _, column := range columns {
		in := NewSource{AccountID: account.ID, ColumnID: column.ID, Kind: ColumnSource, URL: column.URL}
		if checkSourceAddress(ctx, guard, &in) != nil {
			continue
		}
		err := db.InTx(ctx, func(tx *sql.DB) error {
			id, err := insertSource(ctx, tx, actor, in)
			if err != nil {
				return err
			}
			return auditSource(ctx, tx, actor, account.UnitID, id, actionSourceAdd, sql.Object{"account_id": in.AccountID, "column_id": in.ColumnID, "kind": in.Kind, "url": in.URL})
		})
		switch {
		case errors.Is(err, ErrSourceExists):
		case err != nil:
			return added, err
		default:
			added++
		}
	}
	return added, nil
}

// GetSource returns a source of an account that the actor reaches with ReadAccounts, with what it told last.
func GetSource(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Source, error) {
	source, err := loadSource(ctx, db, actor, id)
	if err != nil {
		return Source{}, err
	}
	if source.Events, err = sql.List[SourceEvent](ctx, db, "source.events", sql.Args{"source_id": id, "limit": eventsShown}); err != nil {
		return Source{}, err
	}
	list := []Source{source}
	if err := setSourceActions(ctx, db, actor, list); err != nil {
		return Source{}, err
	}
	return list[0], nil
}

func loadSource(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Source, error) {
	program := 0
	if actor.IsSystem() {
		program = 1
	}
	source, err := sql.Get[Source](ctx, db, "source.visible", sql.Args{"id": id, "program": program, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrSourceNotFound
	}
	return source, err
}

// SourceFilter says which page of sources is wanted; empty fields narrow nothing.
type SourceFilter struct {
	UnitID    string // this unit and those below it
	AccountID string
	Result    Reading
	Failing   bool   // only those that a person should look at: failing, gone, moved
	After     string // id of the last row of the page before
	Limit     int
}

// Sources returns a page of the sources of accounts that the actor reaches with ReadAccounts, the latest first.
func Sources(ctx context.Context, db *sql.DB, actor units.Actor, filter SourceFilter) ([]Source, error) {
	path := ""
	if filter.UnitID != "" {
		unit, err := units.Get(ctx, db, actor, filter.UnitID)
		if err != nil {
			return nil, err
		}
		path = unit.Path
	}
	failing := 0
	if filter.Failing {
		failing = 1
	}
	list, err := sql.List[Source](ctx, db, "source.list", sql.Args{"account_id": filter.AccountID, "path": path, "result": filter.Result, "failing": failing,
		"after_id": filter.After, "limit": filter.Limit, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if err != nil {
		return nil, err
	}
	for i := range list {
		list[i].Events = []SourceEvent{}
	}
	return list, setSourceActions(ctx, db, actor, list)
}

// setSourceActions fills in what the actor may do with each source.
func setSourceActions(ctx context.Context, db *sql.DB, actor units.Actor, list []Source) error {
	may := map[string]bool{} // by account
	for i := range list {
		source := &list[i]
		source.Actions = []string{}
		if _, known := may[source.AccountID]; !known {
			_, err := mayAt(ctx, db, actor, source.AccountID, units.WriteAccounts)
			if err != nil && !errors.Is(err, accounts.ErrForbidden) {
				return err
			}
			may[source.AccountID] = err == nil
		}
		if may[source.AccountID] {
			source.Actions = source.actions()
		}
	}
	return nil
}

func (s Source) actions() []string {
	list := []string{"remove"}
	if s.Kind != PlatformSource {
		list = append(list, "save")
	}
	if s.State == SourceReading {
		list = append(list, "read", "pause")
	} else {
		list = append(list, "resume")
	}
	if s.MovedTo != "" {
		list = append(list, "move")
	}
	return list
}

// SaveSource gives a source another address or other expectations. What was known of the old address is forgotten: what it
// lists now was there before. The actor holds WriteAccounts. Errors: as AddSource, ErrSourceNotFound, ErrSourceStale.
func SaveSource(ctx context.Context, db *sql.DB, guard *egress.Guard, actor units.Actor, id string, version int64, address string, expect Expect) (Source, error) {
	source, err := loadSource(ctx, db, actor, id)
	if err != nil {
		return Source{}, err
	}
	if source.Kind == PlatformSource {
		return Source{}, ErrSourceKind
	}
	in := NewSource{AccountID: source.AccountID, Kind: source.Kind, URL: address, Expect: expect}
	if source.ColumnID != nil {
		in.ColumnID = *source.ColumnID
	}
	if err := checkSourceAddress(ctx, guard, &in); err != nil {
		return Source{}, err
	}
	args := sql.Args{"url": in.URL, "host": hostOf(in.URL), "fingerprint": in.fingerprint(), "expect": in.Expect}
	return changeSource(ctx, db, actor, id, version, "source.save", actionSourceSave, args)
}

// MoveSource takes the address to which the host of a source says it has gone. As SaveSource.
func MoveSource(ctx context.Context, db *sql.DB, guard *egress.Guard, actor units.Actor, id string, version int64) (Source, error) {
	source, err := loadSource(ctx, db, actor, id)
	if err != nil {
		return Source{}, err
	}
	if source.MovedTo == "" {
		return Source{}, ErrSourceStale
	}
	return SaveSource(ctx, db, guard, actor, id, version, source.MovedTo, source.Expect)
}

// PauseSource stops reading a source until it is resumed. The actor holds WriteAccounts and names the version it saw.
// Errors: ErrSourceNotFound, ErrSourceStale, accounts.ErrForbidden.
func PauseSource(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Source, error) {
	return changeSource(ctx, db, actor, id, version, "source.pause", actionSourcePause, sql.Args{})
}

// ResumeSource reads a source again, at once. Otherwise as PauseSource.
func ResumeSource(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Source, error) {
	return changeSource(ctx, db, actor, id, version, "source.resume", actionSourceResume, sql.Args{})
}

// ReadSourceNow lets a source be read at once, whole. Otherwise as PauseSource.
func ReadSourceNow(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) (Source, error) {
	return changeSource(ctx, db, actor, id, version, "source.hurry", "", sql.Args{})
}

// changeSource runs a guarded change of a source and writes its audit line; none when action is empty.
func changeSource(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64, statement string, action units.Action, args sql.Args) (Source, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		source, account, err := sourceForChange(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		args["id"], args["version"], args["now"] = id, version, tx.Now()
		changed, err := tx.ExecOne(ctx, statement, args)
		if sql.IsDuplicate(err) {
			return ErrSourceExists.On("url")
		}
		if err != nil {
			return err
		}
		if !changed {
			return ErrSourceStale
		}
		if action == actionSourceSave { // another address has other items
			if _, err := tx.Exec(ctx, "bookmark.forget", sql.Args{"source_id": id}); err != nil {
				return err
			}
		}
		if action == "" {
			return nil
		}
		return auditSource(ctx, tx, actor, account.UnitID, id, action, sql.Object{"account_id": source.AccountID, "was": source.URL, "url": args["url"]})
	})
	if err != nil {
		return Source{}, err
	}
	return GetSource(ctx, db, actor, id)
}

func sourceForChange(ctx context.Context, tx *sql.DB, actor units.Actor, id string) (Source, sourceAccount, error) {
	source, err := loadSource(ctx, tx, actor, id)
	if err != nil {
		return Source{}, sourceAccount{}, err
	}
	account, err := mayAt(ctx, tx, actor, source.AccountID, units.WriteAccounts)
	return source, account, err
}

// RemoveSource forgets a source and what it told; the posts it found stay. Otherwise as PauseSource.
func RemoveSource(ctx context.Context, db *sql.DB, actor units.Actor, id string, version int64) error {
	return db.InTx(ctx, func(tx *sql.DB) error {
		source, account, err := sourceForChange(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		removed, err := tx.ExecOne(ctx, "source.delete", sql.Args{"id": id, "version": version})
		if err != nil {
			return err
		}
		if !removed {
			return ErrSourceStale
		}
		for _, statement := range []string{"source.forget_events", "bookmark.forget"} {
			if _, err := tx.Exec(ctx, statement, sql.Args{"source_id": id}); err != nil {
				return err
			}
		}
		return auditSource(ctx, tx, actor, account.UnitID, id, actionSourceRemove, sql.Object{"account_id": source.AccountID, "kind": source.Kind, "url": source.URL})
	})
}

// SourceCounts says how the sources of a person's accounts stand.
type SourceCounts struct {
	Sources   int `json:"sources"`
	Failing   int `json:"failing"` // unreadable, unreachable or gone
	Undated   int `json:"undated"`
	Blank     int `json:"blank"`
	Paused    int `json:"paused"`
	Questions int `json:"questions"` // open ones that this person may answer
}

// CountSources counts the sources of accounts that the actor reaches, and the open questions it may answer.
func CountSources(ctx context.Context, db *sql.DB, actor units.Actor) (SourceCounts, error) {
	type line struct {
		State  SourceState
		Result Reading
		N      int
	}
	lines, err := sql.List[line](ctx, db, "source.counts", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts)})
	if err != nil {
		return SourceCounts{}, err
	}
	var counts SourceCounts
	for _, l := range lines {
		counts.Sources += l.N
		switch {
		case l.State == SourcePaused:
			counts.Paused += l.N
		case l.State == SourceGone || l.Result.failed():
			counts.Failing += l.N
		case l.Result == ReadUndated:
			counts.Undated += l.N
		case l.Result == ReadBlank:
			counts.Blank += l.N
		}
	}
	counts.Questions, err = accounts.CountQuestions(ctx, db, actor)
	return counts, err
}

// AddMissingSources adds what needs nobody's decision: the platform's own list of each bound account whose channel can read
// it, and the feed that an app's settings name. It returns how many, and may run twice.
func AddMissingSources(ctx context.Context, db *sql.DB, out *Outside) (int, error) {
	platforms := []string{string(accounts.App)}
	for platform, channel := range out.Channels {
		if _, can := channel.(Observer); can {
			platforms = append(platforms, string(platform))
		}
	}
	added, after := 0, ""
	for {
		type unasked struct {
			ID       string
			Platform accounts.Platform
			Settings sql.Object
		}
		list, err := sql.List[unasked](ctx, db, "source.missing", sql.Args{"platforms": platforms, "after_id": after, "limit": mostSourcePages})
		if err != nil || len(list) == 0 {
			return added, err
		}
		for _, account := range list {
			after = account.ID
			in := NewSource{AccountID: account.ID, Kind: PlatformSource}
			if _, can := out.Channels[account.Platform].(Observer); !can {
				in.Kind = FeedSource
				if in.URL, _ = account.Settings["feed_url"].(string); strings.TrimSpace(in.URL) == "" {
					continue
				}
			}
			if _, err := insertSource(ctx, db, units.System, in); err != nil && !errors.Is(err, ErrSourceExists) {
				return added, err
			}
			added++
		}
	}
}

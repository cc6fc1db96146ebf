package main

import (
	"context"
	"maps"
	"strconv"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/wechat"
	"govmedia/rules"
	"govmedia/sql"
)

// AccountFilter narrows and sorts the register.
type AccountFilter struct {
	UnitID        string            `query:"unit_id" json:"unit_id,omitempty" maxLength:"16" doc:"This unit and those below it"`
	Platform      accounts.Platform `query:"platform" json:"platform,omitempty" maxLength:"24"`
	Kind          accounts.Kind     `query:"kind" json:"kind,omitempty" maxLength:"32"`
	State         accounts.State    `query:"state" json:"state,omitempty" enum:"applying,in_use,suspended,closed"`
	Status        rules.Status      `query:"status" json:"status,omitempty" enum:"ok,stale,no_rule,calendar_pending,unknown"`
	Query         string            `query:"q" json:"q,omitempty" maxLength:"100" doc:"A part of the name, its pinyin or initials, of an id, the unit, the certified subject or the operator"`
	Certified     string            `query:"certified" json:"certified,omitempty" enum:"yes,no,unknown"`
	ExpiresWithin string            `query:"expires_within" json:"expires_within,omitempty" pattern:"^(-1|[0-9]{1,4})$" doc:"Days until the certification ends; -1: it is over"`
	Unapproved    bool              `query:"unapproved" json:"unapproved,omitempty" doc:"In use without a record of an approval"`
	Finding       accounts.Check    `query:"finding" json:"finding,omitempty" maxLength:"24" doc:"At which a checkup finds this; any: anything. A page may hold fewer than asked for and still have a next one"`
	Order         accounts.Order    `query:"order" json:"order,omitempty" enum:"name,due,last_post,expiry"`
}

func (f AccountFilter) filter() (accounts.Filter, error) {
	filter := accounts.Filter{UnitID: f.UnitID, Platform: f.Platform, Kind: f.Kind, State: f.State, Status: f.Status, Query: f.Query, Certified: f.Certified,
		Unapproved: f.Unapproved, Finding: f.Finding, Order: f.Order}
	if f.ExpiresWithin == "" {
		return filter, nil
	}
	days, err := strconv.Atoi(f.ExpiresWithin)
	filter.ExpiresWithin = &days
	if err != nil {
		err = accounts.ErrFilterInvalid.On("expires_within").Because(err)
	}
	return filter, err
}

type listAccountsInput struct {
	PageQuery
	AccountFilter
}

func (s *server) listAccounts(ctx context.Context, in *listAccountsInput) (*Body[accounts.Page], error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	filter.After, filter.PerPage = in.Cursor, in.PerPage
	return answer(accounts.List(ctx, s.db, s.book, actorOf(ctx), filter))
}

type createAccountInput struct {
	Body struct {
		UnitID     string            `json:"unit_id" minLength:"16" maxLength:"16"`
		Platform   accounts.Platform `json:"platform" maxLength:"24"`
		Kind       accounts.Kind     `json:"kind" maxLength:"32"`
		Name       string            `json:"name" maxLength:"240"`
		ExternalID string            `json:"external_id,omitempty" maxLength:"240" doc:"The platform's immutable id; empty when not known yet"`
		HomeURL    string            `json:"home_url,omitempty" maxLength:"1000"`
		Mode       accounts.Mode     `json:"mode" enum:"auto,manual"`
		State      accounts.State    `json:"state" enum:"applying,in_use"`
		InUseAt    *sql.Time         `json:"in_use_at,omitempty" doc:"Since when, for one that is in use; left out: now"`
		Settings   sql.Object        `json:"settings,omitempty"`
	}
}

func (s *server) createAccount(ctx context.Context, in *createAccountInput) (*Body[accounts.Account], error) {
	b := in.Body
	return answer(accounts.Create(ctx, s.db, s.book, actorOf(ctx), accounts.NewAccount{UnitID: b.UnitID, Platform: b.Platform, Kind: b.Kind, Name: b.Name,
		ExternalID: b.ExternalID, HomeURL: b.HomeURL, Mode: b.Mode, State: b.State, InUseAt: b.InUseAt, Settings: b.Settings}))
}

func (s *server) getAccount(ctx context.Context, in *ByID) (*Body[accounts.Card], error) {
	return answer(accounts.CardOf(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type saveAccountInput struct {
	ByID
	Body struct {
		Version    int64          `json:"version"`
		Kind       *accounts.Kind `json:"kind,omitempty" maxLength:"32"`
		Name       *string        `json:"name,omitempty" maxLength:"240"`
		ExternalID *string        `json:"external_id,omitempty" maxLength:"240"`
		HomeURL    *string        `json:"home_url,omitempty" maxLength:"1000"`
		Mode       *accounts.Mode `json:"mode,omitempty" enum:"auto,manual"`
		Settings   sql.Object     `json:"settings,omitempty"`
		Reason     string         `json:"reason,omitempty" maxLength:"1000" doc:"Why the register had it wrong, for what only an application changes"`
	}
}

func (s *server) saveAccount(ctx context.Context, in *saveAccountInput) (*Body[accounts.Account], error) {
	b := in.Body
	return answer(accounts.Update(ctx, s.db, s.book, actorOf(ctx), in.ID, b.Version, accounts.Change{Kind: b.Kind, Name: b.Name, ExternalID: b.ExternalID,
		HomeURL: b.HomeURL, Mode: b.Mode, Settings: b.Settings, Reason: b.Reason}))
}

type bindAccountInput struct {
	ByID
	Body struct {
		Version     int64                `json:"version"`
		Credentials accounts.Credentials `json:"credentials" doc:"By the names the adapter knows; none unbinds the account. Never answered."`
		Keep        bool                 `json:"keep,omitempty" doc:"Secrets that are set and not named here stay as they are"`
	}
}

func (s *server) bindAccount(ctx context.Context, in *bindAccountInput) (*Body[accounts.Account], error) {
	credentials, err := s.credentialsFor(ctx, in)
	if err != nil {
		return nil, err
	}
	account, err := accounts.SetCredentials(ctx, s.db, s.keys, actorOf(ctx), in.ID, in.Body.Version, credentials)
	if err == nil {
		err = channels.ForgetToken(ctx, s.db, account.ID) // what the old secret earned, a block among it, ends with it
	}
	if err == nil && wechat.Way(credentials) != wechat.WayComponent {
		err = wechat.Forget(ctx, s.db, account.ID)
	}
	return answer(account, err)
}

// credentialsFor are the secrets that an account is to have: those given, with those it has where they are to be kept.
func (s *server) credentialsFor(ctx context.Context, in *bindAccountInput) (accounts.Credentials, error) {
	if !in.Body.Keep {
		return in.Body.Credentials, nil
	}
	account, err := accounts.Get(ctx, s.db, actorOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	credentials, err := accounts.OpenCredentials(ctx, s.db, s.keys, account)
	if err != nil {
		return nil, err
	}
	wechat.Rebound(credentials, in.Body.Credentials)
	maps.Copy(credentials, in.Body.Credentials)
	return credentials, nil
}

type listPostsInput struct {
	ByID
	PageQuery
}

func (s *server) listPosts(ctx context.Context, in *listPostsInput) (*Body[accounts.PostPage], error) {
	return answer(accounts.Posts(ctx, s.db, actorOf(ctx), accounts.PostFilter{AccountID: in.ID, After: in.Cursor, PerPage: in.PerPage}))
}

type stateInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason,omitempty" maxLength:"1000"`
	}
}

func (s *server) useAccount(ctx context.Context, in *stateInput) (*Body[accounts.Account], error) {
	return answer(accounts.PutInUse(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) suspendAccount(ctx context.Context, in *stateInput) (*Body[accounts.Account], error) {
	return answer(accounts.Suspend(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

type recordPostInput struct {
	ByID
	Body struct {
		ColumnID    *string  `json:"column_id,omitempty" maxLength:"16" doc:"Of a website: the column in which it appeared"`
		Title       string   `json:"title" maxLength:"400"`
		URL         string   `json:"url" maxLength:"1000"`
		PublishedAt sql.Time `json:"published_at"`
		Note        string   `json:"note,omitempty" maxLength:"1000" doc:"Evidence in words"`
		Attachments []string `json:"attachments,omitempty" maxItems:"10" doc:"Ids of files: screenshots"`
	}
}

func (s *server) recordPost(ctx context.Context, in *recordPostInput) (*Body[accounts.Post], error) {
	post, _, err := accounts.RecordByHand(ctx, s.db, s.book, actorOf(ctx), accounts.NewPost{AccountID: in.ID, ColumnID: in.Body.ColumnID, Title: in.Body.Title, URL: in.Body.URL,
		Source: accounts.ByHand, PublishedAt: in.Body.PublishedAt, Note: in.Body.Note, Attachments: in.Body.Attachments})
	return answer(post, err)
}

type unreadInput struct {
	ByID
	Body struct {
		Since  sql.Time `json:"since" doc:"Since when nobody can read it"`
		Reason string   `json:"reason" maxLength:"1000"`
	}
}

func (s *server) markUnread(ctx context.Context, in *unreadInput) (*Body[accounts.Account], error) {
	return answer(accounts.MarkUnread(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Since, in.Body.Reason))
}

func (s *server) markRead(ctx context.Context, in *ByID) (*Body[accounts.Account], error) {
	return answer(accounts.MarkRead(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type listColumnsInput struct {
	ByID
	PageQuery
}

func (s *server) listColumns(ctx context.Context, in *listColumnsInput) (*Body[accounts.ColumnPage], error) {
	return answer(accounts.Columns(ctx, s.db, s.book, actorOf(ctx), accounts.ColumnFilter{AccountID: in.ID, After: in.Cursor, PerPage: in.PerPage}))
}

type createColumnInput struct {
	ByID
	Body struct {
		Name      string     `json:"name" maxLength:"240"`
		Kind      rules.Kind `json:"kind" maxLength:"32"`
		ParentID  string     `json:"parent_id,omitempty" maxLength:"16" doc:"The column above it; left out for a top column"`
		Level     int        `json:"level,omitempty" minimum:"0" maximum:"9" doc:"1 is the top level; left out below another column"`
		URL       string     `json:"url,omitempty" maxLength:"1000"`
		CreatedAt *sql.Time  `json:"created_at,omitempty" doc:"When it was opened on the site; left out: now"`
	}
}

func (s *server) createColumn(ctx context.Context, in *createColumnInput) (*Body[accounts.Column], error) {
	b := in.Body
	if b.Level == 0 && b.ParentID == "" {
		b.Level = 1
	}
	return answer(accounts.CreateColumn(ctx, s.db, s.book, actorOf(ctx), accounts.NewColumn{AccountID: in.ID, Name: b.Name, Kind: b.Kind, ParentID: b.ParentID,
		Level: b.Level, URL: b.URL, CreatedAt: b.CreatedAt}))
}

func (s *server) getColumn(ctx context.Context, in *ByID) (*Body[accounts.ColumnCard], error) {
	return answer(accounts.ColumnCardOf(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type closeColumnInput struct {
	ByID
	Body struct {
		Version int64 `json:"version"`
	}
}

func (s *server) closeColumn(ctx context.Context, in *closeColumnInput) (*Body[accounts.Column], error) {
	return answer(accounts.CloseColumn(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) showColumn(ctx context.Context, in *closeColumnInput) (*Body[accounts.Column], error) {
	return answer(accounts.ShowColumn(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) hideColumn(ctx context.Context, in *closeColumnInput) (*Body[accounts.Column], error) {
	return answer(accounts.HideColumn(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version))
}

type findingsInput struct {
	UnitID string `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	Cursor string `query:"cursor" maxLength:"1000"`
}

func (s *server) listFindings(ctx context.Context, in *findingsInput) (*Body[accounts.FindingPage], error) {
	return answer(accounts.ColumnFindings(ctx, s.db, s.book, actorOf(ctx), in.UnitID, in.Cursor))
}

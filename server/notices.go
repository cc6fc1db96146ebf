package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"govmedia/accounts"
	"govmedia/channels/egress"
	"govmedia/rules"
	"govmedia/sql"
)

type listPublicNoticesInput struct {
	PageQuery
	UnitID        string               `query:"unit_id" maxLength:"16" doc:"This unit and those below it"`
	State         accounts.NoticeState `query:"state" enum:"draft,signed,standing,ended,withdrawn"`
	ApplicationID string               `query:"application_id" maxLength:"16"`
	AccountID     string               `query:"account_id" maxLength:"16"`
	Query         string               `query:"q" maxLength:"100" doc:"A part of the title"`
}

func (s *server) listPublicNotices(ctx context.Context, in *listPublicNoticesInput) (*Body[Page[accounts.NoticeLine]], error) {
	lines, next, err := accounts.ListNotices(ctx, s.db, s.book, actorOf(ctx), accounts.NoticeFilter{UnitID: in.UnitID, State: in.State,
		ApplicationID: in.ApplicationID, AccountID: in.AccountID, Title: in.Query, After: in.Cursor, PerPage: in.PerPage})
	return answer(Page[accounts.NoticeLine]{Items: lines, Next: next}, err)
}

type draftNoticeInput struct {
	Body struct {
		ApplicationID string        `json:"application_id,omitempty" maxLength:"16" doc:"Unit, account, matter and rulebook are taken from it"`
		AccountID     string        `json:"account_id,omitempty" maxLength:"16" doc:"Unit and object are taken from it where they are left out"`
		UnitID        string        `json:"unit_id,omitempty" maxLength:"16"`
		Process       rules.Process `json:"process,omitempty" maxLength:"24"`
		Object        rules.Object  `json:"object,omitempty" maxLength:"24"`
		WebsiteClass  string        `json:"website_class,omitempty" maxLength:"24"`
		Rulebook      string        `json:"rulebook,omitempty" maxLength:"64"`
		Rule          string        `json:"rule,omitempty" maxLength:"64" doc:"Left out: the first that asks for a notice here"`
		Title         string        `json:"title,omitempty" maxLength:"400" doc:"Title and body left out: drafted from the register"`
		Body          string        `json:"body,omitempty" maxLength:"80000" doc:"Plain text; an empty line parts two paragraphs"`
		Reason        string        `json:"reason,omitempty" maxLength:"1000" doc:"For the drafted text"`
		NewName       string        `json:"new_name,omitempty" maxLength:"400"`
		GoneTo        string        `json:"gone_to,omitempty" maxLength:"2000"`
	}
}

func (s *server) draftNotice(ctx context.Context, in *draftNoticeInput) (*Body[accounts.NoticeView], error) {
	b := in.Body
	form := accounts.NewNotice{UnitID: b.UnitID, Process: b.Process, Object: b.Object, WebsiteClass: b.WebsiteClass, Rulebook: b.Rulebook, Rule: b.Rule,
		Title: b.Title, Body: b.Body, Facts: accounts.NoticeFacts{Reason: b.Reason, NewName: b.NewName, GoneTo: b.GoneTo}}
	if b.AccountID != "" {
		form.AccountID = &b.AccountID
	}
	if b.ApplicationID != "" {
		form.ApplicationID = &b.ApplicationID
	}
	return answer(accounts.DraftNotice(ctx, s.db, s.book, actorOf(ctx), form))
}

func (s *server) getNotice(ctx context.Context, in *ByID) (*Body[accounts.NoticeView], error) {
	return answer(accounts.NoticeOf(ctx, s.db, s.book, actorOf(ctx), in.ID))
}

type saveNoticeInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Title   string `json:"title" maxLength:"400"`
		Body    string `json:"body" maxLength:"80000"`
	}
}

func (s *server) saveNotice(ctx context.Context, in *saveNoticeInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.SaveNotice(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Title, in.Body.Body))
}

type signNoticeInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		SHA256  string `json:"sha256" minLength:"64" maxLength:"64" doc:"Of the text that was read"`
	}
}

func (s *server) signNotice(ctx context.Context, in *signNoticeInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.SignNotice(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.SHA256))
}

type lastDayInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		LastOn  string `json:"last_on,omitempty" maxLength:"20" doc:"The last day, as 2026-10-23; left out: until it is taken down"`
	}
}

func (s *server) publishNotice(ctx context.Context, in *lastDayInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.PublishNotice(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.LastOn))
}

func (s *server) setNoticeLastDay(ctx context.Context, in *lastDayInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.SetNoticeLastDay(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.LastOn))
}

type addPlaceInput struct {
	ByID
	Body struct {
		Version     int64     `json:"version"`
		Place       string    `json:"place" maxLength:"24" doc:"As wanted_places names it, or other"`
		Name        string    `json:"name,omitempty" maxLength:"400" doc:"Of another place"`
		URL         string    `json:"url" maxLength:"4000"`
		PublishedAt *sql.Time `json:"published_at,omitempty" doc:"There; left out: now"`
	}
}

func (s *server) addNoticePlace(ctx context.Context, in *addPlaceInput) (*Body[accounts.NoticeView], error) {
	if err := s.mayBeLookedAt(ctx, in.Body.URL); err != nil {
		return nil, err
	}
	return answer(accounts.AddNoticePlace(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version,
		accounts.NewPlace{Place: in.Body.Place, Name: in.Body.Name, URL: in.Body.URL, PublishedAt: in.Body.PublishedAt}))
}

// mayBeLookedAt refuses an address that leads into an inner network. A name that does not resolve now may do so later: the
// looks that follow will tell.
func (s *server) mayBeLookedAt(ctx context.Context, address string) error {
	_, err := s.reminders.Guard.CheckURL(ctx, overTLS(address))
	if errors.Is(err, egress.ErrAddress) {
		return egress.ErrAddress.Say("这个网址不能登记：只接受公网域名的地址。内网地址请先由服务器管理员列入允许的网段。").On("url").Because(err)
	}
	return nil
}

// overTLS is an address as it is looked at: plain http leads nowhere through the guard, and most sites answer to both.
func overTLS(address string) string {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "http" && u.Port() == "" {
		u.Scheme = "https"
		return u.String()
	}
	return address
}

// lookAtPlace asks an address where a notice stands, and says in a sentence what is wrong with it; empty when it answers.
func (s *server) lookAtPlace(ctx context.Context, address string) string {
	fetched, err := s.reminders.Guard.Fetch(ctx, address, egress.FetchOptions{})
	if errors.Is(err, egress.ErrAddress) && overTLS(address) != address {
		fetched, err = s.reminders.Guard.Fetch(ctx, overTLS(address), egress.FetchOptions{})
	}
	switch {
	case errors.Is(err, egress.ErrTooLarge):
		return "" // it answers, at length
	case errors.Is(err, egress.ErrAddress):
		return "网址指向内网或不被允许的地址，不能核查。"
	case errors.Is(err, egress.ErrUnresolved):
		return "网址的域名解析不到。"
	case errors.Is(err, egress.ErrRedirect):
		return "网址被多次或不安全地跳转，请登记最终网址。"
	case err != nil:
		return "打不开：对方没有回应，或者证书有问题。"
	case fetched.Status == http.StatusNotFound || fetched.Status == http.StatusGone:
		return "打不开：页面不存在。"
	case fetched.Status >= http.StatusBadRequest:
		return "打不开：对方返回错误 " + strconv.Itoa(fetched.Status) + "。"
	}
	return ""
}

type removePlaceInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		PlaceID string `json:"place_id" maxLength:"16"`
	}
}

func (s *server) removeNoticePlace(ctx context.Context, in *removePlaceInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.RemoveNoticePlace(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.PlaceID))
}

type endNoticeInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason,omitempty" maxLength:"2000" doc:"Lets a notice end before its time where the regulation says 原则上"`
	}
}

func (s *server) endNotice(ctx context.Context, in *endNoticeInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.EndNotice(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

func (s *server) voidNotice(ctx context.Context, in *endNoticeInput) (*Body[accounts.NoticeView], error) {
	return answer(accounts.VoidNotice(ctx, s.db, s.book, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason))
}

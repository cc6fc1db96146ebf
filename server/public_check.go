package main

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/fault"
)

// Whether an address is a genuine one, as a program reads it.
const (
	genuine    = "genuine"    // it is of an account in the directory
	closed     = "closed"     // it was one, and is shut
	unlisted   = "unlisted"   // no account of the directory has it
	unclear    = "unclear"    // the address does not tell which account it is of
	unreadable = "unreadable" // it is no address we know how to read
)

// verdict is what is said of an address.
type verdict struct {
	Result  string
	Tone    string
	Head    string
	Say     string
	Entries []cardRow
	listed  []accounts.Entry
}

// unread is what is said of what is no address that we know how to read; false for an error of another kind, or none.
func unread(err error) (verdict, bool) {
	refusal := fault.As(err)
	if refusal == nil {
		return verdict{}, false
	}
	return verdict{Result: unreadable, Tone: "warn", Head: "认不出这个网址", Say: refusal.Sentence}, true
}

// judge says whether an address belongs to an account of the directory. It asks the register only, never the platform.
func (s *server) judge(c echo.Context, address string) (verdict, error) {
	found, err := accounts.Recognize(address)
	if said, is := unread(err); is {
		return said, nil
	}
	if err != nil {
		return verdict{}, err
	}
	ctx := c.Request().Context()
	matching, err := accounts.Matching(ctx, s.db, found)
	if err != nil {
		return verdict{}, err
	}
	answer := verdict{}
	for _, account := range matching {
		entry, err := accounts.EntryOf(ctx, s.db, account.ID)
		if fault.As(err) != nil {
			continue // not in the directory: it is being applied for
		}
		if err != nil {
			return verdict{}, err
		}
		answer.listed, answer.Entries = append(answer.listed, entry), append(answer.Entries, cardOf(entry))
	}
	answer.decide(found)
	return answer, nil
}

func (v *verdict) decide(found accounts.Recognized) {
	isShut := func(e accounts.Entry) bool { return e.State == accounts.Closed }
	switch {
	case len(v.listed) == 0 && found.Note != "":
		v.Result, v.Tone, v.Head = unclear, "warn", "凭这个网址还不能确定"
		v.Say = strings.ReplaceAll(found.Note, "再登记", "再核验") // the sentence is written for whoever fills in the register
	case len(v.listed) == 0:
		v.Result, v.Tone, v.Head = unlisted, "bad", "不在名录中"
		v.Say = "名录里没有登记这个" + found.Platform.Label() + "地址，它可能不是政务账号，也可能还没有登记。请以名录为准，谨慎对待其中的内容。"
	case !slices.ContainsFunc(v.listed, func(e accounts.Entry) bool { return !isShut(e) }):
		v.Result, v.Tone, v.Head, v.Say = closed, "warn", "已经关停", "这个地址属于在册的政务账号，但账号已经关停，不再发布内容。"
	default:
		v.Result, v.Tone, v.Head, v.Say = genuine, "good", "在册的政务账号", "这个地址属于下面的账号，由"+v.listed[0].UnitName+"主办。"
		v.Entries = slices.DeleteFunc(v.Entries, func(card cardRow) bool { return card.Closed })
	}
}

func (s *server) checkPage(c echo.Context) error {
	address := c.QueryParam("address")
	base, err := s.sitePage(c, "check", "真伪核验", "粘贴网址，核验是不是在册的政务账号。")
	if err != nil {
		return err
	}
	base.Hidden = address != ""
	view := struct {
		sitePage
		Query   string
		Verdict *verdict
	}{sitePage: base, Query: address}
	if address != "" {
		answer, err := s.judge(c, address)
		if err != nil {
			return err
		}
		view.Verdict = &answer
	}
	return s.showSite(c, http.StatusOK, "check", view)
}

// checkJSON is the same for other programs.
func (s *server) checkJSON(c echo.Context) error {
	given, err := s.judge(c, c.QueryParam("address"))
	if err != nil {
		return err
	}
	answer := struct {
		Result  string        `json:"result"`
		Message string        `json:"message"`
		Items   []publicEntry `json:"items"`
	}{given.Result, given.Head + "。" + given.Say, []publicEntry{}}
	for _, entry := range given.listed {
		answer.Items = append(answer.Items, s.publicEntry(entry))
	}
	return s.sendJSON(c, echo.MIMEApplicationJSON, keepPage, answer)
}

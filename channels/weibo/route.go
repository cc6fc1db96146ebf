package weibo

import (
	"context"
	"slices"
	"strings"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// The ways to post, best first (channels.md §0, §1.1).
const (
	routeArticle = "article"
	routeUpdate  = "update"
	routeShare   = "share"
	routeAuto    = "auto" // those that a probe found granted, in this order; share while nothing was probed
)

// Parts of the route update that an app is granted or refused for themselves, and taking down.
const (
	partUpload  = "upload"
	partURL     = "upload_url_text"
	partDestroy = "destroy"
)

// routeOrder is the order of routeAuto, and what a probe asks for.
var routeOrder = []string{routeArticle, routeUpdate, routeShare}

// configured returns the routes of an account's settings in their order, and whether only granted ones count. Nothing is share.
// nil when the setting cannot be read.
func configured(account accounts.Account) (routes []string, auto bool) {
	value := setting(account, "route")
	if value == "" {
		return []string{routeShare}, false
	}
	if value == routeAuto {
		return routeOrder, true
	}
	for _, name := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",，、;； ", r) }) {
		if !slices.Contains(routeOrder, name) || slices.Contains(routes, name) {
			return nil, false
		}
		routes = append(routes, name)
	}
	return routes, false
}

// RouteState is what is known of one way to post.
type RouteState struct {
	Route     string   `json:"route"`      // article, update, share, upload, upload_url_text, destroy
	Known     bool     `json:"known"`      // a probe or a refusal said something
	Granted   bool     `json:"granted"`    //
	Code      string   `json:"code"`       // of the refusal; empty for none
	CheckedAt sql.Time `json:"checked_at"` // 0: never
}

// routeState reads what was noted of a route for an app.
func (c *Channel) routeState(ctx context.Context, as who, route string) (RouteState, error) {
	n, found, err := c.notes.get(ctx, routeNote, as.appKey()+" "+route)
	state := RouteState{Route: route}
	if err != nil || !found || n.UntilAt <= sql.FromStd(c.cfg.Now()) {
		return state, err
	}
	state.Known, state.Granted, state.Code, state.CheckedAt = true, n.Code == "", n.Code, n.NotedAt
	return state, nil
}

// setRoute notes that an app is refused a route, or with an empty code that it is granted.
func (c *Channel) setRoute(ctx context.Context, as who, route, code string) error {
	now := sql.FromStd(c.cfg.Now())
	return c.notes.put(ctx, note{Kind: routeNote, Subject: as.appKey() + " " + route, Code: code, UntilAt: now.Add(routeFor), NotedAt: now})
}

// usable returns the routes an account may take now, best first.
func (c *Channel) usable(ctx context.Context, as who) ([]string, *channels.PlatformError) {
	wanted, auto := configured(as.account)
	var routes []string
	for _, route := range wanted {
		state, err := c.routeState(ctx, as, route)
		if err != nil {
			return nil, problem(channels.Retry, "notes", "系统暂时读不到微博账号的状态，没有发出，稍后自动重试").Because(err)
		}
		if state.Known && !state.Granted || auto && !state.Known && route != routeShare {
			continue
		}
		routes = append(routes, route)
	}
	if len(routes) == 0 {
		return nil, problem(channels.Permission, "no_route",
			"微博应用没有任何一种设置了的发布权限，没有发出。请管理员在微博开放平台申请后重新检测，或把账号改为“人工发布”")
	}
	c.mu.Lock()
	c.chosen[as.account.ID] = routes[0]
	c.mu.Unlock()
	return routes, nil
}

// expected is the route that a message to an account will probably take: the one taken last, else the first of the settings that
// needs no probe.
func (c *Channel) expected(account accounts.Account) string {
	routes, auto := configured(account)
	c.mu.Lock()
	last := c.chosen[account.ID]
	c.mu.Unlock()
	switch {
	case slices.Contains(routes, last):
		return last
	case auto || len(routes) == 0:
		return routeShare
	}
	return routes[0]
}

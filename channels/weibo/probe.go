package weibo

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"govmedia/accounts"
	"govmedia/channels"
)

// probes asks for each permission with a request that cannot have an effect: an empty text, an article without a title, a post that
// cannot be. Whoever may call is told what is wrong with it; whoever may not is told that.
func (c *Channel) probes(rip string) []request {
	post := func(route, path, base string, form url.Values) request {
		return request{method: http.MethodPost, base: base, path: path, form: form, route: route, checking: true, most: optionalCalls}
	}
	empty := url.Values{"status": {""}, "rip": {rip}}
	article := post(routeArticle, "/proxy/article/publish.json", c.cfg.APIBase, url.Values{"title": {""}, "content": {""}, "rip": {rip}})
	article.multipart = true
	return []request{
		article,
		post(routeUpdate, "/2/statuses/update.json", c.cfg.APIBase, empty),
		post(partUpload, "/2/statuses/upload.json", c.cfg.UploadBase, empty),
		post(routeShare, "/2/statuses/share.json", c.cfg.APIBase, empty),
		post(partDestroy, "/2/statuses/destroy.json", c.cfg.APIBase, url.Values{"id": {"1"}}),
	}
}

// Probe asks Weibo which ways to post, and to take down, the app of an account is granted, and keeps the answers for all accounts of
// that app. It posts nothing and costs five of the day's calls. What could not be asked keeps what was known. The error is the first
// *channels.PlatformError that says nothing about a permission.
func (c *Channel) Probe(ctx context.Context, account accounts.Account, credentials accounts.Credentials) ([]RouteState, error) {
	as := who{account: account, credentials: credentials}
	rip, failure := c.operator(&channels.Job{})
	if failure != nil {
		return nil, failure
	}
	for _, req := range c.probes(rip) {
		var body map[string]json.RawMessage
		failure := c.ask(ctx, as, req, &body)
		switch {
		case failure == nil || says(failure):
			if err := c.setRoute(ctx, as, req.route, ""); err != nil {
				return nil, err
			}
		case actionOf(failure) == NextRoute: // kept by ask
		default:
			return nil, failure
		}
	}
	return c.Routes(ctx, account, credentials)
}

// says reports whether a refusal is about what was sent: then the right to send was there.
func says(failure *channels.PlatformError) bool {
	switch actionOf(failure) {
	case ToEditor, ToDevelopers, ShrinkOnce, IsGone, AdoptOurs:
		return failure.Code != "10020" && failure.Code != "10021" // no such interface
	}
	return false
}

// Routes returns what is known of the ways to post that the app of an account has.
func (c *Channel) Routes(ctx context.Context, account accounts.Account, credentials accounts.Credentials) ([]RouteState, error) {
	as := who{account: account, credentials: credentials}
	states := []RouteState{}
	for _, route := range []string{routeArticle, routeUpdate, partUpload, partURL, routeShare, partDestroy} {
		state, err := c.routeState(ctx, as, route)
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, nil
}

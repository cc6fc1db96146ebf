package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// weiboRoute is one line of the Weibo table.
type weiboRoute struct {
	methods string // "GET", "POST" or "GET POST"
	free    bool   // needs no token and counts nothing
	post    bool   // makes a post: counts against the hourly limit
	needs   string // permission the app must have; "" is none
	op      func(s *Sandbox, c *weiboCall) (any, error)
}

// weiboRoutes is every API path the stand-in knows; any other answers 10020.
var weiboRoutes = map[string]weiboRoute{
	"/oauth2/access_token":              {methods: "POST", free: true, op: weiboAccessToken},
	"/oauth2/get_token_info":            {methods: "GET POST", op: weiboTokenInfo},
	"/oauth2/revokeoauth2":              {methods: "GET POST", op: weiboRevoke},
	"/2/statuses/share.json":            {methods: "POST", post: true, needs: "share", op: weiboShare},
	"/2/statuses/update.json":           {methods: "POST", post: true, needs: "update", op: weiboUpdate},
	"/2/statuses/upload.json":           {methods: "POST", post: true, needs: "upload", op: weiboUpload},
	"/2/statuses/upload_url_text.json":  {methods: "POST", post: true, needs: "upload_url_text", op: weiboUploadURL},
	"/2/statuses/destroy.json":          {methods: "POST", needs: "destroy", op: weiboDestroy},
	"/2/statuses/show.json":             {methods: "GET", op: weiboShow},
	"/2/statuses/count.json":            {methods: "GET", op: weiboCount},
	"/2/statuses/user_timeline.json":    {methods: "GET", op: weiboUserTimeline},
	"/2/statuses/home_timeline.json":    {methods: "GET", op: weiboHomeTimeline},
	"/2/users/show.json":                {methods: "GET", op: weiboShowUser},
	"/2/comments/show.json":             {methods: "GET", op: weiboCommentsShow},
	"/2/comments/to_me.json":            {methods: "GET", op: weiboCommentsToMe},
	"/2/comments/by_me.json":            {methods: "GET", op: weiboCommentsByMe},
	"/2/comments/timeline.json":         {methods: "GET", op: weiboCommentsTimeline},
	"/2/comments/create.json":           {methods: "POST", op: weiboCommentsCreate},
	"/2/comments/reply.json":            {methods: "POST", op: weiboCommentsReply},
	"/2/comments/destroy_batch.json":    {methods: "POST", op: weiboCommentsDestroy},
	"/2/account/get_uid.json":           {methods: "GET", op: weiboGetUID},
	"/2/account/rate_limit_status.json": {methods: "GET", op: weiboRateLimit},
	articlePath:                         {methods: "POST", post: true, needs: "article", op: weiboPublishArticle},
}

// weiboWords are Weibo's texts for its codes.
var weiboWords = map[int]string{
	10001: "System error!",
	10002: "Service unavailable!",
	10004: "IP limit!",
	10005: "Permission denied, need a high level appkey!",
	10009: "Too many pending tasks, system is busy!",
	10010: "Job expired!",
	10013: "Invalid weibo user!",
	10014: "Insufficient app permissions!",
	10016: "Miss required parameter!",
	10017: "Parameter value is not valid!",
	10018: "Request body length over limit!",
	10020: "Request api not found!",
	10021: "HTTP method is not suported for this request!",
	10022: "IP requests out of rate limit!",
	10023: "User requests out of rate limit!",
	10024: "User requests for this api out of rate limit!",
	20003: "User does not exists!",
	20005: "Unsupported image type, only suport JPG, GIF, PNG!",
	20006: "Image size too large!",
	20007: "Does multipart has image?",
	20008: "Content is null!",
	20012: "Text too long, please input text less than 140 characters!",
	20013: "Text too long, please input text less than 300 characters!",
	20015: "Account or ip or app is illgal, can not continue!",
	20016: "Out of time limitation!",
	20017: "Too similar text, please try again later!",
	20018: "Contain illegal website!",
	20019: "Repeat content!",
	20020: "Contain advertising!",
	20021: "Content is illegal!",
	20031: "Verification code required!",
	20032: "Update success, while server slow now, please wait 1-2 minutes!",
	20033: "Login status abnormal!",
	20101: "Target weibo does not exist!",
	20102: "Not your own weibo!",
	20111: "Repeated weibo text!",
	20201: "Target weibo comment does not exist!",
	20202: "Not your own comment!",
	21314: "Token used!",
	21315: "Token expired!",
	21316: "Token revoked!",
	21317: "Token rejected!",
	21319: "Accessor was revoked!",
	21320: "client_id is invalid!",
	21321: "Applications over the unaudited use restrictions!",
	21322: "redirect_uri_mismatch",
	21324: "invalid_client",
	21325: "invalid_grant",
	21327: "expired_token",
	21332: "invalid_access_token",
	21335: "Request uid's value must be the current user!",
}

// weiboStatus is the HTTP status of a code: 403 when the caller may not, 400 when the call is wrong.
func weiboStatus(code int) int {
	switch code {
	case 10004, 10005, 10013, 10014, 10022, 10023, 10024, 20015, 20016, 20031, 20033,
		21314, 21315, 21316, 21317, 21319, 21321, 21327:
		return http.StatusForbidden
	case 10020:
		return http.StatusNotFound
	case 10001, 10002, 10009, 10010:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// weiboError is {"error","error_code","request"}. text "" takes the usual words.
type weiboError struct {
	code int
	text string
}

func (e *weiboError) Error() string { return strconv.Itoa(e.code) + " " + e.text }

func wbErr(code int) error { return &weiboError{code: code} }

// weiboState is what Weibo remembers.
type weiboState struct {
	Apps     map[string]*weiboApp   `json:"apps"`
	Users    map[string]*weiboUser  `json:"users"`
	Tokens   map[string]*weiboToken `json:"tokens"`
	Codes    map[string]*weiboCode  `json:"codes"`
	Posts    []*weiboPost           `json:"posts"`
	Articles []*weiboArticle        `json:"articles"`
	Comments []*weiboComment        `json:"comments"`
	Calls    counters               `json:"calls"`    // "uid appkey" per day
	Overruns map[string]int         `json:"overruns"` // per uid
	LastID   int64                  `json:"last_id"`  // of posts
	AutoUID  string                 `json:"auto_uid"` // who approves on the authorise page without being asked; "" asks
	ipCalls  map[string][]time.Time
}

func newWeiboState() weiboState {
	return weiboState{
		Apps: map[string]*weiboApp{}, Users: map[string]*weiboUser{}, Tokens: map[string]*weiboToken{},
		Codes: map[string]*weiboCode{}, Calls: counters{}, Overruns: map[string]int{},
		LastID: 5235000000000000, ipCalls: map[string][]time.Time{},
	}
}

// weiboCall is a call with who makes it; on free routes only call is set.
type weiboCall struct {
	*call
	token *weiboToken
	app   *weiboApp
	user  *weiboUser
}

// WeiboHandler serves Weibo at the root: the paths of api.weibo.com, the readers' pages and the pictures.
func (s *Sandbox) WeiboHandler() http.Handler {
	p := platform{name: Weibo, account: weiboWho, perform: weiboPerform, refuse: weiboRefuse}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/authorize", s.weiboAuthorizePage)
	mux.HandleFunc("POST /oauth2/authorize", s.weiboAuthorize)
	mux.HandleFunc("GET /sinaimg/", s.servePicture)
	mux.HandleFunc("GET /ttarticle/p/show", s.weiboArticlePage)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && weiboPagePath.MatchString(r.URL.Path) {
			s.weiboPage(w, r)
			return
		}
		s.serve(p, w, r)
	})
	return mux
}

// weiboBearer is the token of a call: a parameter, or the header "OAuth2 TOKEN".
func weiboBearer(c *call) string {
	if token := c.param("access_token"); token != "" {
		return token
	}
	token, _ := strings.CutPrefix(c.r.Header.Get("Authorization"), "OAuth2 ")
	return token
}

// weiboWho is the uid of a call, or the app key when it carries no token.
func weiboWho(s *Sandbox, c *call) string {
	if token := s.state.Weibo.Tokens[weiboBearer(c)]; token != nil {
		return token.UID
	}
	return c.param("client_id")
}

// weiboPerform walks the checks: path, method, token, limits, permission; then the operation.
func weiboPerform(s *Sandbox, c *call) answer {
	route, known := weiboRoutes[c.Path]
	if !known {
		return weiboRefuse(s, c, 10020, "")
	}
	out, err := weiboTry(s, &weiboCall{call: c}, route)
	if refusal := (*weiboError)(nil); errors.As(err, &refusal) {
		return weiboRefuse(s, c, refusal.code, refusal.text)
	}
	return answer{status: http.StatusOK, contentType: "application/json;charset=UTF-8", body: encode(out)}
}

func weiboTry(s *Sandbox, c *weiboCall, route weiboRoute) (any, error) {
	if !strings.Contains(route.methods, c.Method) {
		return nil, wbErr(10021)
	}
	if c.tooBig {
		return nil, wbErr(10018)
	}
	if route.free {
		return route.op(s, c)
	}
	if err := s.weiboLogin(c); err != nil {
		return nil, err
	}
	if err := s.weiboAllow(c, route); err != nil {
		return nil, err
	}
	return route.op(s, c)
}

// weiboLogin finds token, app and user: 21332 unknown, 21316 revoked, 21327 expired, 20015 frozen.
func (s *Sandbox) weiboLogin(c *weiboCall) error {
	value := weiboBearer(c.call)
	if value == "" {
		return &weiboError{code: 10016, text: "miss required parameter (access_token), see doc for more info."}
	}
	c.token = s.state.Weibo.Tokens[value]
	if c.token == nil {
		return wbErr(21332)
	}
	c.app, c.user = s.state.Weibo.Apps[c.token.AppKey], s.state.Weibo.Users[c.token.UID]
	switch {
	case c.app == nil || c.user == nil:
		return wbErr(21332)
	case c.token.Ended != 0:
		return wbErr(c.token.Ended)
	case c.token.Revoked:
		return wbErr(21316)
	case !c.now.Before(c.token.Expires):
		return wbErr(21327)
	case c.user.Frozen:
		return wbErr(20015)
	}
	return nil
}

func weiboRefuse(s *Sandbox, c *call, code int, text string) answer {
	if text == "" {
		text = weiboWords[code]
	}
	if text == "" {
		text = "unknown error"
	}
	if c.Path == articlePath && slices.Contains(articleCodes, code) {
		return answer{status: http.StatusOK, contentType: "application/json;charset=UTF-8", code: code,
			body: encode(articleAnswer{Code: strconv.Itoa(code), Msg: text, Data: []any{}})}
	}
	body := map[string]any{"error": text, "error_code": code, "request": strings.TrimSuffix(c.Path, ".json")}
	if app := s.weiboCaller(c); app != nil && app.CodeAsString {
		body["error_code"] = strconv.Itoa(code)
	}
	return answer{status: weiboStatus(code), contentType: "application/json;charset=UTF-8", body: encode(body), code: code}
}

// weiboCaller is the app of a call, nil when it cannot be told.
func (s *Sandbox) weiboCaller(c *call) *weiboApp {
	if token := s.state.Weibo.Tokens[weiboBearer(c)]; token != nil {
		return s.state.Weibo.Apps[token.AppKey]
	}
	return s.state.Weibo.Apps[c.param("client_id")]
}

package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// wechatRoute is one line of the WeChat table.
type wechatRoute struct {
	method string                                                   // GET or POST; "" takes both
	open   bool                                                     // needs no access_token
	bare   bool                                                     // the body may be empty
	upload bool                                                     // answers as text/plain, as the upload servers do
	op     func(s *Sandbox, a *wechatAccount, c *call) (any, error) // a is nil on open routes
}

// wechatRoutes is every path the stand-in knows; any other answers 40066.
var wechatRoutes = map[string]wechatRoute{
	"/cgi-bin/token":                             {method: "GET", open: true, op: wechatToken},
	"/cgi-bin/stable_token":                      {method: "POST", open: true, op: wechatStableToken},
	"/cgi-bin/component/api_component_token":     {method: "POST", open: true, op: wechatComponentToken},
	"/cgi-bin/component/api_create_preauthcode":  {method: "POST", open: true, op: wechatPreAuthCode},
	"/cgi-bin/component/api_query_auth":          {method: "POST", open: true, op: wechatQueryAuth},
	"/cgi-bin/component/api_authorizer_token":    {method: "POST", open: true, op: wechatAuthorizerToken},
	"/cgi-bin/component/api_get_authorizer_info": {method: "POST", open: true, op: wechatAuthorizerInfo},
	"/cgi-bin/getcallbackip":                     {method: "GET", op: wechatCallbackIP},
	"/cgi-bin/get_api_domain_ip":                 {method: "GET", op: wechatCallbackIP},
	"/cgi-bin/media/uploadimg":                   {method: "POST", upload: true, op: wechatUploadImage},
	"/cgi-bin/media/upload":                      {method: "POST", upload: true, op: wechatUploadTemporary},
	"/cgi-bin/media/get":                         {method: "GET", op: wechatGetTemporary},
	"/cgi-bin/material/add_material":             {method: "POST", upload: true, op: wechatAddMaterial},
	"/cgi-bin/material/del_material":             {method: "POST", op: wechatDeleteMaterial},
	"/cgi-bin/material/batchget_material":        {method: "POST", op: wechatListMaterial},
	"/cgi-bin/material/get_materialcount":        {method: "GET", op: wechatCountMaterial},
	"/cgi-bin/draft/add":                         {method: "POST", op: wechatAddDraft},
	"/cgi-bin/draft/get":                         {method: "POST", op: wechatGetDraft},
	"/cgi-bin/draft/delete":                      {method: "POST", op: wechatDeleteDraft},
	"/cgi-bin/draft/update":                      {method: "POST", op: wechatUpdateDraft},
	"/cgi-bin/draft/count":                       {method: "GET", op: wechatCountDrafts},
	"/cgi-bin/draft/batchget":                    {method: "POST", op: wechatListDrafts},
	"/cgi-bin/freepublish/submit":                {method: "POST", op: wechatSubmit},
	"/cgi-bin/freepublish/get":                   {method: "POST", op: wechatGetJob},
	"/cgi-bin/freepublish/delete":                {method: "POST", op: wechatDeleteArticle},
	"/cgi-bin/freepublish/getarticle":            {method: "POST", op: wechatGetArticle},
	"/cgi-bin/freepublish/batchget":              {method: "POST", op: wechatListArticles},
	"/cgi-bin/account/getaccountbasicinfo":       {bare: true, op: wechatBasicInfo},
	"/cgi-bin/openapi/quota/get":                 {method: "POST", op: wechatGetQuota},
	"/cgi-bin/clear_quota":                       {method: "POST", op: wechatClearQuota},
	"/cgi-bin/clear_quota/v2":                    {method: "POST", open: true, bare: true, op: wechatClearQuotaV2},
	"/cgi-bin/openapi/quota/clear":               {method: "POST", op: wechatClearPath},
	"/cgi-bin/openapi/rid/get":                   {method: "POST", op: wechatGetRID},
	"/cgi-bin/message/mass/sendall":              {method: "POST", op: wechatSendAll},
	"/cgi-bin/message/mass/send":                 {method: "POST", op: wechatSendTo},
	"/cgi-bin/message/mass/preview":              {method: "POST", op: wechatMassPreview},
	"/cgi-bin/message/mass/delete":               {method: "POST", op: wechatDeleteMass},
	"/cgi-bin/message/mass/get":                  {method: "POST", op: wechatGetMass},
	"/cgi-bin/message/mass/speed/get":            {bare: true, op: wechatGetSpeed},
	"/cgi-bin/message/mass/speed/set":            {method: "POST", op: wechatSetSpeed},
	"/cgi-bin/comment/open":                      {method: "POST", op: wechatSwitchComments(true)},
	"/cgi-bin/comment/close":                     {method: "POST", op: wechatSwitchComments(false)},
	"/cgi-bin/comment/list":                      {method: "POST", op: wechatListComments},
	"/cgi-bin/comment/markelect":                 {method: "POST", op: wechatElect(true)},
	"/cgi-bin/comment/unmarkelect":               {method: "POST", op: wechatElect(false)},
	"/cgi-bin/comment/delete":                    {method: "POST", op: wechatDeleteComment},
	"/cgi-bin/comment/reply/add":                 {method: "POST", op: wechatReply},
	"/cgi-bin/comment/reply/delete":              {method: "POST", op: wechatDeleteReply},
	"/datacube/getarticletotaldetail":            {method: "POST", op: wechatStatistics},
	"/datacube/getarticleread":                   {method: "POST", op: wechatStatistics},
	"/datacube/getarticleshare":                  {method: "POST", op: wechatStatistics},
	"/datacube/getbizsummary":                    {method: "POST", op: wechatStatistics},
	"/datacube/getusersummary":                   {method: "POST", op: wechatStatistics},
	"/datacube/getusercumulate":                  {method: "POST", op: wechatStatistics},
	"/datacube/getinterfacesummary":              {method: "POST", op: wechatStatistics},
	"/datacube/getarticlesummary":                {method: "POST", op: wechatStatistics},
	"/datacube/getarticletotal":                  {method: "POST", op: wechatStatistics},
	"/datacube/getuserread":                      {method: "POST", op: wechatStatistics},
	"/datacube/getuserreadhour":                  {method: "POST", op: wechatStatistics},
	"/datacube/getusershare":                     {method: "POST", op: wechatStatistics},
	"/datacube/getusersharehour":                 {method: "POST", op: wechatStatistics},
}

// wechatWords are WeChat's texts for its codes.
var wechatWords = map[int]string{
	-1:    "system error",
	40001: "invalid credential, access_token is invalid or not latest",
	40002: "invalid grant_type",
	40003: "invalid openid",
	40004: "invalid media type",
	40005: "invalid file type",
	40006: "invalid media size",
	40007: "invalid media_id",
	40008: "invalid message type",
	40009: "invalid image size",
	40013: "invalid appid",
	40014: "invalid access_token",
	40031: "invalid openid list",
	40032: "invalid openid list size",
	40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
	40059: "invalid msg id",
	40060: "invalid article idx",
	40065: "invalid msg status, only finished messages can be deleted",
	40066: "invalid url",
	40097: "invalid args",
	40114: "invalid index value",
	40125: "invalid appsecret",
	40130: "invalid openid list size, at least two openid",
	40137: "invalid image format",
	40204: "invalid url, no such mass message",
	41001: "access_token missing",
	41002: "appid missing",
	41004: "appsecret missing",
	41005: "media data missing",
	41039: "invalid content_source_url",
	42001: "access_token expired",
	43001: "require GET method",
	43002: "require POST method",
	44002: "empty post data",
	44003: "empty news data",
	45001: "media size out of limit",
	45002: "content size out of limit",
	45003: "title size out of limit",
	45004: "description size out of limit",
	45008: "article size out of limit",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit mustslower retry next minute",
	45028: "has no masssend quota",
	45065: "clientmsgid exist",
	45066: "same clientmsgid retry too fast",
	45067: "clientmsgid size out of limit",
	45083: "invalid speed level",
	45110: "author size out of limit",
	45166: "invalid content",
	47001: "data format error",
	48001: "api unauthorized",
	48006: "forbid to clear quota because of reaching the limit",
	53500: "api unauthorized for publish",
	53501: "publish too fast",
	53502: "invalid publish_id",
	53503: "draft check failed",
	53504: "please use mp web console to publish",
	53505: "please manually save draft before publish",
	53600: "invalid article_id",
	61500: "date format error",
	61501: "date range error",
	61503: "data not ready, please try later",
	61003: "component is not authorized by this account",
	61004: "access clientip is not registered",
	61005: "component ticket is expired",
	61006: "component ticket is invalid",
	61007: "api is unauthorized to component",
	61009: "code is invalid",
	61010: "code is expired",
	61023: "refresh_token is invalid",
	76021: "cgi_path not found",
	76022: "could not use this cgi_path, no permission",
	76023: "could not find this rid",
	88000: "without comment privilege",
	88001: "msg_data is not exists",
	88002: "the article is limit for safety",
	88003: "elected comment upper limit",
	88004: "comment was deleted by user",
	88005: "already reply",
	88007: "reply content beyond max len or content len is zero",
	88008: "comment is not exists",
	88010: "count range error. cout <= 0 or count > 50",
	88011: "reply content is limit for safety",
	89504: "mass send waits for the confirmation of the administrator",
	89505: "mass send still waits for the confirmation of the administrator",
}

// wechatError is a business error: HTTP 200 with errcode. text "" takes the usual words.
type wechatError struct {
	code int
	text string
}

func (e *wechatError) Error() string { return strconv.Itoa(e.code) + " " + e.text }

func wxErr(code int) error { return &wechatError{code: code} }

// wechatBytes is an answer that is not JSON.
type wechatBytes struct {
	contentType string
	header      map[string]string
	data        []byte
}

// wechatDone is the plain success.
type wechatDone struct {
	Errcode int    `json:"errcode"`
	Errmsg  string `json:"errmsg"`
}

var wechatOK = wechatDone{Errmsg: "ok"}

// WeChatHandler serves WeChat at the root, with the paths of api.weixin.qq.com, the readers' pages and the pictures.
func (s *Sandbox) WeChatHandler() http.Handler {
	p := platform{name: WeChat, account: wechatWho, perform: wechatPerform, refuse: wechatRefuse}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /s/{key}", s.wechatPage)
	mux.HandleFunc("GET /mmbiz/", s.servePicture)
	for _, page := range []string{"/cgi-bin/componentloginpage", "/safe/bindcomponent"} {
		mux.HandleFunc("GET "+page, s.wechatGrantPage)
		mux.HandleFunc("POST "+page, s.wechatAgree)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serve(p, w, r) })
	return mux
}

// wechatWho is the appid of a call: the token's, else the one it names.
func wechatWho(s *Sandbox, c *call) string {
	if token := c.query.Get("access_token"); token != "" {
		for appid, a := range s.state.WeChat {
			if a.holds(token) {
				return appid
			}
		}
		if a, _ := s.grantOfToken(token); a != nil {
			return a.AppID
		}
		return ""
	}
	if appid := c.query.Get("appid"); appid != "" {
		return appid
	}
	if component, _ := c.Body["component_appid"].(string); component != "" {
		return component
	}
	appid, _ := c.Body["appid"].(string)
	return appid
}

// wechatPerform walks the checks in WeChat's order: path, method, token, quota, body; then the operation.
func wechatPerform(s *Sandbox, c *call) answer {
	s.pageBase = c.base
	route, known := wechatRoutes[c.Path]
	if !known {
		return wechatRefuse(s, c, 40066, "")
	}
	out, err := wechatTry(s, c, route)
	if refusal := (*wechatError)(nil); errors.As(err, &refusal) {
		return wechatRefuse(s, c, refusal.code, refusal.text)
	}
	a := answer{status: http.StatusOK, contentType: "application/json; encoding=utf-8"}
	if route.upload {
		a.contentType = "text/plain"
	}
	if raw, ok := out.(wechatBytes); ok {
		a.contentType, a.header, a.body = raw.contentType, raw.header, raw.data
		return a
	}
	a.body = encode(out)
	return a
}

func wechatTry(s *Sandbox, c *call, route wechatRoute) (any, error) {
	switch {
	case route.method == "GET" && c.Method != "GET":
		return nil, wxErr(43001)
	case route.method == "POST" && c.Method != "POST":
		return nil, wxErr(43002)
	}
	var account *wechatAccount
	if !route.open {
		var err error
		if account, err = s.wechatByToken(c); err != nil {
			return nil, err
		}
		if err := account.allow(c); err != nil {
			return nil, err
		}
		account.settle(s, c.now)
	}
	if c.Method == "POST" && len(c.raw) == 0 && !route.bare && !c.tooBig {
		return nil, wxErr(44002)
	}
	return route.op(s, account, c)
}

// wechatRefuse is the answer {"errcode","errmsg"} with a request id in its text. The id's first part is the hex time.
func wechatRefuse(s *Sandbox, c *call, code int, text string) answer {
	if text == "" {
		text = wechatWords[code]
	}
	if text == "" {
		text = "unknown error"
	}
	rid := s.wechatRID(c)
	body := wechatDone{Errcode: code, Errmsg: text + " " + rid}
	if code == 0 {
		body.Errmsg = "ok"
	}
	raw := encode(body)
	s.remember(c, rid, string(raw))
	return answer{status: http.StatusOK, contentType: "application/json; encoding=utf-8", body: raw, code: code}
}

func (s *Sandbox) wechatRID(c *call) string {
	return fmt.Sprintf("rid: %08x-%08x-%08x", c.now.Unix(), s.rng.Uint32(), s.rng.Uint32())
}

// wxDecode reads the JSON body into into: 47001 for anything that is no JSON of that shape.
func wxDecode(c *call, into any) error {
	if !utf8.Valid(c.raw) {
		return wxErr(40033)
	}
	if err := json.Unmarshal(c.raw, into); err != nil {
		return &wechatError{code: 47001, text: "data format error hint: [" + strings.ReplaceAll(err.Error(), "sandbox.", "") + "]"}
	}
	return nil
}

// looseFlag reads 0, 1, true and false: the documents say number, common libraries send booleans.
type looseFlag bool

// UnmarshalJSON reads the four spellings.
func (f *looseFlag) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "1", "true":
		*f = true
	case "0", "false", "null":
		*f = false
	default:
		return fmt.Errorf("neither 0 nor 1: %s", data)
	}
	return nil
}

// looseID reads a number or a string of digits: the documents disagree.
type looseID int64

// UnmarshalJSON reads both spellings.
func (id *looseID) UnmarshalJSON(data []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err != nil {
		return fmt.Errorf("no number: %s", data)
	}
	*id = looseID(n)
	return nil
}

func wechatCallbackIP(_ *Sandbox, _ *wechatAccount, _ *call) (any, error) {
	return map[string][]string{"ip_list": {"127.0.0.1"}}, nil
}

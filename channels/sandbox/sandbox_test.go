package sandbox_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"govmedia/channels/sandbox"
)

const (
	appid  = "wx0000000000000001"
	secret = "wx-secret-1"
	hook   = "whsec_Z292LW5ldy1tZWRpYS10ZXN0LXNlY3JldC0zMmJ5dGVz"
)

// bench is a running sandbox with one account of each kind and a frozen clock.
type bench struct {
	t       *testing.T
	s       *sandbox.Sandbox
	url     string
	control string
	token   string // WeChat
}

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))

func seeds() sandbox.Seeds {
	return sandbox.Seeds{
		WeChat: []sandbox.WeChatAccount{
			{AppID: appid, Secret: secret, Nickname: "潼南发布", Principal: "潼南区人民政府办公室"},
			{AppID: "wx0000000000000002", Secret: "wx-secret-2", Type: "service", Nickname: "潼南政务"},
		},
		Weibo: sandbox.WeiboSeeds{
			Apps: []sandbox.WeiboApp{{
				Key: "1001", Secret: "wb-secret", Name: "政务新媒体管理平台", RedirectURIs: []string{"http://127.0.0.1/callback"},
				SafeDomains: []sandbox.SafeDomain{{Host: "gov.example.cn", Reviewed: true}, {Host: "new.example.cn"}},
				Permissions: []string{"share", "destroy", "update", "upload", "upload_url_text", "article"},
			}, {Key: "1002", Secret: "wb-secret-2", Level: "test"}},
			Users: []sandbox.WeiboUser{
				{UID: "2001", Name: "潼南发布", Verified: true, VerifiedType: 1, VerifiedReason: "潼南区人民政府办公室官方微博"},
				{UID: "2002", Name: "别的单位"},
			},
			Tokens: []sandbox.WeiboToken{
				{Token: "wb-token", AppKey: "1001", UID: "2001"}, {Token: "wb-other", AppKey: "1001", UID: "2002"},
				{Token: "wb-test", AppKey: "1002", UID: "2001"},
			},
		},
		Apps: []sandbox.AppBackend{{Name: "city", Title: "掌上潼南", Secrets: []string{hook}}},
	}
}

// open starts a sandbox over HTTP. change may adjust what it is made from.
func open(t *testing.T, change func(*sandbox.Config)) *bench {
	t.Helper()
	cfg := sandbox.Config{Seed: 7, ClockStart: start, Seeds: seeds(), Settings: sandbox.Settings{AllowPrivateRIP: true}}
	if change != nil {
		change(&cfg)
	}
	s, err := sandbox.New(cfg)
	if err != nil {
		t.Fatalf("sandbox.New: %v", err)
	}
	server, control := httptest.NewServer(s.Handler()), httptest.NewServer(s.ControlHandler())
	t.Cleanup(func() {
		s.Release()
		server.CloseClientConnections()
		server.Close()
		control.Close()
		_ = s.Close()
	})
	return &bench{t: t, s: s, url: server.URL, control: control.URL}
}

// object is a decoded JSON answer.
type object = map[string]any

// reply is an answer with its body read.
type reply struct {
	*http.Response
	body []byte
}

func (r reply) object(t *testing.T) object {
	t.Helper()
	var out object
	if err := json.Unmarshal(r.body, &out); err != nil {
		t.Fatalf("%s answered no JSON object: %v\n%.300s", r.Request.URL.Path, err, r.body)
	}
	return out
}

// do sends a request and reads the answer; the error is the client's.
func (b *bench) do(method, address, contentType string, body []byte, header ...string) (reply, error) {
	b.t.Helper()
	req, err := http.NewRequest(method, address, bytes.NewReader(body))
	if err != nil {
		b.t.Fatalf("request %s: %v", address, err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return reply{res, data}, err
}

func (b *bench) must(method, address, contentType string, body []byte, header ...string) reply {
	b.t.Helper()
	r, err := b.do(method, address, contentType, body, header...)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, address, err)
	}
	return r
}

// fetchToken takes a stable token of the first account, once.
func (b *bench) fetchToken() string {
	b.t.Helper()
	if b.token == "" {
		b.token = b.stable(appid, secret, false)["access_token"].(string)
	}
	return b.token
}

func (b *bench) stable(id, key string, force bool, header ...string) object {
	b.t.Helper()
	body, _ := json.Marshal(object{"grant_type": "client_credential", "appid": id, "secret": key, "force_refresh": force})
	return b.must("POST", b.url+"/wechat/cgi-bin/stable_token", "application/json", body, header...).object(b.t)
}

// wx posts JSON to a WeChat path with the first account's token. A nil body sends a GET.
func (b *bench) wx(path string, body any) object {
	b.t.Helper()
	address := b.url + "/wechat" + path + "?access_token=" + url.QueryEscape(b.fetchToken())
	if body == nil {
		return b.must("GET", address, "", nil).object(b.t)
	}
	data, err := json.Marshal(body)
	if err != nil {
		b.t.Fatalf("encode body of %s: %v", path, err)
	}
	return b.must("POST", address, "application/json", data).object(b.t)
}

// wxUpload sends a file to a WeChat path; query begins with & or is empty.
func (b *bench) wxUpload(path, query, name string, data []byte) object {
	b.t.Helper()
	kind, body := form(nil, "media", name, data)
	return b.must("POST", b.url+"/wechat"+path+"?access_token="+url.QueryEscape(b.fetchToken())+query, kind, body).object(b.t)
}

// form is a multipart body with fields and, when file is named, a file.
func form(fields map[string]string, file, name string, data []byte) (contentType string, body []byte) {
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for field, value := range fields {
		_ = w.WriteField(field, value)
	}
	if file != "" {
		part, _ := w.CreateFormFile(file, name)
		_, _ = part.Write(data)
	}
	_ = w.Close()
	return w.FormDataContentType(), buf.Bytes()
}

// picture draws a picture in a format.
func picture(format string) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for x := range 64 {
		for y := range 48 {
			img.Set(x, y, color.RGBA{uint8(4 * x), uint8(5 * y), 90, 255})
		}
	}
	var buf bytes.Buffer
	switch format {
	case "jpeg":
		_ = jpeg.Encode(&buf, img, nil)
	case "gif":
		_ = gif.Encode(&buf, img, nil)
	case "bmp":
		_ = bmp.Encode(&buf, img)
	default:
		_ = png.Encode(&buf, img)
	}
	return buf.Bytes()
}

// padded is a picture with trailing bytes up to size, which decoders do not mind.
func padded(format string, size int) []byte {
	data := picture(format)
	return append(data, make([]byte, size-len(data))...)
}

// cover uploads a permanent picture and returns its media_id.
func (b *bench) cover() string {
	b.t.Helper()
	return text(b.t, b.wxUpload("/cgi-bin/material/add_material", "&type=image", "cover.jpg", picture("jpeg")), "media_id")
}

// article is a valid article with a title; change may spoil it.
func (b *bench) article(title string, change func(object)) object {
	a := object{
		"title": title, "author": "区政府办", "digest": "", "content": "<p>正文第一段。</p>",
		"content_source_url": "https://gov.example.cn/a/" + url.PathEscape(title), "thumb_media_id": b.cover(),
	}
	if change != nil {
		change(a)
	}
	return a
}

// draft adds a draft of one article and returns its media_id.
func (b *bench) draft(title string) string {
	b.t.Helper()
	return text(b.t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article(title, nil)}}), "media_id")
}

// text is a field that must be a non-empty text.
func text(t *testing.T, o object, field string) string {
	t.Helper()
	value, ok := o[field].(string)
	if !ok || value == "" {
		t.Fatalf("field %q = %v in %v, want a text", field, o[field], o)
	}
	return value
}

// wantCode checks errcode; 0 also when absent.
func wantCode(t *testing.T, got object, want int) {
	t.Helper()
	code, _ := got["errcode"].(float64)
	if int(code) != want {
		t.Errorf("errcode = %v (%v), want %d", got["errcode"], got["errmsg"], want)
	}
}

func (b *bench) page(address string) string {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.url + address
	}
	r := b.must("GET", address, "", nil)
	if r.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s = %d, want 200", address, r.StatusCode)
	}
	return string(r.body)
}

// waitFor polls until ok says yes.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited for %s in vain", what)
}

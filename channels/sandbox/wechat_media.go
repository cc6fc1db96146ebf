package sandbox

import (
	"path"
	"slices"
	"strings"
	"time"
)

// Limits of uploads, in bytes.
const (
	wxBodyImageLimit = 1 << 20  // uploadimg: must be smaller
	wxImageLimit     = 10 << 20 // image, permanent and temporary
	wxThumbLimit     = 64 << 10 // thumb
	wxTemporaryLife  = 3 * 24 * time.Hour
)

// wxMaterial is an uploaded picture with a media_id.
type wxMaterial struct {
	MediaID string    `json:"media_id"`
	Kind    string    `json:"kind"` // image or thumb
	Name    string    `json:"name"`
	Picture string    `json:"picture"` // key
	URL     string    `json:"url"`
	Time    time.Time `json:"time"`
}

// wxPicture checks the file in field media against what an endpoint takes: 41005 none, 40005 not such a picture or no
// file name ending, over when it is too long, 40137 when it does not decode.
func wxPicture(c *call, limit, over int, formats ...string) (*upload, error) {
	if c.tooBig {
		return nil, wxErr(over)
	}
	u := c.file("media")
	switch {
	case u == nil || u.Size == 0:
		return nil, wxErr(41005)
	case !slices.Contains([]string{".jpg", ".jpeg", ".png", ".gif", ".bmp"}, strings.ToLower(path.Ext(u.Name))):
		return nil, wxErr(40005)
	case !slices.Contains(formats, u.Format):
		return nil, wxErr(40005)
	case u.Size > limit:
		return nil, wxErr(over)
	case !u.ok:
		return nil, wxErr(40137)
	}
	return u, nil
}

// wechatPicture stores an upload and makes the address WeChat would hand out.
func (s *Sandbox) wechatPicture(a *wechatAccount, c *call, u *upload) (*picture, string, error) {
	p := s.keepPicture("wechat:"+a.AppID, u)
	if p == nil {
		return nil, "", wxErr(-1)
	}
	c.Effect = true
	return p, s.mediaURL(c.base) + "/mmbiz_" + p.Format + "/" + p.Key + "/0?wx_fmt=" + p.Format, nil
}

// mediaURL is the base of WeChat's picture addresses.
func (s *Sandbox) mediaURL(base string) string {
	return orElse(s.state.Settings.MediaURL, base+"/mmbiz")
}

func wechatUploadImage(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	u, err := wxPicture(c, wxBodyImageLimit-1, 40009, "jpeg", "png")
	if err != nil {
		return nil, err
	}
	_, url, err := s.wechatPicture(a, c, u)
	if err != nil {
		return nil, err
	}
	return map[string]string{"url": url}, nil
}

// wechatUploadTemporary keeps a picture for three days; its id is no cover.
func wechatUploadTemporary(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	u, kind, err := wxTypedPicture(c)
	if err != nil {
		return nil, err
	}
	p, url, err := s.wechatPicture(a, c, u)
	if err != nil {
		return nil, err
	}
	m := &wxMaterial{MediaID: s.id(64), Kind: kind, Name: u.Name, Picture: p.Key, URL: url, Time: c.now}
	a.Temporary = append(a.Temporary, m)
	field := "media_id"
	if kind == "thumb" {
		field = "thumb_media_id"
	}
	return map[string]any{"type": kind, field: m.MediaID, "created_at": c.now.Unix()}, nil
}

// wxTypedPicture checks the picture of an upload with a type.
func wxTypedPicture(c *call) (u *upload, kind string, err error) {
	kind = c.query.Get("type")
	switch kind {
	case "image":
		u, err = wxPicture(c, wxImageLimit, 40009, "jpeg", "png", "gif", "bmp")
	case "thumb":
		u, err = wxPicture(c, wxThumbLimit, 40006, "jpeg")
	default:
		err = wxErr(40004) // voice and video are not part of this stand-in
	}
	return u, kind, err
}

func wechatGetTemporary(s *Sandbox, a *wechatAccount, c *call) (any, error) {
	for _, m := range a.Temporary {
		if m.MediaID != c.query.Get("media_id") || c.now.Sub(m.Time) >= wxTemporaryLife {
			continue
		}
		p := s.state.Pictures[m.Picture]
		return wechatBytes{
			contentType: "image/" + p.Format, data: s.store.bytes(p.SHA256),
			header: map[string]string{"Content-Disposition": `attachment; filename="` + m.MediaID + "." + p.Format + `"`},
		}, nil
	}
	return nil, wxErr(40007)
}

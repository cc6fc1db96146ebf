package sandbox

import (
	"bytes"
	"image"
	_ "image/gif" // decoders: what the platforms accept
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"path"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// picture is an uploaded picture. Its bytes are in the store under SHA256.
type picture struct {
	Key    string `json:"key"`
	SHA256 string `json:"sha256"`
	Format string `json:"format"`
	Size   int    `json:"size"`
	Name   string `json:"name"`
	Owner  string `json:"owner"` // "wechat:appid" or "weibo:uid"
}

// pixelLimit stops a small file that would unpack to a huge picture.
const pixelLimit = 100 << 20

// inspectPicture tells the format by the bytes, whatever the name says, and whether they decode to the end.
func inspectPicture(data []byte) (format string, ok bool) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return sniff(data), false
	}
	if config.Width*config.Height > pixelLimit || config.Width <= 0 || config.Height <= 0 {
		return format, false
	}
	_, _, err = image.Decode(bytes.NewReader(data))
	return format, err == nil
}

// sniff tells the format by the magic bytes alone, "" when unknown.
func sniff(data []byte) string {
	kind := strings.TrimPrefix(http.DetectContentType(data), "image/")
	switch kind {
	case "jpeg", "png", "gif", "bmp", "webp":
		return kind
	}
	return ""
}

// keepPicture stores an upload. It returns nil when the disk refused. Call it with s.mu held.
func (s *Sandbox) keepPicture(owner string, u *upload) *picture {
	sum, err := s.store.keep(u.data)
	if err != nil {
		s.log.Error("sandbox: picture not kept", "error", err)
		return nil
	}
	p := &picture{Key: s.id(32), SHA256: sum, Format: u.Format, Size: u.Size, Name: u.Name, Owner: owner}
	s.state.Pictures[p.Key] = p
	return p
}

// servePicture serves /mmbiz/mmbiz_png/KEY/0 and /sinaimg/large/KEY.png.
func (s *Sandbox) servePicture(w http.ResponseWriter, r *http.Request) {
	key := pictureKey(r.URL.Path)
	s.mu.Lock()
	p := s.state.Pictures[key]
	s.mu.Unlock()
	if p == nil {
		http.NotFound(w, r)
		return
	}
	data := s.store.bytes(p.SHA256)
	if data == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/"+p.Format)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(data)
}

// pictureKey takes the key out of a picture's path: the longest piece, without an ending.
func pictureKey(address string) string {
	address, _, _ = strings.Cut(address, "?")
	key := ""
	for piece := range strings.SplitSeq(address, "/") {
		piece = strings.TrimSuffix(piece, path.Ext(piece))
		if len(piece) > len(key) {
			key = piece
		}
	}
	return key
}

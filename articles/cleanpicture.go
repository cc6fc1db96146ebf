package articles

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ImageKind says where a picture's bytes are.
type ImageKind string

// The kinds of picture address.
const (
	ImageMedia   ImageKind = "media"   // ours: /media/{id}; kept
	ImageForeign ImageKind = "foreign" // http(s) elsewhere; kept, must be fetched or replaced before submitting
	ImageData    ImageKind = "data"    // data:image/png, jpeg, gif or webp; taken out, to be uploaded
	ImageFile    ImageKind = "file"    // file:/// on the author's computer; taken out
	ImageBlob    ImageKind = "blob"    // blob: in the author's browser; taken out
)

// ImageRef is one picture of the input.
type ImageRef struct {
	Src     string // the address as it was, a whole data: URL included
	Kind    ImageKind
	MediaID string // of kind media, else empty
	Alt     string
}

var mediaPath = regexp.MustCompile(`^/media/([0-9a-z]{16})$`)

// MediaID returns the id in the address of one of our own pictures, or "" for any other address.
func MediaID(src string) string {
	if m := mediaPath.FindStringSubmatch(src); m != nil {
		return m[1]
	}
	return ""
}

// MediaSrc is the address at which an article shows the picture of that id.
func MediaSrc(id string) string { return "/media/" + id }

var dataPicture = regexp.MustCompile(`(?i)^data:image/(png|jpe?g|gif|webp)[;,]`)

// imageRef says where a picture's bytes are; ok is false for an address that is none of the kinds.
func imageRef(src string) (ref ImageRef, ok bool) {
	src = strings.TrimSpace(src)
	lower := strings.ToLower(src[:min(len(src), 8)])
	switch {
	case MediaID(src) != "":
		return ImageRef{Src: src, Kind: ImageMedia, MediaID: MediaID(src)}, true
	case dataPicture.MatchString(src):
		return ImageRef{Src: src, Kind: ImageData}, true
	case strings.HasPrefix(lower, "file:"):
		return ImageRef{Src: src, Kind: ImageFile}, true
	case strings.HasPrefix(lower, "blob:"):
		return ImageRef{Src: src, Kind: ImageBlob}, true
	}
	if u := webAddress(src); strings.HasPrefix(u, "http") {
		return ImageRef{Src: u, Kind: ImageForeign}, true
	}
	return ImageRef{}, false
}

// image keeps a picture of ours and one on the web, and reports all. A page that loads its pictures late has the real
// address in data-src; WeChat's own articles do.
func (c *cleaner) image(dst, n *html.Node) {
	ref, ok := imageRef(attr(n, "src"))
	if late, lateOK := imageRef(attr(n, "data-src")); lateOK && late.Kind == ImageForeign && (!ok || ref.Kind == ImageData) {
		ref, ok = late, true
	}
	if !ok {
		c.removed[RemovedPicture]++
		return
	}
	alt, _ := visible(strings.Join(strings.Fields(attr(n, "alt")), " "))
	ref.Alt = firstRunes(alt, maxAlt)
	if c.replace != nil && ref.Kind != ImageMedia {
		if put, putOK := imageRef(c.replace(ref)); putOK {
			put.Alt = ref.Alt
			ref = put
		}
	}
	c.images = append(c.images, ref)
	if ref.Kind != ImageMedia && ref.Kind != ImageForeign {
		c.removed[RemovedPicture]++
		return
	}
	out := element(atom.Img)
	out.Attr = []html.Attribute{{Key: "src", Val: ref.Src}, {Key: "alt", Val: ref.Alt}}
	for _, key := range []string{"width", "height"} {
		if px := pixels(attr(n, key)); px != "" {
			out.Attr = append(out.Attr, html.Attribute{Key: key, Val: px})
		}
	}
	if style := c.style(n, atom.Img); style != "" {
		out.Attr = append(out.Attr, html.Attribute{Key: "style", Val: style})
	}
	dst.AppendChild(out)
}

// pixels reads a width or height attribute of 1 to 10,000 pixels; anything else comes back empty.
func pixels(s string) string {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "px"), 64)
	if err != nil || !(n >= 1 && n <= 10000) {
		return ""
	}
	return strconv.Itoa(int(n))
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

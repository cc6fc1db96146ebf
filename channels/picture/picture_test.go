package picture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"golang.org/x/image/bmp"
	"pgregory.net/rapid"

	"govmedia/channels/picture"
	"govmedia/fault"
)

func mustProcess(t testing.TB, data []byte) picture.Processed {
	t.Helper()
	p, err := picture.Process(bytes.NewReader(data), "test")
	if err != nil {
		t.Fatalf("Process = %v, want no error", err)
	}
	return p
}

// noise is a picture of many colours that compresses badly, as a photo does.
func noise(w, h int) *image.NRGBA {
	r := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(r.UintN(256))
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

func encode(t testing.TB, format string, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "jpeg":
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 95})
	case "png":
		err = png.Encode(&b, img)
	case "gif":
		err = gif.Encode(&b, img, nil)
	case "bmp":
		err = bmp.Encode(&b, img)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func flat(w, h int, c color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, c)
		}
	}
	return img
}

// tinyWebP is a lossless WebP of one pixel.
var tinyWebP = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

func TestProcessChoosesTheFormatThatLosesLeast(t *testing.T) {
	clear := noise(30, 20)
	clear.Pix[3] = 10
	for _, tt := range []struct {
		name string
		data []byte
		mime string
	}{
		{"photo as JPEG", encode(t, "jpeg", noise(30, 20)), "image/jpeg"},
		{"drawing as JPEG stays JPEG", encode(t, "jpeg", flat(30, 20, color.White)), "image/jpeg"},
		{"photo as PNG", encode(t, "png", noise(30, 20)), "image/jpeg"},
		{"photo as BMP", encode(t, "bmp", noise(30, 20)), "image/jpeg"},
		{"drawing as PNG", encode(t, "png", flat(30, 20, color.White)), "image/png"},
		{"transparent PNG", encode(t, "png", clear), "image/png"},
		{"still GIF", encode(t, "gif", noise(30, 20)), "image/png"},
		{"grey of 16 bits", encode(t, "png", image.NewGray16(image.Rect(0, 0, 30, 20))), "image/png"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustProcess(t, tt.data)
			config, format, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
			if err != nil || p.MIME != tt.mime || "image/"+format != p.MIME || config.Width != 30 || p.Width != 30 || p.Height != 20 || p.Size != len(p.Bytes) || len(p.SHA256) != 64 {
				t.Errorf("Process = %s %s %dx%d %d bytes, decodes as %s, %v; want %s 30x20", p.MIME, p.Ext, p.Width, p.Height, p.Size, format, err, tt.mime)
			}
			if again := mustProcess(t, tt.data); again.SHA256 != p.SHA256 {
				t.Errorf("Process of the same bytes gave %s and %s", p.SHA256, again.SHA256)
			}
		})
	}
	if p := mustProcess(t, tinyWebP); p.MIME != "image/png" || p.Width != 1 || p.Height != 1 {
		t.Errorf("Process(webp) = %s %dx%d, want a PNG of one pixel", p.MIME, p.Width, p.Height)
	}
}

func TestProcessRefuses(t *testing.T) {
	jpg := encode(t, "jpeg", noise(40, 40))
	for _, tt := range []struct {
		name string
		data []byte
		want *fault.Fault
	}{
		{"nothing", nil, picture.ErrNotAPicture},
		{"exe named jpg", []byte("MZ\x90\x00\x03\x00\x00\x00PE\x00\x00"), picture.ErrNotAPicture},
		{"HTML named jpg", []byte("<!DOCTYPE html><html><svg></svg><script>alert(1)</script>"), picture.ErrNotAPicture},
		{"PDF", []byte("%PDF-1.7"), picture.ErrNotAPicture},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00"), picture.ErrNotAPicture},
		{"text that begins with BM", []byte("BMW is a maker of cars and not a picture at all"), picture.ErrNotAPicture},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), picture.ErrSVGRefused},
		{"SVG behind declarations", []byte("\xef\xbb\xbf <?xml version='1.0'?><!-- c --><!DOCTYPE svg><SVG>"), picture.ErrSVGRefused},
		{"SVG in UTF-16", []byte("\xff\xfe<\x00s\x00v\x00g\x00>\x00"), picture.ErrSVGRefused},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1"), picture.ErrHEICRefused},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1"), picture.ErrHEICRefused},
		{"animated WebP", []byte("RIFF\x1a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00"), picture.ErrAnimatedWebP},
		{"cut JPEG", jpg[:len(jpg)/2], picture.ErrBroken},
		{"JPEG that is only its magic", []byte("\xff\xd8\xff\xe0"), picture.ErrBroken},
		{"PNG of 10^9 pixels", hugePNG(50_000, 20_000), picture.ErrTooManyPixels},
		{"PNG whose area overflows 32 bits", hugePNG(1<<24, 1<<24), picture.ErrTooManyPixels},
		{"20 MB and a byte", append(bytes.Clone(jpg), make([]byte, picture.MaxInput)...), picture.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := picture.Process(bytes.NewReader(tt.data), tt.name+".jpg")
			if !errors.Is(err, tt.want) {
				t.Errorf("Process = %v, want %v", err, tt.want)
			}
			if f := fault.As(err); f == nil || f.Sentence == "" {
				t.Errorf("Process = %v, want a sentence", err)
			}
		})
	}
}

func hugePNG(w, h uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	chunk = append(binary.BigEndian.AppendUint32(chunk, h), 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
}

type countingReader struct{ read int }

func (r *countingReader) Read(p []byte) (int, error) { r.read += len(p); return len(p), nil }

func TestProcessReadsNoMoreThanOneByteOverTheLimit(t *testing.T) {
	r := &countingReader{}
	if _, err := picture.Process(r, "40MB.jpg"); !errors.Is(err, picture.ErrTooLarge) {
		t.Errorf("Process = %v, want media.too_large", err)
	}
	if r.read > picture.MaxInput+1 {
		t.Errorf("Process read %d bytes, want at most %d", r.read, picture.MaxInput+1)
	}
	broken := errors.New("connection reset")
	if _, err := picture.Process(io.MultiReader(strings.NewReader("\xff\xd8"), errReader{broken}), "x"); !errors.Is(err, broken) {
		t.Errorf("Process = %v, want the reader's error", err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// exif builds a TIFF block with the orientation and a GPS directory.
func exif(order binary.AppendByteOrder, orientation int) []byte {
	b := []byte("II")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		b = []byte("MM")
	}
	b = order.AppendUint16(b, 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, uint16(orientation))
	b = order.AppendUint16(b, 0)
	b = order.AppendUint16(b, 0x8825)
	b = order.AppendUint16(b, 4)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint32(b, 38)
	b = order.AppendUint32(b, 0)
	return append(b, "GPS 30.189N 105.840E"...)
}

func withEXIF(jpg, tiff []byte) []byte {
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, byte((len(segment)+2)>>8), byte(len(segment)+2))
	return append(append(out, segment...), jpg[2:]...)
}

// corner is the colour of a quarter of the shown picture: red, green / blue, white.
func corner(right, bottom bool) color.RGBA {
	switch {
	case right && bottom:
		return color.RGBA{255, 255, 255, 255}
	case right:
		return color.RGBA{0, 255, 0, 255}
	case bottom:
		return color.RGBA{0, 0, 255, 255}
	}
	return color.RGBA{255, 0, 0, 255}
}

// stored draws how a camera stores the shown picture of 64×32 when row 0 and column 0 lie at the given sides (EXIF 2.32).
func stored(row0, col0 string) image.Image {
	w, h := 64, 32
	turned := row0 == "left" || row0 == "right"
	if turned {
		w, h = h, w
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			lateRow, lateCol := y >= h/2, x >= w/2
			side := map[string]bool{row0: !lateRow, col0: !lateCol} // whether the pixel is near that side
			isRight := side["right"] || (hasKey(side, "left") && !side["left"])
			isBottom := side["bottom"] || (hasKey(side, "top") && !side["top"])
			img.Set(x, y, corner(isRight, isBottom))
		}
	}
	return img
}

func hasKey(m map[string]bool, k string) bool { _, ok := m[k]; return ok }

func TestProcessHonoursEveryOrientation(t *testing.T) {
	sides := [][2]string{{"top", "left"}, {"top", "right"}, {"bottom", "right"}, {"bottom", "left"}, {"left", "top"}, {"right", "top"}, {"right", "bottom"}, {"left", "bottom"}}
	for i, s := range sides {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p := mustProcess(t, withEXIF(encode(t, "jpeg", stored(s[0], s[1])), exif(order, i+1)))
			img, err := jpeg.Decode(bytes.NewReader(p.Bytes))
			if err != nil || p.Width != 64 || p.Height != 32 {
				t.Fatalf("orientation %d: %dx%d, %v; want 64x32", i+1, p.Width, p.Height, err)
			}
			for _, q := range []struct{ right, bottom bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
				x, y := 8, 8
				if q.right {
					x = 56
				}
				if q.bottom {
					y = 24
				}
				if got, want := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA), corner(q.right, q.bottom); !near(got, want) {
					t.Errorf("orientation %d: colour at %d,%d = %v, want %v", i+1, x, y, got, want)
				}
			}
		}
	}
}

func near(a, b color.RGBA) bool {
	d := func(x, y uint8) int { return max(int(x)-int(y), int(y)-int(x)) }
	return d(a.R, b.R) < 40 && d(a.G, b.G) < 40 && d(a.B, b.B) < 40
}

func TestProcessDropsMetadata(t *testing.T) {
	jpg := withEXIF(encode(t, "jpeg", noise(20, 20)), exif(binary.LittleEndian, 1))
	jpg = append(jpg, "<script>alert(1)</script>"...)
	p := mustProcess(t, jpg)
	for _, rest := range []string{"GPS", "Exif", "<script>"} {
		if !bytes.Contains(jpg, []byte(rest)) {
			t.Fatalf("the input holds no %q", rest)
		}
		if bytes.Contains(p.Bytes, []byte(rest)) {
			t.Errorf("Process kept %q", rest)
		}
	}
}

func TestProcessTakesABrokenEXIFAsNone(t *testing.T) {
	for _, tiff := range [][]byte{nil, []byte("II"), []byte("XX*\x00\x08\x00\x00\x00"), []byte("II*\x00\xff\xff\xff\xff"), []byte("MM\x00*\x00\x00\x00\x08\xff\xff"), exif(binary.BigEndian, 9)} {
		if p := mustProcess(t, withEXIF(encode(t, "jpeg", noise(20, 10)), tiff)); p.Width != 20 || p.Height != 10 {
			t.Errorf("EXIF %q: %dx%d, want 20x10", tiff, p.Width, p.Height)
		}
	}
}

func TestProcessScalesToTheShownWidth(t *testing.T) {
	wide := encode(t, "jpeg", flat(3000, 300, color.White))
	if p := mustProcess(t, wide); p.Width != 2560 || p.Height != 256 {
		t.Errorf("Process(3000x300) = %dx%d, want 2560x256", p.Width, p.Height)
	}
	if p := mustProcess(t, withEXIF(wide, exif(binary.LittleEndian, 6))); p.Width != 300 || p.Height != 3000 {
		t.Errorf("Process(3000x300 turned) = %dx%d, want 300x3000", p.Width, p.Height)
	}
	tall := withEXIF(encode(t, "jpeg", flat(300, 3000, color.White)), exif(binary.LittleEndian, 8))
	if p := mustProcess(t, tall); p.Width != 2560 || p.Height != 256 {
		t.Errorf("Process(300x3000 turned) = %dx%d, want 2560x256", p.Width, p.Height)
	}
}

func TestScalingTakesTheMeanOfTheArea(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 6, 6)) // columns of black, white, white; three of them make two
	for i := range 36 {
		v := uint8(255)
		if i%6%3 == 0 {
			v = 0
		}
		img.Set(i%6, i/6, color.NRGBA{v, v, v, 255})
	}
	p, err := picture.Fit(encode(t, "png", img), 0, 4)
	if err != nil || p.Width != 4 || p.Height != 4 {
		t.Fatalf("Fit = %dx%d, %v; want 4x4", p.Width, p.Height, err)
	}
	got, err := png.Decode(bytes.NewReader(p.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	for y := range 4 {
		for x, want := range []uint8{85, 255, 85, 255} { // (0·1 + 255·½) ÷ 1½, (255·½ + 255·1) ÷ 1½, and again
			if g := color.GrayModel.Convert(got.At(x, y)).(color.Gray).Y; g != want {
				t.Errorf("pixel %d,%d = %d, want %d", x, y, g, want)
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) { // a flat picture stays flat at any ratio
		w, h, to := rapid.IntRange(2, 90).Draw(rt, "w"), rapid.IntRange(1, 150).Draw(rt, "h"), rapid.IntRange(1, 89).Draw(rt, "to")
		v := uint8(rapid.IntRange(0, 255).Draw(rt, "v"))
		p, err := picture.Fit(encode(t, "png", flat(w, h, color.NRGBA{v, v, v, 255})), 0, to)
		if err != nil || p.Width != min(w, to) {
			rt.Fatalf("Fit(%dx%d, %d) = %dx%d, %v", w, h, to, p.Width, p.Height, err)
		}
		img, err := png.Decode(bytes.NewReader(p.Bytes))
		if err != nil {
			rt.Fatal(err)
		}
		for y := range p.Height {
			for x := range p.Width {
				if g := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA); g != (color.NRGBA{v, v, v, 255}) {
					rt.Fatalf("Fit(%dx%d, %d): pixel %d,%d = %v, want grey %d", w, h, to, x, y, g, v)
				}
			}
		}
	})
}

func animated(t testing.TB, frames, w, h int) []byte {
	t.Helper()
	g := &gif.GIF{LoopCount: 2}
	for i := range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Black, color.Gray{uint8(i)}, color.White}))
		g.Delay = append(g.Delay, 5)
		g.Image[i].Pix[0] = uint8(i % 3)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestProcessKeepsAnAnimationWithinLimits(t *testing.T) {
	data := animated(t, 5, 20, 10)
	comment := append([]byte("\x21\xfe\x08<script>\x00"), data[13+paletteSize(data):]...)
	p := mustProcess(t, append(bytes.Clone(data[:13+paletteSize(data)]), comment...))
	g, err := gif.DecodeAll(bytes.NewReader(p.Bytes))
	if err != nil || p.MIME != "image/gif" || p.Frames != 5 || len(g.Image) != 5 || g.LoopCount != 2 || g.Delay[0] != 5 || bytes.Contains(p.Bytes, []byte("<script>")) {
		t.Errorf("Process(animation) = %s, %d frames, %v; want 5 frames, delays and loops kept, comment gone", p.MIME, p.Frames, err)
	}
	for name, data := range map[string][]byte{"301 frames": animated(t, 301, 2, 2), "too wide": animated(t, 2, 2600, 2), "too much area": animated(t, 40, 2000, 2000)} {
		p := mustProcess(t, data)
		if p.MIME != "image/png" || p.Frames != 1 || len(p.Warnings) != 1 {
			t.Errorf("%s: Process = %s, %d frames, warnings %q; want a still PNG with a warning", name, p.MIME, p.Frames, p.Warnings)
		}
	}
	if _, err := picture.Process(bytes.NewReader(data[:len(data)-20]), "cut.gif"); err != nil && !errors.Is(err, picture.ErrBroken) {
		t.Errorf("Process(cut animation) = %v, want nil or media.broken", err)
	}
}

func paletteSize(gifFile []byte) int {
	if gifFile[10]&0x80 == 0 {
		return 0
	}
	return 3 << (gifFile[10]&7 + 1)
}

func TestFitKeepsWhatFits(t *testing.T) {
	for _, data := range [][]byte{encode(t, "jpeg", noise(50, 50)), encode(t, "png", noise(50, 50)), animated(t, 3, 20, 20)} {
		p, err := picture.Fit(data, len(data), 50, picture.FormatJPEG, picture.FormatPNG, picture.FormatGIF)
		if err != nil || !bytes.Equal(p.Bytes, data) {
			t.Errorf("Fit = %s, %d bytes, %v; want the %d bytes as they were", p.MIME, p.Size, err, len(data))
		}
	}
}

func TestFitShrinks(t *testing.T) {
	clear := noise(200, 200)
	clear.Pix[3] = 0
	for _, tt := range []struct {
		name               string
		data               []byte
		maxBytes, maxWidth int
		formats            []string
		mime               string
		width              int // 0 for any below the original
	}{
		{"quality first", encode(t, "jpeg", noise(600, 400)), 300_000, 0, nil, "image/jpeg", 600},
		{"then size", encode(t, "jpeg", noise(600, 400)), 30_000, 0, nil, "image/jpeg", 0},
		{"width", encode(t, "png", flat(600, 400, color.White)), 0, 300, nil, "image/png", 300},
		{"PNG to JPEG on white", encode(t, "png", clear), 50_000, 0, nil, "image/jpeg", 200},
		{"PNG only", encode(t, "png", clear), 20_000, 0, []string{"png"}, "image/png", 0},
		{"JPEG only", encode(t, "png", clear), 0, 0, []string{"jpeg"}, "image/jpeg", 200},
		{"animation to its first frame", animated(t, 3, 40, 20), 0, 0, nil, "image/png", 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := picture.Fit(tt.data, tt.maxBytes, tt.maxWidth, tt.formats...)
			if err != nil {
				t.Fatal(err)
			}
			config, _, err := image.DecodeConfig(bytes.NewReader(p.Bytes))
			if err != nil || config.Width != p.Width || p.MIME != tt.mime || tt.maxBytes > 0 && p.Size > tt.maxBytes || tt.width > 0 && p.Width != tt.width {
				t.Errorf("Fit = %s %dx%d, %d bytes, %v; want %s within %d bytes, width %d", p.MIME, p.Width, p.Height, p.Size, err, tt.mime, tt.maxBytes, tt.width)
			}
		})
	}
	transparent, err := picture.Fit(encode(t, "png", flat(20, 20, color.NRGBA{0, 0, 0, 0})), 0, 0, "jpeg")
	if err != nil {
		t.Fatal(err)
	}
	if img, err := jpeg.Decode(bytes.NewReader(transparent.Bytes)); err != nil || !near(color.RGBAModel.Convert(img.At(5, 5)).(color.RGBA), color.RGBA{255, 255, 255, 255}) {
		t.Errorf("Fit put transparency on %v, want white", img.At(5, 5))
	}
}

func TestFitGivesUpWithAFault(t *testing.T) {
	for name, try := range map[string]func() (picture.Processed, error){
		"impossible size":  func() (picture.Processed, error) { return picture.Fit(encode(t, "jpeg", noise(100, 100)), 10, 0) },
		"impossible PNG":   func() (picture.Processed, error) { return picture.Fit(encode(t, "png", noise(100, 100)), 10, 0, "png") },
		"one pixel":        func() (picture.Processed, error) { return picture.Fit(encode(t, "png", noise(1, 1)), 10, 0) },
		"no usable format": func() (picture.Processed, error) { return picture.Fit(encode(t, "jpeg", noise(9, 9)), 0, 0, "gif") },
	} {
		if _, err := try(); !errors.Is(err, picture.ErrCannotFit) {
			t.Errorf("%s: Fit = %v, want media.cannot_fit", name, err)
		}
	}
	if _, err := picture.Fit([]byte("MZ"), 0, 0); !errors.Is(err, picture.ErrNotAPicture) {
		t.Errorf("Fit = %v, want media.not_a_picture", err)
	}
}

func TestFitNeverExceedsWhatWasAsked(t *testing.T) {
	sizes := map[string][]byte{}
	rapid.Check(t, func(rt *rapid.T) {
		w, h := rapid.IntRange(1, 60).Draw(rt, "w"), rapid.IntRange(1, 60).Draw(rt, "h")
		maxBytes, maxWidth := rapid.IntRange(0, 5000).Draw(rt, "maxBytes"), rapid.IntRange(0, 70).Draw(rt, "maxWidth")
		key := fmt.Sprint(w, h)
		if sizes[key] == nil {
			sizes[key] = encode(t, "png", noise(w, h))
		}
		p, err := picture.Fit(sizes[key], maxBytes, maxWidth)
		if errors.Is(err, picture.ErrCannotFit) {
			return
		}
		if err != nil || maxBytes > 0 && p.Size > maxBytes || maxWidth > 0 && p.Width > maxWidth {
			rt.Fatalf("Fit(%dx%d, %d, %d) = %dx%d, %d bytes, %v", w, h, maxBytes, maxWidth, p.Width, p.Height, p.Size, err)
		}
	})
}

func TestProcessServesManyAtOnce(t *testing.T) {
	small, large := encode(t, "png", flat(10, 10, color.White)), encode(t, "png", image.NewGray(image.Rect(0, 0, 2500, 10400)))
	var wg sync.WaitGroup
	for i := range 12 {
		data := small
		if i%4 == 0 {
			data = large
		}
		wg.Go(func() {
			if _, err := picture.Process(bytes.NewReader(data), "x"); err != nil {
				t.Errorf("Process = %v", err)
			}
		})
	}
	wg.Wait()
}

func FuzzProcess(f *testing.F) {
	f.Add(encode(f, "jpeg", noise(9, 7)))
	f.Add(withEXIF(encode(f, "jpeg", noise(9, 7)), exif(binary.BigEndian, 6)))
	f.Add(encode(f, "png", noise(9, 7)))
	f.Add(encode(f, "bmp", noise(9, 7)))
	f.Add(animated(f, 3, 5, 4))
	f.Add(tinyWebP)
	f.Add([]byte("<svg>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil && c.Width > 1_000_000/max(c.Height, 1) {
			return // a header alone makes a decoder clear up to 200 MB: bounded, and too slow to fuzz
		}
		p, err := picture.Process(bytes.NewReader(data), "fuzz")
		if err != nil {
			if fault.As(err) == nil {
				t.Fatalf("Process = %v, want a fault", err)
			}
			return
		}
		again, err := picture.Process(bytes.NewReader(p.Bytes), "again")
		if err != nil || again.Width != p.Width || again.Height != p.Height {
			t.Fatalf("Process of our own %s = %dx%d, %v; want %dx%d", p.MIME, again.Width, again.Height, err, p.Width, p.Height)
		}
	})
}

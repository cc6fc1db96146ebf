package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"sync"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"
)

// Limits of what is taken and of what is kept.
const (
	MaxInput    = 20 << 20   // bytes of an uploaded file
	MaxPixels   = 50_000_000 // width times height of an uploaded picture
	MaxWidth    = 2560       // pixels of a stored picture; wider ones are scaled
	maxGIF      = 10 << 20   // bytes of an animation that stays one; WeChat's material upload takes 10 MB
	maxFrames   = 300        // of an animation that stays one
	maxGIFArea  = 150_000_000
	photo       = 88  // JPEG quality of what is stored
	worst       = 60  // JPEG quality below which Fit makes the picture smaller instead
	fewColours  = 256 // up to so many, a picture is a drawing and stays PNG
	minFitWidth = 16  // pixels; Fit gives up below
)

// The formats Fit can be asked for.
const (
	FormatJPEG = "jpeg"
	FormatPNG  = "png"
	FormatGIF  = "gif"
)

// Processed is a picture encoded by us.
type Processed struct {
	Bytes    []byte
	MIME     string // image/jpeg, image/png or image/gif
	Ext      string // jpg, png or gif
	Width    int    // pixels, as shown
	Height   int
	SHA256   string // of Bytes, 64 lower-case hex digits
	Size     int    // len(Bytes)
	Frames   int    // 1, or more for an animated GIF
	Warnings []string
}

// Process reads an uploaded file and encodes its picture anew: orientation applied, at most MaxWidth wide, without
// metadata. Photos become JPEG; pictures with transparency or few colours PNG; an animated GIF stays one within 10 MB and
// 300 frames, else its first frame is kept, with a warning. The name is only for the log: what a file is, its bytes say.
// The same bytes always give the same result. At most MaxInput+1 bytes are read from r, whose own errors come back
// wrapped. Errors: ErrTooLarge, ErrNotAPicture, ErrSVGRefused, ErrHEICRefused, ErrAnimatedWebP, ErrTooManyPixels, ErrBroken.
func Process(r io.Reader, name string) (Processed, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxInput+1))
	if err != nil {
		return Processed{}, fmt.Errorf("read picture %q: %w", name, err)
	}
	if len(data) > MaxInput {
		return Processed{}, fmt.Errorf("picture %q: %w", name, ErrTooLarge)
	}
	p, err := process(data)
	if err != nil {
		return Processed{}, fmt.Errorf("picture %q: %w", name, err)
	}
	return p, nil
}

func process(data []byte) (p Processed, err error) {
	src, err := inspect(data)
	if err != nil {
		return Processed{}, err
	}
	defer acquire(src.pixels())()
	defer recoverDecoder(&err)
	if src.format == "gif" {
		if p, ok, err := animation(src); ok || err != nil {
			return p, err
		}
	}
	img, err := src.decode()
	if err != nil {
		return Processed{}, err
	}
	img = orient(scale(img, src.targetWidth(MaxWidth)), src.orientation)
	if keepPNG(img, src.format) {
		p, err = encodePNG(img)
	} else {
		p, err = encodeJPEG(img, photo)
	}
	p.Warnings = src.warnings
	return p, err
}

// source is a file whose header has been read and found acceptable.
type source struct {
	data        []byte
	format      string // jpeg, png, gif, webp, bmp
	width       int    // as stored, before orientation
	height      int
	orientation int // EXIF 1–8
	warnings    []string
}

func (s *source) pixels() int { return s.width * s.height }

// targetWidth is the width as stored that gives at most max as shown.
func (s *source) targetWidth(max int) int {
	shown := s.width
	if s.orientation >= 5 {
		shown = s.height
	}
	if max <= 0 || shown <= max {
		return s.width
	}
	if s.orientation >= 5 { // max is the stored height: keep the ratio
		return atLeastOne(s.width * max / s.height)
	}
	return max
}

func atLeastOne(n int) int { return max(n, 1) }

// inspect sniffs the format and reads the header; nothing is decoded before its size is known to be bearable.
func inspect(data []byte) (*source, error) {
	format, err := sniff(data)
	if err != nil {
		return nil, err
	}
	var config image.Config
	func() {
		defer recoverDecoder(&err)
		config, err = decoders[format].config(bytes.NewReader(data))
	}()
	switch {
	case err != nil:
		return nil, ErrBroken.Because(err)
	case config.Width <= 0 || config.Height <= 0:
		return nil, ErrBroken
	case config.Width > MaxPixels/config.Height:
		return nil, ErrTooManyPixels
	}
	return &source{data: data, format: format, width: config.Width, height: config.Height, orientation: orientation(data, format)}, nil
}

type decoder struct {
	config func(io.Reader) (image.Config, error)
	image  func(io.Reader) (image.Image, error)
}

var decoders = map[string]decoder{
	"jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"png":  {png.DecodeConfig, png.Decode},
	"gif":  {gif.DecodeConfig, gif.Decode}, // Decode reads the first frame only
	"webp": {webp.DecodeConfig, webp.Decode},
	"bmp":  {bmp.DecodeConfig, bmp.Decode},
}

func (s *source) decode() (image.Image, error) {
	img, err := decoders[s.format].image(bytes.NewReader(s.data))
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	if b := img.Bounds(); b.Dx() <= 0 || b.Dy() <= 0 {
		return nil, ErrBroken
	}
	return img, nil
}

// recoverDecoder turns a panic of a decoder into ErrBroken: one crafted file must not end the program.
func recoverDecoder(err *error) {
	if r := recover(); r != nil {
		*err = ErrBroken.Because(fmt.Errorf("decoder panic: %v", r))
	}
}

// slots bounds the memory: two pictures are worked on at a time, and one above half the limit alone. A decoded picture
// takes 4 to 8 bytes a pixel (a progressive JPEG up to 15 while it is read), so the worst is well below 1 GB.
var (
	slots  = make(chan struct{}, 2)
	taking sync.Mutex
)

func acquire(pixels int) (release func()) {
	n := 1
	if pixels > MaxPixels/2 {
		n = 2
	}
	taking.Lock() // one at a time takes slots, so that two large ones do not wait for each other's
	defer taking.Unlock()
	for range n {
		slots <- struct{}{}
	}
	return func() {
		for range n {
			<-slots
		}
	}
}

// animation re-encodes a GIF of several frames; ok is false when it has one frame or is beyond the limits, and its first
// frame is to be kept as a still.
func animation(src *source) (p Processed, ok bool, err error) {
	frames, area := scanGIF(src.data)
	if frames <= 1 {
		return Processed{}, false, nil
	}
	if frames > maxFrames || len(src.data) > maxGIF || area > maxGIFArea || src.width > MaxWidth {
		src.warnings = append(src.warnings, "动图超过 10 MB、300 帧或尺寸过大，只保留了第一帧。")
		return Processed{}, false, nil
	}
	all, err := gif.DecodeAll(bytes.NewReader(src.data))
	if err != nil {
		return Processed{}, false, ErrBroken.Because(err)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, all); err != nil {
		return Processed{}, false, ErrBroken.Because(err)
	}
	if b.Len() > maxGIF {
		src.warnings = append(src.warnings, "动图超过 10 MB，只保留了第一帧。")
		return Processed{}, false, nil
	}
	p = finish(b.Bytes(), "image/gif", "gif", all.Config.Width, all.Config.Height)
	p.Frames = len(all.Image)
	return p, true, nil
}

func opaque(img image.Image) bool {
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// keepPNG says whether a picture would lose as a JPEG: transparency always, sharp drawings of few colours mostly. A JPEG
// stays one, its losses have happened.
func keepPNG(img image.Image, format string) bool {
	if format == "jpeg" {
		return false
	}
	return !opaque(img) || format == "gif" || countColours(img) <= fewColours
}

// countColours counts the colours of an image, up to one more than fewColours.
func countColours(img image.Image) int {
	seen := map[[4]uint32]struct{}{}
	b := img.Bounds()
	var last [4]uint32
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			var c [4]uint32
			c[0], c[1], c[2], c[3] = img.At(x, y).RGBA()
			if c == last && len(seen) > 0 {
				continue
			}
			last = c
			if seen[c] = struct{}{}; len(seen) > fewColours {
				return len(seen)
			}
		}
	}
	return len(seen)
}

func encodePNG(img image.Image) (Processed, error) {
	switch img.(type) {
	case *image.RGBA64, *image.NRGBA64, *image.Gray16: // 16 bits a channel are for measuring, not for reading
		eight := image.NewNRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
		draw.Draw(eight, eight.Bounds(), img, img.Bounds().Min, draw.Src)
		img = eight
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return Processed{}, ErrBroken.Because(err)
	}
	return finish(b.Bytes(), "image/png", "png", img.Bounds().Dx(), img.Bounds().Dy()), nil
}

func encodeJPEG(img image.Image, quality int) (Processed, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return Processed{}, ErrBroken.Because(err)
	}
	return finish(b.Bytes(), "image/jpeg", "jpg", img.Bounds().Dx(), img.Bounds().Dy()), nil
}

func finish(data []byte, mime, ext string, width, height int) Processed {
	sum := sha256.Sum256(data)
	return Processed{Bytes: data, MIME: mime, Ext: ext, Width: width, Height: height, SHA256: hex.EncodeToString(sum[:]),
		Size: len(data), Frames: 1}
}

// Fit returns a picture made by Process in a form of at most maxBytes and maxWidth pixels, in one of the formats
// named; no formats means jpeg and png, 0 means no limit. A picture that fits comes back byte for byte. Else it
// is first coded worse (JPEG quality 88 down to 60), then made smaller by a fifth until it fits; transparency becomes
// white where only JPEG helps, and an animation its first frame. Errors: ErrCannotFit, and those of Process for bytes that
// are no picture.
func Fit(data []byte, maxBytes, maxWidth int, formats ...string) (p Processed, err error) {
	if len(formats) == 0 {
		formats = []string{FormatJPEG, FormatPNG}
	}
	src, err := inspect(data)
	if err != nil {
		return Processed{}, err
	}
	fitsBytes := maxBytes <= 0 || len(data) <= maxBytes
	if fitsBytes && src.orientation == 1 && slices.Contains(formats, src.format) && (maxWidth <= 0 || src.width <= maxWidth) {
		return asItIs(src), nil
	}
	defer acquire(src.pixels())()
	defer recoverDecoder(&err)
	img, err := src.decode()
	if err != nil {
		return Processed{}, err
	}
	img = orient(scale(img, src.targetWidth(maxWidth)), src.orientation)
	return shrink(img, maxBytes, formats, keepPNG(img, src.format))
}

func asItIs(src *source) Processed {
	ext := src.format
	if ext == "jpeg" {
		ext = "jpg"
	}
	p := finish(src.data, "image/"+src.format, ext, src.width, src.height)
	if src.format == "gif" {
		p.Frames, _ = scanGIF(src.data)
	}
	return p
}

var errNoFormat = errors.New("neither jpeg nor png is allowed")

func shrink(img image.Image, maxBytes int, formats []string, preferPNG bool) (Processed, error) {
	canPNG, canJPEG := slices.Contains(formats, FormatPNG), slices.Contains(formats, FormatJPEG)
	if !canPNG && !canJPEG {
		return Processed{}, ErrCannotFit.Because(errNoFormat)
	}
	fits := func(p Processed) bool { return maxBytes <= 0 || p.Size <= maxBytes }
	if canPNG && (preferPNG || !canJPEG) {
		for step := img; ; step = scale(step, step.Bounds().Dx()*4/5) {
			p, err := encodePNG(step)
			if err != nil || fits(p) {
				return p, err
			}
			if canJPEG { // a PNG too large at full size is better kept large as a JPEG
				break
			}
			if step.Bounds().Dx() < minFitWidth {
				return Processed{}, ErrCannotFit
			}
		}
	}
	img = onWhite(img)
	for step := img; step.Bounds().Dx() >= min(minFitWidth, img.Bounds().Dx()); step = scale(step, step.Bounds().Dx()*4/5) {
		for quality := photo; quality >= worst; quality -= 7 {
			p, err := encodeJPEG(step, quality)
			if err != nil || fits(p) {
				return p, err
			}
		}
		if step.Bounds().Dx() <= 1 {
			break
		}
	}
	return Processed{}, ErrCannotFit
}

func onWhite(img image.Image) image.Image {
	if opaque(img) {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Over)
	return out
}

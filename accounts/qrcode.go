package accounts

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/url"

	"github.com/boombuler/barcode/qr"
)

// A QR code as it is drawn: dots to a module, and the white modules around it. With the most bytes that the largest one holds
// at medium correction they are figures of ISO/IEC 18004.
const (
	qrDots  = 6
	qrQuiet = 4
	qrMost  = 2331
)

// HasHomeQR reports whether an address can be drawn as a QR code: one of the web, and not too long.
func HasHomeQR(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(address) <= qrMost
}

// HomeQR draws the address of a home page as a QR code, a PNG in black and white; ErrEntryNotFound where HasHomeQR is false.
// It leads to the page in a browser. The code that a platform gives out, with which an account is followed, goes before it
// wherever somebody uploaded one.
func HomeQR(address string) ([]byte, error) {
	if !HasHomeQR(address) {
		return nil, ErrEntryNotFound
	}
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return nil, wrap(err, "draw the QR code of %s", address)
	}
	modules := code.Bounds().Dx()
	side := (modules + 2*qrQuiet) * qrDots
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range modules * qrDots {
		for x := range modules * qrDots {
			if gray, _, _, _ := code.At(x/qrDots, y/qrDots).RGBA(); gray == 0 {
				picture.SetColorIndex(x+qrQuiet*qrDots, y+qrQuiet*qrDots, 1)
			}
		}
	}
	var b bytes.Buffer
	err = png.Encode(&b, picture)
	return b.Bytes(), wrap(err, "draw the QR code of %s", address)
}

package picture

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// sniff says by its first bytes what picture a file is, or why it is refused.
func sniff(data []byte) (format string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return "jpeg", nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return "png", nil
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return "gif", nil
	case len(data) >= 16 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		if len(data) > 20 && string(data[12:16]) == "VP8X" && data[20]&0x02 != 0 {
			return "", ErrAnimatedWebP
		}
		return "webp", nil
	case len(data) >= 26 && string(data[:2]) == "BM" && knownBMPHeader(data):
		return "bmp", nil
	case isHEIF(data):
		return "", ErrHEICRefused
	case isSVG(data):
		return "", ErrSVGRefused
	}
	return "", ErrNotAPicture
}

// knownBMPHeader checks the size of the second header: "BM" alone begins many a text.
func knownBMPHeader(data []byte) bool {
	return slices.Contains([]uint32{12, 40, 52, 56, 64, 108, 124}, binary.LittleEndian.Uint32(data[14:18]))
}

func isHEIF(data []byte) bool {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return false
	}
	return slices.Contains([]string{"heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1", "avif", "avis"}, string(data[8:12]))
}

// isSVG looks for the element, since an SVG may begin with declarations and comments. A web page with an svg in it is
// not one.
func isSVG(data []byte) bool {
	head := bytes.ToLower(bytes.ReplaceAll(data[:min(len(data), 4096)], []byte{0}, nil)) // UTF-16 has zeros between
	head = bytes.TrimLeft(bytes.TrimLeft(head, "\xef\xbb\xbf\xff\xfe"), " \t\r\n")
	return bytes.HasPrefix(head, []byte("<")) && bytes.Contains(head, []byte("<svg")) && !bytes.Contains(head, []byte("<html"))
}

// scanGIF walks the blocks of a GIF without decoding and returns the number of its frames and the sum of their pixels.
// It stops at the first broken block.
func scanGIF(data []byte) (frames, area int) {
	if len(data) < 13 {
		return 0, 0
	}
	at := 13 + colourTable(data[10])
	for at < len(data) {
		switch data[at] {
		case 0x21: // extension: label, then sub-blocks
			at = skipSubBlocks(data, at+2)
		case 0x2c: // image: 9 bytes of descriptor, colours, code size, sub-blocks
			if at+10 > len(data) {
				return frames, area
			}
			frames++
			area += int(binary.LittleEndian.Uint16(data[at+5:])) * int(binary.LittleEndian.Uint16(data[at+7:]))
			at = skipSubBlocks(data, at+10+colourTable(data[at+9])+1)
		default:
			return frames, area
		}
	}
	return frames, area
}

func colourTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func skipSubBlocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += int(data[at]) + 1
	}
	return at + 1
}

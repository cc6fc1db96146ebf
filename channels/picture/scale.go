package picture

import (
	"image"
	"image/draw"
)

// stripRows is how many source rows are converted at a time.
const stripRows = 64

// scale shrinks to the given width, keeping the ratio, by the mean of the area each new pixel covers. A picture of that
// width or narrower comes back as it is. It is ours because the kernels of x/image/draw keep 32 bytes for each new column
// of each old row, close to a gigabyte for a picture we accept; this keeps one row.
func scale(img image.Image, width int) image.Image {
	b := img.Bounds()
	if width >= b.Dx() {
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, width, atLeastOne(b.Dy()*width/b.Dx())))
	s := &shrinker{out: out, columns: spans(b.Dx(), width), row: make([]float64, width*4), sum: make([]float64, width*4)}
	s.from, s.area = b.Dy(), float64(b.Dx())/float64(width)*float64(b.Dy())/float64(out.Rect.Dy())
	strip := image.NewRGBA(image.Rect(0, 0, b.Dx(), min(stripRows, b.Dy())))
	for y := 0; y < b.Dy(); y += stripRows {
		rows := min(stripRows, b.Dy()-y)
		draw.Draw(strip, image.Rect(0, 0, b.Dx(), rows), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		for i := range rows {
			s.add(y+i, strip.Pix[i*strip.Stride:][:b.Dx()*4])
		}
	}
	return out
}

// span is the part of a row that one new pixel covers: the columns from first to last, of which the first and the last
// count only in part.
type span struct {
	first, last           int
	firstShare, lastShare float64
}

func spans(from, to int) []span {
	all := make([]span, to)
	for i := range all {
		start, end := i*from, (i+1)*from // in units of 1/to of a column, so that nothing is rounded
		all[i] = span{first: start / to, last: (end - 1) / to}
		all[i].firstShare = 1 - float64(start%to)/float64(to)
		all[i].lastShare = float64((end-1)%to+1) / float64(to)
		if all[i].first == all[i].last {
			all[i].firstShare, all[i].lastShare = float64(from)/float64(to), 0
		}
	}
	return all
}

// shrinker adds up source rows until they cover a new row.
type shrinker struct {
	out     *image.RGBA
	columns []span
	row     []float64 // the source row, shrunk to the new width
	sum     []float64 // what the new row has so far
	y       int       // the new row
	from    int       // source rows in all
	area    float64   // source pixels that make a new one
}

func (s *shrinker) add(y int, source []uint8) {
	s.shrinkRow(source)
	to := s.out.Rect.Dy()
	if end := (s.y + 1) * s.from; (y+1)*to < end { // the source row ends within the new row
		s.accumulate(1)
	} else {
		share := float64(end-y*to) / float64(to)
		s.accumulate(share)
		s.finishRow()
		if s.y < to && share < 1 {
			s.accumulate(1 - share)
		}
	}
}

func (s *shrinker) shrinkRow(source []uint8) {
	for i, c := range s.columns {
		for k := range 4 {
			v := float64(source[c.first*4+k])*c.firstShare + float64(source[c.last*4+k])*c.lastShare
			for x := c.first + 1; x < c.last; x++ {
				v += float64(source[x*4+k])
			}
			s.row[i*4+k] = v
		}
	}
}

func (s *shrinker) accumulate(share float64) {
	for i, v := range s.row {
		s.sum[i] += v * share
	}
}

func (s *shrinker) finishRow() {
	pix := s.out.Pix[s.y*s.out.Stride:][:len(s.sum)]
	for i, v := range s.sum {
		pix[i] = uint8(min(v/s.area+0.5, 255))
		s.sum[i] = 0
	}
	s.y++
}

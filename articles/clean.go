package articles

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of one article's HTML. They bound the work of the parser, not the length of an article: a printed page of
// Chinese text with markup is about 10 kB.
const (
	MaxHTML       = 2 << 20 // bytes, of the input and of the output alike
	maxElements   = 50_000  // start tags
	maxAttributes = 100     // of one tag; the parser compares attributes pairwise
	maxReopened   = 500_000 // formatting elements the parser would have to open again in later blocks
	maxDepth      = 40      // nested elements in the output; deeper ones are unwrapped
	maxAlt        = 200     // characters of a picture's description
	maxRepairs    = 5       // passes until the output is the same twice
)

// Cleaned is an article's HTML as it may be stored, shown and sent, with what had to be done to make it so.
type Cleaned struct {
	HTML       string     // canonical: Clean of it returns it unchanged
	Removed    []Removal  // what was taken out, most frequent kinds of danger first; nil when nothing was
	Images     []ImageRef // every picture in the order of the text, also those that could not be kept
	Links      []LinkRef  // every kept link in the order of the text
	Characters int        // characters without spaces, as Word counts 字符数（不计空格）
}

// Clean turns any HTML into what an article may contain: broken nesting is repaired, what is not on the list is removed
// and reported. Clean(Clean(x).HTML) returns the same HTML. Errors: ErrHTMLTooLarge, ErrHTMLTooComplex.
func Clean(source string) (Cleaned, error) { return CleanReplacing(source, nil) }

// CleanReplacing is Clean with a chance to bring pictures in: replace is asked once for each picture that is not ours,
// in the order of the text, and returns the address to put in its place (/media/{id}), or "" to treat it as Clean does.
// The pictures in the answer are those after replacing.
func CleanReplacing(source string, replace func(ImageRef) (src string)) (Cleaned, error) {
	c := &cleaner{replace: replace, removed: map[RemovalKind]int{}}
	out, err := c.pass(source)
	if err != nil {
		return Cleaned{}, err
	}
	if out, err = c.settle(out); err != nil {
		return Cleaned{}, err
	}
	return Cleaned{HTML: out, Removed: c.report(), Images: c.images, Links: c.links, Characters: countCharacters(out)}, nil
}

// settle repeats the pass until its output is its input. Parsing what was rendered from a repaired tree can repair it
// further; what has not come to rest after a few passes becomes plain paragraphs, which always do.
func (c *cleaner) settle(out string) (string, error) {
	for range maxRepairs {
		again := &cleaner{removed: map[RemovalKind]int{}}
		next, err := again.pass(out)
		if err != nil || next == out {
			return out, err
		}
		out = next
	}
	c.removed[RemovedNesting]++
	var b strings.Builder
	for line := range strings.Lines(PlainText(out)) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("<p>" + html.EscapeString(line) + "</p>")
		}
	}
	return (&cleaner{removed: map[RemovalKind]int{}}).pass(b.String())
}

// cleaner is one pass over one text.
type cleaner struct {
	replace func(ImageRef) string
	removed map[RemovalKind]int
	images  []ImageRef
	links   []LinkRef
}

// pass parses, copies what is allowed into a new tree, and sends the result through bluemonday as a second,
// independent fence. bluemonday neither closes tags nor canonicalises, so its output is parsed and rendered once more.
func (c *cleaner) pass(source string) (string, error) {
	nodes, err := parseHTML(source)
	if err != nil {
		return "", err
	}
	root := element(atom.Div)
	for _, n := range nodes {
		c.copy(root, n, 0)
	}
	wrapInline(root)
	fenced, err := parseHTML(fence.Sanitize(renderChildren(root)))
	if err != nil {
		return "", err
	}
	final := element(atom.Div)
	for _, n := range fenced {
		final.AppendChild(n)
	}
	out := renderChildren(final)
	if len(out) > MaxHTML {
		return "", ErrHTMLTooLarge
	}
	return out, nil
}

// fence is the second fence: the same list in bluemonday's words. What passes the copy passes it unchanged.
var fence = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	names := make([]string, 0, len(kept))
	for a := range kept {
		names = append(names, a.String())
	}
	slices.SortFunc(names, cmp.Compare)
	p.AllowElements(names...)
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile("^" + linkRel + "$")).OnElements("a")
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^(/media/[0-9a-z]{16}$|https?://)`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("width", "height").Matching(regexp.MustCompile(`^[1-9]\d{0,4}$`)).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^([2-9]|[1-9]\d|100)$`)).OnElements("td", "th")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,4}$`)).OnElements("ol")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^[aAiI]$`)).OnElements("ol")
	value := `(?:rgba?\([0-9., %]+\)|[\p{Han}A-Za-z0-9_#%.,' +-])+`
	p.AllowAttrs("style").Matching(regexp.MustCompile(`^[a-z-]+: ` + value + `(?:; [a-z-]+: ` + value + `)*$`)).Globally()
	return p
}()

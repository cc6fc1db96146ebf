package articles

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// styleRule reads one value of a property and returns its canonical form, or "" when it is not on the list.
type styleRule struct {
	property string
	read     func(value string) string
	only     map[atom.Atom]bool // elements that may carry it; nil for all
}

// styleRules is the whole of the CSS an article may use, in the order it is written.
var styleRules = []styleRule{
	{"text-align", oneOf("left right center justify start end"), nil},
	{"text-indent", lengthOf(0, 200, 10), nil},
	{"vertical-align", oneOf("top middle bottom baseline sub super text-top text-bottom"), nil},
	{"width", lengthOf(1, 2000, 100), atoms("table td th img")},
	{"color", colorOf, nil},
	{"background-color", colorOf, nil},
	{"font-family", fontFamily, nil},
	{"font-size", fontSize, nil},
	{"font-weight", oneOf("normal bold bolder lighter 100 200 300 400 500 600 700 800 900"), nil},
	{"font-style", oneOf("normal italic oblique"), nil},
	{"text-decoration", decoration, nil},
}

// dangerousCSS marks a declaration that reaches outside or runs code in some browser, or tries to hide that it does.
var dangerousCSS = regexp.MustCompile(`(?i)url\s*\(|expression|javascript|behaviou?r|-moz-binding|@import|\\|/\*|<`)

// style returns the style attribute an element may carry: the listed properties of n's own, after those its old
// attributes (align, color, width …) stand for.
func (c *cleaner) style(n *html.Node, tag atom.Atom) string {
	values := map[string]string{}
	for _, old := range oldAttributes(n) {
		setStyle(values, tag, old[0], old[1])
	}
	for _, declaration := range declarations(attr(n, "style")) {
		if dangerousCSS.MatchString(declaration) {
			c.removed[RemovedCSS]++
			continue
		}
		property, value, _ := strings.Cut(declaration, ":")
		if !setStyle(values, tag, property, value) && strings.TrimSpace(declaration) != "" {
			c.removed[RemovedFormat]++
		}
	}
	var out []string
	for _, rule := range styleRules {
		if v := values[rule.property]; v != "" {
			out = append(out, rule.property+": "+v)
		}
	}
	return strings.Join(out, "; ")
}

func setStyle(values map[string]string, tag atom.Atom, property, value string) bool {
	property = strings.ToLower(strings.TrimSpace(property))
	switch property {
	case "background":
		property = "background-color"
	case "text-decoration-line":
		property = "text-decoration"
	}
	value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
	for _, rule := range styleRules {
		if rule.property == property && (rule.only == nil || rule.only[tag]) {
			if v := rule.read(value); v != "" {
				values[property] = v
				return true
			}
		}
	}
	return false
}

// declarations splits a style at its semicolons, leaving those within quotes and brackets alone.
func declarations(style string) []string {
	if style == "" {
		return nil
	}
	var out []string
	var quote rune
	depth, from := 0, 0
	for i, r := range style {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '(':
			depth++
		case r == ')':
			depth = max(depth-1, 0)
		case r == ';' && depth == 0:
			out = append(out, style[from:i])
			from = i + 1
		}
	}
	return append(out, style[from:])
}

// oldAttributes returns the properties that HTML 4 attributes of n stand for.
func oldAttributes(n *html.Node) [][2]string {
	var out [][2]string
	add := func(property, value string) {
		if value != "" {
			out = append(out, [2]string{property, value})
		}
	}
	if n.DataAtom == atom.Center {
		add("text-align", "center")
	}
	add("text-align", attr(n, "align"))
	add("vertical-align", attr(n, "valign"))
	add("background-color", attr(n, "bgcolor"))
	switch n.DataAtom {
	case atom.Font:
		add("color", attr(n, "color"))
		add("font-family", attr(n, "face"))
	case atom.Table, atom.Td, atom.Th:
		if w := attr(n, "width"); w != "" && strings.Trim(w, "0123456789.") == "" {
			add("width", w+"px")
		} else {
			add("width", w)
		}
	case atom.Img:
		if w := attr(n, "width"); strings.HasSuffix(w, "%") {
			add("width", w)
		}
	}
	return out
}

func oneOf(list string) func(string) string {
	allowed := strings.Fields(list)
	return func(value string) string {
		value = strings.ToLower(value)
		switch {
		case !slices.Contains(allowed, value):
			return ""
		case value == "start":
			return "left"
		case value == "end":
			return "right"
		}
		return value
	}
}

var lengthForm = regexp.MustCompile(`^(\d{1,5}(?:\.\d{1,10})?|\.\d{1,10})(px|pt|em|rem|%|cm|mm)?$`)

// lengthOf reads a length from low to high in px and pt (in cm and mm a tenth of it), or to highEm in em; a percentage
// may reach 100. Numbers are rounded to two digits after the point.
func lengthOf(low, high, highEm float64) func(string) string {
	return func(value string) string {
		m := lengthForm.FindStringSubmatch(strings.ToLower(value))
		if m == nil {
			return ""
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil || m[2] == "" && n != 0 {
			return ""
		}
		n = float64(int(n*100+0.5)) / 100
		top := high
		switch m[2] {
		case "em", "rem":
			top = highEm
		case "%":
			top = 100
		case "cm", "mm":
			top = high / 10
		}
		if n < low && m[2] != "em" && m[2] != "rem" && m[2] != "cm" || n > top {
			return ""
		}
		return strconv.FormatFloat(n, 'f', -1, 64) + m[2]
	}
}

var (
	hexColor = regexp.MustCompile(`^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$`)
	rgbColor = regexp.MustCompile(`^rgba?\(\s*\d{1,3}%?(?:[\s,]+[\d.]{1,6}%?){2,3}\s*\)$`)
	spaces   = regexp.MustCompile(`[\s,]+`)
)

func colorOf(value string) string {
	value = strings.ToLower(value)
	if _, named := colornames.Map[value]; named || value == "transparent" || hexColor.MatchString(value) {
		return value
	}
	if !rgbColor.MatchString(value) {
		return ""
	}
	name, inside, _ := strings.Cut(strings.TrimSuffix(value, ")"), "(")
	return name + "(" + spaces.ReplaceAllString(strings.TrimSpace(inside), ", ") + ")"
}

// fontSize takes what can be read: 8 to 96 px. Smaller is a way to hide text.
func fontSize(value string) string {
	if v := oneOf("small medium large x-large xx-large smaller larger")(value); v != "" {
		return v
	}
	v := lengthOf(0.01, 96, 6)(value)
	n, _ := strconv.ParseFloat(strings.TrimRight(v, "abcdefghijklmnopqrstuvwxyz%"), 64)
	switch {
	case strings.HasSuffix(v, "px") && n >= 8, strings.HasSuffix(v, "pt") && n >= 6, strings.HasSuffix(v, "em") && n >= 0.5,
		strings.HasSuffix(v, "%") && n >= 50:
		return v
	}
	return ""
}

func decoration(value string) string {
	var out []string
	for w := range strings.FieldsSeq(strings.ToLower(value)) {
		if slices.Contains([]string{"underline", "line-through", "overline", "none"}, w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// fonts is the list of families an article may name: those of official documents (GB/T 9704 asks 仿宋, 黑体, 楷体 and
// 小标宋), of the common systems, and the generic ones. Keys are in lower case.
var fonts = func() map[string]string {
	set := map[string]string{}
	for _, name := range strings.Split("宋体,新宋体,仿宋,仿宋_GB2312,楷体,楷体_GB2312,黑体,微软雅黑,等线,华文宋体,华文仿宋,华文楷体,华文黑体,"+
		"方正小标宋简体,方正小标宋_GBK,方正仿宋_GBK,方正楷体_GBK,方正黑体_GBK,方正仿宋简体,方正楷体简体,方正黑体简体,"+
		"思源黑体,思源宋体,苹方,隶书,幼圆,SimSun,NSimSun,SimHei,FangSong,FangSong_GB2312,KaiTi,KaiTi_GB2312,Microsoft YaHei,"+
		"DengXian,STSong,STFangsong,STKaiti,STHeiti,PingFang SC,Hiragino Sans GB,Source Han Sans SC,Source Han Serif SC,"+
		"Noto Sans SC,Noto Serif SC,Noto Sans CJK SC,Noto Serif CJK SC,WenQuanYi Micro Hei,Times New Roman,Arial,Helvetica,"+
		"Helvetica Neue,Georgia,Verdana,Tahoma,Calibri,Courier New,serif,sans-serif,monospace,system-ui", ",") {
		set[strings.ToLower(name)] = name
	}
	return set
}()

func fontFamily(value string) string {
	var out []string
	for name := range strings.SplitSeq(value, ",") {
		name = fonts[strings.ToLower(strings.Trim(name, " \t\r\n\"'"))]
		if strings.Contains(name, " ") {
			name = "'" + name + "'"
		}
		if name != "" && !slices.Contains(out, name) && len(out) < 6 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

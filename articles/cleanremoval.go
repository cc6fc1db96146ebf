package articles

import "fmt"

// Removal says what kind of thing was taken out, how often, and in a sentence for the editor.
type Removal struct {
	What     RemovalKind `json:"what"`
	Count    int         `json:"count"`
	Sentence string      `json:"sentence"` // Chinese: what was taken out and why it does no harm, or what to do
}

// RemovalKind names what Clean takes out.
type RemovalKind string

// The kinds of removal, from the dangerous to the merely untidy.
const (
	RemovedScript    RemovalKind = "script"    // script elements
	RemovedHandler   RemovalKind = "handler"   // on… attributes
	RemovedLink      RemovalKind = "link"      // hrefs other than http, https and mailto; the words stay
	RemovedFrame     RemovalKind = "frame"     // iframe, frame
	RemovedForm      RemovalKind = "form"      // input, button, select, textarea
	RemovedSVG       RemovalKind = "svg"       // svg and math
	RemovedCard      RemovalKind = "card"      // mini-program cards and links; the words stay
	RemovedMedia     RemovalKind = "media"     // video, audio, object, embed
	RemovedCSS       RemovalKind = "css"       // url(), expression() and the like in a style
	RemovedHidden    RemovalKind = "hidden"    // text that the author could not see
	RemovedPicture   RemovalKind = "picture"   // pictures whose bytes are not at an address we can keep
	RemovedStyle     RemovalKind = "style"     // style sheets
	RemovedInvisible RemovalKind = "invisible" // control characters and direction overrides in the text
	RemovedFormat    RemovalKind = "format"    // class, id and styles outside the list
	RemovedNesting   RemovalKind = "nesting"   // markup too broken to repair; the words stay
)

var removalSentences = []struct {
	kind   RemovalKind
	format string
}{
	{RemovedScript, "删去了 %d 段脚本。"},
	{RemovedHandler, "删去了 %d 处点击、加载时自动执行的代码。"},
	{RemovedLink, "去掉了 %d 个不安全或无效的链接，文字保留；链接只能是网页地址或邮箱。"},
	{RemovedFrame, "删去了 %d 个嵌入的网页框。"},
	{RemovedForm, "删去了 %d 个表单控件（输入框、按钮等）。"},
	{RemovedSVG, "删去了 %d 个矢量图或公式，请改用 PNG 或 JPG 图片。"},
	{RemovedCard, "去掉了 %d 个小程序卡片或链接，文字保留。请改写小程序名称，或插入小程序码图片。"},
	{RemovedMedia, "删去了 %d 个音视频或插件。"},
	{RemovedCSS, "删去了 %d 处可能执行代码或引用外部资源的样式。"},
	{RemovedHidden, "删去了 %d 处隐藏的内容。"},
	{RemovedPicture, "有 %d 张图片没能带进来，请重新上传后插入。"},
	{RemovedStyle, "删去了 %d 段样式表。"},
	{RemovedInvisible, "删去了 %d 个不可见的控制字符。"},
	{RemovedFormat, "清除了 %d 处多余的格式。"},
	{RemovedNesting, "有 %d 处排版代码损坏，已转为纯文字段落。"},
}

func (c *cleaner) report() []Removal {
	var out []Removal
	for _, s := range removalSentences {
		if n := c.removed[s.kind]; n > 0 {
			out = append(out, Removal{s.kind, n, fmt.Sprintf(s.format, n)})
		}
	}
	return out
}

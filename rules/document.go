package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What we take from a file. A rulebook is a few hundred lines; more is a mistake or mischief.
const (
	maxFileBytes = 1 << 20
	maxDepth     = 32
)

// Problem is one thing wrong with a file.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"` // 0 = the file as a whole
	Reason string `json:"reason"`
}

// String is a sentence with file and line.
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s：%s", p.File, p.Reason)
	}
	return fmt.Sprintf("%s 第 %d 行：%s", p.File, p.Line, p.Reason)
}

// LoadError is everything wrong with a set of files, in the order of files and lines.
type LoadError struct {
	Problems []Problem
}

// Error lists every problem on a line of its own, for the person who starts the server.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return fmt.Sprintf("规则库有 %d 处错误，请改正后再启动：\n%s", len(lines), strings.Join(lines, "\n"))
}

// loadError sorts problems, drops repetitions and makes them an error; nil when there are none.
func loadError(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return &LoadError{Problems: slices.Compact(problems)}
}

// at is a place in a document: keys (string) and list positions (int) from the top.
type at []any

// document is a YAML file under examination.
type document struct {
	name     string
	data     []byte
	sha256   string
	root     *yaml.Node // nil when the file is not readable at all
	value    any        // the same content as plain values, for the schema
	problems []Problem
}

// readDocument parses a file and refuses what YAML allows and a rulebook has no use for: several documents, anchors and
// aliases, keys that are no text, keys given twice, deep nesting.
func readDocument(name string, data []byte) *document {
	sum := sha256.Sum256(data)
	doc := &document{name: name, data: data, sha256: hex.EncodeToString(sum[:])}
	switch {
	case len(data) > maxFileBytes:
		doc.add(0, "文件超过 %d KiB，不像是规则文件", maxFileBytes>>10)
		return doc
	case !utf8.Valid(data):
		doc.add(1+bytes.Count(validPrefix(data), []byte("\n")), "文件不是 UTF-8 编码，请另存为 UTF-8")
		return doc
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		doc.addYAML(err)
		return doc
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		doc.add(second.Line, "一个文件只能有一个 YAML 文档，请拆成多个文件")
		return doc
	} else if !errors.Is(err, io.EOF) {
		doc.addYAML(err)
		return doc
	}
	doc.root = root.Content[0]
	doc.value = doc.plain(doc.root, nil, 0)
	return doc
}

// broken reports whether anything is wrong so far.
func (doc *document) broken() bool { return len(doc.problems) > 0 }

// decode fills a struct and refuses keys it does not have.
func (doc *document) decode(into any) bool {
	decoder := yaml.NewDecoder(bytes.NewReader(doc.data))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		doc.addYAML(err)
		return false
	}
	return true
}

// add records a problem on a line.
func (doc *document) add(line int, format string, args ...any) {
	doc.problems = append(doc.problems, Problem{File: doc.name, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// complain records a problem at a place, and names the place before the reason.
func (doc *document) complain(place at, format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	if where := doc.describe(place); where != "" {
		reason = where + "：" + reason
	}
	doc.add(doc.line(place), "%s", reason)
}

var (
	yamlLine     = regexp.MustCompile(`line (\d+): (.*)`)
	unknownField = regexp.MustCompile(`^field (.+) not found in type`)

	// lineBreak is what YAML takes for the end of a line.
	lineBreak = regexp.MustCompile(`\r\n|[\r\n\x{85}\x{2028}\x{2029}]`)

	// oneLineShort are the library's messages that count lines from zero (its parser's; its scanner's count from one).
	oneLineShort = regexp.MustCompile(`^(did not find expected (<|node content|'-' indicator|key$|',' or)|found undefined tag handle|found duplicate %|found incompatible YAML)`)
)

// addYAML records what the YAML library has against the file.
func (doc *document) addYAML(err error) {
	if errors.Is(err, io.EOF) {
		doc.add(0, "文件是空的")
		return
	}
	messages := []string{err.Error()}
	var typeErr *yaml.TypeError
	if errors.As(err, &typeErr) {
		messages = typeErr.Errors
	}
	for _, message := range messages {
		line, text := 0, strings.TrimPrefix(message, "yaml: ")
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = m[2]
		}
		if oneLineShort.MatchString(text) {
			line = min(line+1, doc.lines())
		}
		if m := unknownField.FindStringSubmatch(text); m != nil {
			doc.add(line, "不认识的字段「%s」，请检查拼写或删去", m[1])
			continue
		}
		doc.add(line, "YAML 写法有误：%s", text)
	}
}

// lines is the number of the last line. What is missing at the end of a file is reported there, not one line below.
func (doc *document) lines() int {
	breaks := lineBreak.FindAllIndex(doc.data, -1)
	if n := len(breaks); n > 0 && breaks[n-1][1] == len(doc.data) {
		return n
	}
	return len(breaks) + 1
}

// plain turns a node into plain values and reports what is refused on the way.
func (doc *document) plain(node *yaml.Node, place at, depth int) any {
	if depth > maxDepth {
		doc.add(node.Line, "嵌套超过 %d 层", maxDepth)
		return nil
	}
	if node.Kind == yaml.AliasNode || node.Anchor != "" {
		doc.add(node.Line, "不支持 YAML 的锚点（&）与别名（*），请把内容写全")
		return nil
	}
	switch node.Kind {
	case yaml.MappingNode:
		return doc.plainMapping(node, place, depth)
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			list[i] = doc.plain(item, append(slices.Clone(place), i), depth+1)
		}
		return list
	default:
		return doc.plainScalar(node)
	}
}

func (doc *document) plainMapping(node *yaml.Node, place at, depth int) any {
	mapping := map[string]any{}
	firstLine := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str":
			doc.add(key.Line, "字段名「%s」须是文字，数字等请加引号", key.Value)
		case firstLine[key.Value] != 0:
			doc.add(key.Line, "字段「%s」重复，第 %d 行已写过", key.Value, firstLine[key.Value])
		default:
			firstLine[key.Value] = key.Line
			mapping[key.Value] = doc.plain(node.Content[i+1], append(slices.Clone(place), key.Value), depth+1)
		}
	}
	return mapping
}

// plainScalar gives text, number or truth value. An unquoted date is text, and a number without a finite value too:
// the schema then says which kind it wants.
func (doc *document) plainScalar(node *yaml.Node) any {
	var v any
	if err := node.Decode(&v); err != nil {
		doc.add(node.Line, "读不懂的值「%s」", node.Value)
		return nil
	}
	switch number := v.(type) {
	case time.Time:
		return node.Value
	case float64:
		if math.IsNaN(number) || math.IsInf(number, 0) {
			return node.Value
		}
	}
	return v
}

// find returns the node at a place and the key that leads to it, as far as the document goes.
func (doc *document) find(place at) (key, value *yaml.Node) {
	key, value = doc.root, doc.root
	for _, step := range place {
		nextKey, next := child(value, step)
		if next == nil {
			return key, value
		}
		key, value = nextKey, next
	}
	return key, value
}

// child is one step of find; nil when there is none.
func child(node *yaml.Node, step any) (key, value *yaml.Node) {
	switch step := step.(type) {
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step], node.Content[step]
		}
	case string:
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return node.Content[i], node.Content[i+1]
			}
		}
	}
	return nil, nil
}

// line is the line of a place: of its value where that is a single word, else of the key that opens it.
func (doc *document) line(place at) int {
	if doc.root == nil {
		return 0
	}
	key, value := doc.find(place)
	if value.Kind == yaml.ScalarNode {
		return value.Line
	}
	return key.Line
}

// describe writes a place for people: update_limits[account-default].max_gap.n. A list entry shows its id, else its
// position counted from one.
func (doc *document) describe(place at) string {
	var s strings.Builder
	for i, step := range place {
		switch step := step.(type) {
		case string:
			if i > 0 {
				s.WriteByte('.')
			}
			s.WriteString(step)
		case int:
			_, entry := doc.find(place[:i+1])
			if _, id := child(entry, "id"); id != nil && id.Value != "" {
				fmt.Fprintf(&s, "[%s]", id.Value)
				continue
			}
			fmt.Fprintf(&s, "[第 %d 项]", step+1)
		}
	}
	return s.String()
}

// validPrefix is the part of data before its first byte that is no UTF-8.
func validPrefix(data []byte) []byte {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return data[:i]
		}
		i += size
	}
	return data
}

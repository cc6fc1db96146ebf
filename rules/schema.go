package rules

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed rulebooks/schema.json
var schemaJSON []byte

// compiledSchema compiles rulebooks/schema.json once; an error is ours, not the file's.
var compiledSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	raw, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		return nil, fmt.Errorf("read rulebook schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("rulebook.json", raw); err != nil {
		return nil, fmt.Errorf("add rulebook schema: %w", err)
	}
	schema, err := compiler.Compile("rulebook.json")
	if err != nil {
		return nil, fmt.Errorf("compile rulebook schema: %w", err)
	}
	return schema, nil
})

// checkSchema records every point in which the document is not a rulebook/1.
func (doc *document) checkSchema(schema *jsonschema.Schema) {
	var invalid *jsonschema.ValidationError
	if err := schema.Validate(doc.value); errors.As(err, &invalid) {
		doc.addInvalid(invalid)
	} else if err != nil {
		doc.add(0, "无法按规则库格式检查：%s", err)
	}
}

// addInvalid goes down to the causes that name a place and a reason.
func (doc *document) addInvalid(invalid *jsonschema.ValidationError) {
	place := doc.placeOf(invalid.InstanceLocation)
	switch k := invalid.ErrorKind.(type) {
	case *kind.OneOf:
		doc.complain(place, "%s", oneOfReason(k, invalid.Causes))
	case *kind.AnyOf:
		doc.complain(place, "%s", waysReason(invalid.Causes))
	case *kind.AdditionalProperties:
		for _, property := range k.Properties {
			unknown := append(slices.Clone(place), property)
			key, _ := doc.find(unknown)
			doc.add(key.Line, "%s：不认识的字段，请检查拼写或删去", doc.describe(unknown))
		}
	default:
		if len(invalid.Causes) == 0 {
			doc.complain(place, "%s", reasonOf(invalid.ErrorKind))
		}
		for _, cause := range invalid.Causes {
			doc.addInvalid(cause)
		}
	}
}

// placeOf turns the schema's location into ours: what stands in a list is a position.
func (doc *document) placeOf(location []string) at {
	place := make(at, 0, len(location))
	for _, step := range location {
		_, node := doc.find(place)
		if index, err := strconv.Atoi(step); err == nil {
			if _, item := child(node, index); item != nil {
				place = append(place, index)
				continue
			}
		}
		place = append(place, step)
	}
	return place
}

var (
	english = message.NewPrinter(language.English)

	typeNames = map[string]string{"object": "一组字段", "array": "列表", "string": "文字", "integer": "整数", "number": "数字", "boolean": "true 或 false", "null": "空值"}

	// patternHints say what the schema's patterns mean; a pattern without a hint is shown as it is.
	patternHints = map[string]string{
		`^I-(TN|ZT|XX|DC|CA|GB)-[0-9]{2}$`: "解释编号应如 I-TN-01",
		`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`:     "日期应如 2022-08-04",
		`^[a-z0-9-]+$`:                     "编号只能用小写字母、数字和连字符",
		`^[0-9a-z_]+\.txt$`:                "应是小写的 .txt 文件名",
		`^https?://[^\s]+$`:                "应是 http:// 或 https:// 开头的网址，中间没有空格",
		`^[^0-9\s]([^\r\n]*[^\s])?$`:       "条款名不能以数字或空格开头，也不能以空格结尾",
		`^([0-9]{1,2}(\.p[0-9])?(\([一二三四五六七八九十]{1,3}\)(\([0-9]\))?)?|[^0-9\s]([^\r\n]*[^\s])?)$`: "条款应如 21、8.p3、21(六)、13(三)(8)，用半角括号；没有条号的写 clauses 里的条款名",
	}
)

// reasonOf is the reason in Chinese; a kind that our schema does not use falls back to the library's English.
func reasonOf(reason jsonschema.ErrorKind) string {
	switch k := reason.(type) {
	case *kind.Required:
		return "缺少必填的字段 " + strings.Join(k.Missing, "、")
	case *kind.DependentRequired:
		return fmt.Sprintf("写了 %s，就还须写 %s", k.Prop, strings.Join(k.Missing, "、"))
	case *kind.Type:
		return fmt.Sprintf("应是%s，实际是%s", typeName(k.Want...), typeName(k.Got))
	case *kind.Enum:
		return fmt.Sprintf("「%v」不在允许的词里：%s", k.Got, joinAny(k.Want))
	case *kind.Const:
		return fmt.Sprintf("「%v」不对，只能写 %v", k.Got, k.Want)
	case *kind.Pattern:
		if hint := patternHints[k.Want]; hint != "" {
			return fmt.Sprintf("「%s」写法不对，%s", k.Got, hint)
		}
		return fmt.Sprintf("「%s」写法不对，须符合 %s", k.Got, k.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s 太小，至少为 %s", decimal(k.Got), decimal(k.Want))
	case *kind.Maximum:
		return fmt.Sprintf("%s 太大，至多为 %s", decimal(k.Got), decimal(k.Want))
	case *kind.MultipleOf:
		return fmt.Sprintf("%s 不对，须是 %s 的整数倍", decimal(k.Got), decimal(k.Want))
	case *kind.MinItems:
		return fmt.Sprintf("至少要有 %d 项", k.Want)
	case *kind.MinLength:
		return "不能为空"
	case *kind.UniqueItems:
		return fmt.Sprintf("第 %d 项与第 %d 项重复", k.Duplicates[0]+1, k.Duplicates[1]+1)
	}
	return reason.LocalizedString(english)
}

// oneOfReason says which fields stand for each other: none of them is there, or more than one.
func oneOfReason(k *kind.OneOf, causes []*jsonschema.ValidationError) string {
	if len(k.Subschemas) > 0 {
		return "几种写法只能取一种，不能同时写"
	}
	return waysReason(causes)
}

// waysReason names the fields one of which is wanted.
func waysReason(causes []*jsonschema.ValidationError) string {
	var ways []string
	for _, cause := range causes {
		if required, ok := cause.ErrorKind.(*kind.Required); ok {
			ways = append(ways, strings.Join(required.Missing, " 和 "))
		}
	}
	return "缺少 " + strings.Join(ways, " 或 ") + " 之一"
}

// decimal writes a figure as people do: 0.5, not 1/2.
func decimal(figure *big.Rat) string {
	if figure.IsInt() {
		return figure.RatString()
	}
	return strings.TrimRight(figure.FloatString(6), "0")
}

func typeName(types ...string) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = label(typeNames, t)
	}
	return strings.Join(names, "或")
}

func joinAny(words []any) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = fmt.Sprint(w)
	}
	return strings.Join(texts, "、")
}

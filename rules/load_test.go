package rules_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"govmedia/rules"
)

func TestBuiltinHasTheSixRulebooks(t *testing.T) {
	library := builtin(t)
	var ids []string
	for _, rb := range library.All() {
		ids = append(ids, rb.ID)
		if len(rb.SHA256) != 64 {
			t.Errorf("%s: SHA256 = %q", rb.ID, rb.SHA256)
		}
	}
	if want := []string{"chaoan", "dongcheng-2014", "national-2019", "tongnan-2022", "xiangxi-2018", "zhaotong-2018"}; !reflect.DeepEqual(ids, want) {
		t.Errorf("All = %v, want %v", ids, want)
	}
	if rb, ok := library.ByID("nowhere"); ok {
		t.Errorf("ByID(nowhere) = %v, want none", rb.ID)
	}
	reading, ok := book(t, "tongnan-2022").Interpretation("I-TN-10")
	if !ok || !strings.Contains(reading.Resolution, "三审三人不得兼") {
		t.Errorf("Interpretation(I-TN-10) = %+v, %t", reading, ok)
	}
	if _, ok := book(t, "tongnan-2022").Interpretation("I-TN-99"); ok {
		t.Error("Interpretation(I-TN-99) found")
	}
}

// Whatever a rulebook file says comes out of the typed rulebook as JSON again, under the same names.
func TestNothingOfARulebookIsLostInItsTypes(t *testing.T) {
	files := programFiles(t)
	for _, rb := range builtin(t).All() {
		var want map[string]any
		if err := yaml.Unmarshal(files["rulebooks/"+rb.ID+".yaml"].Data, &want); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(rb)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		delete(got, "sha256")
		var normal map[string]any
		again, _ := json.Marshal(want)
		if err := json.Unmarshal(again, &normal); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(normal, got); diff != "" {
			t.Errorf("%s (-file +types):\n%s", rb.ID, diff)
		}
	}
}

// Every field of the schema, used by one of the six or not, has its place in the types, under the same name in YAML
// and JSON.
func TestEveryFieldOfTheSchemaHasAType(t *testing.T) {
	raw, err := os.ReadFile("rulebooks/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	checked := 0
	compare(t, schema["$defs"].(map[string]any), schema, reflect.TypeFor[rules.Rulebook](), "rulebook", &checked)
	if checked < 350 {
		t.Errorf("only %d fields compared; the walk has lost its way", checked)
	}
}

// compare walks schema and type side by side.
func compare(t *testing.T, defs, schema map[string]any, typ reflect.Type, path string, checked *int) {
	schema = resolved(defs, schema)
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if items, ok := schema["items"].(map[string]any); ok {
		if typ.Kind() != reflect.Slice {
			t.Errorf("%s is a list in the schema and %s in Go", path, typ)
			return
		}
		compare(t, defs, items, typ.Elem(), path+"[]", checked)
		return
	}
	properties, ok := schema["properties"].(map[string]any)
	if !ok || strings.Contains(path, "undertaker_outsourced.undertaker_outsourced") {
		return
	}
	fields := fieldsOf(typ)
	for name, property := range properties {
		*checked++
		field, ok := fields[name]
		if !ok {
			t.Errorf("%s.%s has no field in %s", path, name, typ)
			continue
		}
		jsonName, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if jsonName != name {
			t.Errorf("%s.%s is %q in JSON", path, name, jsonName)
		}
		compare(t, defs, property.(map[string]any), field.Type, path+"."+name, checked)
	}
}

func resolved(defs, schema map[string]any) map[string]any {
	merged := map[string]any{}
	if ref, ok := schema["$ref"].(string); ok {
		for k, v := range resolved(defs, defs[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)) {
			merged[k] = v
		}
	}
	for k, v := range schema {
		merged[k] = v
	}
	return merged
}

func fieldsOf(typ reflect.Type) map[string]reflect.StructField {
	fields := map[string]reflect.StructField{}
	for _, field := range reflect.VisibleFields(typ) {
		if name, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); name != "" && name != "-" {
			fields[name] = field
		}
	}
	return fields
}

// Each case changes one text of 潼南's rulebook; the message must name the file, the line of that text (counted here,
// moved by lines) and the reason.
func TestLoadSaysFileLineAndReason(t *testing.T) {
	const file = "rulebooks/tongnan-2022.yaml"
	for _, c := range []struct {
		name, old, new string
		lines          int
		reason         string
	}{
		{"unknown key", "graded: true", "gradded: true", 0, "review.gradded：不认识的字段"},
		{"unknown key at the top", "vendors:", "vendor_list:", 0, "vendor_list：不认识的字段"},
		{"zero duration", "max_gap: {n: 10, unit: day}", "max_gap: {n: 0, unit: day}", 0, "update_limits[column-news].max_gap.n：0 太小，至少为 1"},
		{"negative duration", "max_gap: {n: 10, unit: day}", "max_gap: {n: -3, unit: day}", 0, "至少为 1"},
		{"absurd duration", "max_gap: {n: 10, unit: day}", "max_gap: {n: 99999999999, unit: day}", 0, "期限 99999999999 不合情理"},
		{"a unit that is none", "max_gap: {n: 10, unit: day}", "max_gap: {n: 10, unit: 天}", 0, "「天」不在允许的词里：hour、day"},
		{"a figure as text", "max_gap: {n: 10, unit: day}", "max_gap: {n: \"10\", unit: day}", 0, "应是整数，实际是文字"},
		{"a notice in hours", "min_duration: {n: 15, unit: working_day}", "min_duration: {n: 15, unit: hour}", 0, "不能用小时计"},
		{"an article that does not exist", `max_gap: {n: 10, unit: day}, articles: ["21(一)"]`, `max_gap: {n: 10, unit: day}, articles: ["41(一)"]`, 0, "update_limits[column-news].articles[第 1 项]：第 41 条不存在，本办法共 40 条"},
		{"article zero", `articles: ["21.p1"]`, `articles: ["0"]`, 0, "第 0 条不存在"},
		{"an article in full-width brackets", `articles: ["34(五)"]`, `articles: ["34（五）"]`, 0, "条款应如 21、8.p3、21(六)"},
		{"overlapping limits", "kinds: [monthly]", "kinds: [news]", 0, "「news」已由 column-news 规定，两条上限重叠"},
		{"a kind twice in one limit", "kinds: [monthly]", "kinds: [monthly, monthly]", 0, "两条上限重叠"},
		{"overlap across levels", "kinds: [monthly]", "kinds: [policy]", 0, "「policy」已由 column-notice-policy 规定"},
		{"an account kind on a column", "kinds: [monthly]", "kinds: [weibo]", 0, "「weibo」不能用于 target: column"},
		{"a column kind on an account", "kinds: [wechat_service]", "kinds: [news]", 0, "「news」不能用于 target: account"},
		{"except without any", "kinds: [any], except", "kinds: [weibo], except", 0, "只有 kinds 里有 any 时才能写 except"},
		{"a level on an account", "kinds: [wechat_service], max_gap", "kinds: [wechat_service], column_level: 1, max_gap", 0, "账号没有栏目层级"},
		{"wrong interp", "interp: [I-TN-13]", "interp: [I-TN-33]", 0, "supervisor.interp[第 1 项]：引用的解释 I-TN-33 不在 interpretations 里"},
		{"malformed interp", "interp: [I-TN-13]", "interp: [TN-13]", 0, "解释编号应如 I-TN-01"},
		{"duplicate id", "id: column-monthly", "id: column-news", 0, "id「column-news」与第"},
		{"duplicate interpretation", "{id: I-TN-02,", "{id: I-TN-01,", 0, "id「I-TN-01」与第"},
		{"duplicate key", "article_count: 40", "article_count: 40\narticle_count: 41", 1, "字段「article_count」重复，第 11 行已写过"},
		{"YAML syntax", "scope:\n", "scope: [\n", 0, "YAML 写法有误"},
		{"a missing field", "  name: 三审三校\n", "", -1, "review：缺少必填的字段 name"},
		{"neither role nor any_of", "{seq: 6, action: security_test, role: unit}", "{seq: 6, action: security_test}", 0, "缺少 role 或 any_of 之一"},
		{"both role and any_of", "any_of: [unit_collective, unit_head]", "role: unit, any_of: [unit_collective, unit_head]", 0, "不能同时写"},
		{"places without places_match", "places: [district_portal], places_match: all", "places: [district_portal]", 0, "写了 places，就还须写 places_match"},
		{"a hole in the chain", "{seq: 3, action: forward", "{seq: 4, action: forward", 0, "approval_chains[open-account].stages[第 3 项].seq：序号 4 不连续，这里应是 2 或 3"},
		{"a chain that begins late", "{seq: 1, action: consent, role: unit_head, name: 本单位主要负责人}", "{seq: 2, action: consent, role: unit_head}", 0, "序号 2 不连续，这里应是 1"},
		{"a notice that does not exist", "- {seq: 8, action: announce, role: unit}", "- {seq: 8, action: announce, role: unit, notice: nowhere}", 0, "引用的公告 nowhere 不在 public_notices 里"},
		{"two chains for one process", "processes: [change, shut, cancel]\n    objects: [website, subsite, new_media]", "processes: [open, shut]\n    objects: [website]", -1, "与 open-website 管同一对象的同一事项"},
		{"a hole in the review", "{seq: 6, group: proof", "{seq: 8, group: proof", 0, "序号 8 不连续，这里应是 5 或 6"},
		{"a review after a proof", "{seq: 6, group: proof", "{seq: 6, group: review", 0, "「三校」是审核，不能排在校对之后"},
		{"a label twice", "label: 二审", "label: 一审", 0, "label「一审」与第"},
		{"releases too early", "sign: true, focus: [事实依据", "sign: true, releases: true, focus: [事实依据", 0, "「二审」写了 final 或 releases，其后不能再有「三审」"},
		{"final too early", "sign: true, focus: [事实依据", "sign: true, final: true, focus: [事实依据", 0, "「二审」写了 final 或 releases，其后不能再有「三审」"},
		{"releases without a signature", "sign: true, releases: true", "releases: true", 0, "就须签署"},
		{"a role that is none", "roles: [section_head]", "roles: [boss]", 0, "「boss」不在允许的词里"},
		{"a date that is none", `issued: "2022-08-04"`, `issued: "2022-02-30"`, 0, "dates.issued：「2022-02-30」不是真实的日期"},
		{"an object out of scope", "objects: [website, subsite, new_media, column]", "objects: [website, subsite, new_media]", 15, "update_limits[column-news].target：适用对象「栏目」不在 scope.objects 里"},
		{"staffing upside down", "role: security_officer, text", "role: security_officer, min: 2, max: 1, text", 0, "上限 1 小于下限 2"},
		{"an anchor", "scope:\n", "scope: &here\n", 0, "不支持 YAML 的锚点"},
		{"a second document", "vendors:\n", "---\nvendors:\n", 0, "一个文件只能有一个 YAML 文档"},
		{"another schema", "schema: rulebook/1", "schema: rulebook/2", 0, "「rulebook/2」不对，只能写 rulebook/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := edited(t, c.old, c.new)
			before, _, _ := strings.Cut(string(programFiles(t)[file].Data), c.old)
			line := strings.Count(before, "\n") + 1 + c.lines
			wantProblem(t, files, file, line, c.reason)
		})
	}
}

// wantProblem loads files and wants a problem of that file, line (0 = any) and reason.
func wantProblem(t *testing.T, files fstest.MapFS, file string, line int, reason string) {
	t.Helper()
	library, err := rules.Load(files)
	var bad *rules.LoadError
	if library != nil || !errors.As(err, &bad) {
		t.Fatalf("Load = %v, %v; want no library and a LoadError", library, err)
	}
	for i, p := range bad.Problems {
		if i > 0 && p.File == bad.Problems[i-1].File && p.Line < bad.Problems[i-1].Line {
			t.Errorf("problems are not in the order of lines:\n%v", err)
		}
	}
	for _, p := range bad.Problems {
		if p.File == file && (p.Line == line || line == 0) && strings.Contains(p.Reason, reason) {
			if !strings.Contains(err.Error(), p.String()) {
				t.Errorf("the message leaves out %s", p)
			}
			return
		}
	}
	t.Errorf("Load:\n%v\nwant %s line %d: %s", err, file, line, reason)
}

func TestLoadCollectsEveryProblem(t *testing.T) {
	files := edited(t, "max_gap: {n: 10, unit: day}", "max_gap: {n: 0, unit: tag}")
	zhaotong := string(files["rulebooks/zhaotong-2018.yaml"].Data)
	files["rulebooks/zhaotong-2018.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(zhaotong, `articles: ["7"]`, `articles: ["77"]`, 1))}
	_, err := rules.Load(files)
	var bad *rules.LoadError
	if !errors.As(err, &bad) || len(bad.Problems) != 3 {
		t.Fatalf("Load = %v, want three problems", err)
	}
	if !strings.HasPrefix(err.Error(), "规则库有 3 处错误") {
		t.Errorf("message = %s", err)
	}
}

func TestLoadOfTheWholeSet(t *testing.T) {
	copyOf := func(name string) func(fstest.MapFS) {
		return func(files fstest.MapFS) { files["rulebooks/zz-copy.yaml"] = files[name] }
	}
	for _, c := range []struct {
		name, file, reason string
		change             func(fstest.MapFS)
	}{
		{"the same id twice", "rulebooks/zz-copy.yaml", "规则库编号 chaoan 与 rulebooks/chaoan.yaml 相同", copyOf("rulebooks/chaoan.yaml")},
		{"the same short name twice", "rulebooks/zz-copy.yaml", "规则库简称「潮安」与 rulebooks/chaoan.yaml 相同", func(files fstest.MapFS) {
			text := strings.Replace(string(files["rulebooks/chaoan.yaml"].Data), "id: chaoan", "id: chaoan-new", 1)
			files["rulebooks/zz-copy.yaml"] = &fstest.MapFile{Data: []byte(text)}
		}},
		{"no rulebooks", "rulebooks", "读不到规则库目录", func(files fstest.MapFS) {
			for name := range files {
				if strings.HasPrefix(name, "rulebooks/") {
					delete(files, name)
				}
			}
		}},
		{"an empty folder", "rulebooks", "目录里没有规则库文件", func(files fstest.MapFS) {
			for name := range files {
				if strings.HasPrefix(name, "rulebooks/") {
					delete(files, name)
				}
			}
			files["rulebooks/README.md"] = &fstest.MapFile{}
		}},
		{"a name that would be left out", "rulebooks/extra.yml", "须以 .yaml 结尾", func(files fstest.MapFS) { files["rulebooks/extra.yml"] = &fstest.MapFile{} }},
		{"an empty file", "rulebooks/extra.yaml", "文件是空的", func(files fstest.MapFS) { files["rulebooks/extra.yaml"] = &fstest.MapFile{} }},
		{"cut off", "rulebooks/extra.yaml", "YAML 写法有误：did not find expected node content", func(files fstest.MapFS) {
			files["rulebooks/extra.yaml"] = &fstest.MapFile{Data: []byte("{")}
		}},
		{"a list", "rulebooks/extra.yaml", "应是一组字段，实际是列表", func(files fstest.MapFS) {
			files["rulebooks/extra.yaml"] = &fstest.MapFile{Data: []byte("[1]")}
		}},
		{"not UTF-8", "rulebooks/extra.yaml", "文件不是 UTF-8 编码", func(files fstest.MapFS) {
			files["rulebooks/extra.yaml"] = &fstest.MapFile{Data: []byte("a: b\nc: \xb0\xb2\n")}
		}},
		{"too large", "rulebooks/extra.yaml", "文件超过 1024 KiB", func(files fstest.MapFS) {
			files["rulebooks/extra.yaml"] = &fstest.MapFile{Data: make([]byte, 1<<20+1)}
		}},
		{"too deep", "rulebooks/extra.yaml", "嵌套超过 32 层", func(files fstest.MapFS) {
			files["rulebooks/extra.yaml"] = &fstest.MapFile{Data: []byte(strings.Repeat("[", 60) + strings.Repeat("]", 60))}
		}},
		{"no calendar", "calendar/cn-workdays.yaml", "没有工作日历", func(files fstest.MapFS) { delete(files, "calendar/cn-workdays.yaml") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := programFiles(t)
			c.change(files)
			wantProblem(t, files, c.file, 0, c.reason)
		})
	}
}

func TestLoadChecksTheCalendar(t *testing.T) {
	const file = "calendar/cn-workdays.yaml"
	for _, c := range []struct{ name, old, new, reason string }{
		{"a wrong total", "workdays_total: 251", "workdays_total: 250", "按表数出 251 个工作日，与所写的 250 个不符"},
		{"除夕 2024 taken for a day off", `{name: 春节, from: "2024-02-10"`, `{name: 春节, from: "2024-02-09"`, "按表数出 250 个工作日，与所写的 251 个不符"},
		{"work on a weekday", `work: ["2026-01-04"`, `work: ["2026-01-05"`, "2026-01-05（周一）不是周末"},
		{"work and rest at once", `work: ["2026-01-04"`, `work: ["2026-01-03"`, "2026-01-03 同时列在放假（rest）与补班（work）里"},
		{"work twice", `"2026-02-14", "2026-02-28"`, `"2026-02-14", "2026-02-14"`, "2026-02-14 在补班（work）里列了两次"},
		{"a day that is none", `work: ["2026-01-04"`, `work: ["2026-02-30"`, "「2026-02-30」不是真实的日期"},
		{"a day of another year", `work: ["2026-01-04"`, `work: ["2025-01-04"`, "2025-01-04 不在 2026 年"},
		{"a holiday upside down", `from: "2026-10-01", to: "2026-10-07"`, `from: "2026-10-07", to: "2026-10-01"`, "「国庆节」的结束日 2026-10-01 早于开始日 2026-10-07"},
		{"holidays that overlap", `from: "2026-09-25", to: "2026-09-27"`, `from: "2026-09-25", to: "2026-10-02"`, "2026-10-01 已列在另一个假期里"},
		{"an unknown key", "workdays_total: 251", "workdays_sum: 251", "不认识的字段「workdays_sum」"},
		{"a year that is none", `"2026":`, `"26":`, "年份「26」须是四位数字"},
		{"a year twice", `"2026":`, `"2025":`, "字段「2025」重复"},
		{"an announcement that is no date", `announced: "2025-11-04"`, `announced: "soon"`, "公布日「soon」不是真实的日期"},
		{"another zone", "zone: Asia/Shanghai", "zone: UTC", "须写 zone: Asia/Shanghai"},
		{"another schema", "schema: workdays/1", "schema: workdays/2", "须写 schema: workdays/1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := programFiles(t)
			text := string(files[file].Data)
			before, _, found := strings.Cut(text, c.old)
			if !found {
				t.Fatalf("%s does not contain %q", file, c.old)
			}
			files[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, c.old, c.new, 1))}
			line := strings.Count(before, "\n") + 1
			switch c.name {
			case "holidays that overlap":
				line++ // it is the second of the two that is refused
			case "除夕 2024 taken for a day off":
				line -= 3 // what is refused is the total, three lines above
			}
			wantProblem(t, files, file, line, c.reason)
		})
	}
}

// FuzzLoad: whatever a file holds, Load answers with a library or with problems that lie within the file. What it lets
// through can be assessed: no card costs more than it has.
func FuzzLoad(f *testing.F) {
	files := programFiles(f)
	for name, file := range files {
		f.Add(file.Data, strings.HasPrefix(name, "calendar/"))
	}
	for _, seed := range []string{"", "a: &x [*x]", "? [a]\n: b", "<<: {a: 1}", "a: !!binary x", "n: .inf\nunit: 0x1F", "{", "\r<:\r\r", "- 2026-01-01\n---\n", "\xff"} {
		f.Add([]byte(seed), false)
		f.Add([]byte(seed), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, calendar bool) {
		changed := fstest.MapFS{"rulebooks/a.yaml": files["rulebooks/chaoan.yaml"], "calendar/cn-workdays.yaml": files["calendar/cn-workdays.yaml"]}
		name := "rulebooks/a.yaml"
		if calendar {
			name = "calendar/cn-workdays.yaml"
		}
		changed[name] = &fstest.MapFile{Data: data}
		library, err := rules.Load(changed)
		if err == nil {
			if _, err := json.Marshal(library.All()); err != nil {
				t.Fatalf("a loaded rulebook does not marshal: %v", err)
			}
			for _, rb := range library.All() {
				assessEverything(t, rb)
			}
			return
		}
		var bad *rules.LoadError
		if !errors.As(err, &bad) || len(bad.Problems) == 0 {
			t.Fatalf("Load = %v, want a LoadError with problems", err)
		}
		breaks := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
		lines := strings.Count(breaks.Replace(string(data)), "\n") + 1
		for _, p := range bad.Problems {
			if p.File != name || p.Line < 0 || p.Line > lines || p.Reason == "" {
				t.Fatalf("problem %+v of a file with %d lines", p, lines)
			}
		}
	})
}

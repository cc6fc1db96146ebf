package rules_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"govmedia/rules"
)

// figuresOfFile walks a rulebook file as plain YAML and writes down every figure in it: section, rule, field and amount. A
// rule is named by its ids from the top, or by the last key where there are none; a field that stands deeper than the id by
// the keys between.
func figuresOfFile(node *yaml.Node, keys []string, ids []string) []string {
	var found []string
	switch node.Kind {
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, item := range node.Content {
			found = append(found, figuresOfFile(item, keys, ids)...)
		}
	case yaml.MappingNode:
		values := map[string]string{}
		for i := 0; i < len(node.Content); i += 2 {
			values[node.Content[i].Value] = node.Content[i+1].Value
		}
		if id := values["id"]; id != "" && len(keys) > 0 {
			ids, keys = append(slices.Clone(ids), id), keys[:1]
		}
		name := func(field string) string {
			rule, path := strings.Join(ids, "/"), keys[1:]
			if rule == "" {
				rule, path = keys[len(keys)-1], nil
			}
			return keys[0] + " " + rule + " " + strings.Join(append(slices.Clone(path), field), ".")
		}
		for i := 0; i < len(node.Content); i += 2 {
			key, value := node.Content[i].Value, node.Content[i+1]
			under := append(slices.Clone(keys), key)
			amount := map[string]string{}
			for k := 0; value.Kind == yaml.MappingNode && k < len(value.Content); k += 2 {
				amount[value.Content[k].Value] = value.Content[k+1].Value
			}
			switch {
			case amount["n"] != "" && amount["unit"] != "":
				found = append(found, name(key)+" "+amount["n"]+" "+amount["unit"])
			case amount["month"] != "" && amount["day"] != "":
				found = append(found, name(key)+" "+amount["month"]+"-"+amount["day"])
			case value.ShortTag() == "!!int" && (key == "min" || key == "max" || strings.HasPrefix(key, "min_") || strings.HasPrefix(key, "max_")):
				found = append(found, name(key)+" "+value.Value)
			default:
				found = append(found, figuresOfFile(value, under, ids)...)
			}
		}
	}
	return found
}

func TestEveryFigureOfTheFilesIsListed(t *testing.T) {
	files, err := filepath.Glob("rulebooks/*.yaml")
	if err != nil || len(files) < 5 {
		t.Fatalf("Glob: %v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var root yaml.Node
		if err := yaml.Unmarshal(data, &root); err != nil {
			t.Fatal(err)
		}
		want := figuresOfFile(&root, nil, nil)
		var got []string
		for _, f := range book(t, strings.TrimSuffix(filepath.Base(file), ".yaml")).Figures() {
			amount := fmt.Sprint(f.Value.Number)
			switch {
			case f.Value.Period != nil:
				amount = fmt.Sprint(f.Value.Period.N, " ", f.Value.Period.Unit)
			case f.Value.Date != nil:
				amount = fmt.Sprintf("%d-%d", f.Value.Date.Month, f.Value.Date.Day)
			}
			got = append(got, f.Section+" "+f.Rule+" "+f.Field+" "+amount)
		}
		sort.Strings(got)
		sort.Strings(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-file +Figures):\n%s", file, diff)
		}
		if len(want) < 5 {
			t.Errorf("%s: %d figures; the walk has lost its way", file, len(want))
		}
	}
}

// Each figure has a name, a clause and a direction where an office may change it, and is found again.
func TestEveryFigureCitesItsClause(t *testing.T) {
	for _, rb := range builtin(t).All() {
		for _, f := range rb.Figures() {
			name := rb.ID + " " + f.Section + " " + f.Rule + " " + f.Field
			if len(f.Articles) == 0 || !strings.HasPrefix(f.Citation, rb.ShortName) || f.Citation == rb.ShortName {
				t.Errorf("%s: cites %q %v", name, f.Citation, f.Articles)
			}
			if f.Label == "" || f.Text == "" || f.Strength == "" || strings.ContainsAny(f.Text, "_") {
				t.Errorf("%s: label %q, text %q, strength %q", name, f.Label, f.Text, f.Strength)
			}
			if f.Changeable && (f.Direction.Label() == "" || strings.ContainsAny(f.Label, "abcdefghijklmnopqrstuvwxyz")) {
				t.Errorf("%s: changeable, direction %q, label %q", name, f.Direction, f.Label)
			}
			if f.Changeable && f.Value.Date != nil {
				t.Errorf("%s: a fixed date is changeable", name)
			}
			again, ok := rb.Figure(f.Section, f.Rule, f.Field)
			if diff := cmp.Diff(f, again); !ok || diff != "" {
				t.Errorf("%s: Figure gives another: %s", name, diff)
			}
			if f.Regulation != nil || f.Change != "" {
				t.Errorf("%s: changed by %q over %v, want untouched", name, f.Change, f.Regulation)
			}
		}
	}
	if f, ok := book(t, "tongnan-2022").Figure("update_limits", "account-default", "max_gap"); !ok || f.Text != "各类账号（微信服务号除外）" || f.Label != "更新间隔" ||
		f.Citation != "潼南 2022 第21条（六）" || f.Direction != rules.AtMost || f.Strength != rules.Must || !f.Confirmed || f.Value.String() != "1周" {
		t.Errorf("account-default: %+v", f)
	}
	if f, _ := book(t, "tongnan-2022").Figure("credentials", "credentials", "rotation"); f.Strength != rules.Usual {
		t.Errorf("rotation: strength %s, want 一般", f.Strength)
	}
	if f, _ := book(t, "zhaotong-2018").Figure("annual_reports", "website-work-report", "submit_by"); f.Value.String() != "1月30日" || f.Changeable {
		t.Errorf("submit_by: %s, changeable %t", f.Value, f.Changeable)
	}
	if _, ok := book(t, "tongnan-2022").Figure("update_limits", "account-default", "min"); ok {
		t.Error("Figure finds what is not there")
	}
}

func TestAnUnconfirmedFigureIsShownAndNotBuiltUpon(t *testing.T) {
	library, err := rules.Load(edited(t, "max_gap: {n: 10, unit: day}", "max_gap: {n: 10, unit: day}, confirmed: false"))
	if err != nil {
		t.Fatal(err)
	}
	rb, _ := library.ByID("tongnan-2022")
	f, ok := rb.Figure("update_limits", "column-news", "max_gap")
	if !ok || f.Confirmed || f.Changeable || f.Remark == "" {
		t.Errorf("Figure = %+v, %t; want it listed, unconfirmed", f, ok)
	}
	if err := rb.CheckChange(figure("update_limits", "column-news", "max_gap", `{"n":5,"unit":"day"}`)); !errors.Is(err, rules.ErrUnconfirmed) {
		t.Errorf("CheckChange = %v, want %s", err, rules.ErrUnconfirmed.Code)
	}
}

package sandbox_test

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"govmedia/channels/sandbox"
)

// step is one request of the README with the answer that it promises.
type step struct {
	method, address, signed, body string
	status                        int
	answer                        string
}

// readmeSteps reads the blocks marked http.
func readmeSteps(t *testing.T) []step {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var steps []step
	for _, block := range regexp.MustCompile("(?s)```http\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for one := range strings.SplitSeq(strings.TrimSpace(block[1]), "\n\n") {
			var s step
			lines := strings.Split(one, "\n")
			s.method, s.address, _ = strings.Cut(lines[0], " ")
			for _, line := range lines[1 : len(lines)-1] {
				if secret, ok := strings.CutPrefix(line, "signed: "); ok {
					s.signed = secret
				} else {
					s.body = line
				}
			}
			status, answer, _ := strings.Cut(lines[len(lines)-1], " ")
			if s.status, err = strconv.Atoi(status); err != nil {
				t.Fatalf("README: the last line of a step is no answer: %s", one)
			}
			s.answer = answer
			steps = append(steps, s)
		}
	}
	return steps
}

// held is what the answers of the README have named so far.
type held map[string]string

var heldName = regexp.MustCompile(`\{([a-z]+)\}`)

// fill puts what is held in place of {name}; names not held yet stay.
func (h held) fill(text string) string {
	return heldName.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := h[strings.Trim(name, "{}")]; ok {
			return value
		}
		return name
	})
}

// matches tells whether got holds all that want promises, and keeps what want names.
func (h held) matches(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		for name, value := range want {
			ok = ok && h.matches(value, object[name])
		}
		return ok
	case []any:
		list, ok := got.([]any)
		ok = ok && len(list) == len(want)
		for i := 0; ok && i < len(want); i++ {
			ok = h.matches(want[i], list[i])
		}
		return ok
	case string:
		name := heldName.FindStringSubmatch(want)
		if name == nil || name[0] != want {
			return want == got
		}
		switch got := got.(type) {
		case string:
			h[name[1]] = got
		case json.Number:
			h[name[1]] = got.String()
		default:
			return false
		}
		return true
	}
	return want == got
}

func decodeNumbers(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	return v, dec.Decode(&v)
}

func TestREADME_EveryLineHappensAsItSays(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Settings.PublishDelayMS = 2000 })
	h := held{"public": b.url, "control": b.control}
	steps := readmeSteps(t)
	if len(steps) < 30 {
		t.Fatalf("%d steps read from the README, want its 30 and more", len(steps))
	}
	for _, s := range steps {
		address, kind, body := h.fill(s.address), "application/json", []byte(h.fill(s.body))
		var header []string
		switch field, file, isFile := strings.Cut(s.body, "=@"); {
		case isFile && !strings.Contains(field, "{"):
			kind, body = form(nil, field, file, picture("png"))
		case s.signed != "":
			signer, err := standardwebhooks.NewWebhook(s.signed)
			if err != nil {
				t.Fatal(err)
			}
			id := "msg_" + strconv.Itoa(len(h["signed"]))
			h["signed"] += "x"
			signature, _ := signer.Sign(id, b.s.Now(), body)
			header = []string{"webhook-id", id, "webhook-timestamp", strconv.FormatInt(b.s.Now().Unix(), 10), "webhook-signature", signature}
		case s.body != "" && !strings.HasPrefix(s.body, "{"):
			values, err := url.ParseQuery(h.fill(s.body))
			if err != nil {
				t.Fatal(err)
			}
			kind, body = "application/x-www-form-urlencoded", []byte(values.Encode())
		}
		if s.body == "" {
			kind, body = "", nil
		}
		got := b.must(s.method, address, kind, body, header...)
		if got.StatusCode != s.status {
			t.Fatalf("%s %s: %d %s, README says %d", s.method, s.address, got.StatusCode, got.body, s.status)
		}
		if !strings.HasPrefix(s.answer, "{") && !strings.HasPrefix(s.answer, "[") {
			if !strings.Contains(string(got.body), s.answer) {
				t.Fatalf("%s %s: the page lacks %q", s.method, s.address, s.answer)
			}
			continue
		}
		// {name} without quotes stands for a number.
		promised := regexp.MustCompile(`:(\{[a-z]+\})`).ReplaceAllString(h.fill(s.answer), `:"$1"`)
		want, err := decodeNumbers(promised)
		if err != nil {
			t.Fatalf("README: %s: %v", promised, err)
		}
		answer, err := decodeNumbers(string(got.body))
		if err != nil || !h.matches(want, answer) {
			t.Fatalf("%s %s:\n got %s\nwant %s", s.method, s.address, got.body, promised)
		}
	}
}

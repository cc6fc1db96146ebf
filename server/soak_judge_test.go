package main

import (
	"net/http"
	"regexp"
	"slices"

	"govmedia/accounts"
	"govmedia/channels"
)

// soakVerdict is what became of the deliveries, the stand-ins being the witness.
type soakVerdict struct {
	published, unknown, failed, open int // as our own tables say
	duplicates, losses, overruns     int
}

// publication is an article at an account, as its platform shows it.
type publication struct {
	platform accounts.Platform
	account  string // as the platform calls it
	title    string
}

var (
	titleOfSoak = regexp.MustCompile(`第 \d{4} 号通知`)
	originLink  = regexp.MustCompile(`/p/([0-9A-Za-z]{16})`)
)

// witness returns how often the stand-ins hold each publication, and under which deliveries' addresses.
func (s *soak) witness() (times map[publication]int, of map[publication][]string) {
	times, of = map[publication]int{}, map[publication][]string{}
	state := askStand(s.t, s.town().sandbox)
	seen := func(platform accounts.Platform, account, title, link string, n int) {
		p := publication{platform, account, title}
		times[p] += n
		if found := originLink.FindStringSubmatch(link); found != nil {
			of[p] = append(of[p], found[1])
		}
	}
	for appID, account := range state.WeChat {
		for _, article := range account.Articles {
			for _, item := range article.Items {
				seen(accounts.WeChat, appID, item.Title, item.ContentSourceURL, 1)
			}
		}
	}
	for _, post := range state.Weibo.Posts {
		seen(accounts.Weibo, post.UID, titleOfSoak.FindString(post.Text), post.Text, 1)
	}
	for name, app := range state.Apps {
		for _, item := range app.Items {
			seen(accounts.App, name, item.Item.Title, item.Item.URL, max(item.Publishes, 1))
		}
	}
	return times, of
}

// judge holds what our tables say of every delivery against what the stand-ins hold.
func (s *soak) judge() {
	s.t.Helper()
	s.author = s.town().signIn("xinxi")
	times, of := s.witness()
	for p, n := range times {
		if n > 1 {
			s.verdict.duplicates += n - 1
			s.t.Errorf("%s %s published %q %d times", p.platform, p.account, p.title, n)
		}
	}
	deliveries := 0
	for _, article := range s.articles {
		for _, delivery := range getArticle(s.author, article.ID).Deliveries {
			deliveries++
			account := s.accounts[delivery.AccountID]
			p := publication{account.platform, account.external, article.Title}
			s.judgeOne(delivery, p, times[p])
			if ids := of[p]; slices.ContainsFunc(ids, func(id string) bool { return id != delivery.ID }) {
				s.t.Errorf("%s %s holds %q under the address of %v, not of %s", p.platform, p.account, p.title, ids, delivery.ID)
			}
			delete(times, p)
		}
	}
	if deliveries != s.plan.deliveries() {
		s.t.Errorf("there are %d deliveries, want %d", deliveries, s.plan.deliveries())
	}
	for p := range times {
		s.t.Errorf("%s %s holds %q, which belongs to no delivery", p.platform, p.account, p.title)
	}
	report := s.town().sandbox.Report()
	for _, account := range report.WeChat {
		for _, refused := range account.Overruns {
			s.verdict.overruns += refused
		}
	}
	for _, account := range report.Weibo {
		s.verdict.overruns += account.Overruns
	}
	_, wrong := tally(report)
	for _, line := range wrong {
		s.t.Errorf("the stand-in counts: %s", line)
	}
}

// judgeOne holds one delivery against how often its platform has it.
func (s *soak) judgeOne(delivery channels.Summary, p publication, times int) {
	s.t.Helper()
	wrong := ""
	switch delivery.State {
	case channels.StatePublished:
		s.verdict.published++
		if times == 0 {
			s.verdict.losses++
			wrong = "is said to be published, and its platform does not have it"
		}
	case channels.Unknown:
		s.verdict.unknown++
		if !s.evident(delivery.ID) {
			wrong = "is unknown without evidence"
		}
	case channels.Failed:
		s.verdict.failed++
		wrong = "failed"
		if times > 0 {
			wrong = "is said to have gone nowhere, and its platform has it"
		}
	default:
		s.verdict.open++
		wrong = "has not ended"
	}
	if wrong == "" {
		return
	}
	var detail string
	s.author.do(http.MethodGet, "/api/deliveries/"+delivery.ID, nil, http.StatusOK, &detail)
	s.t.Errorf("%q to %s %s %s: %s (%d at the platform)\n%s", p.title, p.platform, p.account, wrong, delivery.ErrorAdvice, times, detail)
}

// evident reports whether a person who opens an unknown delivery finds what happened, and a way to end it.
func (s *soak) evident(id string) bool {
	var view channels.View
	s.author.do(http.MethodGet, "/api/deliveries/"+id, nil, http.StatusOK, &view)
	asked := slices.ContainsFunc(view.Steps, func(step channels.Step) bool { return step.Name == "submit" })
	return asked && hasHan(view.ErrorAdvice) && slices.Contains(view.Actions, channels.ActSettle) && slices.Contains(view.Actions, channels.ActConfirm)
}

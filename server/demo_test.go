package main

import (
	"testing"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/units"
)

// Each website of the demo has somebody who signs its notices: without one, nothing that asks for a notice comes to its end.
func TestTheDemosWebsitesHaveWhoSignsTheirNotices(t *testing.T) {
	town := newTown(t, "")
	town.start()
	for _, site := range demoSites {
		var officer string
		for _, person := range demoPeople {
			if person.unit == site.unit && (person.roles[0] == units.InfoOfficer || person.roles[0] == units.OfficeAdmin) {
				officer = person.username
			}
		}
		who := town.signIn(officer)
		var notice accounts.NoticeView
		who.do("POST", "/api/notices", map[string]any{"unit_id": unitOf(who), "process": rules.ProcessRedesign, "object": rules.Column, "title": "栏目改版公告", "body": "栏目改版。"}, 200, &notice)
		if len(notice.Signers) == 0 {
			t.Errorf("nobody signs the notices of %s (%s)", site.unit, site.name)
		}
	}
}

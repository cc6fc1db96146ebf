package manual

import (
	"context"
	"fmt"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// Channel hands messages to people. It implements channels.Channel for every platform.
type Channel struct{}

// New returns the manual channel.
func New() *Channel { return &Channel{} }

// Preview shows what is there to be copied. A title over the limit does not stand against sending: the packet holds a
// shorter one, and a person looks at it.
func (*Channel) Preview(message channels.Message, account accounts.Account) channels.Preview {
	capability := CapabilityOf(account.Platform)
	packet := Package(message, account)
	preview := channels.Preview{
		Platform: account.Platform, Title: packet.Title, Digest: packet.Digest, HTML: packet.HTML, Text: packet.Text, CoverID: message.CoverID,
		Limits:   limits(message, capability, packet),
		Warnings: []string{"这个账号由人工发布：系统备好标题、正文和图片，发布后需要回来登记网址。"},
	}
	if packet.TitleShort != packet.Title {
		preview.Warnings = append(preview.Warnings,
			fmt.Sprintf("标题超过%s的%d个字，读者看到的是短标题：%s", capability.Name, capability.TitleMax, packet.TitleShort))
	}
	return preview
}

// Prepare writes the checklist into Remote, nothing else is to be made. Doing it twice gives the same.
func (*Channel) Prepare(_ context.Context, job *channels.Job) error {
	packet := Package(job.Message, job.Account)
	job.Remote["checklist"] = packet.Checklist
	job.Remote["title_short"] = packet.TitleShort
	job.Step("package", "已生成人工发布包", sql.Object{"platform": packet.Name, "pictures": len(job.Message.Pictures)})
	return nil
}

// Submit leaves the delivery to a person.
func (*Channel) Submit(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Awaiting}, nil
}

// Find says Absent: Submit tells no platform anything, so an interrupted one may simply be repeated.
func (*Channel) Find(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Absent}, nil
}

// Poll has nobody to ask; only a person knows.
func (*Channel) Poll(context.Context, *channels.Job) (channels.Progress, error) {
	return channels.Progress{Stage: channels.Awaiting}, nil
}

package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/channels"
	"govmedia/channels/manual"
)

type listDeliveriesInput struct {
	PageQuery
	State     channels.State    `query:"state" enum:"held,scheduled,prepared,submitted,published,failed,unknown,cancelled,retracted"`
	Action    channels.Action   `query:"action" enum:"publish,update,retract"`
	Queue     channels.Queue    `query:"queue" enum:"retract,unknown,held,mass,failed,hand" doc:"只看等人处理的一类"`
	AccountID string            `query:"account_id" maxLength:"16"`
	ArticleID string            `query:"article_id" maxLength:"16"`
	Platform  accounts.Platform `query:"platform" maxLength:"24"`
}

func (s *server) listDeliveries(ctx context.Context, in *listDeliveriesInput) (*Body[Page[channels.View]], error) {
	at, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := channels.List(ctx, s.db, actorOf(ctx), channels.Filter{State: in.State, AccountID: in.AccountID, OriginID: in.ArticleID,
		Platform: in.Platform, Action: in.Action, Queue: in.Queue, BeforeAt: at, BeforeID: id, Limit: in.PerPage + 1})
	for i := range rows {
		rows[i].Cite(s.book)
	}
	return answer(page(rows, in.PerPage, func(v channels.View) string { return writeCursor(v.DueAt, v.ID) }), err)
}

func (s *server) getDelivery(ctx context.Context, in *ByID) (*Body[channels.View], error) {
	return s.delivery(channels.Get(ctx, s.db, actorOf(ctx), in.ID))
}

func (s *server) cancelDelivery(ctx context.Context, in *ByVersion) (*Body[channels.View], error) {
	return s.delivery(channels.Cancel(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

func (s *server) retryDelivery(ctx context.Context, in *ByVersion) (*Body[channels.View], error) {
	view, err := channels.TryAgain(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version)
	return s.delivery(view, s.wakeAfter(err))
}

// wakeAfter lets the worker look at what a change that succeeded left to do, and returns the change's error.
func (s *server) wakeAfter(err error) error {
	if err == nil {
		s.worker.wake()
	}
	return err
}

// delivery answers with one delivery, its clocks cited.
func (s *server) delivery(view channels.View, err error) (*Body[channels.View], error) {
	view.Cite(s.book)
	return answer(view, err)
}

func (s *server) takeOverDelivery(ctx context.Context, in *ByVersion) (*Body[channels.View], error) {
	view, err := channels.TakeOver(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version)
	return s.delivery(view, s.wakeAfter(err))
}

type confirmInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		URL     string `json:"url" maxLength:"1000"`
	}
}

func (s *server) confirmDelivery(ctx context.Context, in *confirmInput) (*Body[channels.View], error) {
	if err := s.checkURL(ctx, in.ID, in.Body.URL); err != nil {
		return nil, err
	}
	view, err := channels.ConfirmByHand(ctx, s.db, s.out, actorOf(ctx), in.ID, in.Body.Version, in.Body.URL)
	return s.delivery(view, s.wakeAfter(err))
}

// checkURL refuses an address at which the article of a delivery cannot stand.
func (s *server) checkURL(ctx context.Context, id, url string) error {
	view, err := channels.Get(ctx, s.db, actorOf(ctx), id)
	if err != nil {
		return err
	}
	return manual.CheckURL(url, view.Platform)
}

type settleInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Reason  string `json:"reason" maxLength:"400"`
	}
}

func (s *server) settleDelivery(ctx context.Context, in *settleInput) (*Body[channels.View], error) {
	view, err := channels.SettleAbsent(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version, in.Body.Reason)
	return s.delivery(view, s.wakeAfter(err))
}

func (s *server) getPackage(ctx context.Context, in *ByID) (*Body[manual.Packet], error) {
	packet, _, err := s.packetOf(ctx, in.ID)
	return answer(packet, err)
}

// packetOf is what a person needs who does by hand what a delivery asks for, and the message that it is made of.
func (s *server) packetOf(ctx context.Context, id string) (manual.Packet, channels.Message, error) {
	action, message, account, err := channels.Contents(ctx, s.db, actorOf(ctx), id)
	if err != nil {
		return manual.Packet{}, channels.Message{}, err
	}
	packet := manual.Package(message, account)
	if action == channels.Update {
		packet = packet.Correcting(message, account)
	}
	return packet, message, nil
}

// deliveryQR draws the address of a delivery's page in the console, with which somebody who posts by hand goes on on a phone.
func (s *server) deliveryQR(c echo.Context) error {
	view, err := channels.Get(c.Request().Context(), s.db, actorOf(c.Request().Context()), c.Param("id"))
	if err != nil {
		return err
	}
	picture, err := accounts.HomeQR(s.config.PublicBase + "/deliveries/" + view.ID)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", picture)
}

// downloadPackage sends the copy-ready package of a delivery: text, HTML and the pictures as files. It is written whole
// before its first byte is sent, so that a picture that cannot be read is a sentence and not half a file.
func (s *server) downloadPackage(c echo.Context) error {
	ctx := c.Request().Context()
	packet, message, err := s.packetOf(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	file, err := os.CreateTemp("", "govmedia-package-")
	if err != nil {
		return files.ErrDiskFull.Because(err)
	}
	defer func() { _ = file.Close(); _ = os.Remove(file.Name()) }()
	err = manual.WriteZip(ctx, file, packet, message, func(ctx context.Context, picture channels.Picture) ([]byte, error) {
		return s.out.Open(ctx, picture.SHA256)
	})
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "application/zip")
	header.Set(echo.HeaderContentDisposition, `attachment; filename="package-`+c.Param("id")+`.zip"`)
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, file)
	return nil
}

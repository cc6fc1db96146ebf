package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/manual"
)

// WeChat lets nothing be edited: whoever corrects deletes the article there, publishes it anew, and says where it stands now.
func TestACorrectionThatAPersonPublishedAnewHasItsNewAddress(t *testing.T) {
	t.Parallel()
	town := newTown(t, "")
	town.start()
	author := town.signIn("xinxi")
	article := draft(t, author, "清源镇停水通知", "<p>停水至周五。</p>", accounts.KindWeChatSubscription)
	schedule(author, signAll(t, town, author, article.ID), nil)
	published := settled(town, author, article.ID)[0]
	view := getArticle(author, article.ID)
	author.do(http.MethodPost, "/api/articles/"+article.ID+"/reopen", map[string]any{"version": view.Version}, http.StatusOK, nil)
	view = getArticle(author, article.ID)
	author.do(http.MethodPut, "/api/articles/"+article.ID, map[string]any{"version": view.Version, "unit_id": view.UnitID, "title": view.Title, "digest": view.Digest,
		"byline": view.Byline, "source": view.Source, "body": strings.ReplaceAll(view.Body, "周五", "周六"), "cover_id": *view.CoverID, "account_ids": []string{published.AccountID}}, http.StatusOK, nil)
	view = signAll(t, town, author, article.ID)
	texts := "/api/articles/" + article.ID + "/public-texts"
	var seen publicTextList
	town.signIn("fenguan").do(http.MethodGet, texts, nil, http.StatusOK, &seen)
	if len(seen.Items) != 1 || !strings.Contains(seen.Items[0].Body, "周五") || len(seen.Items[0].Accounts) != 1 {
		t.Errorf("while the correction is signed readers see %+v, want the text with 周五", seen.Items)
	}
	author.do(http.MethodPost, "/api/articles/"+article.ID+"/correct", map[string]any{"version": view.Version, "reason": "日期写错"}, http.StatusOK, nil)

	var correction channels.View
	town.wait("the correction to be a person's task", func() bool {
		deliveries := getArticle(author, article.ID).Deliveries
		i := slices.IndexFunc(deliveries, func(d channels.Summary) bool { return d.Action == channels.Update })
		if i < 0 {
			return false
		}
		author.do(http.MethodGet, "/api/deliveries/"+deliveries[i].ID, nil, http.StatusOK, &correction)
		return slices.Contains(correction.Actions, channels.ActConfirmCorrected)
	})
	path := "/api/deliveries/" + correction.ID
	var packet manual.Packet
	author.do(http.MethodGet, path+"/package", nil, http.StatusOK, &packet)
	if !strings.Contains(packet.Text, "停水至周六") || !slices.ContainsFunc(packet.Checklist, func(step string) bool { return strings.Contains(step, "先删除这一篇") }) ||
		slices.ContainsFunc(packet.Checklist, func(step string) bool { return strings.Contains(step, "新建") }) {
		t.Errorf("the package of a correction is %+v, want the new text and the steps of a correction", packet)
	}
	done := map[string]any{"version": correction.Version, "evidence": "已删除旧文并重新发布", "url": town.stand.URL + "/s/anew"}
	author.refuse(http.MethodPost, path+"/corrected", done, http.StatusUnprocessableEntity, "manual.url_inner")
	done["url"] = "https://weibo.com/1/anew"
	author.refuse(http.MethodPost, path+"/corrected", done, http.StatusUnprocessableEntity, "manual.url_wrong_platform")
	const anew = "https://mp.weixin.qq.com/s/anew"
	done["url"] = anew
	town.signIn("shiban").refuse(http.MethodPost, path+"/corrected", done, http.StatusNotFound, "delivery.not_found")
	author.do(http.MethodPost, path+"/corrected", done, http.StatusOK, &correction)
	if correction.State != channels.StatePublished || correction.PublicURL != anew {
		t.Errorf("the correction stands %s at %q, want it published at %s", correction.State, correction.PublicURL, anew)
	}
	author.do(http.MethodGet, texts, nil, http.StatusOK, &seen)
	if len(seen.Items) != 1 || !strings.Contains(seen.Items[0].Body, "周六") {
		t.Errorf("after the correction readers see %+v, want the text with 周六", seen.Items)
	}
	author.refuse(http.MethodPost, path+"/corrected", done, http.StatusConflict, "delivery.not_correction")
}

// Package weibo posts messages to Sina Weibo, takes them down, and reads what an account posted.
//
// There are three ways to post, taken in this order where an account is set up for them:
//
//	article  头条文章: the whole article, with a short post of up to 1,900 characters that links to our own page of the delivery
//	update   a post, with a picture (statuses/upload) or as a long text
//	share    第三方分享: a teaser of at most 140 characters with a link on the app's safe domain and one picture; all that ordinary apps
//	         are granted
//
// An account names its uid in ExternalID. Its settings:
//
//	route        article, update or share; several by commas, in their order; auto: those that Probe found granted, else share.
//	             Nothing is share
//	safe_domain  the domain bound to the app on the open platform; the link of a share must be on it
//	long_text    true: an update may have 2,000 characters, with the text of the article
//	pictures     how the cover goes with an update: upload (nothing is the same), url (Weibo fetches it) or none
//
// Its credentials: app_key and app_secret of an app of the office or of the unit's own, access_token, expires_at (milliseconds); the last
// two come from the authorisation (Begin, Return, Finish). In Remote the adapter keeps route, status, long, link, picture_id, sends, sent_at,
// looks, looked_at, accepted_at, repeated, polls, read_failures, shrunk, without_picture, article_url, object_id, article_stored,
// short_post_gone and mid; it reads rip.
//
// Weibo gives no key against sending twice, and its answers get lost. What was sent is found again on the account's own
// timeline by the link, which no other delivery has. What one call teaches about more than itself (a pause, a refused route, a token that
// has ended) is noted for all nodes, and every later call asks the notes first.
package weibo

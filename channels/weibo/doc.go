// Package weibo posts messages to Sina Weibo through 第三方分享 (statuses/share): a teaser of at most 140 characters with a
// link to our own page of the delivery and one picture. It is the only way to post that ordinary apps are granted.
//
// An account names its uid in ExternalID. Its settings:
//
//	route        "share", or nothing: the same. "update" and "article" are refused until they are written
//	safe_domain  the domain bound to the app on the open platform; the link must be on it
//
// Its credentials: app_key, app_secret, access_token, expires_at (milliseconds). In Remote the adapter keeps status,
// link, picture_id, sends, sent_at, looks, looked_at, accepted_at, polls, limited, read_failures and mid.
//
// Weibo gives no key against sending twice, and its answers get lost. What was sent is found again on the account's own
// timeline by the link, which no other delivery has.
package weibo

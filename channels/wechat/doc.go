// Package wechat publishes to WeChat Official Accounts: pictures and cover are uploaded, a draft is made, the draft is
// published without notification (freepublish) or, when a person has decided so, sent to all followers, and the outcome is
// learnt from a callback or polled. It takes articles down, reads what an account posted, its statistics and its comments,
// and says how the account stands.
//
// The SDK silenceper/wechat v2 lends its structures; the calls are our own, because the SDK's take no context, drop ids
// and print tokens in their errors. What the platform's codes mean is data: errors_table.go.
//
// # What an account needs
//
// Settings {"app_id": "wx…"} or the app id as the account's external id; credentials {"app_secret": "…"}, and for callbacks
// to /callbacks/wechat/{account id} callback_token and encoding_aes_key, the console's 43 characters. Or, where the server has
// a third-party platform of WeChat's (Config.Component), its administrator scans a code: Begin, Return and Finish; then the
// credentials name the platform, the refresh token lies sealed in wechat_grants, and callbacks come to ReceiveFor. Everything
// else works alike, for both ways end in one token (fetcher). More settings:
//
//	publish_mode    publish (default), draft_only or mass_send; one that is not known counts as draft_only
//	mass_limit      mass sendings in a day, or of a service account in a month, where WeChat allows another number
//	comments        open, fans, or none: who may comment
//	verified_until  YYYY-MM-DD, the last day of the certification, where WeChat does not say
//
// # What the adapter keeps in Remote
//
//	draft_begun_at   when draft/add was first asked for: from then on a draft of ours may exist
//	media_id         the draft
//	content_sha256   of the HTML sent
//	publish_id       of the publish job, as text
//	msg_data_id      as text; comments and statistics go by it
//	submitted_at     when the publish job was taken
//	polls            how often its outcome was asked for
//	article_id, url  the published article; published_at when the list of articles named it
//	absences         how often Find has reported that a submit had no effect
//	too_often        how often in a row submit was refused as too frequent
//	mode             publish, draft_only or mass_send: how this delivery went out
//	msg_id           of a mass sending; mass_begun_at when it was first asked for, mass_asked_at last, mass_round which it is
//	article_index    which article of its message is the delivery's, from 1, where the list of articles told
//	recreated        the draft was made anew, because a person had it open in the console
//	rid              WeChat's id of the last call that went wrong; WeChat answers for it for seven days
package wechat

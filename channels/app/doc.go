// Package app sends messages to the back end of a unit's own app: one signed webhook for each event (Standard Webhooks
// 1.0.0), with the article as a JSON Feed 1.1 item. What a back end has to do is little: verify the signature, remember
// webhook-id, answer.
//
// An account's settings:
//
//	endpoint  where events are posted to, https (http inside networks listed by the operator)
//	pull      true without an endpoint: the app cannot be reached and reads our feed, which is then all there is
//	feed_networks  networks (CIDR, by commas) that may read the feed without a token
//	thin      true leaves the text out; the app reads it under content.url
//	feed_url  the app's own JSON Feed, read to learn what became of an article it took for later; may be empty
//
// Its credentials: secret and, while keys are changed, previous_secret, "whsec_" with at least 24 bytes each; and
// callback_secret, with which the app signs what it sends to us; feed_token, with which it reads our feed. In Remote the adapter keeps
// webhook_id, event_at, remote_id, lost_since and taken_at; it reads reason_code and urgent for a retraction.
package app

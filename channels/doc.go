// Package channels is the way out and back: it keeps deliveries, each one frozen message to one account, walks them
// through their states so that a platform is asked to publish at most once whatever crashes, and records what came of it.
// The adapters below it (wechat, weibo, app, manual) know the platforms; they implement Channel and are handed in by
// server/main.go. The package receives messages and never asks about articles.
package channels

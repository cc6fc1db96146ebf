package articles

import "govmedia/fault"

// ErrNotPublished is for an article of which nothing is public, so that there is nothing to correct.
var ErrNotPublished = fault.Define("article.not_published", fault.Conflict, "这篇稿件没有已发布的渠道，不需要更正。没有发出的请撤销排期后修改。")

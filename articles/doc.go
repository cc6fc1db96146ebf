// Package articles holds the text: what an editor writes, the frozen revisions, the checks and signatures on them, and
// the pictures they show. It decides what an article may contain (Clean), reads it back as words (PlainText), takes in
// files (FromText) and pictures (AddPicture). How a revision reaches an account is left to package channels, which
// receives a frozen message and never asks back.
package articles

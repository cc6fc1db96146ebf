package app

import (
	"crypto/rand"
	"maps"

	"govmedia/accounts"
)

// Rotate returns credentials with a new signing secret; the present one stays valid beside it, and everything is signed with both, until
// Settle. A change that was not settled is begun anew: the receiver may know the previous secret and not the one it was to get, so that is
// the one that stays. The first secret of an account has none beside it.
func Rotate(credentials accounts.Credentials) accounts.Credentials {
	fresh := maps.Clone(credentials)
	if fresh == nil {
		fresh = accounts.Credentials{}
	}
	if fresh["previous_secret"] == "" && fresh["secret"] != "" {
		fresh["previous_secret"] = fresh["secret"]
	}
	fresh["secret"] = NewSecret()
	if fresh["callback_secret"] == "" {
		fresh["callback_secret"] = NewSecret()
	}
	if fresh["feed_token"] == "" {
		fresh["feed_token"] = rand.Text() + rand.Text()
	}
	return fresh
}

// Settle returns credentials with the new secret alone: the receiver has it.
func Settle(credentials accounts.Credentials) accounts.Credentials {
	settled := maps.Clone(credentials)
	delete(settled, "previous_secret")
	return settled
}

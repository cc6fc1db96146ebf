// Package egress is the way out to addresses that people typed in: app endpoints, feeds, pictures of imported pages. It
// decides where such a request may go. The decision falls when the connection is made, after the name was resolved, so a
// name that changes its address between check and use gains nothing; CheckURL only says the same earlier and in words.
// The fixed hosts of the platforms do not come this way.
package egress

// Package units knows who: the unit tree with the rulebook each office works under, the people and the roles they hold
// at units, what each role may do, how somebody signs in, and the audit chain that keeps what they did. It knows nothing
// of accounts, articles or deliveries; those packages ask it who is acting and what that person reaches.
package units

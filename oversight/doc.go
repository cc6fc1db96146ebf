// Package oversight looks after what is owed besides updates: matters that an event set going and that must be done, or must
// stand, for a time; acts that a day, a quarter or a year asks for; the duty roster; the age of passwords; and the reminders
// that go out before a time runs out. Every limit it counts is a row of clocks; what a limit is, rules knows.
package oversight

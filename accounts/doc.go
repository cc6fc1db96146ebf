// Package accounts is the register: official accounts on every platform with their sealed credentials, the columns of
// websites, the posts seen on either, and the update clocks those posts restart. It leaves to channels how a post gets
// out, and to rules what a limit is.
package accounts

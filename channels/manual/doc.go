// Package manual serves the platforms that have no interface for articles, and every account whose articles a person
// posts: it cuts a message into a package that can be copied into the platform's editor, with its pictures as files and
// a list of what to do, and looks at the address the person brings back. It calls nobody.
package manual

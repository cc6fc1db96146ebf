// Package page reads pages of government websites from outside: the meta tags they must carry (国办发〔2017〕47号), the time
// of an article by a ladder of evidence, the links of a list, a sitemap. It is a leaf: it is handed bytes and fetches
// nothing, and what the findings mean is its caller's business. What it is handed is hostile until shown otherwise.
package page

// Package picture turns an uploaded file into a picture that is safe to store and to send: the bytes are sniffed, decoded
// and encoded anew, so that nothing but pixels survives, and shrunk to what a channel takes. It is a leaf below channels,
// because articles (at upload) and the adapters (at delivery) both need it and imports run articles → channels only.
package picture

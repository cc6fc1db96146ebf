// Package files keeps the bytes of uploaded files: pictures of articles, scans of approvals, workbooks. Store holds them
// under their hash, in a folder or in a bucket; Sniff says what an upload is and refuses what nobody should open.
package files

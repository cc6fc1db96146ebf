package app

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers and the scheme of Standard Webhooks 1.0.0.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
	secretPrefix    = "whsec_"
	minSecret       = 24 // bytes
	tolerance       = 5 * time.Minute
)

// NewSecret returns a new signing secret of 32 random bytes, "whsec_…".
func NewSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails since Go 1.24
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// CheckSecret says whether a secret may be used. It fails with ErrSecret.
func CheckSecret(secret string) error {
	_, err := readSecret(secret)
	return err
}

func readSecret(secret string) ([]byte, error) {
	encoded, marked := strings.CutPrefix(secret, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !marked || err != nil || len(key) < minSecret {
		return nil, ErrSecret // the decoder's words would repeat part of the secret
	}
	return key, nil
}

// Sign writes the three headers of an event sent at a time. During a change of keys it signs with each secret, so the
// receiver may know either. Empty secrets are left out; it fails with ErrSecret when one is malformed or none is left.
// id and the time are signed too, so id must not hold a dot.
func Sign(header http.Header, id string, at time.Time, body []byte, secrets ...string) error {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	var signatures []string
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		key, err := readSecret(secret)
		if err != nil {
			return err
		}
		signatures = append(signatures, "v1,"+signature(key, id, timestamp, body))
	}
	if len(signatures) == 0 || strings.Contains(id, ".") {
		return ErrSecret
	}
	header.Set(headerID, id)
	header.Set(headerTimestamp, timestamp)
	header.Set(headerSignature, strings.Join(signatures, " "))
	return nil
}

func signature(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Verify checks the headers of an event received at a time against one of the secrets; ErrSignature when none fits or
// the event is more than five minutes off.
func Verify(header http.Header, body []byte, now time.Time, secrets ...string) error {
	id, timestamp := header.Get(headerID), header.Get(headerTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return ErrSignature
	}
	for _, secret := range secrets {
		key, err := readSecret(secret)
		if err != nil {
			continue
		}
		want := signature(key, id, timestamp, body)
		for given := range strings.FieldsSeq(header.Get(headerSignature)) {
			if hmac.Equal([]byte(given), []byte("v1,"+want)) {
				return nil
			}
		}
	}
	return ErrSignature
}

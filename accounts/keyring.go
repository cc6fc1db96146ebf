package accounts

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// keyBytes is the length of a key: AES-256.
const keyBytes = 32

// keyIDForm is what an id of a key looks like; the column that keeps it holds 32 characters.
var keyIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`)

// Keyring seals what must not stand in the database in clear, with AES-256-GCM. The first key seals; the others only open
// what they once sealed, so a key is changed by putting a new one in front and running Reseal. It is safe to share.
type Keyring struct {
	first string
	keys  map[string]cipher.AEAD
}

// ParseKeyring reads keys in the form id:base64 (32 bytes each), separated by commas, spaces or new lines; the first one
// seals. Error: ErrKeyringInvalid, which never quotes a key.
func ParseKeyring(text string) (*Keyring, error) {
	ring := &Keyring{keys: map[string]cipher.AEAD{}}
	entries := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
	if len(entries) == 0 {
		return nil, ErrKeyringInvalid.Because(errors.New("no key"))
	}
	for i, entry := range entries {
		id, encoded, _ := strings.Cut(entry, ":")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil || len(key) != keyBytes || !keyIDForm.MatchString(id) || ring.keys[id] != nil {
			return nil, ErrKeyringInvalid.Because(fmt.Errorf("key %d is malformed, or its id stands twice", i+1))
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("accounts: make a cipher: %w", err)
		}
		if ring.keys[id], err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("accounts: make a cipher: %w", err)
		}
		if i == 0 {
			ring.first = id
		}
	}
	return ring, nil
}

// LoadOrCreateKeyring reads the keys of a file, and on the first start makes the file with one new key, readable by its
// owner alone. Of several processes that start at once, one makes the file and all read it.
func LoadOrCreateKeyring(path string) (*Keyring, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, fs.ErrNotExist) {
		if err = createKeyFile(path); err == nil {
			text, err = os.ReadFile(path) //nolint:gosec // the same file
		}
	}
	if err != nil {
		return nil, fmt.Errorf("accounts: read the key file %s: %w", path, err)
	}
	return ParseKeyring(string(text))
}

// createKeyFile writes the key beside and links it to its name, so that nobody ever reads half a file. A file that is
// there by now stays.
func createKeyFile(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(dir, ".seal-*") // made with 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(draft.Name()) }()
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails since Go 1.24
	_, err = fmt.Fprintf(draft, "k1:%s\n", base64.StdEncoding.EncodeToString(key))
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Seal encrypts a text for one place, which context names: the purpose and the id of the row. A sealed text that is moved
// to another row, or used for another purpose, does not open there. keyID goes on the row beside it.
func (k *Keyring) Seal(plain []byte, context string) (text, keyID string, err error) {
	aead := k.keys[k.first]
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	sealed := aead.Seal(nonce, nonce, plain, bound(k.first, context))
	return base64.StdEncoding.EncodeToString(sealed), k.first, nil
}

// Open decrypts what Seal made for the same context. Errors: ErrKeyUnknown when the key is not in the ring, ErrSealBroken
// when the text was changed or belongs somewhere else.
func (k *Keyring) Open(text, keyID, context string) ([]byte, error) {
	aead := k.keys[keyID]
	if aead == nil {
		return nil, ErrKeyUnknown.Because(fmt.Errorf("no key %q in the ring", keyID))
	}
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sealed) < aead.NonceSize() {
		return nil, ErrSealBroken.Because(errors.New("not a sealed text"))
	}
	plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], bound(keyID, context))
	if err != nil {
		return nil, ErrSealBroken.Because(err)
	}
	return plain, nil
}

// Current is the id of the key that seals.
func (k *Keyring) Current() string { return k.first }

// bound is what a sealed text is tied to. The lengths keep two pairs from sharing a form.
func bound(keyID, context string) []byte {
	return slices.Concat([]byte("govmedia-seal-1"), fmt.Appendf(nil, "%d:%s%d:%s", len(keyID), keyID, len(context), context))
}

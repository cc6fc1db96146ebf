package accounts_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"govmedia/accounts"
	"govmedia/fault"
)

func TestSealedTextOpensOnlyInItsPlace(t *testing.T) {
	ring := keyring(t, "k1")
	text, key, err := ring.Seal([]byte("不可外泄"), "accounts.credentials:a")
	if err != nil || key != "k1" {
		t.Fatalf("Seal = %q, %v", key, err)
	}
	if strings.Contains(text, base64.StdEncoding.EncodeToString([]byte("不可外泄"))[:8]) {
		t.Errorf("the sealed text %q shows the plain one", text)
	}
	if plain, err := ring.Open(text, key, "accounts.credentials:a"); err != nil || string(plain) != "不可外泄" {
		t.Errorf("Open = %q, %v, want the plain text", plain, err)
	}
	_, err = ring.Open(text, key, "accounts.credentials:b")
	refused(t, "Open for another row", err, accounts.ErrSealBroken)
	_, err = ring.Open(text, "k9", "accounts.credentials:a")
	refused(t, "Open with an unknown key", err, accounts.ErrKeyUnknown)
	for name, bad := range map[string]string{"empty": "", "not base64": "!!", "short": "AAAA", "changed": "A" + text[1:len(text)-8] + "AAAAAAAA"} {
		_, err := ring.Open(bad, key, "accounts.credentials:a")
		refused(t, "Open of a text that is "+name, err, accounts.ErrSealBroken)
	}
	again, _, err := ring.Seal([]byte("不可外泄"), "accounts.credentials:a")
	if err != nil || again == text {
		t.Errorf("sealing twice gave the same text")
	}
}

func TestKeysRotate(t *testing.T) {
	old := keyring(t, "k1")
	text, key, err := old.Seal([]byte("x"), "c")
	if err != nil {
		t.Fatal(err)
	}
	both := keyring(t, "k2", "k1")
	if both.Current() != "k2" {
		t.Errorf("Current() = %s, want the first", both.Current())
	}
	if _, err := both.Open(text, key, "c"); err != nil {
		t.Errorf("Open with the old key behind the new one: %v", err)
	}
	if _, sealedWith, _ := both.Seal([]byte("x"), "c"); sealedWith != "k2" {
		t.Errorf("Seal used %s, want the first", sealedWith)
	}
}

func TestMalformedKeysAreRefusedWithoutBeingQuoted(t *testing.T) {
	good := base64.StdEncoding.EncodeToString(make([]byte, 32))
	for name, text := range map[string]string{
		"nothing": " \n", "no id": good, "empty id": ":" + good, "short": "k1:c2hvcnQ=", "not base64": "k1:" + strings.Repeat("秘", 16),
		"twice": "k1:" + good + ",k1:" + good, "long id": strings.Repeat("k", 33) + ":" + good,
	} {
		_, err := accounts.ParseKeyring(text)
		refused(t, "ParseKeyring: "+name, err, accounts.ErrKeyringInvalid)
		if f := fault.As(err); f != nil && (strings.Contains(f.Error(), "c2hvcnQ=") || strings.Contains(f.Error(), good)) {
			t.Errorf("%s: the error quotes the key: %v", name, err)
		}
	}
}

func TestKeyFileIsMadeOnceAndForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "seal.key")
	rings := make([]*accounts.Keyring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			var err error
			if rings[i], err = accounts.LoadOrCreateKeyring(path); err != nil {
				t.Errorf("LoadOrCreateKeyring: %v", err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	text, key, err := rings[0].Seal([]byte("x"), "c")
	if err != nil {
		t.Fatal(err)
	}
	for i, ring := range rings {
		if _, err := ring.Open(text, key, "c"); err != nil {
			t.Errorf("process %d holds another key: %v", i, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v, want 0600", info.Mode().Perm(), err)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files beside the key, %v, want the key alone", len(entries)-1, err)
	}
	if err := os.WriteFile(path, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = accounts.LoadOrCreateKeyring(path)
	refused(t, "LoadOrCreateKeyring of a broken file", err, accounts.ErrKeyringInvalid)
}

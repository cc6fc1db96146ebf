package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"govmedia/accounts"
	"govmedia/units"
)

// sealKeys returns the keys that seal credentials. Without a setting, a key is made once and kept in DATA/seal.key.
func sealKeys(config Config) (*accounts.Keyring, error) {
	if config.SealKeys != "" {
		return accounts.ParseKeyring(config.SealKeys)
	}
	return accounts.LoadOrCreateKeyring(sealKeyFile(config))
}

// sealKeyFile is where the keys that seal are kept without a setting.
func sealKeyFile(config Config) string { return filepath.Join(config.Data, "seal.key") }

// tokenKeys returns the keys that sign access tokens. Without a setting, a key is made once and kept in DATA/token.key.
func tokenKeys(config Config) (units.Keys, error) {
	text := config.TokenKeys
	if text == "" {
		var err error
		if text, err = loadOrCreate(filepath.Join(config.Data, "token.key")); err != nil {
			return units.Keys{}, err
		}
	}
	signing, secrets := "", map[string][]byte{}
	for _, entry := range strings.Split(strings.TrimSpace(text), ",") {
		id, encoded, ok := strings.Cut(entry, ":")
		secret, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil {
			return units.Keys{}, fmt.Errorf("read the token keys: want id:base64, separated by commas")
		}
		if signing == "" {
			signing = id // the first signs, the others are only accepted
		}
		secrets[id] = secret
	}
	return units.NewKeys(signing, secrets)
}

// loadOrCreate returns the content of a key file, made on first use.
func loadOrCreate(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the operator's own folder
	if err == nil {
		return string(content), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the token key: %w", err)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails since Go 1.24
	text := "k1:" + base64.StdEncoding.EncodeToString(secret)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("keep the token key: %w", err)
	}
	return text, nil
}

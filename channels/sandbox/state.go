package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// state is everything the platforms remember. Its JSON form is the dump and the answer of GET /_sim/state.
type state struct {
	Seq         int64                     `json:"seq"`
	ClockOffset time.Duration             `json:"clock_offset"`
	ClockFrozen time.Time                 `json:"clock_frozen"`
	Settings    Settings                  `json:"settings"`
	WeChat      map[string]*wechatAccount `json:"wechat"`
	Components  map[string]*wxComponent   `json:"components,omitempty"` // third-party platforms of WeChat's, by appid
	Weibo       weiboState                `json:"weibo"`
	Apps        map[string]*appBackend    `json:"apps"`
	Portals     map[string]*Portal        `json:"portals,omitempty"`
	Pictures    map[string]*picture       `json:"pictures"`
}

func newState() *state {
	return &state{
		WeChat:   map[string]*wechatAccount{},
		Weibo:    newWeiboState(),
		Apps:     map[string]*appBackend{},
		Portals:  map[string]*Portal{},
		Pictures: map[string]*picture{},
	}
}

// store keeps the dump and the picture bytes: in a folder, or in memory when there is none.
type store struct {
	dir  string
	log  *slog.Logger
	mu   sync.Mutex
	turn sync.Mutex        // held while a dump is made and written, so an older one never overwrites a newer
	blob map[string][]byte // sha256 → bytes; only without a folder
	due  *time.Timer       // a save is coming; nil when none is
	took time.Duration     // how long the last save took
}

// openStore makes the folder. dir "" keeps all in memory.
func openStore(dir string, log *slog.Logger) (*store, error) {
	st := &store{dir: dir, log: log, blob: map[string][]byte{}}
	if dir == "" {
		return st, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "pictures"), 0o700); err != nil {
		return nil, fmt.Errorf("sandbox: data folder: %w", err)
	}
	return st, nil
}

// load reads the dump into into; a missing dump leaves it as it is.
func (st *store) load(into *state) error {
	if st.dir == "" {
		return nil
	}
	data, err := os.ReadFile(st.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sandbox: read dump: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("sandbox: dump %s is damaged: %w", filepath.Base(st.file()), err)
	}
	return nil
}

func (st *store) file() string { return filepath.Join(st.dir, "sandbox.json") }

// save has dump written soon: changes that come together are written together.
func (st *store) save(dump func() []byte) {
	if st.dir == "" {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.due != nil {
		return
	}
	st.due = time.AfterFunc(max(200*time.Millisecond, 10*st.took), func() {
		if err := st.flush(dump); err != nil {
			st.log.Error("sandbox: state not saved", "error", err)
		}
	})
}

// flush writes the dump now, through a second file so that a crash leaves the old or the new one.
func (st *store) flush(dump func() []byte) error {
	if st.dir == "" {
		return nil
	}
	st.turn.Lock()
	defer st.turn.Unlock()
	st.mu.Lock()
	if st.due != nil {
		st.due.Stop()
		st.due = nil
	}
	st.mu.Unlock()
	begin := time.Now()
	data := dump()
	if err := os.WriteFile(st.file()+".new", data, 0o600); err != nil {
		return fmt.Errorf("sandbox: save: %w", err)
	}
	if err := os.Rename(st.file()+".new", st.file()); err != nil {
		return fmt.Errorf("sandbox: save: %w", err)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.took = time.Since(begin)
	return nil
}

// keep stores picture bytes and returns their sha256.
func (st *store) keep(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	key := hex.EncodeToString(sum[:])
	if st.dir == "" {
		st.mu.Lock()
		defer st.mu.Unlock()
		st.blob[key] = data
		return key, nil
	}
	path := filepath.Join(st.dir, "pictures", key)
	if _, err := os.Stat(path); err == nil {
		return key, nil
	}
	if err := os.WriteFile(path+".new", data, 0o600); err != nil {
		return "", fmt.Errorf("sandbox: keep picture: %w", err)
	}
	return key, os.Rename(path+".new", path)
}

// bytes returns the picture bytes kept under key, nil when there are none.
func (st *store) bytes(key string) []byte {
	if st.dir == "" {
		st.mu.Lock()
		defer st.mu.Unlock()
		return st.blob[key]
	}
	data, err := os.ReadFile(filepath.Join(st.dir, "pictures", filepath.Base(key)))
	if err != nil {
		return nil
	}
	return data
}

// dump is the state as JSON.
func (s *Sandbox) dump() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.ClockOffset, s.state.ClockFrozen = s.clock.saved()
	return encode(s.state)
}

// changed has the state saved soon.
func (s *Sandbox) changed() { s.store.save(s.dump) }

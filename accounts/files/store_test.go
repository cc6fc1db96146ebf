package files_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"govmedia/accounts/files"
)

func keyOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// stores runs a test on every implementation.
func stores(t *testing.T, test func(t *testing.T, store files.Store)) {
	t.Run("folder", func(t *testing.T) {
		folder, err := files.OpenFolder(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = folder.Close() }()
		test(t, folder)
	})
	t.Run("s3", func(t *testing.T) { test(t, openS3(t, newFakeS3(t))) })
}

func TestStoreGivesBackWhatWasPut(t *testing.T) {
	stores(t, func(t *testing.T, store files.Store) {
		ctx := t.Context()
		content := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("x"), 100_000)...)
		key := keyOf(content)
		for range 2 { // the second time it is there already
			if err := store.Put(ctx, key, bytes.NewReader(content), int64(len(content)), "image/png"); err != nil {
				t.Fatalf("Put = %v", err)
			}
		}
		r, info, err := store.Open(ctx, key)
		if err != nil {
			t.Fatalf("Open = %v", err)
		}
		got, err := io.ReadAll(r)
		if err != nil || r.Close() != nil || !bytes.Equal(got, content) {
			t.Errorf("Open gave %d bytes, %v; want the %d put", len(got), err, len(content))
		}
		stat, err := store.Stat(ctx, key)
		if err != nil || stat != info || info.Size != int64(len(content)) || info.MIME != "image/png" || info.Key != key || time.Since(info.StoredAt) > time.Hour {
			t.Errorf("Stat = %+v, %v, Open said %+v; want %d bytes of image/png", stat, err, info, len(content))
		}
		for range 2 { // deleting twice is no error
			if err := store.Delete(ctx, key); err != nil {
				t.Errorf("Delete = %v", err)
			}
		}
		if _, _, err := store.Open(ctx, key); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("Open after Delete = %v, want media.not_found", err)
		}
		if _, err := store.Stat(ctx, key); !errors.Is(err, files.ErrNotFound) {
			t.Errorf("Stat after Delete = %v, want media.not_found", err)
		}
	})
}

func TestStoreRefusesContentThatIsNotItsKey(t *testing.T) {
	content := []byte("the content")
	key := keyOf(content)
	for _, tt := range []struct {
		name    string
		content io.ReaderAt
		size    int64
	}{
		{"other content", strings.NewReader("THE CONTENT"), 11},
		{"too short", strings.NewReader("the"), 11},
		{"too long", strings.NewReader("the content and more"), 11},
		{"wrong size", strings.NewReader("the content"), 5},
		{"reader fails", failing{}, 11},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stores(t, func(t *testing.T, store files.Store) {
				if err := store.Put(t.Context(), key, tt.content, tt.size, "image/png"); err == nil {
					t.Error("Put = nil, want an error")
				}
				if _, err := store.Stat(t.Context(), key); !errors.Is(err, files.ErrNotFound) {
					t.Errorf("Stat = %v, want media.not_found: nothing may be left", err)
				}
			})
		})
	}
}

type failing struct{}

func (failing) ReadAt(p []byte, _ int64) (int, error) {
	return copy(p, "the"), errors.New("the disk is gone")
}

// pages is content of so many bytes that stands nowhere.
type pages int64

func (size pages) ReadAt(p []byte, offset int64) (int, error) {
	n := int(max(0, min(int64(len(p)), int64(size)-offset)))
	for i := range n {
		p[i] = byte((offset + int64(i)) >> 12)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// A file of 200 MB goes to the bucket piece by piece, and once more from its beginning where the server was busy.
func TestALargeFileIsNeverInMemory(t *testing.T) {
	const size = 200 << 20
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(pages(size), 0, size)); err != nil {
		t.Fatal(err)
	}
	key := hex.EncodeToString(hash.Sum(nil))
	var puts int
	var got, length string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if puts++; puts == 1 {
			_, _ = io.CopyN(io.Discard, r.Body, 1<<20)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		sum := sha256.New()
		if err := decodeChunks(r, sum); err != nil {
			t.Errorf("the body: %v", err)
		}
		got, length = hex.EncodeToString(sum.Sum(nil)), r.Header.Get("X-Amz-Decoded-Content-Length")
		w.Header().Set("ETag", `"e"`)
	}))
	defer server.Close()
	store := openS3(t, &fakeS3{server: server})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := store.Put(t.Context(), key, pages(size), size, "application/pdf"); err != nil {
		t.Fatalf("Put = %v", err)
	}
	runtime.ReadMemStats(&after)
	if puts != 2 || got != key || length != strconv.Itoa(size) {
		t.Errorf("%d requests, the last with %s bytes of %s; want 2, %d of %s", puts, length, got, size, key)
	}
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > size/8 {
		t.Errorf("putting %d MB allocated %d MB in all", size>>20, allocated>>20)
	}
}

func TestStoreTakesNoPathForAKey(t *testing.T) {
	hash := keyOf(nil)
	stores(t, func(t *testing.T, store files.Store) {
		for _, key := range []string{"", "..", "../../etc/passwd", "/etc/passwd", hash[:63], hash + "0", strings.ToUpper(hash), hash[:62] + "/.", "..%2f" + hash[5:], hash[:63] + "\n", hash[:63] + "\x00"} {
			if err := store.Put(t.Context(), key, strings.NewReader(""), 0, "image/png"); !errors.Is(err, files.ErrNotFound) {
				t.Errorf("Put(%q) = %v, want media.not_found", key, err)
			}
			if _, _, err := store.Open(t.Context(), key); !errors.Is(err, files.ErrNotFound) {
				t.Errorf("Open(%q) = %v, want media.not_found", key, err)
			}
			if _, err := store.Stat(t.Context(), key); !errors.Is(err, files.ErrNotFound) {
				t.Errorf("Stat(%q) = %v, want media.not_found", key, err)
			}
			if err := store.Delete(t.Context(), key); !errors.Is(err, files.ErrNotFound) {
				t.Errorf("Delete(%q) = %v, want media.not_found", key, err)
			}
		}
	})
}

func TestFolderLeadsNowhereElse(t *testing.T) {
	dir, outside, key := t.TempDir(), t.TempDir(), keyOf([]byte("secret"))
	if err := os.MkdirAll(filepath.Join(outside, key[2:4]), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(outside, key[2:4], key), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, key[:2])); err != nil {
		t.Fatal(err)
	}
	folder, err := files.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = folder.Close() }()
	if r, _, err := folder.Open(t.Context(), key); err == nil {
		_ = r.Close()
		t.Error("Open followed a symbolic link out of the folder")
	}
}

// A person whose upload meets a disk that is gone is not told that the file was not found.
func TestAFolderThatIsGoneTakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	folder, err := files.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = folder.Close() }()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	content := []byte("附件")
	if err := folder.Put(t.Context(), keyOf(content), bytes.NewReader(content), int64(len(content)), ""); !errors.Is(err, files.ErrStoreUnavailable) {
		t.Errorf("Put = %v, want %v", err, files.ErrStoreUnavailable)
	}
}

func TestFolderSweepsWhatACrashLeft(t *testing.T) {
	dir := t.TempDir()
	old, young := filepath.Join(dir, keyOf(nil)+".1.part"), filepath.Join(dir, keyOf(nil)+".2.part")
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	folder, err := files.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = folder.Close() }()
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old part is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young part, perhaps being written, is gone: %v", err)
	}
}

func TestStoreServesManyWritersOfOneKey(t *testing.T) {
	content := bytes.Repeat([]byte("y"), 50_000)
	stores(t, func(t *testing.T, store files.Store) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := store.Put(t.Context(), keyOf(content), bytes.NewReader(content), int64(len(content)), "image/png"); err != nil {
					t.Errorf("Put = %v", err)
				}
			})
		}
		wg.Wait()
		if info, err := store.Stat(t.Context(), keyOf(content)); err != nil || info.Size != int64(len(content)) {
			t.Errorf("Stat = %+v, %v; want %d bytes", info, err, len(content))
		}
	})
}

func TestS3AnswersGetTheirFaults(t *testing.T) {
	content := []byte("x")
	for _, tt := range []struct {
		status int
		code   string
		want   error
	}{
		{http.StatusInsufficientStorage, "XMinioStorageFull", files.ErrDiskFull},
		{http.StatusForbidden, "QuotaExceeded", files.ErrDiskFull},
		{http.StatusForbidden, "AccessDenied", files.ErrStoreUnavailable},
		{http.StatusNotFound, "NoSuchBucket", files.ErrStoreUnavailable},
		{http.StatusOK, "NotS3AtAll", files.ErrStoreUnavailable},
	} {
		fake := newFakeS3(t)
		fake.fail(http.MethodPut, tt.status, tt.code)
		err := openS3(t, fake).Put(t.Context(), keyOf(content), bytes.NewReader(content), 1, "image/png")
		if !errors.Is(err, tt.want) {
			t.Errorf("Put answered %d %s = %v, want %v", tt.status, tt.code, err, tt.want)
		}
	}
	fake := newFakeS3(t)
	store := openS3(t, fake)
	fake.server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := store.Stat(ctx, keyOf(content)); !errors.Is(err, files.ErrStoreUnavailable) {
		t.Errorf("Stat of a server that is away = %v, want media.store_unavailable", err)
	}
}

func TestOpenS3RefusesSettingsThatCannotBeRight(t *testing.T) {
	for _, s := range []files.S3Settings{{Endpoint: "127.0.0.1:1"}, {Bucket: "b", Endpoint: "http://with-scheme/path"}, {Bucket: "b"}} {
		if _, err := files.OpenS3(s); err == nil {
			t.Errorf("OpenS3(%+v) = nil, want an error", s)
		}
	}
}

// fakeS3 speaks as much of the S3 protocol as a store needs.
type fakeS3 struct {
	server  *httptest.Server
	mu      sync.Mutex
	objects map[string]fakeObject
	method  string // answered with status and code
	status  int
	code    string
}

type fakeObject struct {
	content []byte
	mime    string
	at      time.Time
}

func newFakeS3(t *testing.T) *fakeS3 {
	f := &fakeS3{objects: map[string]fakeObject{}}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	return f
}

func openS3(t *testing.T, f *fakeS3) *files.S3 {
	t.Helper()
	store, err := files.OpenS3(files.S3Settings{Endpoint: f.server.Listener.Addr().String(), Region: "us-east-1", Bucket: "media",
		Prefix: "pictures/", AccessKey: "test-access", SecretKey: "test-secret", Insecure: true, PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func (f *fakeS3) fail(method string, status int, code string) {
	f.method, f.status, f.code = method, status, code
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=test-access/") {
		f.refuse(w, http.StatusForbidden, "AccessDenied")
		return
	}
	if r.Method == f.method {
		f.refuse(w, f.status, f.code)
		return
	}
	object, found := f.objects[r.URL.Path]
	switch r.Method {
	case http.MethodPut:
		f.put(w, r)
	case http.MethodDelete:
		delete(f.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case http.MethodGet, http.MethodHead:
		if !found {
			f.refuse(w, http.StatusNotFound, "NoSuchKey")
			return
		}
		w.Header().Set("ETag", `"`+keyOf(object.content)[:32]+`"`)
		w.Header().Set("Content-Type", object.mime)
		http.ServeContent(w, r, "", object.at, bytes.NewReader(object.content))
	}
}

func (f *fakeS3) put(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	err := decodeChunks(r, &body)
	content := body.Bytes()
	if err != nil || !strings.HasPrefix(r.URL.Path, "/media/pictures/") {
		f.refuse(w, http.StatusBadRequest, "InvalidRequest")
		return
	}
	f.objects[r.URL.Path] = fakeObject{content, r.Header.Get("Content-Type"), time.Now()}
	w.Header().Set("ETag", `"`+keyOf(content)[:32]+`"`)
}

func (f *fakeS3) refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: code, Message: code})
}

// decodeChunks takes off the aws-chunked coding of a body sent over plain HTTP.
func decodeChunks(r *http.Request, w io.Writer) error {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		_, err := io.Copy(w, r.Body)
		return err
	}
	piece := make([]byte, 32<<10)
	for in := bufio.NewReader(r.Body); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseInt(strings.TrimSpace(size), 16, 32)
		if err != nil {
			return fmt.Errorf("chunk %q: %w", line, err)
		}
		if n == 0 {
			return nil
		}
		if copied, err := io.CopyBuffer(w, io.LimitReader(in, n), piece); err != nil || copied < n {
			return errors.Join(err, io.ErrUnexpectedEOF)
		}
		if _, err := in.Discard(len("\r\n")); err != nil {
			return err
		}
	}
}

package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Settings says where a bucket is. Alibaba's OSS, Tencent's COS, Huawei's OBS and MinIO all speak the protocol.
type S3Settings struct {
	Endpoint  string // host or host:port, without scheme
	Region    string // empty to ask the server
	Bucket    string // must exist
	Prefix    string // put before every key, "pictures/" for example; may be empty
	AccessKey string
	SecretKey string
	Insecure  bool // plain HTTP; for a server in the same room only
	PathStyle bool // http://host/bucket/key instead of http://bucket.host/key
}

// S3 is a Store in a bucket.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

const (
	s3Tries    = 3                // of one request; each waits longer than the one before
	s3Patience = 30 * time.Second // for the first byte of an answer
)

// OpenS3 makes the store ready without calling the server. It fails on settings that cannot be right.
func OpenS3(s S3Settings) (*S3, error) {
	if s.Bucket == "" {
		return nil, errors.New("open S3 store: no bucket is set")
	}
	transport, err := minio.DefaultTransport(!s.Insecure)
	if err != nil {
		return nil, fmt.Errorf("open S3 store: %w", err)
	}
	transport.ResponseHeaderTimeout = s3Patience
	lookup := minio.BucketLookupAuto
	if s.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(s.Endpoint, &minio.Options{
		Creds:        credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""),
		Secure:       !s.Insecure,
		Region:       s.Region,
		BucketLookup: lookup,
		Transport:    transport,
		MaxRetries:   s3Tries,
	})
	if err != nil {
		return nil, fmt.Errorf("open S3 store: %w", err)
	}
	return &S3{client: client, bucket: s.Bucket, prefix: s.Prefix}, nil
}

// Put implements Store. The content is read once to check it, and again when it is sent, once more for each try. It goes in one
// request whatever its size: one that breaks off leaves nothing in the bucket, where the parts of several would stay.
func (s *S3) Put(ctx context.Context, key string, content io.ReaderAt, size int64, mime string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if info, err := s.Stat(ctx, key); err == nil && info.Size == size {
		return nil
	} else if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := io.Copy(io.Discard, checked(content, key, size)); err != nil {
		return err
	}
	stored, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, io.NewSectionReader(content, 0, size), size,
		minio.PutObjectOptions{ContentType: mime, DisableMultipart: true})
	if err == nil && stored.ETag == "" { // S3 always names one; a captive portal or a wrong address does not
		return ErrStoreUnavailable.Because(errors.New("the answer to PUT carries no ETag: this is no S3 server"))
	}
	return s3Fault(err)
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := checkKey(key); err != nil {
		return nil, Info{}, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, Info{}, s3Fault(err)
	}
	stat, err := object.Stat() // GetObject asks nothing before the first use
	if err != nil {
		_ = object.Close()
		return nil, Info{}, s3Fault(err)
	}
	return object, s3Info(key, stat), nil
}

// Stat implements Store.
func (s *S3) Stat(ctx context.Context, key string) (Info, error) {
	if err := checkKey(key); err != nil {
		return Info{}, err
	}
	stat, err := s.client.StatObject(ctx, s.bucket, s.prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, s3Fault(err)
	}
	return s3Info(key, stat), nil
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := s3Fault(s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

func s3Info(key string, stat minio.ObjectInfo) Info {
	return Info{Key: key, Size: stat.Size, MIME: stat.ContentType, StoredAt: stat.LastModified}
}

// s3Fault gives a server's answer its sentence. A missing bucket is a wrong setting, not a missing picture.
func s3Fault(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == "NoSuchKey":
		return ErrNotFound.Because(err)
	case answer.Code == "XMinioStorageFull", answer.Code == "QuotaExceeded", answer.Code == "XMinioAdminBucketQuotaExceeded",
		answer.StatusCode == http.StatusInsufficientStorage:
		return ErrDiskFull.Because(err)
	}
	return ErrStoreUnavailable.Because(err)
}

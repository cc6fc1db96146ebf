package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"govmedia/accounts"
	"govmedia/accounts/files"
	"govmedia/rules"
	"govmedia/sql"
)

// serve runs the server until ctx ends.
func serve(ctx context.Context, p program) error {
	node, err := openNode(ctx, p.config, p.errOut)
	if err != nil {
		return err
	}
	defer node.close()
	return node.run(ctx, func(address string) { fmt.Fprintf(p.out, "govmedia listens on http://%s\n", address) })
}

// node is one running program: the database, the worker, the chores and the HTTP server around them.
type node struct {
	config Config
	log    *slog.Logger
	db     *sql.DB
	server *server
	worker *worker
	chores *chores
	hangUp func() // closes the connections to the platforms
}

// openNode makes everything ready, by hand, top to bottom. A bad rulebook, a key that does not fit or a schema of another
// version stops it with a sentence.
func openNode(ctx context.Context, config Config, logTo io.Writer) (*node, error) {
	log, err := newLogger(config.LogLevel, logTo)
	if err != nil {
		return nil, err
	}
	library, err := rules.Builtin()
	if err != nil {
		return nil, fmt.Errorf("the rulebooks cannot be used:\n%w", err)
	}
	db, err := openDatabase(ctx, config)
	if err != nil {
		return nil, err
	}
	if config.clock != nil {
		db = db.WithClock(config.clock)
	}
	n := &node{config: config, log: log, db: db}
	if err := n.assemble(library); err != nil {
		n.close()
		return nil, err
	}
	// A calendar may have come with this version: what waited for it is counted now.
	if _, err := accounts.SettlePending(ctx, db, n.server.book); err != nil {
		n.close()
		return nil, fmt.Errorf("settle the clocks that waited for a calendar: %w", err)
	}
	return n, nil
}

func (n *node) assemble(library *rules.Library) error {
	keys, err := sealKeys(n.config)
	if err != nil {
		return err
	}
	tokens, err := tokenKeys(n.config)
	if err != nil {
		return err
	}
	store, err := openStore(n.config)
	if err != nil {
		return err
	}
	book := rules.NewBook(library) // one for all: what is read of the law once is read for everybody
	out, fetcher, err := n.outside(book, keys, store)
	if err != nil {
		return err
	}
	observing, err := n.observing(out)
	if err != nil {
		return err
	}
	reminders, err := n.reminderOutside(keys)
	if err != nil {
		return err
	}
	n.worker = newWorker(n.db, out, n.log, n.config.Performers)
	n.server = newServer(server{config: n.config, log: n.log, db: n.db, book: book, library: library, keys: keys, tokens: tokens, store: store, out: out,
		fetcher: fetcher, worker: n.worker, observing: observing, reminders: reminders})
	holder := sql.NewID()
	n.chores = newChores(n.db, n.log, holder, n.choreList(holder), newChorePace(n.config.Hurry))
	return nil
}

// openDatabase opens the database. SQLite is brought to this version at start; a server is migrated by its operator, so
// that nodes of two versions never fight over it.
func openDatabase(ctx context.Context, config Config) (*sql.DB, error) {
	db, err := sql.Open(ctx, config.DSN)
	if err != nil {
		return nil, err
	}
	check := sql.CheckSchema
	if db.Dialect() == sql.SQLite {
		check = func(ctx context.Context, db *sql.DB) error { _, err := sql.Migrate(ctx, db); return err }
	}
	if err := check(ctx, db); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func openStore(config Config) (files.Store, error) {
	if config.S3Endpoint == "" {
		return files.OpenFolder(config.Data + "/media")
	}
	return files.OpenS3(files.S3Settings{Endpoint: config.S3Endpoint, Bucket: config.S3Bucket, Region: config.S3Region,
		AccessKey: config.S3AccessKey, SecretKey: config.S3SecretKey, Insecure: config.S3Insecure})
}

// How long a client may take to send its headers, and a connection may stand idle.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
)

// run listens and works until ctx ends, then stops gracefully: no new requests, no new deliveries, those under way are
// finished and saved.
func (n *node) run(ctx context.Context, ready func(address string)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", n.config.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", n.config.Listen, err)
	}
	web := &http.Server{Handler: n.server.echo, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelWarn)}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	n.worker.start()
	n.chores.start()
	ready(listener.Addr().String())
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), n.config.Stop)
	defer cancel()
	n.log.Info("stopping")
	idle := make(chan error, 2)
	go func() { idle <- n.worker.stop(stopping) }() // beside the requests: a slow one must not keep new deliveries coming
	go func() { idle <- n.chores.stop(stopping) }()
	return errors.Join(err, web.Shutdown(stopping), <-idle, <-idle)
}

func (n *node) close() {
	if n.hangUp != nil {
		n.hangUp()
	}
	if err := n.db.Close(); err != nil {
		n.log.Error("closing the database failed", "error", err.Error())
	}
}

func migrate(ctx context.Context, p program) error {
	db, err := sql.Open(ctx, p.config.DSN)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	steps, err := sql.Migrate(ctx, db)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d migrations applied\n", steps)
	return nil
}

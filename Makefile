# govmedia: make run starts it, make test proves it. See README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := build
GOLANGCI := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
# What compiles and looks through the whole program may take memory for time.
ROOMY := GOGC=400
CONSOLE_SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -type f 2>/dev/null)
GO_SOURCES := $(shell find . -name '*.go' -not -path './frontend/node_modules/*') go.mod go.sum \
	$(shell find sql/queries sql/migrations rules -type f) server/public.html

.PHONY: build run test test-go test-console test-walk bench soak soak-deliveries lint openapi clean

build: bin/govmedia

# npm runs again only when the lock file changed, vite only when the console's sources did.
frontend/node_modules/.stamp: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund $(NPM_FLAGS)
	touch $@

frontend/dist/index.html: frontend/node_modules/.stamp $(CONSOLE_SOURCES)
	cd frontend && npm run build

bin/govmedia: frontend/dist/index.html $(GO_SOURCES)
	mkdir -p bin
	$(ROOMY) go build -o $@ ./server

# The server with a demo district and the stand-in platforms, all on this machine. Data stays in ./data.
run: bin/govmedia
	./bin/govmedia demo

# The walks wait for most of their life, so they run beside the Go tests, with more patience than by themselves, and lint takes what
# those leave of the processors.
test:
	$(MAKE) -j2 test-console bin/govmedia
	$(MAKE) -j3 test-go test-walk lint NICE="nice -n 19" WALK_PATIENCE=90000

# One MariaDB for the whole run; each package makes databases of its own on it. lint has vetted. The server's tests take longest
# and wait most, so they begin first.
test-go: bin/govmedia
	./server/testdata/with-mariadb.sh go test -count=1 -vet=off -timeout 20m ./server ./...

# The console's types must be those of server/openapi.yaml, which a Go test holds against the handlers.
test-console: frontend/node_modules/.stamp
	cd frontend && npx openapi-typescript ../server/openapi.yaml --output node_modules/.schema.d.ts >/dev/null \
	  && diff -q node_modules/.schema.d.ts src/api/schema.d.ts || { echo "run make openapi and commit what changed"; exit 1; }
	cd frontend && npm run typecheck && npm run lint && npm test

# The real binary with the stand-ins, walked in a real Chromium.
test-walk: export WALK_PATIENCE ?= 30000
test-walk: bin/govmedia
	cd frontend && npm run walk

lint:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(ROOMY) $(NICE) go run $(GOLANGCI) run

# Everything, the whole country included: that alone takes half an hour and 6 GB of disk for each database. Only the country:
# make bench BENCH=National. Everything else: make bench BENCH='List|Deliveries|Start'. GOVMEDIA_BENCH_SCALE=20 for a small one.
BENCH ?= .
bench: export GOVMEDIA_MARIADB_OPTIONS = --innodb-buffer-pool-size=1G --innodb-log-file-size=512M
bench: bin/govmedia
	./server/testdata/with-mariadb.sh go test -run '^$$' -bench '$(BENCH)' -benchtime 2s -timeout 3h ./server

# 10,000 deliveries through crashes and an outage with its report, the tests of crashes over and over, the walks that CI has no
# time for, and every fuzz target for ten minutes or with a million inputs; where a server's goroutines make every other input look new,
# none is made smaller first. Not part of CI. make soak-deliveries SOAK=2000 for fewer, and only those.
soak: bin/govmedia soak-deliveries
	cd frontend && npm run walk:more
	./server/testdata/with-mariadb.sh go test -count=20 -timeout 3h -run 'Crash|Database|TwoNodes' ./server
	go test -run '^$$' -fuzz FuzzClean -fuzztime 10m ./articles
	go test -run '^$$' -fuzz FuzzFromText -fuzztime 10m ./articles
	go test -run '^$$' -fuzz FuzzProcess -fuzztime 10m ./channels/picture
	go test -run '^$$' -fuzz FuzzCallback -fuzztime 1000000x -fuzzminimizetime 1x ./channels/wechat
	go test -run '^$$' -fuzz FuzzAnswer -fuzztime 1000000x -fuzzminimizetime 1x ./channels/wechat
	go test -run '^$$' -fuzz FuzzPrepared -fuzztime 1000000x ./channels/wechat
	go test -run '^$$' -fuzz FuzzLoad -fuzztime 10m -fuzzminimizetime 1x ./rules
	go test -run '^$$' -fuzz FuzzRead -fuzztime 1000000x ./channels/dates
	go test -run '^$$' -fuzz FuzzParse -fuzztime 1000000x ./channels/feed
	go test -run '^$$' -fuzz 'FuzzParse$$' -fuzztime 1000000x ./channels/page
	go test -run '^$$' -fuzz FuzzParseSitemap -fuzztime 1000000x ./channels/page

SOAK ?= full
soak-deliveries: bin/govmedia
	GOVMEDIA_SOAK=$(SOAK) ./server/testdata/with-mariadb.sh go test -count=1 -v -timeout 4h -run TestSoak ./server

# The API's description and the console's types from it. CI fails when they are not fresh.
openapi: frontend/node_modules/.stamp
	go run ./server openapi > bin/.openapi.yaml
	mv bin/.openapi.yaml server/openapi.yaml
	cd frontend && npm run api

clean:
	rm -rf bin frontend/dist/assets frontend/dist/index.html

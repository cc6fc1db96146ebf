#!/usr/bin/env bash
# Runs a command with one private MariaDB for all of it: with-mariadb.sh COMMAND [ARG ...]
# GOVMEDIA_MARIADB_OPTIONS are more options for it. The tests find it by GOVMEDIA_TEST_MYSQL. The server and its folder are gone when the command ends.
set -euo pipefail
dir=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$dir"
}
trap cleanup EXIT
export PATH="$PATH:/usr/sbin"
user=()
[ "$(id -u)" != 0 ] || user=(--user=root)
port() { echo $(( 20000 + RANDOM % 12000 )); } # below those that the system gives to connections, which nothing listens on and yet are taken
port=$(port)
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$(port); done
mkdir "$dir/tmp" # of its own: a second server that starts would sweep the first one's temporary tables away
mariadb-install-db --no-defaults "${user[@]}" --datadir="$dir/data" --auth-root-authentication-method=normal \
  --skip-test-db --skip-name-resolve >"$dir/install.log" 2>&1 || { cat "$dir/install.log"; exit 1; }
mariadbd --no-defaults "${user[@]}" --datadir="$dir/data" --socket="$dir/s" --pid-file="$dir/pid" --tmpdir="$dir/tmp" --port="$port" --bind-address=127.0.0.1 \
  --skip-name-resolve --skip-log-bin --character-set-server=utf8mb4 --collation-server=utf8mb4_bin \
  --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --performance-schema=0 --max-connections=800 ${GOVMEDIA_MARIADB_OPTIONS:-} >"$dir/log" 2>&1 </dev/null &
server=$!
for _ in $(seq 600); do
  mariadb-admin --no-defaults --socket="$dir/s" --user=root ping >/dev/null 2>&1 && break
  kill -0 "$server" 2>/dev/null || { cat "$dir/log"; exit 1; }
  sleep 0.1
done
export GOVMEDIA_TEST_MYSQL="root@tcp(127.0.0.1:$port)/"
"$@"

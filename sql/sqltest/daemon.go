package sqltest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"govmedia/sql"
)

// daemon is a MariaDB in a folder of its own. A shell holds it: when this process ends, however it ends, the shell's input
// closes and it stops the server and removes the folder.
type daemon struct {
	dir, program, user string
	port, pid          int
	hold               io.WriteCloser // the shell's input, kept open while the server is to run
	shell              *exec.Cmd
}

// installMariaDB makes an empty database in a new folder.
func installMariaDB() (*daemon, error) {
	install, err := find("mariadb-install-db", "mysql_install_db")
	if err != nil {
		return nil, err
	}
	d := &daemon{}
	if d.program, err = find("mariadbd", "mysqld"); err != nil {
		return nil, err
	}
	if d.port, err = freePort(); err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		d.user = "--user=root"
	}
	if d.dir, err = os.MkdirTemp("", "govmedia-mariadb-"); err != nil {
		return nil, err
	}
	// A temporary folder of its own: a second server that starts would sweep the first one's temporary tables away.
	if err := os.Mkdir(filepath.Join(d.dir, "tmp"), 0o700); err != nil {
		return nil, err
	}
	args := []string{"--no-defaults", "--datadir=" + d.dir + "/data", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"}
	if d.user != "" {
		args = append(args, d.user)
	}
	if out, err := exec.Command(install, args...).CombinedOutput(); err != nil { //nolint:gosec // a program of the system
		return nil, errors.Join(fmt.Errorf("install MariaDB: %w\n%s", err, out), os.RemoveAll(d.dir))
	}
	return d, nil
}

// start runs the server with these options and waits until it answers.
func (d *daemon) start(options ...string) error {
	// $0 folder, $1 program, then its options. The word "keep" leaves the folder for another start.
	const script = `
dir="$0"
"$@" >>"$dir/log" 2>&1 </dev/null &
server=$!
echo $server
read -r word
kill $server 2>/dev/null; wait $server
[ "$word" = keep ] || rm -rf "$dir"`
	args := []string{"-c", script, d.dir, d.program, "--no-defaults"}
	if d.user != "" {
		args = append(args, d.user)
	}
	args = append(args, "--datadir="+d.dir+"/data", "--socket="+d.dir+"/s", "--pid-file="+d.dir+"/pid", "--tmpdir="+d.dir+"/tmp", fmt.Sprintf("--port=%d", d.port),
		"--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin", "--performance-schema=0")
	d.shell = exec.Command("sh", append(args, options...)...) //nolint:gosec // a program of the system
	input, err := d.shell.StdinPipe()
	if err != nil {
		return err
	}
	output, err := d.shell.StdoutPipe()
	if err != nil {
		return err
	}
	d.hold = input
	if err := d.shell.Start(); err != nil {
		return err
	}
	said, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return fmt.Errorf("start MariaDB: %w", err)
	}
	if d.pid, err = strconv.Atoi(strings.TrimSpace(said)); err != nil {
		return fmt.Errorf("start MariaDB: %w", err)
	}
	return d.ready()
}

// ready waits until the server answers.
func (d *daemon) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	for {
		err := sql.RunRaw(ctx, d.config().FormatDSN(), "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			logged, _ := os.ReadFile(filepath.Join(d.dir, "log"))
			return fmt.Errorf("MariaDB did not start: %w\n%s", err, logged)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *daemon) config() *mysql.Config {
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr = "root", "tcp", fmt.Sprintf("127.0.0.1:%d", d.port)
	return config
}

// Mortal is a MariaDB that a test may kill: one of its own, which keeps what it committed as one in an office does.
type Mortal struct {
	DSN string // of a migrated database on it

	t      testing.TB
	daemon *daemon
}

// NewMortal starts a server for one test. It is gone, folder and all, when the test ends.
func NewMortal(t testing.TB) *Mortal {
	t.Helper()
	d, err := installMariaDB()
	if err != nil {
		t.Fatalf("MariaDB is needed for this test: %v", err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(d.dir); err != nil {
			t.Logf("remove the database's folder: %v", err)
		}
	})
	m := &Mortal{t: t, daemon: d}
	t.Cleanup(m.Kill)
	m.Start()
	ctx := context.Background()
	server := &mariaServer{config: d.config()}
	if err := server.admin(ctx, "CREATE DATABASE office CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	m.DSN = "mysql:" + server.dsn("office")
	db, err := sql.Open(ctx, m.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := sql.Migrate(ctx, db); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return m
}

// Start runs the server on what it left, and waits until it answers.
func (m *Mortal) Start() {
	m.t.Helper()
	if err := m.daemon.start("--max-connections=300"); err != nil {
		m.t.Fatal(err)
	}
}

// Kill ends the server at once, with kill -9, and waits until it is gone.
func (m *Mortal) Kill() {
	d := m.daemon
	if d.pid == 0 {
		return
	}
	_ = syscall.Kill(d.pid, syscall.SIGKILL)
	d.pid = 0
	_, _ = io.WriteString(d.hold, "keep\n")
	_ = d.hold.Close()
	_ = d.shell.Wait()
}

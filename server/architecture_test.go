package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// layers lists the packages from the top to the leaves; a package may import only what stands below it. Packages below
// channels belong to the adapters and stand above channels itself.
var layers = []string{
	"server", "oversight", "articles", "channels/wechat", "channels/weibo", "channels/app", "channels/manual", "channels",
	"channels/egress", "channels/picture", "channels/feed", "channels/page", "channels/dates", "accounts", "accounts/sheet", "accounts/files", "accounts/paper", "rules", "units", "sql", "fault", "frontend",
}

// sharesNothing are packages that may import nothing of ours, so that what they stand in for is not tested with itself.
var sharesNothing = []string{"channels/sandbox"}

func TestImportsRunOneWay(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		folder, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			target, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "govmedia/")
			if !ours || strings.HasSuffix(folder, "test") { // test helpers may look both ways
				continue
			}
			seen++
			if slices.Contains(sharesNothing, folder) {
				t.Errorf("%s imports govmedia/%s; stand-ins share nothing with the program", path, target)
				continue
			}
			from, to := slices.Index(layers, folder), slices.Index(layers, target)
			if folder == "server" && slices.Contains(sharesNothing, target) {
				continue // server starts the stand-ins
			}
			if from < 0 || to < 0 {
				t.Errorf("%s imports govmedia/%s: a package is missing from the layers of this test", path, target)
			} else if to <= from {
				t.Errorf("%s imports govmedia/%s, which turns an arrow back", path, target)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("no import of our own packages was seen")
	}
}

// Only package sql may know what a database driver is.
func TestOnlySQLImportsTheDrivers(t *testing.T) {
	drivers := []string{"database/sql", "github.com/jmoiron/sqlx", "github.com/go-sql-driver/mysql", "modernc.org/sqlite"}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.Contains(path, "node_modules") {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		if strings.HasPrefix(folder, "../sql") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			if slices.Contains(drivers, strings.Trim(spec.Path.Value, `"`)) {
				t.Errorf("%s imports %s", path, spec.Path.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// No container can run where the tests run, so what the compose file and the Dockerfile say is held against the program.
func TestComposeFileAndDockerfileFitTheProgram(t *testing.T) {
	raw, err := os.ReadFile("../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Image       string
			Build       string
			Command     any
			Environment map[string]string
			StopGrace   string                                `yaml:"stop_grace_period"`
			DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
			Healthcheck struct{ Test []string }
		}
		Volumes map[string]any
	}
	if err := yaml.Unmarshal(raw, &compose); err != nil {
		t.Fatalf("docker-compose.yml: %v", err)
	}
	db, app := compose.Services["db"], compose.Services["govmedia"]
	if !strings.HasPrefix(db.Image, "mysql:8") || len(db.Healthcheck.Test) == 0 {
		t.Errorf("service db = %+v, want MySQL 8 with a health check", db)
	}
	if got := app.DependsOn["migrate"].Condition; got != "service_completed_successfully" {
		t.Errorf("govmedia waits for migrate with %q", got)
	}
	if command, _ := compose.Services["migrate"].Command.([]any); len(command) != 1 || !isCommand(command[0].(string)) {
		t.Errorf("service migrate runs %v, which is no command of the program", compose.Services["migrate"].Command)
	}
	environ := []string{"GOVMEDIA_DB_PASSWORD=x", "GOVMEDIA_PUBLIC_BASE=https://media.example.gov.cn"}
	for name, value := range app.Environment {
		environ = append(environ, name+"="+os.Expand(value, func(variable string) string {
			name, _, _ := strings.Cut(variable, ":")
			for _, line := range environ {
				if key, value, _ := strings.Cut(line, "="); key == name {
					return value
				}
			}
			return ""
		}))
	}
	config, err := loadConfig(environ)
	if err != nil {
		t.Fatalf("the compose file's settings: %v", err)
	}
	if config.DSN != "mysql:govmedia:x@tcp(db:3306)/govmedia" || !config.secureCookies() {
		t.Errorf("the compose file gives DSN %q and public base %q", config.DSN, config.PublicBase)
	}
	docker, err := os.ReadFile("../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, needed := range []string{"./server", "GOVMEDIA_LISTEN=0.0.0.0:8080", "EXPOSE 8080", "USER govmedia", "frontend/package-lock.json"} {
		if !strings.Contains(string(docker), needed) {
			t.Errorf("Dockerfile lacks %q", needed)
		}
	}
	for _, line := range strings.Split(string(docker), "\n") {
		if name, value, ok := strings.Cut(strings.TrimPrefix(line, "CMD "), `"`); ok && strings.HasPrefix(line, "CMD ") && name == "[" {
			if command, _, _ := strings.Cut(value, `"`); !isCommand(command) {
				t.Errorf("Dockerfile runs %q, which is no command of the program", command)
			}
		}
	}
}

func isCommand(name string) bool {
	return slices.ContainsFunc(commands, func(c command) bool { return c.name == name })
}

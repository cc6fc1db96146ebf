// Command govmedia manages the new-media accounts of a government office's units: one binary with its console inside.
//
// Package main is the only place that knows HTTP, echo, flags and signals. It makes everything ready once, top to
// bottom, and hands it on; the rules of the house live in the packages it imports.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"govmedia/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "govmedia:", err)
		os.Exit(1)
	}
}

// command is one thing the binary can be asked to do.
type command struct {
	name, about string
	run         func(ctx context.Context, p program) error
}

// program is what a command runs with.
type program struct {
	args   []string
	config Config
	in     io.Reader
	out    io.Writer
	errOut io.Writer
}

var commands = []command{
	{"serve", "start the server (the default)", serve},
	{"demo", "start the server with a demo district and the stand-in platforms", demo},
	{"sandbox", "start the stand-in platforms alone", runSandbox},
	{"migrate", "bring the database to this version", migrate},
	{"admin", "create the first unit and its administrator: admin USERNAME UNIT (password on standard input)", createAdmin},
	{"audit", "check the audit chains", checkAudit},
	{"reseal", "after a change of keys: seal all credentials and bots' secrets with the newest one", reseal},
	{"openapi", "print the API's description", printOpenAPI},
	{"bench-data", "fill an empty database with an invented country, for measuring", benchData},
}

// readLine reads one line, as a password typed or piped in.
func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(in).ReadString('\n')
	if errors.Is(err, io.EOF) && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// spoken puts the sentence of a fault before its code, for the person at the terminal.
func spoken(err error) error {
	if f := fault.As(err); f != nil {
		return fmt.Errorf("%s (%w)", f.Sentence, err)
	}
	return err
}

var errUsage = errors.New("no such command")

// run is main without the process around it, so that tests can run the program.
func run(ctx context.Context, args, environ []string, in io.Reader, out, errOut io.Writer) error {
	if slices.ContainsFunc(args, asksForHelp) {
		listCommands(out)
		return nil
	}
	config, err := loadConfig(environ)
	if err != nil {
		return err
	}
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	for _, command := range commands {
		if command.name == name {
			return spoken(command.run(ctx, program{args: args, config: config, in: in, out: out, errOut: errOut}))
		}
	}
	listCommands(errOut)
	return fmt.Errorf("%w: %s", errUsage, name)
}

// asksForHelp reports whether somebody wants to know what there is, and nothing done.
func asksForHelp(arg string) bool { return arg == "-h" || arg == "--help" || arg == "-help" }

func listCommands(out io.Writer) {
	for _, command := range commands {
		fmt.Fprintf(out, "  %-10s %s\n", command.name, command.about)
	}
	fmt.Fprintln(out, "Settings are environment variables: see README.md and config.go.")
}

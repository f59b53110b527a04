// A plugin that does what the value of its option says, and whatever else a program can do to its host. What it found
// out comes back as the route's stat prefix. Used by tests/plugin/go_test.py and tests/e2e/go_plugins_test.py.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"solder"
)

// Set when it is linked: what it does before any call.
var mode = ""

type trial struct {
	calls  int
	prefix string
}

func found(what string, err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return fmt.Sprintf("%s: %s", what, number.Error())
	}
	return fmt.Sprintf("%s: %v", what, err)
}

func (plugin *trial) Options(in *solder.OptionInput, out *solder.Out) {
	var text string
	if !in.Decode(&text, out) {
		return
	}
	plugin.calls++
	out.Fragment(solder.Fragment{Slot: "route", Message: solder.JSON{"statPrefix": plugin.do(text, out)}})
}

func (plugin *trial) do(text string, out *solder.Out) string {
	what, about, _ := strings.Cut(text, " ")
	switch what {
	case "panic":
		panic("as it was told")
	case "panic-elsewhere":
		go panic("in another goroutine")
		time.Sleep(time.Minute)
	case "exit":
		os.Exit(7)
	case "hang":
		time.Sleep(time.Hour)
	case "memory":
		var all [][]byte
		for {
			block := make([]byte, 16<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			all = append(all, block)
		}
	case "state":
		return "state" + plugin.prefix
	case "count":
		return fmt.Sprint(plugin.calls)
	case "exec":
		return found(what, syscall.Exec(about, []string{about}, nil))
	case "start":
		_, err := syscall.ForkExec(about, []string{about}, nil)
		return found(what, err)
	case "read":
		_, err := os.ReadFile(about)
		return found(what, err)
	case "write":
		return found(what, os.WriteFile(about, []byte("x"), 0o600))
	case "network":
		_, err := net.Listen("tcp", "127.0.0.1:0")
		return found(what, err)
	case "shared":
		_, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED|syscall.MAP_ANON)
		return found(what, err)
	case "environment":
		_, is := os.LookupEnv(about)
		return fmt.Sprint(is)
	case "lookup":
		_, is := out.Lookup(solder.Ref{Kind: "Upstream", Namespace: "gloo-system", Name: about})
		return fmt.Sprint(is)
	case "garbage":
		os.NewFile(3, "socket").Write([]byte("\x05\x00\x00\x00\x07nons"))
	}
	return text
}

func (plugin *trial) Save() ([]byte, error) { return []byte(plugin.prefix + "+"), nil }
func (plugin *trial) Restore(_ string, state []byte) error {
	if len(state) > 100 || strings.Trim(string(state), "+") != "" {
		return errors.New("this is no state of trial's")
	}
	plugin.prefix = string(state)
	return nil
}

func create(host solder.Host, config json.RawMessage) (any, error) {
	var known struct{ Fail string }
	if err := json.Unmarshal(config, &known); err != nil {
		return nil, err
	}
	if known.Fail != "" {
		return nil, errors.New(known.Fail)
	}
	if mode == "stateless" {
		return stateless{}, nil
	}
	fmt.Println("made for", host.Name)
	return &trial{}, nil
}

// Has no state, which the manifest promises.
type stateless struct{}

func (stateless) Options(in *solder.OptionInput, out *solder.Out) { (&trial{}).Options(in, out) }

func main() {
	switch mode {
	case "crash":
		var nowhere *int
		*nowhere = 1
	case "end":
		os.Exit(0)
	case "mute":
		time.Sleep(time.Hour)
	}
	solder.Serve(create)
}

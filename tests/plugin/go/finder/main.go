// A discovery that does one thing wrong, which is set when it is linked. Used by tests/plugin/go_test.py.
package main

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"strconv"
	"time"

	"solder"
)

var (
	mode   = ""
	socket *os.File
)

type finder struct{}

type instance struct {
	services *solder.Services
	followed map[solder.Ref]bool
	slept    bool
}

func (finder) Clusters(in *solder.UpstreamInput, out *solder.Out) {
	out.Fragment(solder.Fragment{Slot: "cluster", Message: solder.JSON{"type": "STATIC"}})
}

func (finder) Discover(services *solder.Services) (solder.Discoverer, error) {
	return &instance{services, map[solder.Ref]bool{}, false}, nil
}

func (own *instance) Follow(upstreams []solder.FollowedUpstream) {
	for _, each := range upstreams {
		own.followed[each.Upstream] = true
		own.ask(each.Upstream)
	}
}

func (own *instance) Forget(upstreams []solder.Ref) {
	for _, each := range upstreams {
		delete(own.followed, each)
	}
}

func (own *instance) ask(upstream solder.Ref) {
	if !own.followed[upstream] && mode != "remembers" {
		return
	}
	own.services.Send(solder.Request{URL: "http://finder.internal/"}, func(answer solder.Answer) {
		switch mode {
		case "exit":
			os.Exit(7)
		case "slow":
			if !own.slept {
				time.Sleep(700 * time.Millisecond)
			}
			own.slept = true
		case "twice":
			start(1 << 40)
			start(1 << 40)
		case "unfollowed":
			own.services.Publish(solder.Ref{Kind: "Upstream", Namespace: "ns", Name: "another"}, "/spec/finder/functions", "name", []any{})
		}
		pause := time.Minute
		if mode == "restless" {
			pause = 0
			own.services.After(pause, func() { own.again(upstream) })
			return
		}
		own.services.After(pause, func() { own.ask(upstream) })
	})
}

// Starts a timer by a number, which nobody can choose by the module. What comes back is passed over by the next call of
// a service.
func start(number uint64) {
	const use, timer = 17, 16
	message := []byte{use, timer}
	for _, each := range []any{uint64(1 << 41), uint32(0), uint32(2), number, uint64(time.Minute), uint32(0)} {
		switch each := each.(type) {
		case uint64:
			message = binary.LittleEndian.AppendUint64(message, each)
		case uint32:
			message = binary.LittleEndian.AppendUint32(message, each)
		}
	}
	socket.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(message))), message...))
}

// Nothing but a timer after a timer.
func (own *instance) again(upstream solder.Ref) {
	own.services.After(0, func() { own.again(upstream) })
}

func main() {
	number, _ := strconv.Atoi(os.Getenv("SOLDER_PLUGIN_SOCKET"))
	socket = os.NewFile(uintptr(number), "solder")
	solder.Serve(func(solder.Host, json.RawMessage) (any, error) { return finder{}, nil })
}

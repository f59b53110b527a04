// A discovery that does one thing wrong, which is set when it is linked. Used by tests/plugin/go_test.py.
package main

import (
	"encoding/json"
	"os"
	"time"

	"solder"
)

var mode = ""

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

// Nothing but a timer after a timer.
func (own *instance) again(upstream solder.Ref) {
	own.services.After(0, func() { own.again(upstream) })
}

func main() {
	solder.Serve(func(solder.Host, json.RawMessage) (any, error) { return finder{}, nil })
}

// A plugin in Go: an upstream type `catalog`, whose endpoints a catalog on the network knows. Shows discovery in a
// program: Solder's timers say when to ask, Solder makes the requests, with a token that the plugin never sees, and what
// is found is published into the Upstream, where Endpoints reads it. A catalog that is away changes nothing but the
// Upstream's report.
package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"time"

	"solder"
)

const (
	usually = 30 * time.Second
	soonest = time.Second
)

type endpoint struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Port    uint16 `json:"port"`
}

type spec struct {
	URL       string     `json:"url"`
	Every     string     `json:"every"`
	Token     reference  `json:"token"`
	Endpoints []endpoint `json:"endpoints"`
}

type reference struct {
	Name, Namespace string
}

type catalog struct{}

func (catalog) Clusters(in *solder.UpstreamInput, out *solder.Out) {
	eds := solder.JSON{"edsConfig": solder.JSON{"ads": solder.JSON{}, "resourceApiVersion": "V3"}}
	out.Fragment(solder.Fragment{Slot: "cluster", Message: solder.JSON{"type": "EDS", "edsClusterConfig": eds, "connectTimeout": "5s"}})
}

func (catalog) Endpoints(in *solder.UpstreamInput, out *solder.Out) {
	var value spec
	if !in.Decode(&value, out) {
		return
	}
	members := []solder.JSON{}
	for i, each := range value.Endpoints {
		if problem := each.problem(); problem != "" {
			out.Error(solder.Problem{Field: fmt.Sprintf("/endpoints/%d", i), Reason: "BadEndpoint", Message: problem, Found: each.Address})
			continue
		}
		address := solder.JSON{"socketAddress": solder.JSON{"address": each.Address, "portValue": each.Port}}
		members = append(members, solder.JSON{"endpoint": solder.JSON{"address": address}})
	}
	out.Fragment(solder.Fragment{Slot: "load_assignment", Field: "/endpoints", Message: solder.JSON{"endpoints": []solder.JSON{{"lbEndpoints": members}}}})
}

// What a catalog says is no more to be trusted than what a user writes.
func (each endpoint) problem() string {
	if _, err := netip.ParseAddr(each.Address); err != nil {
		return "this is no IP address"
	}
	if each.Name == "" || each.Port == 0 {
		return "it has no name or no port"
	}
	return ""
}

// Of one Upstream: what it waits for.
type followed struct {
	upstream solder.Ref
	spec     spec
	timer    *solder.Timer
	cancel   func()
}

type discoverer struct {
	services *solder.Services
	followed map[solder.Ref]*followed
}

func (catalog) Discover(services *solder.Services) (solder.Discoverer, error) {
	return &discoverer{services, map[solder.Ref]*followed{}}, nil
}

func (own *discoverer) Follow(upstreams []solder.FollowedUpstream) {
	for _, each := range upstreams {
		own.Forget([]solder.Ref{each.Upstream})
		one := &followed{upstream: each.Upstream, cancel: func() {}}
		if json.Unmarshal(each.Value, &one.spec) != nil {
			continue // its schema has said so
		}
		own.followed[each.Upstream] = one
		own.ask(one)
	}
}

func (own *discoverer) Forget(upstreams []solder.Ref) {
	for _, ref := range upstreams {
		if one, has := own.followed[ref]; has {
			one.timer.Cancel()
			one.cancel()
			delete(own.followed, ref)
		}
	}
}

func (own *discoverer) ask(one *followed) {
	request := solder.Request{URL: one.spec.URL, Timeout: 10 * time.Second}
	if token := one.spec.Token; token.Name != "" {
		request.Auth = solder.Auth{Kind: solder.Bearer, Secret: solder.Ref{Kind: "Secret", Namespace: token.Namespace, Name: token.Name}, Key: "token"}
	}
	cancel, err := own.services.Send(request, func(answer solder.Answer) { own.take(one, answer) })
	if err != nil {
		own.fail(one, err.Error())
		return
	}
	one.cancel = cancel
}

func (own *discoverer) take(one *followed, answer solder.Answer) {
	var found []endpoint
	switch {
	case answer.Status != 0:
		own.fail(one, "it cannot be asked: "+answer.Message)
	case answer.Code != 200:
		own.fail(one, fmt.Sprintf("it answers with %d", answer.Code))
	case json.Unmarshal(answer.Body, &found) != nil:
		own.fail(one, "its answer is no list of endpoints")
	default:
		own.publish(one, found)
	}
}

func (own *discoverer) publish(one *followed, found []endpoint) {
	usable, names := []endpoint{}, map[string]bool{}
	var problems []solder.Problem
	for _, each := range found {
		problem := each.problem()
		if names[each.Name] {
			problem = "another one has this name"
		}
		if problem != "" {
			problems = append(problems, solder.Problem{Severity: solder.Warning, Field: one.field("/url"), Reason: "BadEntry",
				Message: "an endpoint of the catalog is left out: " + problem, Found: each.Name + " " + each.Address})
			continue
		}
		names[each.Name] = true
		usable = append(usable, each)
	}
	if err := own.services.Publish(one.upstream, one.field("/endpoints"), "name", usable); err != nil {
		own.fail(one, err.Error())
		return
	}
	own.services.Report(one.upstream, problems...)
	own.later(one)
}

func (own *discoverer) fail(one *followed, words string) {
	own.services.Report(one.upstream, solder.Problem{Severity: solder.Warning, Field: one.field("/url"), Reason: "CatalogFailed",
		Message: "the catalog gives no endpoints now, and what is known of them stays: " + words, Found: one.spec.URL})
	own.later(one)
}

func (own *discoverer) later(one *followed) {
	every, err := time.ParseDuration(one.spec.Every)
	if err != nil {
		every = usually
	}
	if every < soonest {
		every = soonest
	}
	one.timer, _ = own.services.After(every, func() { own.ask(one) })
}

func (one *followed) field(below string) string { return "/spec/catalog" + below }

func main() {
	solder.Serve(func(solder.Host, json.RawMessage) (any, error) { return catalog{}, nil })
}

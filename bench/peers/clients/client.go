package clients

import (
	"fmt"
	"time"

	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/proto"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"

	"solder/bench/peers/discovery"
)

// What a client still waits for until it has the whole world: names of a type, or the first response of a wildcard.
type wanted struct {
	index map[string]int // shared by the fleet where all ask for the same
	have  []bool
	left  int
	first bool
}

func (w *wanted) add(names []string) {
	for _, name := range names {
		if _, known := w.index[name]; !known {
			w.index[name] = len(w.have)
			w.have = append(w.have, false)
			w.left++
		}
	}
}

func (w *wanted) got(name []byte) {
	if i, known := w.index[string(name)]; known && !w.have[i] {
		w.have[i] = true
		w.left--
	}
}

// One client: an Envoy as far as an xDS server can tell. Its goroutine is run().
type client struct {
	fleet    *Fleet
	index    int
	stream   *discovery.Stream
	waiting  map[string]*wanted
	added    map[string][]string // asked for because of the response that is being read
	complete bool
	seen     int // the latest mark that arrived whole
	arriving int // a mark that arrived in the response that is being read
}

func (c *client) run(address string) error {
	stream, err := discovery.Open(address, c.fleet.kind, fmt.Sprintf("client-%d", c.index), c.fleet.role)
	if err != nil {
		return err
	}
	c.stream = stream
	c.fleet.opened(stream)
	if err := c.start(); err != nil {
		return err
	}
	for {
		response, err := stream.Next(c.take)
		if err != nil {
			return err
		}
		if err := stream.Acknowledge(response); err != nil {
			return err
		}
		if err := c.finish(response); err != nil {
			return err
		}
	}
}

func (c *client) start() error {
	c.waiting = map[string]*wanted{}
	c.added = map[string][]string{}
	if routes := c.fleet.routes; routes != nil {
		c.waiting[resource.RouteType] = &wanted{index: c.fleet.routeIndex, have: make([]bool, len(routes)), left: len(routes)}
		return c.stream.Subscribe(resource.RouteType, routes)
	}
	for _, typeURL := range []string{resource.ClusterType, resource.ListenerType} {
		if err := c.want(typeURL, nil); err != nil {
			return err
		}
	}
	return nil
}

// Asks for the names, or for everything of a type where there are none.
func (c *client) want(typeURL string, names []string) error {
	missing := c.waiting[typeURL]
	if missing == nil {
		missing = &wanted{index: map[string]int{}, first: names == nil}
		c.waiting[typeURL] = missing
	}
	missing.add(names)
	return c.stream.Subscribe(typeURL, names)
}

func (c *client) take(one discovery.Resource) error {
	if missing := c.waiting[string(one.TypeURL)]; missing != nil && missing.left > 0 {
		missing.got(one.Name)
	}
	if watch := c.fleet.watch.Load(); watch != nil {
		if number := (*watch).arrived(c.index, one, time.Now()); number > 0 {
			c.arriving = number
		}
	}
	if c.complete || c.fleet.routes != nil {
		return nil
	}
	switch string(one.TypeURL) {
	case resource.ClusterType:
		return c.takeCluster(one.Value)
	case resource.ListenerType:
		return c.takeListener(one.Value)
	}
	return nil
}

// An EDS cluster makes the client ask for its endpoints.
func (c *client) takeCluster(value []byte) error {
	var message cluster.Cluster
	if err := proto.Unmarshal(value, &message); err != nil {
		return err
	}
	if message.GetType() == cluster.Cluster_EDS {
		name := message.GetEdsClusterConfig().GetServiceName()
		if name == "" {
			name = message.GetName()
		}
		c.added[resource.EndpointType] = append(c.added[resource.EndpointType], name)
	}
	return nil
}

// A listener makes the client ask for its routes, in whichever layout it names them.
func (c *client) takeListener(value []byte) error {
	var message listener.Listener
	if err := proto.Unmarshal(value, &message); err != nil {
		return err
	}
	for _, chain := range append(message.GetFilterChains(), message.GetDefaultFilterChain()) {
		for _, filter := range chain.GetFilters() {
			var manager hcm.HttpConnectionManager
			if filter.GetTypedConfig() == nil || filter.GetTypedConfig().UnmarshalTo(&manager) != nil {
				continue
			}
			if manager.GetRds() != nil {
				c.added[resource.RouteType] = append(c.added[resource.RouteType], manager.GetRds().GetRouteConfigName())
			}
			if manager.GetScopedRoutes() != nil {
				c.added[resource.ScopedRouteType] = nil
			}
		}
	}
	return nil
}

func (c *client) finish(response *discovery.Response) error {
	c.fleet.count(response)
	if missing := c.waiting[response.TypeURL]; missing != nil {
		missing.first = false
	}
	for typeURL, names := range c.added {
		if c.waiting[typeURL] == nil || len(names) > 0 {
			if err := c.want(typeURL, names); err != nil {
				return err
			}
		}
		delete(c.added, typeURL)
	}
	if c.arriving > c.seen {
		c.seen = c.arriving
		if watch := c.fleet.watch.Load(); watch != nil {
			(*watch).whole(c.index, c.arriving)
		}
	}
	if !c.complete && c.hasEverything() {
		c.complete = true
		c.fleet.completed(c.index)
	}
	return nil
}

func (c *client) hasEverything() bool {
	for _, missing := range c.waiting {
		if missing.first || missing.left > 0 {
			return false
		}
	}
	return true
}

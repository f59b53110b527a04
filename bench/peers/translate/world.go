// Package translate is the least that a control plane on go-control-plane has to do: objects as JSON become Envoy's
// messages, and a changed object only costs the messages that it is in. There is no validation, no status, no merging
// of plugins; it stands in for what a user of the library writes, so that a peer's figure covers the same way from a
// saved file to an Envoy as Solder's.
package translate

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/proto"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"solder/bench/peers/manifests"
)

// Changes are resources by type URL and name.
type Changes map[string]map[string]types.Resource

func (c Changes) add(typeURL, name string, message proto.Message) {
	if c[typeURL] == nil {
		c[typeURL] = map[string]types.Resource{}
	}
	c[typeURL][name] = message
}

type gateway struct {
	routes   string // name of its route configuration
	services map[manifests.Ref]bool
	all      bool
}

// World holds what was translated so far. One goroutine.
type World struct {
	clusters     map[string]*cluster.Cluster
	virtualHosts map[manifests.Ref]*route.VirtualHost
	order        []manifests.Ref // of virtualHosts, by name
	gateways     []*gateway
}

// NewWorld is empty.
func NewWorld() *World {
	return &World{clusters: map[string]*cluster.Cluster{}, virtualHosts: map[manifests.Ref]*route.VirtualHost{}}
}

// Apply takes new or changed objects and gives the resources that are new because of them.
func (w *World) Apply(documents []manifests.Document) (Changes, error) {
	changes := Changes{}
	dirty := map[*gateway]bool{}
	for _, document := range documents {
		var object manifests.Object
		if err := json.Unmarshal(document, &object); err != nil {
			return nil, err
		}
		switch object.Kind {
		case "Upstream":
			w.setCluster(changes, &object)
		case "VirtualService":
			if err := w.setVirtualHost(&object); err != nil {
				return nil, err
			}
			for _, each := range w.gateways {
				if each.all || each.services[object.Metadata] {
					dirty[each] = true
				}
			}
		case "Gateway":
			added := addListener(changes, &object)
			w.gateways = append(w.gateways, added)
			dirty[added] = true
		default:
			return nil, fmt.Errorf("kind %q", object.Kind)
		}
	}
	for each := range dirty {
		changes.add(resource.RouteType, each.routes, w.routeConfiguration(each))
	}
	return changes, nil
}

// An upstream whose endpoints change keeps its cluster: to give the cache an equal one again would cost the peer dearly.
func (w *World) setCluster(changes Changes, object *manifests.Object) {
	built := clusterOf(object)
	if known := w.clusters[built.GetName()]; known == nil || !proto.Equal(known, built) {
		w.clusters[built.GetName()] = built
		changes.add(resource.ClusterType, built.GetName(), built)
	}
	if object.Spec.Discovered != nil {
		changes.add(resource.EndpointType, built.GetName(), assignment(built.GetName(), object.Spec.Discovered.Hosts))
	}
}

func (w *World) setVirtualHost(object *manifests.Object) error {
	host, err := virtualHost(object)
	if err != nil {
		return err
	}
	if w.virtualHosts[object.Metadata] == nil {
		at := sort.Search(len(w.order), func(i int) bool { return w.order[i].Name >= object.Metadata.Name })
		w.order = append(w.order, manifests.Ref{})
		copy(w.order[at+1:], w.order[at:])
		w.order[at] = object.Metadata
	}
	w.virtualHosts[object.Metadata] = host
	return nil
}

func (w *World) routeConfiguration(of *gateway) *route.RouteConfiguration {
	out := &route.RouteConfiguration{Name: of.routes}
	if !of.all && len(of.services) == 1 {
		for service := range of.services {
			if host := w.virtualHosts[service]; host != nil {
				out.VirtualHosts = []*route.VirtualHost{host}
			}
		}
		return out
	}
	for _, ref := range w.order {
		if of.all || of.services[ref] {
			out.VirtualHosts = append(out.VirtualHosts, w.virtualHosts[ref])
		}
	}
	return out
}

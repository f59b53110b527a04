// Package caches puts translated resources into go-control-plane's caches, each as its documentation tells.
package caches

import (
	"context"
	"fmt"
	"strconv"

	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

	"solder/bench/peers/translate"
)

// Sink is a cache that takes changes.
type Sink interface {
	Cache() cache.Cache
	Set(translate.Changes) error
}

// New makes a "snapshot" or a "linear" cache.
func New(kind string) (Sink, error) {
	switch kind {
	case "snapshot":
		return newSnapshot(), nil
	case "linear":
		return newLinear(), nil
	}
	return nil, fmt.Errorf("no cache is called %q; there are snapshot and linear", kind)
}

var served = []string{resource.ClusterType, resource.EndpointType, resource.ListenerType, resource.RouteType}

// One snapshot for all nodes of the group, as Gloo has one for a role.
type oneGroup struct{}

const group = "gateway-proxy"

func (oneGroup) ID(*core.Node) string { return group }

type snapshotSink struct {
	cache     cache.SnapshotCache
	resources map[string]map[string]types.Resource
	versions  map[string]int
}

func newSnapshot() *snapshotSink {
	return &snapshotSink{
		cache:     cache.NewSnapshotCache(true, oneGroup{}, nil),
		resources: map[string]map[string]types.Resource{},
		versions:  map[string]int{},
	}
}

func (s *snapshotSink) Cache() cache.Cache { return s.cache }

func (s *snapshotSink) Set(changes translate.Changes) error {
	for typeURL, changed := range changes {
		if s.resources[typeURL] == nil {
			s.resources[typeURL] = map[string]types.Resource{}
		}
		for name, message := range changed {
			s.resources[typeURL][name] = message
		}
		s.versions[typeURL]++
	}
	snapshot := &cache.Snapshot{}
	for _, typeURL := range served {
		list := make([]types.Resource, 0, len(s.resources[typeURL]))
		for _, message := range s.resources[typeURL] {
			list = append(list, message)
		}
		snapshot.Resources[cache.GetResponseType(typeURL)] = cache.NewResources(strconv.Itoa(s.versions[typeURL]), list)
	}
	return s.cache.SetSnapshot(context.Background(), group, snapshot)
}

type linearSink struct {
	caches map[string]*cache.LinearCache
	mux    *cache.MuxCache
}

func newLinear() *linearSink {
	out := &linearSink{caches: map[string]*cache.LinearCache{}, mux: &cache.MuxCache{
		Classify:      func(request *cache.Request) string { return request.GetTypeUrl() },
		ClassifyDelta: func(request *cache.DeltaRequest) string { return request.GetTypeUrl() },
		Caches:        map[string]cache.Cache{},
	}}
	for _, typeURL := range served {
		out.caches[typeURL] = cache.NewLinearCache(typeURL)
		out.mux.Caches[typeURL] = out.caches[typeURL]
	}
	return out
}

func (l *linearSink) Cache() cache.Cache { return l.mux }

// In the order in which Envoy wants them.
func (l *linearSink) Set(changes translate.Changes) error {
	for _, typeURL := range served {
		if len(changes[typeURL]) == 0 {
			continue
		}
		if err := l.caches[typeURL].UpdateResources(changes[typeURL], nil); err != nil {
			return err
		}
	}
	return nil
}

package translate

import (
	"fmt"
	"time"

	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	router "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"

	"solder/bench/peers/manifests"
)

const connectTimeout = 5 * time.Second

func nameOf(ref manifests.Ref) string { return ref.Name + "_" + ref.Namespace }

func ads() *core.ConfigSource {
	return &core.ConfigSource{
		ConfigSourceSpecifier: &core.ConfigSource_Ads{Ads: &core.AggregatedConfigSource{}},
		ResourceApiVersion:    core.ApiVersion_V3,
	}
}

func socketAddress(address string, port uint32) *core.Address {
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
		Address: address, PortSpecifier: &core.SocketAddress_PortValue{PortValue: port},
	}}}
}

func assignment(name string, hosts []manifests.Host) *endpoint.ClusterLoadAssignment {
	locality := &endpoint.LocalityLbEndpoints{}
	for _, host := range hosts {
		locality.LbEndpoints = append(locality.LbEndpoints, &endpoint.LbEndpoint{
			HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{
				Address:           socketAddress(host.Address, host.Port),
				HealthCheckConfig: &endpoint.Endpoint_HealthCheckConfig{Hostname: host.Address},
				Hostname:          host.Address,
			}},
		})
	}
	return &endpoint.ClusterLoadAssignment{ClusterName: name, Endpoints: []*endpoint.LocalityLbEndpoints{locality}}
}

func clusterOf(object *manifests.Object) *cluster.Cluster {
	name := nameOf(object.Metadata)
	out := &cluster.Cluster{Name: name, ConnectTimeout: durationpb.New(connectTimeout)}
	if object.Spec.Discovered != nil {
		out.ClusterDiscoveryType = &cluster.Cluster_Type{Type: cluster.Cluster_EDS}
		out.EdsClusterConfig = &cluster.Cluster_EdsClusterConfig{EdsConfig: ads(), ServiceName: name}
	} else if object.Spec.Static != nil {
		out.ClusterDiscoveryType = &cluster.Cluster_Type{Type: cluster.Cluster_STATIC}
		out.LoadAssignment = assignment(name, object.Spec.Static.Hosts)
	}
	return out
}

func virtualHost(object *manifests.Object) (*route.VirtualHost, error) {
	spec := object.Spec.VirtualHost
	name := object.Metadata.Namespace + "_" + object.Metadata.Name
	out := &route.VirtualHost{Name: name, Domains: spec.Domains, Routes: make([]*route.Route, 0, len(spec.Routes))}
	for i := range spec.Routes {
		one, err := routeOf(fmt.Sprintf("%s-route-%d-matcher-0", name, i), &spec.Routes[i])
		if err != nil {
			return nil, err
		}
		out.Routes = append(out.Routes, one)
	}
	return out, nil
}

func routeOf(name string, spec *manifests.Route) (*route.Route, error) {
	timeout, err := time.ParseDuration(spec.Options.Timeout)
	if err != nil {
		return nil, err
	}
	action := &route.RouteAction{
		ClusterSpecifier: &route.RouteAction_Cluster{Cluster: nameOf(spec.RouteAction.Single.Upstream)},
		PrefixRewrite:    spec.Options.PrefixRewrite,
		Timeout:          durationpb.New(timeout),
		RetryPolicy: &route.RetryPolicy{
			RetryOn: spec.Options.Retries.RetryOn, NumRetries: wrapperspb.UInt32(spec.Options.Retries.NumRetries),
		},
	}
	out := &route.Route{
		Name:   name,
		Match:  &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: spec.Matchers[0].Prefix}},
		Action: &route.Route_Route{Route: action},
	}
	for _, header := range spec.Options.HeaderManipulation.RequestHeadersToAdd {
		out.RequestHeadersToAdd = append(out.RequestHeadersToAdd, &core.HeaderValueOption{
			Header: &core.HeaderValue{Key: header.Header.Key, Value: header.Header.Value},
		})
	}
	return out, nil
}

func packed(message proto.Message) *anypb.Any {
	out, err := anypb.New(message)
	if err != nil {
		panic(err) // our own message
	}
	return out
}

func addListener(changes Changes, object *manifests.Object) *gateway {
	name := fmt.Sprintf("listener-%s-%d", object.Spec.BindAddress, object.Spec.BindPort)
	out := &gateway{routes: name + "-routes", services: map[manifests.Ref]bool{}}
	for _, ref := range object.Spec.HTTPGateway.VirtualServices {
		out.services[ref] = true
	}
	out.all = len(out.services) == 0
	manager := &hcm.HttpConnectionManager{
		StatPrefix: "http",
		RouteSpecifier: &hcm.HttpConnectionManager_Rds{
			Rds: &hcm.Rds{ConfigSource: ads(), RouteConfigName: out.routes},
		},
		HttpFilters: []*hcm.HttpFilter{{
			Name:       "envoy.filters.http.router",
			ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: packed(&router.Router{})},
		}},
		UpgradeConfigs: []*hcm.HttpConnectionManager_UpgradeConfig{{UpgradeType: "websocket"}},
		NormalizePath:  wrapperspb.Bool(true),
	}
	changes.add(resource.ListenerType, name, &listener.Listener{
		Name:    name,
		Address: socketAddress(object.Spec.BindAddress, object.Spec.BindPort),
		FilterChains: []*listener.FilterChain{{Filters: []*listener.Filter{{
			Name:       "envoy.filters.network.http_connection_manager",
			ConfigType: &listener.Filter_TypedConfig{TypedConfig: packed(manager)},
		}}}},
	})
	return out
}

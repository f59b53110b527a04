package translate

import (
	"strings"
	"testing"

	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"solder/bench/peers/manifests"
)

const service = `{"kind":"VirtualService","metadata":{"name":"NAME","namespace":"ns"},"spec":{"virtualHost":{"domains":["d"],"routes":[
 {"matchers":[{"prefix":"/"}],"routeAction":{"single":{"upstream":{"name":"u","namespace":"ns"}}},"options":{"timeout":"TIME"}}]}}}`

func document(name, timeout string) manifests.Document {
	return manifests.Document(strings.NewReplacer("NAME", name, "TIME", timeout).Replace(service))
}

func TestAChangedServiceChangesOnlyTheRoutesThatHoldIt(t *testing.T) {
	world := NewWorld()
	_, err := world.Apply([]manifests.Document{document("a", "1s"), document("b", "1s"),
		manifests.Document(`{"kind":"Gateway","metadata":{"name":"ga"},"spec":{"bindAddress":"::","bindPort":1,"httpGateway":{"virtualServices":[{"name":"a","namespace":"ns"}]}}}`),
		manifests.Document(`{"kind":"Gateway","metadata":{"name":"gb"},"spec":{"bindAddress":"::","bindPort":2,"httpGateway":{"virtualServices":[{"name":"b","namespace":"ns"}]}}}`),
		manifests.Document(`{"kind":"Gateway","metadata":{"name":"all"},"spec":{"bindAddress":"::","bindPort":3,"httpGateway":{}}}`)})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := world.Apply([]manifests.Document{document("b", "2s")})
	if err != nil {
		t.Fatal(err)
	}
	routes := changes[resource.RouteType]
	if len(changes) != 1 || len(routes) != 2 || routes["listener-::-1-routes"] != nil {
		t.Fatalf("changed: %v", changes)
	}
	whole := routes["listener-::-3-routes"].(*route.RouteConfiguration)
	if len(whole.VirtualHosts) != 2 || whole.VirtualHosts[1].Routes[0].GetRoute().GetTimeout().GetSeconds() != 2 {
		t.Errorf("the gateway that takes all has %v", whole)
	}
}

func TestChangedEndpointsLeaveTheClusterAlone(t *testing.T) {
	world := NewWorld()
	upstream := func(address string) manifests.Document {
		return manifests.Document(`{"kind":"Upstream","metadata":{"name":"u","namespace":"ns"},"spec":{"benchEndpoints":{"hosts":[{"addr":"` + address + `","port":1}]}}}`)
	}
	first, err := world.Apply([]manifests.Document{upstream("10.0.0.1")})
	if err != nil || len(first[resource.ClusterType]) != 1 || len(first[resource.EndpointType]) != 1 {
		t.Fatalf("%v %v", first, err)
	}
	second, err := world.Apply([]manifests.Document{upstream("10.0.0.2")})
	if err != nil || len(second) != 1 || len(second[resource.EndpointType]) != 1 {
		t.Errorf("changed: %v %v", second, err)
	}
}

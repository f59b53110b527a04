package clients

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
)

// What is searched for is what a server writes for the text that was saved, and for no neighbour's.
func TestAMarkIsFoundInTheMessageThatItsTextBecomes(t *testing.T) {
	for _, mark := range []int{1, 2, 127, 128, 4096, MaxMark} {
		timeout, err := time.ParseDuration(markText(mark))
		if err != nil {
			t.Fatal(err)
		}
		message, err := proto.MarshalOptions{Deterministic: true}.Marshal(durationpb.New(timeout))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(message, markBytes(mark)) {
			t.Errorf("mark %d: %x is not in %x", mark, markBytes(mark), message)
		}
		if bytes.Contains(message, markBytes(mark%MaxMark+1)) {
			t.Errorf("mark %d is found as another", mark)
		}
	}
}

func TestAnEndpointTellsItsEvent(t *testing.T) {
	for _, event := range []int{1, 255, 256, 70000, 1<<24 - 1} {
		message, err := proto.Marshal(&endpoint.ClusterLoadAssignment{
			ClusterName: "endpoints-0_gloo-system",
			Endpoints: []*endpoint.LocalityLbEndpoints{{LbEndpoints: []*endpoint.LbEndpoint{{
				HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{
					Address: &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{Address: eventAddress(event)}}},
				}},
			}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if found := eventOf(firstAddress(message)); found != event {
			t.Errorf("event %d is read as %d", event, found)
		}
	}
	if found := eventOf([]byte("10.1.0.0")); found != 0 {
		t.Errorf("an address of no event is read as %d", found)
	}
}

package main

import (
	"encoding/json"
	"testing"

	"solder"
)

// What a plugin says can be looked at without a host.
func TestEndpointsComeFromTheUpstream(t *testing.T) {
	out := solder.NewOut()
	catalog{}.Endpoints(&solder.UpstreamInput{Value: json.RawMessage(`{"url": "http://x", "endpoints": [{"name": "a", "address": "10.0.0.1", "port": 80}, {"name": "b", "address": "b", "port": 80}]}`)}, out)
	if len(out.Problems()) != 1 || out.Problems()[0].Field != "/endpoints/1" || len(out.Fragments()) != 1 {
		t.Error(out.Problems(), out.Fragments())
	}
}

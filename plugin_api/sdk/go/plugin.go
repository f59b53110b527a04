// Package solder is for plugins of Solder in Go. Such a plugin is a program, in one file with its manifest
// (solder plugin pack), which Solder runs in a process of its own:
//
//	type closed struct{}
//
//	func (closed) Options(in *solder.OptionInput, out *solder.Out) {
//		var text string
//		if !in.Decode(&text, out) {
//			return
//		}
//		answer := solder.JSON{"status": 503, "body": solder.JSON{"inlineString": text}}
//		out.Fragment(solder.Fragment{Slot: "route", Message: solder.JSON{"directResponse": answer}})
//	}
//
//	func main() {
//		solder.Serve(func(solder.Host, json.RawMessage) (any, error) { return closed{}, nil })
//	}
//
// What Serve is given makes the plugin; the plugin is a value with the methods of what it is capable of: Options,
// UpstreamType, Destinations, Endpoints, Discovery, State, and Discovers and Brings for what works by itself, with
// timers, requests and all else that Services has. Calls come one at a time. They are pure: what comes out
// depends on the input, the configuration and look-ups, on nothing else, because the host caches and repeats them on
// that ground. A panic becomes the problem PluginThrew of the input at hand; the others of the call go on. What is
// printed goes to Solder's log under the plugin's name.
package solder

// JSON is an object as encoding/json takes it, for messages that are written down in place.
type JSON = map[string]any

// Host is what a plugin is told of where it runs.
type Host struct {
	Name         string // its own, of the manifest
	File         string // the private copy that runs
	OriginalFile string // where the operator put it
	MemoryMB     uint32 // what it may have; Serve keeps Go's heap within it
}

// Options turns the values of claimed keys into parts of Envoy's configuration: "solder.options/1".
type Options interface {
	Options(in *OptionInput, out *Out)
}

// UpstreamType makes the clusters of Upstreams of a claimed type: "solder.upstream-type/1".
type UpstreamType interface {
	Clusters(in *UpstreamInput, out *Out)
}

// Destinations adds to routes that lead to such Upstreams; optional beside UpstreamType.
type Destinations interface {
	Destinations(in *DestinationInput, out *Out)
}

// Endpoints gives the endpoints of such Upstreams' EDS clusters; optional beside UpstreamType.
type Endpoints interface {
	Endpoints(in *UpstreamInput, out *Out)
}

// Discovery makes objects that follow from others: "solder.discovery/1".
type Discovery interface {
	Derive(in *SourceInput, out *Out)
}

// State goes from one generation of the plugin to the next: "solder.state/1". Restore gets what a generation of that
// version saved, before any call.
type State interface {
	Save() ([]byte, error)
	Restore(version string, state []byte) error
}

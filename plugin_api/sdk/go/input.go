package solder

import (
	"encoding/json"
	"fmt"
)

// Ref names an object.
type Ref struct {
	Kind, Namespace, Name string
}

func (ref Ref) String() string { return ref.Kind + " " + ref.Namespace + "/" + ref.Name }

// Scope is where an option stands.
type Scope uint32

// The scopes, by the manifest's words.
const (
	ScopeSettings            Scope = 1 // "settings"
	ScopeGateway             Scope = 2 // "gateway"
	ScopeHTTPGateway         Scope = 3 // "http_gateway"
	ScopeTCPGateway          Scope = 4 // "tcp_gateway"
	ScopeVirtualService      Scope = 5 // "virtual_service"
	ScopeVirtualHost         Scope = 6 // "virtual_host"
	ScopeRoute               Scope = 7 // "route"
	ScopeWeightedDestination Scope = 8 // "weighted_destination"
	ScopeUpstream            Scope = 9 // "upstream"
)

// Action is what a route does.
type Action uint32

// The actions; ActionNone is no route's.
const (
	ActionNone           Action = 0
	ActionForward        Action = 1
	ActionRedirect       Action = 2
	ActionDirectResponse Action = 3
)

// OptionInput is a value under a claimed key. It has passed the schema of the manifest.
type OptionInput struct {
	Scope   Scope
	Action  Action
	Object  Ref    // that holds it; in a route without a name
	Key     string // the claimed one
	Path    string // JSON pointer of the value
	Value   json.RawMessage
	Options json.RawMessage // all options at that place
}

// Decode reads the value; false where it does not fit, which out then says.
func (in *OptionInput) Decode(into any, out *Out) bool { return decode(in.Value, into, out) }

// UpstreamInput is an Upstream of a claimed type.
type UpstreamInput struct {
	Upstream    Ref
	Key         string
	Path        string
	Value       json.RawMessage // under the key
	Spec        json.RawMessage // all of the Upstream's spec
	ClusterName string
}

// Decode reads the value; false where it does not fit, which out then says.
func (in *UpstreamInput) Decode(into any, out *Out) bool { return decode(in.Value, into, out) }

// DestinationInput is a route's destination on an Upstream of a claimed type.
type DestinationInput struct {
	Weighted        bool // one of several
	Object          Ref  // the route's
	Path            string
	Upstream        Ref
	UpstreamValue   json.RawMessage
	DestinationSpec json.RawMessage // empty: none
	ClusterName     string
	Key             string
}

// SourceInput is an object of a kind that the manifest derives from.
type SourceInput struct {
	Object Ref
	JSON   json.RawMessage // all of it
}

// Decode reads the object; false where it does not fit, which out then says.
func (in *SourceInput) Decode(into any, out *Out) bool { return decode(in.JSON, into, out) }

func decode(text json.RawMessage, into any, out *Out) bool {
	if err := json.Unmarshal(text, into); err != nil {
		out.Error(Problem{Reason: "BadValue", Message: fmt.Sprintf("the plugin cannot read the value: %v", err)})
		return false
	}
	return true
}

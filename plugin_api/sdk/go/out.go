package solder

import (
	"encoding/json"
	"strings"
)

// Fragment is a part of an Envoy message for a slot of what the host builds: only what the plugin sets.
type Fragment struct {
	Slot    string   // "route", "cluster", "transport_socket/NAME": docs/plugins/writing.md
	Name    string   // of a filter, in filters' slots
	Type    string   // "envoy.config.cluster.v3.Cluster", where the slot does not say which
	Message any      // as proto3 JSON, with lowerCamel names
	Wire    []byte   // the same as protobuf's bytes, in its place
	Clear   []string // fields to unset before: "retry_policy.num_retries"
	Weight  int32    // more is merged later; of filters: before (-1), during (0) or after (1) the stage
	Flags   uint32   // of HTTP filters
	Field   string   // JSON pointer below the input's path that asked for it: "/hosts/0"
}

// Flags of HTTP filters.
const (
	FilterDisabled uint32 = 1 // it works only where PerFilter names it
	FilterOnly     uint32 = 2 // what others say of it does not count on this listener
	FilterAbsent   uint32 = 4 // the listener goes without it, whoever else asks for it
)

// Filter is an HTTP filter at a stage: "fault", "cors", "waf", "authn", "authz", "rate_limit", "accepted", "out_auth",
// "route".
type Filter struct {
	Stage   string
	Name    string
	Type    string
	Message any
	Weight  int32
	Flags   uint32
	Field   string
}

// SecretForm is what an SDS secret is made from.
type SecretForm uint32

// The forms.
const (
	SecretTLSCertificate    SecretForm = 1
	SecretValidationContext SecretForm = 2
	SecretGeneric           SecretForm = 3
)

// SecretUse has the host serve an SDS secret from a Secret, whose values no plugin sees.
type SecretUse struct {
	SDSName string
	Secret  Ref
	Form    SecretForm
	Key     string // SecretGeneric: which value
	Patch   []byte // wire bytes of a CertificateValidationContext
	Field   string
}

// SecretField has the host write a Secret's value into a text field of the slot resource/RESOURCE.
type SecretField struct {
	Resource string
	Path     string // "credential_provider.inline_credential.access_key_id"
	Secret   Ref
	Key      string
	Field    string
}

// Severity of a problem.
type Severity uint32

// The severities.
const (
	Info    Severity = 0
	Warning Severity = 1
	Error   Severity = 2
)

// Problem is something that is wrong with the input, for the person who wrote it.
type Problem struct {
	Severity Severity // set by Error, Warning and Info
	Field    string   // JSON pointer below the input's path
	Reason   string   // a stable CamelCase word
	Message  string   // one sentence
	Found    string
	Expected string
	Related  Ref
}

// Object is another object, as look-ups find it.
type Object struct {
	Ref  Ref
	JSON json.RawMessage
}

// Out is where a plugin says what it makes of one input. It is not for use after the call.
type Out struct {
	fragments    []Fragment
	secretUses   []SecretUse
	secretFields []SecretField
	objects      []any
	problems     []Problem
	failed       bool
	ask          func(question) told
}

// NewOut is an Out for tests, whose look-ups find these objects. List selects none of them: it gives all of the kind in
// the namespace.
func NewOut(objects ...Object) *Out {
	return &Out{ask: func(asked question) told {
		var found told
		for _, object := range objects {
			if asked.list && object.Ref.Kind == asked.kind && object.Ref.Namespace == asked.namespace || object.Ref == asked.ref {
				found.objects = append(found.objects, object)
			}
		}
		found.known = asked.list || len(found.objects) > 0
		return found
	}}
}

// Fragment adds to what Envoy is given.
func (out *Out) Fragment(fragment Fragment) { out.fragments = append(out.fragments, fragment) }

// Filter has the listeners that need it go through an HTTP filter.
func (out *Out) Filter(filter Filter) {
	out.Fragment(Fragment{Slot: "http_filter/" + filter.Stage, Name: filter.Name, Type: filter.Type, Message: orEmpty(filter.Message),
		Weight: filter.Weight, Flags: filter.Flags, Field: filter.Field})
}

// PerFilter configures a filter for this route, weighted destination or virtual host.
func (out *Out) PerFilter(filterName, messageType string, message any) {
	out.Fragment(Fragment{Slot: "per_filter/" + filterName, Type: messageType, Message: orEmpty(message)})
}

// Metadata adds to the metadata of the cluster, route or virtual host.
func (out *Out) Metadata(namespace string, structure any) {
	out.Fragment(Fragment{Slot: "metadata/" + namespace, Message: structure})
}

// SecretUse and SecretField name Secrets; the host fills them in.
func (out *Out) SecretUse(use SecretUse) { out.secretUses = append(out.secretUses, use) }

// SecretField has a Secret's value written into a text field.
func (out *Out) SecretField(field SecretField) { out.secretFields = append(out.secretFields, field) }

// Object is for Derive: a whole object that follows from the input.
func (out *Out) Object(object any) { out.objects = append(out.objects, object) }

// Error drops the input, with all that was said of it; its report says why.
func (out *Out) Error(problem Problem) {
	problem.Severity = Error
	out.problems, out.failed = append(out.problems, problem), true
}

// Warning tells a problem that keeps nothing from being served.
func (out *Out) Warning(problem Problem) {
	problem.Severity = Warning
	out.problems = append(out.problems, problem)
}

// Info tells something worth knowing.
func (out *Out) Info(problem Problem) {
	problem.Severity = Info
	out.problems = append(out.problems, problem)
}

// Lookup reads another object; false: there is none. The input is asked for again when that changes. Secrets come as
// their shape, without values.
func (out *Out) Lookup(ref Ref) (json.RawMessage, bool) {
	found := out.ask(question{ref: ref})
	if !found.known || len(found.objects) == 0 {
		return nil, false
	}
	return found.objects[0].JSON, true
}

// List reads all objects of a kind, which the manifest lists under "kinds", whose declared index field has that value.
func (out *Out) List(kind, namespace, field, value string) []Object {
	return out.ask(question{list: true, kind: kind, namespace: namespace, field: field, value: value}).objects
}

// Failed tells whether Error was called.
func (out *Out) Failed() bool { return out.failed }

// Fragments, Problems and Objects are what was said so far, for tests.
func (out *Out) Fragments() []Fragment { return out.fragments }

// Problems are those that were told so far.
func (out *Out) Problems() []Problem { return out.problems }

// Objects are those that were made so far.
func (out *Out) Objects() []any { return out.objects }

func orEmpty(message any) any {
	if message == nil {
		return JSON{}
	}
	return message
}

func typeURL(name string) string {
	if name == "" || strings.Contains(name, "/") {
		return name
	}
	return "type.googleapis.com/" + name
}

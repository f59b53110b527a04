package solder

import (
	"encoding/json"
	"fmt"
	"time"
)

// Discovers is for plugins that find functions or endpoints of Upstreams: "solder.function-discovery/1",
// "solder.endpoint-discovery/1". The instance has a process of its own, beside the one that answers calls.
type Discovers interface {
	Discover(services *Services) (Discoverer, error)
}

// Discoverer is such an instance. Its methods, timers and answers come one at a time, and are to come back soon: it
// waits for nothing itself. Follow comes again for an Upstream that changed.
type Discoverer interface {
	Follow(upstreams []FollowedUpstream)
	Forget(upstreams []Ref)
}

// FollowedUpstream is an Upstream of a type that the plugin claims, or has functions for.
type FollowedUpstream struct {
	Upstream Ref
	Key      string // of the type
	Path     string // JSON pointer of Value
	Value    json.RawMessage
	Spec     json.RawMessage // all of it
}

// Brings is for plugins that bring whole objects from elsewhere: "solder.config-watcher/1".
type Brings interface {
	Bring(services *Services) (Source, error)
}

// Source is such an instance; the same holds for it. Watch comes once, before anything else.
type Source interface {
	Watch(kinds []WatchedKind) error
}

// WatchedKind is a kind of objects that Solder reads.
type WatchedKind struct {
	Kind, APIVersion string
}

// KeepsStatuses is for sources that write down what became of objects; an empty text: the object is gone.
type KeepsStatuses interface {
	Statuses(statuses []Object)
}

// Shares is for sources that keep what the Solders on one store share.
type Shares interface {
	Share(entries []Object)
}

// TakesChanges is for sources that can be written to. What became of it is told by Services.Changed, with the number.
// Empty JSON: the object is to go. False: it cannot be written to.
type TakesChanges interface {
	Change(number uint64, object Object, apiVersion string) bool
}

// Status is why Solder did not do what it was asked: one of solder_status in plugin_api/include/solder/abi.h.
type Status int32

// Those that requests are answered with, among others.
const (
	InvalidArgument    Status = 3
	DeadlineExceeded   Status = 4
	NotFound           Status = 5
	PermissionDenied   Status = 7
	ResourceExhausted  Status = 8
	FailedPrecondition Status = 9
	Unavailable        Status = 14
)

func (status Status) Error() string {
	return fmt.Sprintf("Solder answers with status %d", int32(status))
}

// Timer fires once.
type Timer struct {
	services *Services
	number   uint64
}

// After runs something once the time is over: "solder.loop/1".
func (services *Services) After(delay time.Duration, run func()) (*Timer, error) {
	number := services.next()
	services.timers[number] = run
	if delay < 0 {
		delay = 0
	}
	if err := services.use(useTimer, parcel{numbers: []uint64{number, uint64(delay.Nanoseconds())}}); err != nil {
		delete(services.timers, number)
		return nil, err
	}
	return &Timer{services, number}, nil
}

// Cancel keeps it from firing; one that fired is left alone. A nil Timer is none.
func (timer *Timer) Cancel() {
	if timer == nil {
		return
	}
	if _, waits := timer.services.timers[timer.number]; !waits {
		return
	}
	delete(timer.services.timers, timer.number)
	timer.services.use(useCancelTimer, parcel{numbers: []uint64{timer.number}})
}

// Header is one of a request or an answer; those of answers are in small letters.
type Header struct {
	Name, Value string
}

// AuthKind is how a request is signed.
type AuthKind uint64

// The kinds.
const (
	NoAuth AuthKind = 0
	Bearer AuthKind = 1 // "authorization: Bearer" with the value Key of Secret
	SigV4  AuthKind = 2 // AWS Signature Version 4 for Service in Region
	Google AuthKind = 3 // an access token of Google's for the scope Service
)

// Auth signs a request by a Secret that the plugin names and never sees: plugin_api/include/solder/services/http.h.
type Auth struct {
	Kind                 AuthKind
	Secret               Ref
	Key, Service, Region string
	RoleARN, STSEndpoint string
	RoleByToken          bool
}

// Request is an HTTP request that Solder makes: "solder.http/1".
type Request struct {
	Method    string // GET where empty
	URL       string
	Headers   []Header
	Body      []byte
	Timeout   time.Duration // 30 s where 0
	MaxBody   int           // of the answer; 8 MB where 0
	TLSSecret Ref           // whose authorities count, and whose certificate is shown
	Auth      Auth
	HTTP2     bool // from the first byte
	LongPoll  bool // the answer may take minutes
	// Where it is set, the answer's body comes piece by piece, as it arrives; a silence longer than Idle (5 minutes
	// where 0) ends it.
	Piece func(bytes []byte)
	Idle  time.Duration
}

// Answer is what became of a request: Status is 0 where there was an answer, whatever its Code.
type Answer struct {
	Status  Status
	Message string // why there is none
	Code    int
	Headers []Header
	Body    []byte
}

type sent struct {
	done  func(Answer)
	piece func([]byte)
}

// Send makes a request. done runs once, unless it is cancelled.
func (services *Services) Send(request Request, done func(Answer)) (cancel func(), err error) {
	number := services.next()
	services.sent[number] = sent{done, request.Piece}
	if err := services.use(useSend, request.parcel(number)); err != nil {
		delete(services.sent, number)
		return func() {}, err
	}
	return func() {
		if _, waits := services.sent[number]; waits {
			delete(services.sent, number)
			services.use(useCancel, parcel{numbers: []uint64{number}})
		}
	}, nil
}

func milliseconds(time time.Duration) uint64 {
	if time <= 0 {
		return 0
	}
	return uint64(time.Milliseconds()) + 1
}

func flag(is bool) uint64 {
	if is {
		return 1
	}
	return 0
}

func (request *Request) parcel(number uint64) parcel {
	auth := &request.Auth
	out := parcel{numbers: []uint64{number, milliseconds(request.Timeout), uint64(request.MaxBody), milliseconds(request.Idle), flag(request.HTTP2),
		flag(request.LongPoll), flag(request.Piece != nil), uint64(auth.Kind), flag(auth.RoleByToken), 0, 0, uint64(len(request.Headers))}}
	out.texts = []string{request.Method, request.URL, string(request.Body)}
	out.ref(request.TLSSecret)
	out.ref(auth.Secret)
	out.texts = append(out.texts, auth.Key, auth.Service, auth.Region, auth.RoleARN, auth.STSEndpoint, "", "", "", "")
	for _, header := range request.Headers {
		out.texts = append(out.texts, header.Name, header.Value)
	}
	return out
}

// Publish says what was found for an Upstream that is followed: "solder.publish/1". field is the JSON pointer of a list
// in the object ("/spec/NAME/endpoints"), key the member that names an item; items is what encoding/json makes a list
// of. It takes the place of what was published there before.
func (services *Services) Publish(upstream Ref, field, key string, items any) error {
	bytes, err := json.Marshal(items)
	if err != nil {
		return err
	}
	if string(bytes) == "null" {
		bytes = []byte("[]")
	}
	out := parcel{}
	out.ref(upstream)
	out.texts = append(out.texts, field, key, string(bytes))
	return services.use(usePublish, out)
}

// Report tells all that is wrong with finding something for an Upstream now; none: all is well. They are warnings.
func (services *Services) Report(upstream Ref, problems ...Problem) error {
	out := parcel{}
	out.ref(upstream)
	out.problems(problems)
	return services.use(useReport, out)
}

// Put adds or replaces an object, whole: "solder.objects/1". Of sources alone, as all that follows but WatchSettings.
func (services *Services) Put(object any) error {
	bytes, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return services.use(usePut, parcel{texts: []string{string(bytes)}})
}

// Remove takes an object away.
func (services *Services) Remove(object Ref) error {
	out := parcel{}
	out.ref(object)
	return services.use(useRemove, out)
}

// BeginList, Put…, EndList: all objects of a kind in a namespace, or in all where that is empty. With EndList those go
// that were not put in between.
func (services *Services) BeginList(kind, namespace string) error {
	return services.use(useBeginList, parcel{texts: []string{kind, namespace}})
}

// EndList ends what BeginList began.
func (services *Services) EndList(kind, namespace string) error {
	return services.use(useEndList, parcel{texts: []string{kind, namespace}})
}

// Keep says that they cannot be listed now: what is known of them stays.
func (services *Services) Keep(kind, namespace string) error {
	return services.use(useKeep, parcel{texts: []string{kind, namespace}})
}

// Complete says that everything there is has been put or kept once: it counts from now on.
func (services *Services) Complete() error { return services.use(useComplete, parcel{}) }

// ReportSource tells all that is wrong with the source now.
func (services *Services) ReportSource(problems ...Problem) error {
	out := parcel{}
	out.problems(problems)
	return services.use(useReportSource, out)
}

// Changed tells what became of a change; 0: it was made.
func (services *Services) Changed(number uint64, status Status, words string) error {
	return services.use(useChanged, parcel{numbers: []uint64{number, uint64(uint32(status))}, texts: []string{words}})
}

// MayHoldLease tells whether Solder takes leases: "solder.lease/1".
func (services *Services) MayHoldLease() bool { return services.lease }

// HoldLease says that the lease is this Solder's for so long from now; 0: it is not.
func (services *Services) HoldLease(left time.Duration) error {
	until := uint64(0)
	if left > 0 {
		until = monotonic() + uint64(left.Nanoseconds())
	}
	return services.use(useHoldLease, parcel{numbers: []uint64{until}})
}

// WatchSettings calls changed with the spec of the Settings that count, now and whenever they change:
// "solder.settings/1".
func (services *Services) WatchSettings(changed func(spec json.RawMessage)) error {
	services.settings = changed
	return services.use(useWatchSettings, parcel{})
}

package solder

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"
)

// Solder's end of the socket.
type solderSide struct {
	t      *testing.T
	socket net.Conn
}

func (side solderSide) say(out *packer) *unpacker {
	side.t.Helper()
	if err := out.send(side.socket); err != nil {
		side.t.Fatal(err)
	}
	return side.hear()
}

func (side solderSide) hear() *unpacker {
	side.t.Helper()
	frame, err := readFrame(side.socket)
	if err != nil {
		side.t.Fatal(err)
	}
	return &unpacker{left: frame}
}

func beginFrame(version uint32, config string) *packer {
	out := begin(messageBegin)
	out.u32(version)
	out.text("name")
	out.text("/copies/name.plugin")
	out.text("/plugins/name.plugin")
	out.text(config)
	out.u32(512)
	return out
}

func start(t *testing.T, create func(Host, json.RawMessage) (any, error)) solderSide {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	go func() {
		_ = serve(theirs, theirs, create)
		theirs.Close()
	}()
	return solderSide{t, ours}
}

func started(t *testing.T, plugin any) solderSide {
	side := start(t, func(Host, json.RawMessage) (any, error) { return plugin, nil })
	if kind := side.say(beginFrame(protocol, "{}")).u8(); kind != messageReady {
		t.Fatalf("message %d", kind)
	}
	return side
}

type echo struct{ state string }

func (echo) Options(in *OptionInput, out *Out) {
	var text string
	if !in.Decode(&text, out) {
		return
	}
	if text == "panic" {
		panic("at " + in.Key)
	}
	if found, is := out.Lookup(Ref{"Upstream", "ns", text}); is {
		text = string(found)
	}
	out.Fragment(Fragment{Slot: "route", Message: JSON{"statPrefix": text}, Clear: []string{"name"}, Weight: -1, Field: "/x"})
}
func (plugin *echo) Save() ([]byte, error) { return []byte(plugin.state), nil }
func (plugin *echo) Restore(_ string, state []byte) error {
	if string(state) == "odd" {
		return errors.New("no")
	}
	plugin.state = string(state)
	return nil
}

func optionsFrame(known []Object, values ...string) *packer {
	out := begin(messageCall)
	out.u8(operationOptions)
	out.u64(1)
	out.u32(uint32(len(values)))
	for i, value := range values {
		out.u32(uint32(ScopeRoute))
		out.u32(uint32(ActionForward))
		out.ref(Ref{"Route", "ns", ""})
		out.text("echo")
		out.text("/options/echo")
		out.text(value)
		if i == 0 {
			out.text(`{"echo": 1}`)
		} else {
			out.u32(sameAgain)
		}
	}
	out.u32(uint32(len(known)))
	for _, object := range known {
		out.question(question{ref: object.Ref})
		out.u8(1)
		out.u32(1)
		out.ref(object.Ref)
		out.raw(object.JSON)
	}
	return out
}

type readFragment struct {
	slot, message, clear, field string
	weight                      int32
}

// One item of an answer, of fragments and problems alone.
func item(in *unpacker) (fragments []readFragment, problems []Problem) {
	for left := in.count(4); left > 0; left-- {
		fragment := readFragment{slot: in.text()}
		in.text()
		in.text()
		fragment.message = in.text()
		in.u8()
		for paths := in.count(4); paths > 0; paths-- {
			fragment.clear += in.text()
		}
		fragment.weight = int32(in.u32())
		in.u32()
		fragment.field = in.text()
		fragments = append(fragments, fragment)
	}
	in.u32()
	in.u32()
	in.u32()
	for left := in.count(4); left > 0; left-- {
		problems = append(problems, Problem{Severity(in.u32()), in.text(), in.text(), in.text(), in.text(), in.text(), in.ref()})
	}
	return fragments, problems
}

func TestOperationsAreThoseThatThePluginHas(t *testing.T) {
	side := start(t, func(host Host, config json.RawMessage) (any, error) {
		if host != (Host{"name", "/copies/name.plugin", "/plugins/name.plugin", 512}) || string(config) != `{"a":1}` {
			t.Error(host, string(config))
		}
		return &echo{}, nil
	})
	in := side.say(beginFrame(protocol, `{"a":1}`))
	if kind, operations := in.u8(), in.u32(); kind != messageReady || operations != 1<<operationOptions|keepsState {
		t.Fatal(kind, operations)
	}
}

func TestWhatIsRefused(t *testing.T) {
	for words, create := range map[string]func(Host, json.RawMessage) (any, error){
		"no such thing":                  func(Host, json.RawMessage) (any, error) { return nil, errors.New("no such thing") },
		"the plugin panicked: at create": func(Host, json.RawMessage) (any, error) { panic("at create") },
		"there is no plugin":             func(Host, json.RawMessage) (any, error) { return nil, nil },
	} {
		in := start(t, create).say(beginFrame(protocol, "{}"))
		if kind, reason, message := in.u8(), in.text(), in.text(); kind != messageRefused || reason != "CreateFailed" || message != words {
			t.Error(kind, reason, message)
		}
	}
	in := start(t, nil).say(beginFrame(protocol+1, "{}"))
	if kind, reason := in.u8(), in.text(); kind != messageRefused || reason != "Declined" {
		t.Error(kind, reason)
	}
}

func TestACall(t *testing.T) {
	side := started(t, &echo{})
	known := []Object{{Ref{"Upstream", "ns", "known"}, json.RawMessage("from before")}}
	in := side.say(optionsFrame(known, `"known"`, `"asked"`, `"panic"`, `7`))
	// The first is answered by what came along, at index 0; the second asks.
	if kind := in.u8(); kind != messageAsk {
		t.Fatalf("message %d", kind)
	}
	if asked := in.question(); asked != (question{index: 1, ref: Ref{"Upstream", "ns", "asked"}}) || !in.done() {
		t.Fatal(asked)
	}
	none := begin(messageTold)
	none.u8(0)
	none.u32(0)
	in = side.say(none)
	if kind, items := in.u8(), in.u32(); kind != messageDone || items != 4 {
		t.Fatal(kind, items)
	}
	for i, want := range []string{"from before", "asked"} {
		fragments, problems := item(in)
		message, _ := json.Marshal(JSON{"statPrefix": want})
		if len(problems) != 0 || !reflect.DeepEqual(fragments, []readFragment{{"route", string(message), "name", "/x", -1}}) {
			t.Error(i, fragments, problems)
		}
	}
	_, problems := item(in)
	if len(problems) != 1 || problems[0].Reason != "PluginThrew" || problems[0].Message != "the plugin panicked: at echo" || problems[0].Severity != Error {
		t.Error(problems)
	}
	_, problems = item(in)
	if len(problems) != 1 || problems[0].Reason != "BadValue" || !strings.Contains(problems[0].Message, "cannot read the value") {
		t.Error(problems)
	}
	if used, index := in.u32(), in.u32(); used != 1 || index != 0 || !in.done() {
		t.Error(used, index)
	}
}

func TestStates(t *testing.T) {
	side := started(t, &echo{state: "kept\x00"})
	in := side.say(begin(messageSave))
	if kind, form, state := in.u8(), in.u8(), in.text(); kind != messageSaved || form != 1 || state != "kept\x00" {
		t.Error(kind, form, state)
	}
	for state, failed := range map[string]byte{"new": 0, "odd": 1} {
		out := begin(messageRestore)
		out.text("1.0.0")
		out.text(state)
		in := side.say(out)
		if kind, form := in.u8(), in.u8(); kind != messageRestored || form != failed {
			t.Error(kind, form)
		}
	}
	in = started(t, struct{}{}).say(begin(messageSave))
	if kind, form := in.u8(), in.u8(); kind != messageSaved || form != 0 {
		t.Error(kind, form)
	}
}

type unwritable struct{}

func (unwritable) Options(_ *OptionInput, out *Out) {
	out.Fragment(Fragment{Slot: "route", Message: func() {}})
}

type endless struct{}

func (endless) Options(_ *OptionInput, out *Out) {
	out.Fragment(Fragment{Slot: "route", Wire: bytes.Repeat([]byte{0}, mostAnswer)})
}

func TestAnswersThatCannotBeGiven(t *testing.T) {
	for plugin, words := range map[any]string{unwritable{}: "cannot be written as JSON", endless{}: "more than 64 MB"} {
		in := started(t, plugin).say(optionsFrame(nil, `""`))
		if kind, items := in.u8(), in.u32(); kind != messageDone || items != 1 {
			t.Fatal(kind, items)
		}
		_, problems := item(in)
		if len(problems) != 1 || problems[0].Reason != "PluginFailed" || !strings.Contains(problems[0].Message, words) {
			t.Error(problems)
		}
	}
}

func TestWhatMakesNoSenseEndsIt(t *testing.T) {
	for _, bytes := range [][]byte{{}, {99}, {messageCall}, {messageCall, operationOptions, 0}, {messageRestore, 255, 255, 255, 255}} {
		ours, theirs := net.Pipe()
		ended := make(chan error)
		go func() {
			ended <- serve(theirs, theirs, func(Host, json.RawMessage) (any, error) { return &echo{}, nil })
		}()
		side := solderSide{t, ours}
		side.say(beginFrame(protocol, "{}"))
		if err := (&packer{bytes: append(make([]byte, 4), bytes...)}).send(ours); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, errFrame) {
			t.Error(bytes, err)
		}
	}
}

func TestOutsOfTests(t *testing.T) {
	object := Object{Ref{"ConfigMap", "ns", "a"}, json.RawMessage("{}")}
	out := NewOut(object)
	if _, is := out.Lookup(object.Ref); !is {
		t.Error("not found")
	}
	if _, is := out.Lookup(Ref{"ConfigMap", "ns", "b"}); is {
		t.Error("found")
	}
	if found := out.List("ConfigMap", "ns", "", ""); len(found) != 1 {
		t.Error(found)
	}
	out.Filter(Filter{Stage: "waf", Name: "one"})
	out.PerFilter("one", "a.Type", nil)
	out.Warning(Problem{Message: "odd"})
	if out.Failed() || len(out.Problems()) != 1 || out.Fragments()[1].Slot != "per_filter/one" || out.Fragments()[0].Name != "one" {
		t.Error(out)
	}
}

// An instance that works by itself: asks, waits, publishes what it was answered.
type finder struct {
	services *Services
	about    Ref
}

func (finder) Discover(services *Services) (Discoverer, error) {
	return &finder{services: services}, nil
}
func (own *finder) Follow(upstreams []FollowedUpstream) {
	own.about = upstreams[0].Upstream
	_, err := own.services.After(time.Second, func() {
		own.services.Send(Request{URL: "http://one/", Headers: []Header{{"a", "b"}}}, func(answer Answer) {
			own.services.Publish(own.about, "/spec/x/list", "name", []JSON{{"name": string(answer.Body)}})
		})
	})
	if err != nil {
		panic(err)
	}
}
func (own *finder) Forget([]Ref) { panic("as it was told") }

func (side solderSide) parcel(message byte) parcel {
	side.t.Helper()
	in := side.hear()
	if kind := in.u8(); kind != message {
		side.t.Fatalf("message %d, not %d", kind, message)
	}
	out, whole := readParcel(in)
	if !whole {
		side.t.Fatal("half a message")
	}
	return out
}

func (side solderSide) tell(message byte, own parcel) {
	side.t.Helper()
	if err := own.send(message, side.socket); err != nil {
		side.t.Fatal(err)
	}
}

// What it uses, which is answered with `status` after `between`, if there is any.
func (side solderSide) used(what byte, between *parcel) parcel {
	side.t.Helper()
	use := side.parcel(messageUse)
	if use.what != what {
		side.t.Fatalf("use %d, not %d", use.what, what)
	}
	if between != nil {
		side.tell(messageTask, *between)
	}
	side.tell(messageUsed, parcel{what: what, id: use.id})
	return use
}

func TestAnInstanceWorksByItself(t *testing.T) {
	side := started(t, finder{})
	side.tell(messageTask, parcel{what: taskBegin, id: 1, numbers: []uint64{roleDiscovery, 0}})
	if done := side.parcel(messageTaskDone); done.id != 1 || done.status != 0 {
		t.Fatal(done)
	}
	side.tell(messageTask, parcel{what: taskFollow, id: 2, texts: []string{"Upstream", "ns", "one", "x", "/spec/x", "{}", "{}"}})
	timer := side.used(useTimer, nil)
	if done := side.parcel(messageTaskDone); done.id != 2 || done.status != 0 || timer.numbers[1] != 1e9 {
		t.Fatal(done, timer)
	}
	// A task that comes while it waits for an answer is kept for afterwards; a panic is its own problem.
	side.tell(messageEvent, parcel{what: eventFired, id: timer.numbers[0]})
	request := side.used(useSend, &parcel{what: taskForget, id: 3, texts: []string{"Upstream", "ns", "one"}})
	if done := side.parcel(messageTaskDone); done.id != 3 || done.status != statusInternal || !strings.Contains(done.texts[0], "as it was told") {
		t.Fatal(done)
	}
	if len(request.numbers) != 12 || len(request.texts) != 20 || request.texts[1] != "http://one/" || request.texts[19] != "b" {
		t.Fatal(request)
	}
	side.tell(messageEvent, parcel{what: eventAnswer, id: request.numbers[0], numbers: []uint64{200}, texts: []string{"", "found"}})
	published := side.used(usePublish, nil)
	if !reflect.DeepEqual(published.texts, []string{"Upstream", "ns", "one", "/spec/x/list", "name", `[{"name":"found"}]`}) {
		t.Fatal(published)
	}
	side.tell(messageTask, parcel{what: taskPing, id: 4})
	if done := side.parcel(messageTaskDone); done.id != 4 {
		t.Fatal(done)
	}
}

package solder

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"unsafe"
)

// The side of an instance that works by itself: docs/plugins/protocol.md, "Instances that work by themselves".

const (
	messageTask     = 15
	messageTaskDone = 16
	messageUse      = 17
	messageUsed     = 18
	messageEvent    = 19
)

const (
	taskBegin = 1 + iota
	taskFollow
	taskForget
	taskWatch
	taskStatuses
	taskShare
	taskChange
	taskPing
)

const (
	useSend = 1 + iota
	useCancel
	useTaken
	usePublish
	useReport
	usePut
	useRemove
	useBeginList
	useEndList
	useKeep
	useComplete
	useReportSource
	useHoldLease
	useChanged
	useWatchSettings
	useTimer
	useCancelTimer
)

const (
	eventAnswer = 1 + iota
	eventPiece
	eventSettings
	eventFired
)

const (
	roleDiscovery  = 1
	discovers      = 1 << 17
	bringsObjects  = 1 << 18
	refTexts       = 3
	upstreamTexts  = 7
	statusInternal = 13
)

// What all of these messages are.
type parcel struct {
	what    byte
	id      uint64
	status  int32
	numbers []uint64
	texts   []string
}

func (own *parcel) ref(ref Ref) { own.texts = append(own.texts, ref.Kind, ref.Namespace, ref.Name) }

func (own *parcel) refAt(at int) Ref { return Ref{own.texts[at], own.texts[at+1], own.texts[at+2]} }

// What works by itself tells warnings: where nothing is said of the severity, it is one.
func (own *parcel) problems(problems []Problem) {
	for _, each := range problems {
		if each.Severity == Info {
			each.Severity = Warning
		}
		own.numbers = append(own.numbers, uint64(each.Severity))
		own.texts = append(own.texts, each.Field, each.Reason, each.Message, each.Found, each.Expected)
		own.ref(each.Related)
	}
}

func (own *parcel) send(message byte, to io.Writer) error {
	out := begin(message)
	out.u8(own.what)
	out.u64(own.id)
	out.u32(uint32(own.status))
	out.u32(uint32(len(own.numbers)))
	for _, number := range own.numbers {
		out.u64(number)
	}
	out.u32(uint32(len(own.texts)))
	for _, text := range own.texts {
		out.text(text)
	}
	return out.send(to)
}

func readParcel(in *unpacker) (parcel, bool) {
	out := parcel{what: in.u8(), id: in.u64(), status: int32(in.u32())}
	for left := in.count(8); left > 0; left-- {
		out.numbers = append(out.numbers, in.u64())
	}
	for left := in.count(4); left > 0; left-- {
		out.texts = append(out.texts, in.text())
	}
	return out, in.done()
}

// Services is what Solder does for an instance that works by itself, as far as its manifest's "needs" name it. For use
// in the instance's own methods, timers and answers.
type Services struct {
	from     *bufio.Reader
	to       io.Writer
	last     uint64
	lease    bool
	timers   map[uint64]func()
	sent     map[uint64]sent
	settings func(json.RawMessage)
	later    []delivered // what came while an answer was waited for
}

type delivered struct {
	message byte
	parcel  parcel
}

func (services *Services) next() uint64 {
	services.last++
	return services.last
}

// Ends the process; in the tests, where plugin and Solder are one process, the plugin alone.
var leave = os.Exit

// Waits for the next of Solder's messages. Ends the process where Solder is gone.
func (services *Services) read() delivered {
	frame, err := readFrame(services.from)
	if err != nil {
		leave(0)
	}
	in := &unpacker{left: frame}
	out := delivered{message: in.u8()}
	read, whole := readParcel(in)
	if !whole {
		fmt.Fprintln(os.Stderr, errFrame)
		leave(1)
	}
	out.parcel = read
	return out
}

func (services *Services) use(what byte, asked parcel) error {
	asked.what, asked.id = what, services.next()
	if asked.send(messageUse, services.to) != nil {
		leave(0)
	}
	for {
		came := services.read()
		if came.message != messageUsed {
			services.later = append(services.later, came)
		} else if came.parcel.id == asked.id {
			if came.parcel.status != 0 {
				return Status(came.parcel.status)
			}
			return nil
		}
	}
}

type instance struct {
	server     *server
	services   *Services
	discoverer Discoverer
	source     Source
}

// The first task makes this process one in which an instance works by itself: nothing else comes from then on.
func (server *server) workByItself(first parcel) error {
	services := &Services{from: server.from, to: server.to, timers: map[uint64]func(){}, sent: map[uint64]sent{}}
	own := &instance{server: server, services: services}
	for came := (delivered{messageTask, first}); ; {
		switch came.message {
		case messageTask:
			if err := own.perform(&came.parcel); err != nil {
				return err
			}
		case messageEvent:
			own.happened(&came.parcel)
		default:
			return errFrame
		}
		if len(services.later) > 0 {
			came, services.later = services.later[0], services.later[1:]
		} else {
			came = services.read()
		}
	}
}

func (own *instance) perform(task *parcel) error {
	done := parcel{what: task.what, id: task.id, texts: []string{""}}
	if _, err := guarded(func() (any, error) { return nil, own.do(task) }); err != nil {
		done.status, done.texts[0] = statusInternal, err.Error()
		var status Status
		if errors.As(err, &status) {
			done.status = int32(status)
		}
	}
	return done.send(messageTaskDone, own.services.to)
}

func (own *instance) do(task *parcel) (err error) {
	switch task.what {
	case taskPing:
	case taskBegin:
		return own.begin(task)
	case taskFollow:
		var upstreams []FollowedUpstream
		for at := 0; at+upstreamTexts <= len(task.texts); at += upstreamTexts {
			upstreams = append(upstreams, FollowedUpstream{task.refAt(at), task.texts[at+3], task.texts[at+4], json.RawMessage(task.texts[at+5]), json.RawMessage(task.texts[at+6])})
		}
		if own.discoverer != nil {
			own.discoverer.Follow(upstreams)
		}
	case taskForget:
		var upstreams []Ref
		for at := 0; at+refTexts <= len(task.texts); at += refTexts {
			upstreams = append(upstreams, task.refAt(at))
		}
		if own.discoverer != nil {
			own.discoverer.Forget(upstreams)
		}
	case taskWatch:
		var kinds []WatchedKind
		for at := 0; at+1 < len(task.texts); at += 2 {
			kinds = append(kinds, WatchedKind{task.texts[at], task.texts[at+1]})
		}
		if own.source != nil {
			return own.source.Watch(kinds)
		}
	case taskStatuses:
		if source, has := own.source.(KeepsStatuses); has {
			source.Statuses(objectsOf(task))
		}
	case taskShare:
		if source, has := own.source.(Shares); has {
			source.Share(objectsOf(task))
		}
	case taskChange:
		source, has := own.source.(TakesChanges)
		if has && len(task.numbers) == 1 && len(task.texts) == refTexts+2 &&
			source.Change(task.numbers[0], Object{task.refAt(0), json.RawMessage(task.texts[refTexts+1])}, task.texts[refTexts]) {
			return nil
		}
		return NotFound
	}
	return nil
}

func (own *instance) begin(task *parcel) (err error) {
	own.services.lease = len(task.numbers) > 1 && task.numbers[1] != 0
	if plugin, has := own.server.plugin.(Discovers); has && len(task.numbers) > 0 && task.numbers[0] == roleDiscovery {
		own.discoverer, err = plugin.Discover(own.services)
		return err
	}
	if plugin, has := own.server.plugin.(Brings); has {
		own.source, err = plugin.Bring(own.services)
		return err
	}
	return fmt.Errorf("the plugin has no method for that")
}

func objectsOf(task *parcel) []Object {
	var out []Object
	for at := 0; at+refTexts < len(task.texts); at += refTexts + 1 {
		out = append(out, Object{task.refAt(at), json.RawMessage(task.texts[at+refTexts])})
	}
	return out
}

// A panic there is in the log, and the instance goes on.
func (own *instance) happened(event *parcel) {
	if _, err := guarded(func() (any, error) { own.react(event); return nil, nil }); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func (own *instance) react(event *parcel) {
	services := own.services
	switch event.what {
	case eventFired:
		run, waits := services.timers[event.id]
		delete(services.timers, event.id)
		if waits {
			run()
		}
	case eventAnswer:
		request, waits := services.sent[event.id]
		delete(services.sent, event.id)
		if !waits || request.done == nil || len(event.numbers) != 1 || len(event.texts) < 2 {
			return
		}
		answer := Answer{Status: Status(event.status), Message: event.texts[0], Code: int(event.numbers[0]), Body: []byte(event.texts[1])}
		for at := 2; at+1 < len(event.texts); at += 2 {
			answer.Headers = append(answer.Headers, Header{event.texts[at], event.texts[at+1]})
		}
		request.done(answer)
	case eventPiece:
		if len(event.texts) != 1 {
			return
		}
		taken := parcel{what: useTaken, numbers: []uint64{event.id, uint64(len(event.texts[0]))}}
		defer taken.send(messageUse, services.to)
		if request, waits := services.sent[event.id]; waits && request.piece != nil {
			request.piece([]byte(event.texts[0]))
		}
	case eventSettings:
		if services.settings != nil && len(event.texts) == 1 {
			services.settings(json.RawMessage(event.texts[0]))
		}
	}
}

// Nanoseconds of the clock that Solder and its plugins share.
func monotonic() uint64 {
	const clockMonotonic = 1
	var now syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0)
	return uint64(now.Nano())
}

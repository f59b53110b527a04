// Package clients is a fleet of xDS clients in one process, what they count, and what is changed before their eyes: the
// same for Solder and for the peers. The process that saves a file is the one that sees it arrive, so one clock tells
// how long it took.
package clients

import (
	"fmt"
	"path"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"solder/bench/peers/discovery"
)

// A watch is told of every resource that any client received.
type watch interface {
	// The number of the event that the resource shows, or 0.
	arrived(client int, one discovery.Resource, at time.Time) int
	// The response that the event came in has ended.
	whole(client, number int)
}

// Fleet holds clients that are connected to one server.
type Fleet struct {
	kind       discovery.Kind
	role       string
	routes     []string // nil: what an Envoy asks for
	routeIndex map[string]int
	watch      atomic.Pointer[watch]

	mutex   sync.Mutex
	streams []*discovery.Stream
	bytes   map[string]int64 // of responses, by type
	began   time.Time
	done    []float64 // milliseconds until each had everything
	size    int
	all     chan struct{}
	failed  chan error
	closed  bool
}

// Connected says how connecting went.
type Connected struct {
	MedianMs float64          `json:"median_ms"`
	LastMs   float64          `json:"last_ms"`
	Bytes    map[string]int64 `json:"bytes"`
}

// Connect opens all at once and waits until each has the whole world.
func Connect(address string, kind discovery.Kind, role string, routes []string, size int, patience time.Duration) (*Fleet, *Connected, error) {
	f := &Fleet{kind: kind, role: role, routes: routes, size: size, bytes: map[string]int64{},
		all: make(chan struct{}), failed: make(chan error, 1), routeIndex: map[string]int{}}
	for i, name := range routes {
		f.routeIndex[name] = i
	}
	f.began = time.Now()
	for i := 0; i < size; i++ {
		go func() {
			one := &client{fleet: f, index: i}
			f.fail(one.run(address))
		}()
	}
	if err := f.wait(f.all, patience, "everything"); err != nil {
		f.Close()
		return nil, nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	times := append([]float64(nil), f.done...)
	sort.Float64s(times)
	return f, &Connected{times[len(times)/2], times[len(times)-1], copied(f.bytes)}, nil
}

// Close ends all streams.
func (f *Fleet) Close() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.closed = true
	for _, stream := range f.streams {
		_ = stream.Close()
	}
}

func (f *Fleet) opened(stream *discovery.Stream) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.streams = append(f.streams, stream)
	if f.closed {
		_ = stream.Close()
	}
}

func (f *Fleet) completed(int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.done = append(f.done, milliseconds(time.Since(f.began)))
	if len(f.done) == f.size {
		close(f.all)
	}
}

func (f *Fleet) count(response *discovery.Response) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.bytes[short(response.TypeURL)] += response.Bytes
}

func (f *Fleet) counted() map[string]int64 {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return copied(f.bytes)
}

func (f *Fleet) fail(err error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if !f.closed {
		select {
		case f.failed <- err:
		default:
		}
	}
}

func (f *Fleet) wait(event <-chan struct{}, patience time.Duration, what string) error {
	select {
	case <-event:
		return nil
	case err := <-f.failed:
		return err
	case <-time.After(patience):
		return fmt.Errorf("not every client had %s within %v", what, patience)
	}
}

// "type.googleapis.com/envoy.config.cluster.v3.Cluster" → "Cluster"
func short(typeURL string) string {
	return path.Ext(typeURL)[1:]
}

func copied(from map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for key, value := range from {
		out[key] = value
	}
	return out
}

func difference(after, before map[string]int64) map[string]int64 {
	out := map[string]int64{}
	for key, value := range after {
		if value != before[key] {
			out[key] = value - before[key]
		}
	}
	return out
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

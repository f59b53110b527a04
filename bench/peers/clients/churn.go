package clients

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"

	"solder/bench/peers/discovery"
)

// Churn changes one endpoint at a time, round and round the upstreams.
type Churn struct {
	Template  string  `json:"template"` // file with @INDEX@ and @ADDRESS@ in it
	Staging   string  `json:"staging"`
	Directory string  `json:"directory"` // files are endpoints-INDEX.json in it
	Upstreams int     `json:"upstreams"`
	First     int     `json:"first"` // number of the first event; a number is used once in a world
	Rate      float64 `json:"rate"`  // changes a second
	Seconds   float64 `json:"seconds"`
}

// Churned tells of the events that arrived; none may be lost.
type Churned struct {
	Events int              `json:"events"`
	P50Ms  float64          `json:"p50_ms"`
	P99Ms  float64          `json:"p99_ms"`
	MaxMs  float64          `json:"max_ms"`
	Rate   float64          `json:"rate"` // that was reached
	Bytes  map[string]int64 `json:"bytes"`
}

// The address of the first endpoint tells which event it comes from: 11.0.0.0 and the event's number.
func eventAddress(event int) string {
	return netip.AddrFrom4([4]byte{11, byte(event >> 16), byte(event >> 8), byte(event)}).String()
}

func eventOf(address []byte) int {
	parsed, err := netip.ParseAddr(string(address))
	if err != nil || !parsed.Is4() {
		return 0
	}
	bytes := parsed.As4()
	if bytes[0] != 11 {
		return 0
	}
	return int(bytes[1])<<16 | int(bytes[2])<<8 | int(bytes[3])
}

type saved struct {
	event int
	at    time.Time
}

// Which saved events of an upstream have not arrived. A newer one that arrives stands for those before it.
type churnWatch struct {
	mutex   sync.Mutex
	pending [][]saved
	took    []float64
	left    int
	done    chan struct{}
}

// ClusterLoadAssignment.endpoints.lb_endpoints.endpoint.address.socket_address.address
func firstAddress(assignment []byte) []byte { return discovery.Field(assignment, 2, 2, 1, 1, 1, 2) }

func (w *churnWatch) arrived(_ int, one discovery.Resource, at time.Time) int {
	if string(one.TypeURL) != resource.EndpointType {
		return 0
	}
	event := eventOf(firstAddress(one.Value))
	name, _, _ := strings.Cut(strings.TrimPrefix(string(one.Name), "endpoints-"), "_")
	index, err := strconv.Atoi(name)
	if event == 0 || err != nil || index >= len(w.pending) {
		return 0
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	waiting := w.pending[index]
	for len(waiting) > 0 && waiting[0].event <= event {
		w.took = append(w.took, milliseconds(at.Sub(waiting[0].at)))
		waiting = waiting[1:]
		if w.left--; w.left == 0 {
			close(w.done)
		}
	}
	w.pending[index] = waiting
	return 0
}

func (w *churnWatch) whole(int, int) {}

// Known before the file is there: the server may be quicker than the return of rename(2).
func (w *churnWatch) expect(index, event int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.pending[index] = append(w.pending[index], saved{event, time.Now()})
}

// Churn runs to its end and waits until the last change has arrived at the one client of the fleet.
func (f *Fleet) Churn(churn Churn, patience time.Duration) (*Churned, error) {
	text, err := os.ReadFile(churn.Template)
	if err != nil {
		return nil, err
	}
	events := int(churn.Rate * churn.Seconds)
	if f.size != 1 || events < 1 || churn.First < 1 || churn.First+events > 1<<24 {
		return nil, fmt.Errorf("%d events for %d clients", events, f.size)
	}
	changes := &churnWatch{pending: make([][]saved, churn.Upstreams), left: events, done: make(chan struct{})}
	var w watch = changes
	f.watch.Store(&w)
	defer f.watch.Store(nil)
	before := f.counted()
	began := time.Now()
	for i := 0; i < events; i++ {
		event, index := churn.First+i, i%churn.Upstreams
		one := strings.NewReplacer("@INDEX@", strconv.Itoa(index), "@ADDRESS@", eventAddress(event)).Replace(string(text))
		if err := os.WriteFile(churn.Staging, []byte(one), 0o644); err != nil {
			return nil, err
		}
		due := began.Add(time.Duration(float64(i) / churn.Rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		changes.expect(index, event)
		if err := os.Rename(churn.Staging, filepath.Join(churn.Directory, fmt.Sprintf("endpoints-%d.json", index))); err != nil {
			return nil, err
		}
	}
	rate := float64(events) / time.Since(began).Seconds()
	if err := f.wait(changes.done, patience, "the last endpoint"); err != nil {
		return nil, err
	}
	sort.Float64s(changes.took)
	at := func(share float64) float64 { return changes.took[int(float64(len(changes.took)-1)*share)] }
	return &Churned{len(changes.took), at(0.5), at(0.99), at(1), rate, difference(f.counted(), before)}, nil
}

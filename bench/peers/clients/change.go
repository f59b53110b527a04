package clients

import (
	"bytes"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"solder/bench/peers/discovery"
)

// Timeouts that carry a mark are 2.5 s and as many microseconds as the mark says.
const (
	markSeconds = 2
	markNanos   = 500_000_000
	// MaxMark is the largest mark.
	MaxMark = 499_999
)

func markText(mark int) string { return fmt.Sprintf("%d.%09ds", markSeconds, markNanos+mark*1000) }

// The Duration as it stands in a route on the wire: unlike enough to anything else in these worlds to be searched for.
func markBytes(mark int) []byte {
	out := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), markSeconds)
	return protowire.AppendVarint(protowire.AppendTag(out, 2, protowire.VarintType), uint64(markNanos+mark*1000))
}

// Save puts text into the target as an editor does: written beside, outside of what is watched, then renamed over.
func save(staging, target, text string) (time.Time, error) {
	if err := os.WriteFile(staging, []byte(text), 0o644); err != nil {
		return time.Time{}, err
	}
	at := time.Now()
	return at, os.Rename(staging, target)
}

// Change is an object in which one route's timeout becomes new.
type Change struct {
	Template string `json:"template"` // file with @TIMEOUT@ in it
	Staging  string `json:"staging"`
	Target   string `json:"target"`
	Mark     int    `json:"mark"`
}

// Changed says when it had arrived.
type Changed struct {
	FirstMs  float64          `json:"first_ms"`
	MedianMs float64          `json:"median_ms"`
	LastMs   float64          `json:"last_ms"`
	Bytes    map[string]int64 `json:"bytes"`
}

type markWatch struct {
	number  int
	pattern []byte
	mutex   sync.Mutex
	times   []time.Time
	left    atomic.Int64
	done    chan struct{}
}

func (m *markWatch) arrived(client int, one discovery.Resource, at time.Time) int {
	if !bytes.Contains(one.Value, m.pattern) {
		return 0
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.times[client].IsZero() {
		m.times[client] = at
	}
	return m.number
}

func (m *markWatch) whole(_, number int) {
	if number == m.number && m.left.Add(-1) == 0 {
		close(m.done)
	}
}

// Change saves the file and waits until every client has received the new timeout.
func (f *Fleet) Change(change Change, patience time.Duration) (*Changed, error) {
	template, err := os.ReadFile(change.Template)
	if err != nil {
		return nil, err
	}
	if change.Mark < 1 || change.Mark > MaxMark || !strings.Contains(string(template), "@TIMEOUT@") {
		return nil, fmt.Errorf("mark %d in %s cannot be found again", change.Mark, change.Template)
	}
	mark := &markWatch{number: change.Mark, pattern: markBytes(change.Mark), times: make([]time.Time, f.size), done: make(chan struct{})}
	mark.left.Store(int64(f.size))
	var w watch = mark
	f.watch.Store(&w)
	defer f.watch.Store(nil)
	before := f.counted()
	saved, err := save(change.Staging, change.Target, strings.ReplaceAll(string(template), "@TIMEOUT@", markText(change.Mark)))
	if err != nil {
		return nil, err
	}
	if err := f.wait(mark.done, patience, "the changed route"); err != nil {
		return nil, err
	}
	took := make([]float64, f.size)
	for i, at := range mark.times {
		took[i] = milliseconds(at.Sub(saved))
	}
	sort.Float64s(took)
	return &Changed{took[0], took[len(took)/2], took[len(took)-1], difference(f.counted(), before)}, nil
}

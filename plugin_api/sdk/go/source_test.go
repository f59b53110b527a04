package solder

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func init() { leave = func(int) { runtime.Goexit() } }

// A source that cannot watch, in a way that a status stands for.
type source struct{ services *Services }

func (source) Bring(services *Services) (Source, error) { return &source{services}, nil }
func (own *source) Watch([]WatchedKind) error {
	own.services.ReportSource(Problem{Reason: "Away", Message: "nobody answers"}, Problem{Severity: Error, Reason: "Odd", Message: "odd"})
	return fmt.Errorf("the store: %w", Unavailable)
}

func TestWhatIsReportedIsAWarningAndWhatFailsKeepsItsStatus(t *testing.T) {
	side := started(t, source{})
	side.tell(messageTask, parcel{what: taskBegin, id: 1, numbers: []uint64{0, 0}})
	if done := side.parcel(messageTaskDone); done.id != 1 || done.status != 0 {
		t.Fatal(done)
	}
	side.tell(messageTask, parcel{what: taskWatch, id: 2, texts: []string{"Secret", "v1"}})
	if reported := side.used(useReportSource, nil); !reflect.DeepEqual(reported.numbers, []uint64{uint64(Warning), uint64(Error)}) {
		t.Fatal(reported)
	}
	if done := side.parcel(messageTaskDone); done.id != 2 || done.status != int32(Unavailable) || !strings.HasPrefix(done.texts[0], "the store: ") {
		t.Fatal(done)
	}
}

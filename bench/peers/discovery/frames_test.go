package discovery

import (
	"bytes"
	"fmt"
	"testing"

	"golang.org/x/net/http2"
)

// However the bytes are cut where they are read, the body is the same.
func TestUnpackCutAnywhere(t *testing.T) {
	var wire bytes.Buffer
	framer := http2.NewFramer(&wire, nil)
	write := []error{framer.WriteSettings(), framer.WriteData(streamID, false, []byte("first ")), framer.WriteSettingsAck(),
		framer.WriteData(streamID, false, nil), framer.WritePing(false, [8]byte{7}), framer.WriteData(streamID, false, []byte("second"))}
	if err := firstOf(write...); err != nil {
		t.Fatal(err)
	}
	for size := 1; size <= wire.Len(); size++ {
		var state frames
		body, others := "", ""
		for rest := wire.Bytes(); len(rest) > 0; {
			chunk := bytes.Clone(rest[:min(size, len(rest))])
			rest = rest[len(chunk):]
			n, err := state.unpack(chunk, func(kind http2.FrameType, flags http2.Flags, payload []byte) error {
				others += fmt.Sprintf("%v %d %x;", kind, flags, payload)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			body += string(chunk[:n])
		}
		if body != "first second" || others != "SETTINGS 0 ;SETTINGS 1 ;PING 0 0700000000000000;" {
			t.Errorf("cut every %d bytes: body %q, other frames %q", size, body, others)
		}
	}
}

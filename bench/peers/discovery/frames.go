package discovery

import (
	"fmt"

	"golang.org/x/net/http2"
)

// What remains of an HTTP/2 frame that was not read to its end.
type frames struct {
	header []byte // of the next frame, not whole yet
	kind   http2.FrameType
	flags  http2.Flags
	left   int    // of the frame's payload
	held   []byte // payload of a frame that is not DATA
}

// Takes the frames apart: moves the payloads of DATA frames to the front of bytes and gives their length. What other
// frames say is handed on.
func (f *frames) unpack(bytes []byte, control func(http2.FrameType, http2.Flags, []byte) error) (int, error) {
	out, rest := 0, bytes
	for len(rest) > 0 {
		if f.left == 0 {
			n := min(frameHeader-len(f.header), len(rest))
			f.header, rest = append(f.header, rest[:n]...), rest[n:]
			if len(f.header) < frameHeader {
				break
			}
			if err := f.begin(); err != nil {
				return out, err
			}
		}
		n := min(f.left, len(rest))
		if f.kind == http2.FrameData {
			out += copy(bytes[out:], rest[:n])
		} else {
			f.held = append(f.held, rest[:n]...)
		}
		f.left, rest = f.left-n, rest[n:]
		if f.left == 0 && f.kind != http2.FrameData {
			if err := control(f.kind, f.flags, f.held); err != nil {
				return out, err
			}
			f.held = f.held[:0]
		}
	}
	return out, nil
}

func (f *frames) begin() error {
	h := f.header
	f.left = int(h[0])<<16 | int(h[1])<<8 | int(h[2])
	f.kind, f.flags = http2.FrameType(h[3]), http2.Flags(h[4])
	f.header = f.header[:0]
	if f.kind == http2.FrameData && f.flags.Has(http2.FlagDataPadded) {
		return fmt.Errorf("a padded DATA frame, which no gRPC server sends")
	}
	return nil
}

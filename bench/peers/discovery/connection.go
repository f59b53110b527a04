// Package discovery is one xDS stream of a client, on a connection of its own as an Envoy has it. It speaks HTTP/2 and
// gRPC by itself and hands on resources while they arrive, so that a thousand clients in one process leave the two
// cores to the server that is measured: bytes are read into a few large buffers that all connections share, and are
// looked at there.
package discovery

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	window       = 1<<31 - 1 // the largest there is: flow control is not what is measured
	windowRefill = 1 << 28
	readBuffer   = 256 << 10
	streamID     = 1
	frameHeader  = 9
)

var buffers = sync.Pool{New: func() any { b := make([]byte, readBuffer); return &b }}

// Connection is the body of one gRPC call. One goroutine.
type Connection struct {
	socket   *net.TCPConn
	raw      syscall.RawConn
	writer   *http2.Framer
	buffer   *[]byte // from the pool, while there is something in it to be looked at
	body     []byte  // what was read and not taken yet, in buffer
	kept     []byte  // the same, while the buffer is given back
	frames   frames
	consumed uint32
}

// Dial opens the call of the gRPC method with that path.
func Dial(address, path string) (*Connection, error) {
	socket, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &Connection{socket: socket.(*net.TCPConn)}
	if c.raw, err = c.socket.SyscallConn(); err != nil {
		return nil, err
	}
	c.writer = http2.NewFramer(socket, nil)
	if err := c.open(address, path); err != nil {
		socket.Close()
		return nil, err
	}
	return c, nil
}

func (c *Connection) open(address, path string) error {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":method", "POST"}, {":scheme", "http"}, {":path", path}, {":authority", address},
		{"content-type", "application/grpc"}, {"te", "trailers"}} {
		if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
			return err
		}
	}
	if _, err := io.WriteString(c.socket, http2.ClientPreface); err != nil {
		return err
	}
	if err := c.writer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window},
		http2.Setting{ID: http2.SettingEnablePush, Val: 0}); err != nil {
		return err
	}
	if err := c.writer.WriteWindowUpdate(0, window-65535); err != nil {
		return err
	}
	return c.writer.WriteHeaders(http2.HeadersFrameParam{StreamID: streamID, BlockFragment: block.Bytes(), EndHeaders: true})
}

// Close ends the call and the connection. [any goroutine]
func (c *Connection) Close() error { return c.socket.Close() }

const maxFrame = 16 << 10

// Send writes one gRPC message.
func (c *Connection) Send(message []byte) error {
	framed := make([]byte, 5, 5+len(message))
	binary.BigEndian.PutUint32(framed[1:], uint32(len(message)))
	framed = append(framed, message...)
	for len(framed) > 0 {
		n := min(len(framed), maxFrame)
		if err := c.writer.WriteData(streamID, false, framed[:n]); err != nil {
			return err
		}
		framed = framed[n:]
	}
	return nil
}

// Peek waits until the next n bytes of the body are there and gives them: valid until the next call of Peek.
func (c *Connection) Peek(n int) ([]byte, error) {
	for len(c.body) < n {
		if err := c.read(n); err != nil {
			return nil, err
		}
	}
	return c.body[:n], nil
}

// Take is Peek for bytes that are done with then.
func (c *Connection) Take(n int) ([]byte, error) {
	taken, err := c.Peek(n)
	if err == nil {
		c.body = c.body[n:]
	}
	return taken, err
}

// Reads what there is, at least something, into a buffer that has room for `wanted` bytes of the body. None is held
// while there is nothing to be read.
func (c *Connection) read(wanted int) error {
	var failed error
	waited := c.raw.Read(func(socket uintptr) bool {
		into := c.room(wanted)
		n, err := syscall.Read(int(socket), into)
		switch {
		case err == syscall.EINTR:
			n = 0
		case err == syscall.EAGAIN:
			c.release()
			return false
		case err != nil:
			failed = err
		case n == 0:
			failed = io.EOF
		}
		before := len(c.body)
		if failed == nil {
			var kept int
			kept, failed = c.frames.unpack(into[:n], c.control)
			c.body = c.body[:before+kept]
			failed = firstOf(failed, c.refill(uint32(kept)))
		}
		return true
	})
	return firstOf(failed, waited)
}

// The buffer behind the body, which then begins with the body's bytes.
func (c *Connection) room(wanted int) []byte {
	if c.buffer == nil {
		c.buffer = buffers.Get().(*[]byte)
		c.body, c.kept = append((*c.buffer)[:0], c.kept...), c.kept[:0]
	} else {
		c.body = append((*c.buffer)[:0], c.body...)
	}
	if size := wanted + readBuffer/4; cap(c.body) < size {
		larger := append(make([]byte, 0, 2*size), c.body...)
		c.giveBack()
		c.buffer, c.body = &larger, larger
	}
	return c.body[len(c.body):cap(c.body)]
}

func (c *Connection) release() {
	c.kept = append(c.kept[:0], c.body...)
	c.giveBack()
}

func (c *Connection) giveBack() {
	if cap(*c.buffer) == readBuffer {
		buffers.Put(c.buffer)
	}
	c.buffer, c.body = nil, nil
}

// Answers a frame that is not of the body.
func (c *Connection) control(kind http2.FrameType, flags http2.Flags, payload []byte) error {
	switch kind {
	case http2.FrameSettings:
		if !flags.Has(http2.FlagSettingsAck) {
			return c.writer.WriteSettingsAck()
		}
	case http2.FramePing:
		if !flags.Has(http2.FlagPingAck) && len(payload) == 8 {
			return c.writer.WritePing(true, [8]byte(payload))
		}
	case http2.FrameHeaders:
		if flags.Has(http2.FlagHeadersEndStream) {
			return fmt.Errorf("the server ended the stream: %s", headers(payload))
		}
	case http2.FrameRSTStream:
		return fmt.Errorf("the server reset the stream: %x", payload)
	case http2.FrameGoAway:
		return fmt.Errorf("the server goes away: %q", payload)
	}
	return nil
}

func (c *Connection) refill(taken uint32) error {
	if c.consumed += taken; c.consumed < windowRefill {
		return nil
	}
	for _, stream := range []uint32{0, streamID} {
		if err := c.writer.WriteWindowUpdate(stream, c.consumed); err != nil {
			return err
		}
	}
	c.consumed = 0
	return nil
}

func headers(block []byte) string {
	text := ""
	fields, err := hpack.NewDecoder(4096, nil).DecodeFull(block)
	if err != nil {
		return err.Error()
	}
	for _, field := range fields {
		text += field.Name + ": " + field.Value + " "
	}
	return text
}

func firstOf(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

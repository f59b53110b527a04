// Package discovery is one xDS stream of a client, on a connection of its own as an Envoy has it. It speaks HTTP/2 and
// gRPC by itself and hands on resources while they arrive, so that a thousand clients in one process leave the two
// cores to the server that is measured.
package discovery

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

const (
	window       = 1<<31 - 1 // the largest there is: flow control is not what is measured
	windowRefill = 1 << 28
	readBuffer   = 64 << 10
	streamID     = 1
)

// Connection is the body of one gRPC call. Read gives what the server sends; one goroutine.
type Connection struct {
	socket   net.Conn
	framer   *http2.Framer
	rest     []byte // of the last DATA frame
	consumed uint32
	// Received counts all bytes from the socket, frames and headers included.
	Received int64
}

type counter struct {
	from net.Conn
	to   *int64
}

func (c counter) Read(into []byte) (int, error) {
	n, err := c.from.Read(into)
	*c.to += int64(n)
	return n, err
}

// Dial opens the call of the gRPC method with that path.
func Dial(address, path string) (*Connection, error) {
	socket, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	c := &Connection{socket: socket}
	c.framer = http2.NewFramer(socket, bufio.NewReaderSize(counter{socket, &c.Received}, readBuffer))
	c.framer.SetReuseFrames()
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
	if err := c.framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window},
		http2.Setting{ID: http2.SettingEnablePush, Val: 0}); err != nil {
		return err
	}
	if err := c.framer.WriteWindowUpdate(0, window-65535); err != nil {
		return err
	}
	return c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: streamID, BlockFragment: block.Bytes(), EndHeaders: true})
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
		if err := c.framer.WriteData(streamID, false, framed[:n]); err != nil {
			return err
		}
		framed = framed[n:]
	}
	return nil
}

// Read implements io.Reader over the DATA frames; other frames are answered on the way.
func (c *Connection) Read(into []byte) (int, error) {
	for len(c.rest) == 0 {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			return 0, err
		}
		if err := c.take(frame); err != nil {
			return 0, err
		}
	}
	n := copy(into, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *Connection) take(frame http2.Frame) error {
	switch frame := frame.(type) {
	case *http2.DataFrame:
		c.rest = frame.Data()
		return c.refill(frame.Header().Length)
	case *http2.SettingsFrame:
		if !frame.IsAck() {
			return c.framer.WriteSettingsAck()
		}
	case *http2.PingFrame:
		if !frame.IsAck() {
			return c.framer.WritePing(true, frame.Data)
		}
	case *http2.HeadersFrame:
		if frame.StreamEnded() {
			return fmt.Errorf("the server ended the stream: %s", headers(frame.HeaderBlockFragment()))
		}
	case *http2.RSTStreamFrame:
		return fmt.Errorf("the server reset the stream: %v", frame.ErrCode)
	case *http2.GoAwayFrame:
		return fmt.Errorf("the server goes away: %v %s", frame.ErrCode, frame.DebugData())
	}
	return nil
}

func (c *Connection) refill(taken uint32) error {
	if c.consumed += taken; c.consumed < windowRefill {
		return nil
	}
	for _, stream := range []uint32{0, streamID} {
		if err := c.framer.WriteWindowUpdate(stream, c.consumed); err != nil {
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

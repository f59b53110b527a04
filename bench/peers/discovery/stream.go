package discovery

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	service "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
)

// Kind is delta or state of the world.
type Kind string

// The two protocols.
const (
	Delta Kind = "delta"
	SotW  Kind = "sotw"
)

// Resource is one resource of a response; all of it is only valid while the callback runs.
type Resource struct {
	TypeURL []byte
	Name    []byte
	Value   []byte
}

// Response is what remains to be said of a response after its resources.
type Response struct {
	TypeURL string
	Version string // SotW
	Nonce   string
	Bytes   int64
	Removed []string // delta
}

// Stream is an ADS stream of one client. One goroutine.
type Stream struct {
	kind       Kind
	connection *Connection
	reader     *bufio.Reader
	node       *core.Node
	buffer     []byte
	names      map[string][]string // SotW: what is asked for, by type
}

// Open connects as a node of that role.
func Open(address string, kind Kind, id, role string) (*Stream, error) {
	path := "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
	if kind == SotW {
		path = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
	}
	connection, err := Dial(address, path)
	if err != nil {
		return nil, err
	}
	metadata, err := structpb.NewStruct(map[string]any{"role": role})
	if err != nil {
		return nil, err
	}
	return &Stream{kind: kind, connection: connection, reader: bufio.NewReaderSize(connection, 4096),
		node: &core.Node{Id: id, Cluster: "gateway", Metadata: metadata}, names: map[string][]string{}}, nil
}

// Close ends the stream. [any goroutine]
func (s *Stream) Close() error { return s.connection.Close() }

// Subscribe asks for the names, or for everything where there are none.
func (s *Stream) Subscribe(typeURL string, names []string) error {
	s.names[typeURL] = names
	if s.kind == SotW {
		return s.send(&service.DiscoveryRequest{Node: s.firstNode(), TypeUrl: typeURL, ResourceNames: names})
	}
	return s.send(&service.DeltaDiscoveryRequest{Node: s.firstNode(), TypeUrl: typeURL, ResourceNamesSubscribe: names})
}

// Acknowledge accepts the response.
func (s *Stream) Acknowledge(response *Response) error {
	if s.kind == SotW {
		return s.send(&service.DiscoveryRequest{TypeUrl: response.TypeURL, ResourceNames: s.names[response.TypeURL],
			VersionInfo: response.Version, ResponseNonce: response.Nonce})
	}
	return s.send(&service.DeltaDiscoveryRequest{TypeUrl: response.TypeURL, ResponseNonce: response.Nonce})
}

// The node is told once, as Envoy does.
func (s *Stream) firstNode() *core.Node {
	node := s.node
	s.node = nil
	return node
}

func (s *Stream) send(message proto.Message) error {
	bytes, err := proto.Marshal(message)
	if err != nil {
		return err
	}
	return s.connection.Send(bytes)
}

// Next reads one response; each resource is given to take as soon as it is whole.
func (s *Stream) Next(take func(Resource) error) (*Response, error) {
	var prefix [5]byte
	if _, err := io.ReadFull(s.reader, prefix[:]); err != nil {
		return nil, err
	}
	if prefix[0] != 0 {
		return nil, fmt.Errorf("a compressed message was not asked for")
	}
	left := int64(binary.BigEndian.Uint32(prefix[1:]))
	response := &Response{Bytes: left}
	for left > 0 {
		key, n, err := s.varint()
		if err != nil {
			return nil, err
		}
		left -= n
		number, wire := protowire.DecodeTag(key)
		length, n, err := s.varint()
		if err != nil {
			return nil, err
		}
		left -= n
		if wire == protowire.VarintType {
			continue
		}
		if wire != protowire.BytesType || int64(length) > left {
			return nil, fmt.Errorf("field %d of a response has wire type %d and length %d, %d bytes are left", number, wire, length, left)
		}
		left -= int64(length)
		if err := s.field(number, int(length), response, take); err != nil {
			return nil, err
		}
	}
	return response, nil
}

func (s *Stream) varint() (uint64, int64, error) {
	var value uint64
	for n := int64(1); n <= 10; n++ {
		b, err := s.reader.ReadByte()
		if err != nil {
			return 0, 0, err
		}
		value |= uint64(b&0x7f) << (7 * (n - 1))
		if b < 0x80 {
			return value, n, nil
		}
	}
	return 0, 0, fmt.Errorf("a varint has more than ten bytes")
}

func (s *Stream) field(number protowire.Number, length int, response *Response, take func(Resource) error) error {
	if cap(s.buffer) < length {
		s.buffer = make([]byte, length)
	}
	bytes := s.buffer[:length]
	if _, err := io.ReadFull(s.reader, bytes); err != nil {
		return err
	}
	const resources = 2 // in both kinds of response
	if number == resources {
		return take(s.resource(bytes))
	}
	if s.kind == SotW {
		switch number {
		case 1:
			response.Version = string(bytes)
		case 4:
			response.TypeURL = string(bytes)
		case 5:
			response.Nonce = string(bytes)
		}
		return nil
	}
	switch number {
	case 4:
		response.TypeURL = string(bytes)
	case 5:
		response.Nonce = string(bytes)
	case 6:
		response.Removed = append(response.Removed, string(bytes))
	}
	return nil
}

// A delta response wraps each resource in a Resource message with its name; a state-of-the-world response holds Any
// messages. All types that are asked for here have their name in field 1.
func (s *Stream) resource(bytes []byte) Resource {
	packed := bytes
	if s.kind == Delta {
		packed = Field(bytes, 2)
	}
	value := Field(packed, 2)
	return Resource{TypeURL: Field(packed, 1), Name: Field(value, 1), Value: value}
}

// Field gives the first length-delimited field with that number, or nil; several numbers descend into messages.
func Field(message []byte, path ...protowire.Number) []byte {
	for _, wanted := range path {
		var found []byte
		for len(message) > 0 && found == nil {
			number, wire, n := protowire.ConsumeTag(message)
			if n < 0 {
				return nil
			}
			message = message[n:]
			n = protowire.ConsumeFieldValue(number, wire, message)
			if n < 0 {
				return nil
			}
			if number == wanted && wire == protowire.BytesType {
				found, _ = protowire.ConsumeBytes(message)
			}
			message = message[n:]
		}
		if found == nil {
			return nil
		}
		message = found
	}
	return message
}

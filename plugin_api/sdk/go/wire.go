package solder

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// What Solder and a program say to each other: docs/plugins/protocol.md.

const protocol = 1

const (
	messageReady    = 2
	messageRefused  = 3
	messageCall     = 4
	messageAsk      = 5
	messageTold     = 6
	messageDone     = 7
	messageSave     = 8
	messageSaved    = 9
	messageRestore  = 10
	messageRestored = 11
	messageBegin    = 13
)

const (
	operationClusters = iota
	operationDestinations
	operationEndpoints
	operationOptions
	operationDerive
)

const (
	keepsState = 1 << 16
	mostFrame  = 256 << 20
	mostAnswer = 64 << 20
	sameAgain  = ^uint32(0)
	encodeWire = 0
	encodeJSON = 1
)

var errFrame = errors.New("a frame of Solder's makes no sense")

// One question of a call: an object, or all that a selector selects.
type question struct {
	index                         uint64
	list                          bool
	ref                           Ref
	kind, namespace, field, value string
}

type told struct {
	known   bool
	objects []Object
}

func readFrame(from io.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(head[:])
	if size > mostFrame {
		return nil, errFrame
	}
	frame := make([]byte, size)
	_, err := io.ReadFull(from, frame)
	return frame, err
}

type packer struct{ bytes []byte }

// The first four bytes become the frame's length.
func begin(message byte) *packer { return &packer{bytes: []byte{0, 0, 0, 0, message}} }

func (out *packer) u8(value byte)    { out.bytes = append(out.bytes, value) }
func (out *packer) u32(value uint32) { out.bytes = binary.LittleEndian.AppendUint32(out.bytes, value) }
func (out *packer) u64(value uint64) { out.bytes = binary.LittleEndian.AppendUint64(out.bytes, value) }
func (out *packer) text(value string) {
	out.u32(uint32(len(value)))
	out.bytes = append(out.bytes, value...)
}
func (out *packer) raw(value []byte) {
	out.u32(uint32(len(value)))
	out.bytes = append(out.bytes, value...)
}
func (out *packer) ref(ref Ref) {
	out.text(ref.Kind)
	out.text(ref.Namespace)
	out.text(ref.Name)
}
func (out *packer) send(to io.Writer) error {
	binary.LittleEndian.PutUint32(out.bytes, uint32(len(out.bytes)-4))
	_, err := to.Write(out.bytes)
	return err
}

func (out *packer) question(asked question) {
	out.u64(asked.index)
	if !asked.list {
		out.u8(0)
		out.ref(asked.ref)
		return
	}
	out.u8(1)
	for _, text := range []string{asked.kind, asked.namespace, asked.field, asked.value} {
		out.text(text)
	}
}

func (out *packer) fragment(fragment Fragment) error {
	bytes, encoding := fragment.Wire, byte(encodeWire)
	if fragment.Message != nil {
		var err error
		if bytes, err = json.Marshal(fragment.Message); err != nil {
			return fmt.Errorf("a fragment for %s cannot be written as JSON: %w", fragment.Slot, err)
		}
		encoding = encodeJSON
	}
	out.text(fragment.Slot)
	out.text(fragment.Name)
	out.text(typeURL(fragment.Type))
	out.raw(bytes)
	out.u8(encoding)
	out.u32(uint32(len(fragment.Clear)))
	for _, path := range fragment.Clear {
		out.text(path)
	}
	out.u32(uint32(fragment.Weight))
	out.u32(fragment.Flags)
	out.text(fragment.Field)
	return nil
}

func (out *packer) problem(problem Problem) {
	out.u32(uint32(problem.Severity))
	for _, text := range []string{problem.Field, problem.Reason, problem.Message, problem.Found, problem.Expected} {
		out.text(text)
	}
	out.ref(problem.Related)
}

// All that was said of one input. What cannot be written leaves the packer as it was.
func (out *packer) item(said *Out) error {
	before := len(out.bytes)
	out.u32(uint32(len(said.fragments)))
	for _, fragment := range said.fragments {
		if err := out.fragment(fragment); err != nil {
			out.bytes = out.bytes[:before]
			return err
		}
	}
	out.u32(uint32(len(said.secretUses)))
	for _, use := range said.secretUses {
		out.text(use.SDSName)
		out.ref(use.Secret)
		out.u32(uint32(use.Form))
		out.text(use.Key)
		out.raw(use.Patch)
		out.text(use.Field)
	}
	out.u32(uint32(len(said.secretFields)))
	for _, field := range said.secretFields {
		out.text(field.Resource)
		out.text(field.Path)
		out.ref(field.Secret)
		out.text(field.Key)
		out.text(field.Field)
	}
	out.u32(uint32(len(said.objects)))
	for _, object := range said.objects {
		bytes, err := json.Marshal(object)
		if err != nil {
			out.bytes = out.bytes[:before]
			return fmt.Errorf("an object cannot be written as JSON: %w", err)
		}
		out.raw(bytes)
	}
	out.u32(uint32(len(said.problems)))
	for _, problem := range said.problems {
		out.problem(problem)
	}
	return nil
}

// After the first thing that cannot be read everything is zero.
type unpacker struct {
	left []byte
	bad  bool
}

func (in *unpacker) bytes(size uint64) []byte {
	if in.bad || size > uint64(len(in.left)) {
		in.bad, in.left = true, nil
		return nil
	}
	out := in.left[:size]
	in.left = in.left[size:]
	return out
}
func (in *unpacker) u8() byte {
	if bytes := in.bytes(1); bytes != nil {
		return bytes[0]
	}
	return 0
}
func (in *unpacker) u32() uint32 {
	if bytes := in.bytes(4); bytes != nil {
		return binary.LittleEndian.Uint32(bytes)
	}
	return 0
}
func (in *unpacker) u64() uint64 {
	if bytes := in.bytes(8); bytes != nil {
		return binary.LittleEndian.Uint64(bytes)
	}
	return 0
}
func (in *unpacker) raw() []byte  { return in.bytes(uint64(in.u32())) }
func (in *unpacker) text() string { return string(in.raw()) }
func (in *unpacker) shared(last *[]byte) []byte {
	if size := in.u32(); size != sameAgain {
		*last = in.bytes(uint64(size))
	}
	return *last
}

// How many things follow, each of at least `least` bytes.
func (in *unpacker) count(least int) int {
	count := in.u32()
	if uint64(count) > uint64(len(in.left)/least) {
		in.bad, in.left = true, nil
		return 0
	}
	return int(count)
}
func (in *unpacker) ref() Ref   { return Ref{in.text(), in.text(), in.text()} }
func (in *unpacker) done() bool { return !in.bad && len(in.left) == 0 }

func (in *unpacker) question() question {
	out := question{index: in.u64(), list: in.u8() != 0}
	if out.list {
		out.kind, out.namespace, out.field, out.value = in.text(), in.text(), in.text(), in.text()
	} else {
		out.ref = in.ref()
	}
	return out
}

func (in *unpacker) told() told {
	out := told{known: in.u8() != 0}
	for left := in.count(16); left > 0; left-- {
		out.objects = append(out.objects, Object{in.ref(), in.raw()})
	}
	return out
}

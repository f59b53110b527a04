package solder

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
)

const socketVariable = "SOLDER_PLUGIN_SOCKET"

// Serve is a plugin's main: it makes the plugin, with the operator's configuration ({} where there is none), and answers
// Solder until Solder is gone. It does not come back. An error of create is what the operator is told, and refuses the
// plugin.
func Serve(create func(host Host, config json.RawMessage) (any, error)) {
	number, err := strconv.Atoi(os.Getenv(socketVariable))
	if err != nil {
		fmt.Fprintln(os.Stderr, "this is a plugin of Solder's, and no program to be run by hand: "+
			"`solder plugin pack` makes a plugin's file of it, `solder plugin check` tries that")
		os.Exit(2)
	}
	os.Unsetenv(socketVariable)
	socket := os.NewFile(uintptr(number), "solder")
	if err := serve(socket, socket, create); err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(from io.Reader, to io.Writer, create func(Host, json.RawMessage) (any, error)) error {
	server := &server{from: bufio.NewReaderSize(from, 64<<10), to: to}
	frame, err := readFrame(server.from)
	if err != nil {
		return err
	}
	if err := server.begin(frame, create); err != nil || server.plugin == nil {
		return err
	}
	for {
		frame, err := readFrame(server.from)
		if err != nil {
			return err
		}
		if err := server.answer(frame); err != nil {
			return err
		}
	}
}

type server struct {
	from   *bufio.Reader
	to     io.Writer
	plugin any
}

func (server *server) begin(frame []byte, create func(Host, json.RawMessage) (any, error)) error {
	in := &unpacker{left: frame}
	if in.u8() != messageBegin {
		return errFrame
	}
	if spoken := in.u32(); spoken != protocol {
		return server.refuse("Declined", fmt.Sprintf("it speaks version %d of the protocol, this Solder version %d", protocol, spoken))
	}
	host := Host{Name: in.text(), File: in.text(), OriginalFile: in.text()}
	config := in.raw()
	host.MemoryMB = in.u32()
	if !in.done() {
		return errFrame
	}
	// The collector works harder before the kernel says no.
	debug.SetMemoryLimit(int64(host.MemoryMB) << 20 / 8 * 7)
	plugin, err := guarded(func() (any, error) { return create(host, config) })
	if err == nil && plugin == nil {
		err = errors.New("there is no plugin")
	}
	if err != nil {
		return server.refuse("CreateFailed", err.Error())
	}
	server.plugin = plugin
	out := begin(messageReady)
	out.u32(operationsOf(plugin))
	out.u32(0) // warnings
	out.u32(0) // guards
	return out.send(server.to)
}

func (server *server) refuse(reason, message string) error {
	out := begin(messageRefused)
	out.text(reason)
	out.text(message)
	return out.send(server.to)
}

func operationsOf(plugin any) uint32 {
	var out uint32
	if _, has := plugin.(UpstreamType); has {
		out |= 1 << operationClusters
	}
	if _, has := plugin.(Destinations); has {
		out |= 1 << operationDestinations
	}
	if _, has := plugin.(Endpoints); has {
		out |= 1 << operationEndpoints
	}
	if _, has := plugin.(Options); has {
		out |= 1 << operationOptions
	}
	if _, has := plugin.(Discovery); has {
		out |= 1 << operationDerive
	}
	if _, has := plugin.(State); has {
		out |= keepsState
	}
	if _, has := plugin.(Discovers); has {
		out |= discovers
	}
	if _, has := plugin.(Brings); has {
		out |= bringsObjects
	}
	return out
}

func (server *server) answer(frame []byte) error {
	in := &unpacker{left: frame}
	switch in.u8() {
	case messageCall:
		return server.call(in)
	case messageSave:
		return server.save()
	case messageRestore:
		version, state := in.text(), in.raw()
		if !in.done() {
			return errFrame
		}
		return server.restore(version, state)
	case messageTask:
		if first, whole := readParcel(in); whole {
			return server.workByItself(first)
		}
	}
	return errFrame
}

func (server *server) save() error {
	out := begin(messageSaved)
	state, has := server.plugin.(State)
	if !has {
		out.u8(0)
		out.text("")
		return out.send(server.to)
	}
	bytes, err := guarded(state.Save)
	if err != nil {
		out.u8(2)
		out.text(err.Error())
	} else {
		out.u8(1)
		out.raw(bytes)
	}
	return out.send(server.to)
}

func (server *server) restore(version string, bytes []byte) error {
	out := begin(messageRestored)
	var err error
	if state, has := server.plugin.(State); has {
		_, err = guarded(func() (any, error) { return nil, state.Restore(version, bytes) })
	}
	if err != nil {
		out.u8(1)
		out.text(err.Error())
	} else {
		out.u8(0)
		out.text("")
	}
	return out.send(server.to)
}

// Runs something of the plugin's.
func guarded[T any](run func() (T, error)) (result T, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			os.Stderr.Write(debug.Stack())
			err = fmt.Errorf("the plugin panicked: %v", thrown)
		}
	}()
	return run()
}

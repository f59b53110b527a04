package solder

import (
	"fmt"
	"os"
)

// A call: its inputs, what they say that is, and answers to what they asked last time.
type call struct {
	server *server
	apply  []func(out *Out)
	known  map[question]knownAnswer
	used   []uint32
}

type knownAnswer struct {
	told  told
	index uint32
	given bool // came along; else it was asked for
	taken bool
}

func (server *server) call(in *unpacker) error {
	call := &call{server: server, known: map[question]knownAnswer{}}
	operation := in.u8()
	in.u64() // when Solder stops waiting
	if err := call.read(operation, in); err != nil {
		return err
	}
	done := begin(messageDone)
	done.u32(uint32(len(call.apply)))
	for i, apply := range call.apply {
		out := &Out{ask: func(asked question) told {
			asked.index = uint64(i)
			return call.tell(asked)
		}}
		guard(apply, out)
		if err := done.item(out); err != nil {
			failed := &Out{}
			failed.Error(Problem{Reason: "PluginFailed", Message: err.Error()})
			if err := done.item(failed); err != nil {
				return err
			}
		}
	}
	done.u32(uint32(len(call.used)))
	for _, index := range call.used {
		done.u32(index)
	}
	if len(done.bytes) > mostAnswer {
		return server.tooLong(len(call.apply), call.used)
	}
	return done.send(server.to)
}

func (server *server) tooLong(inputs int, used []uint32) error {
	done := begin(messageDone)
	done.u32(uint32(inputs))
	for i := 0; i < inputs; i++ {
		failed := &Out{}
		failed.Error(Problem{Reason: "PluginFailed", Message: fmt.Sprintf("the plugin gave more than %d MB in one call, which is what a program may give", mostAnswer>>20)})
		if err := done.item(failed); err != nil {
			return err
		}
	}
	done.u32(uint32(len(used)))
	for _, index := range used {
		done.u32(index)
	}
	return done.send(server.to)
}

// One input's panic is its own.
func guard(apply func(*Out), out *Out) {
	if _, err := guarded(func() (any, error) { apply(out); return nil, nil }); err != nil {
		out.Error(Problem{Reason: "PluginThrew", Message: err.Error()})
	}
}

// Ends the process where Solder is gone: nobody waits for the rest.
func (call *call) tell(asked question) told {
	if known, has := call.known[asked]; has {
		if known.given && !known.taken {
			call.used = append(call.used, known.index)
			known.taken = true
			call.known[asked] = known
		}
		return known.told
	}
	out := begin(messageAsk)
	out.question(asked)
	frame, err := []byte(nil), out.send(call.server.to)
	if err == nil {
		frame, err = readFrame(call.server.from)
	}
	in := &unpacker{left: frame}
	if err == nil && in.u8() != messageTold {
		err = errFrame
	}
	answer := in.told()
	if err == nil && !in.done() {
		err = errFrame
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(0)
	}
	call.known[asked] = knownAnswer{told: answer}
	return answer
}

func (call *call) read(operation byte, in *unpacker) error {
	count := in.count(16)
	var last []byte
	for i := 0; i < count; i++ {
		apply := call.input(operation, in, &last)
		if apply == nil {
			return errFrame
		}
		call.apply = append(call.apply, apply)
	}
	for i, left := uint32(0), in.count(26); left > 0; i, left = i+1, left-1 {
		asked := in.question()
		call.known[asked] = knownAnswer{told: in.told(), index: i, given: true}
	}
	if !in.done() {
		return errFrame
	}
	return nil
}

// What an input asks of the plugin; nil: the plugin has no such operation.
func (call *call) input(operation byte, in *unpacker, last *[]byte) func(*Out) {
	switch operation {
	case operationOptions:
		input := &OptionInput{Scope: Scope(in.u32()), Action: Action(in.u32()), Object: in.ref(), Key: in.text(), Path: in.text(), Value: in.raw()}
		input.Options = in.shared(last)
		if plugin, has := call.server.plugin.(Options); has {
			return func(out *Out) { plugin.Options(input, out) }
		}
	case operationClusters, operationEndpoints:
		input := &UpstreamInput{Upstream: in.ref(), Key: in.text(), Path: in.text(), Value: in.raw()}
		input.Spec, input.ClusterName = in.shared(last), in.text()
		if plugin, has := call.server.plugin.(UpstreamType); has && operation == operationClusters {
			return func(out *Out) { plugin.Clusters(input, out) }
		}
		if plugin, has := call.server.plugin.(Endpoints); has && operation == operationEndpoints {
			return func(out *Out) { plugin.Endpoints(input, out) }
		}
	case operationDestinations:
		input := &DestinationInput{Weighted: in.u32() != 0, Object: in.ref(), Path: in.text(), Upstream: in.ref()}
		input.UpstreamValue, input.DestinationSpec = in.shared(last), in.raw()
		input.ClusterName, input.Key = in.text(), in.text()
		if plugin, has := call.server.plugin.(Destinations); has {
			return func(out *Out) { plugin.Destinations(input, out) }
		}
	case operationDerive:
		input := &SourceInput{Object: in.ref(), JSON: in.raw()}
		if plugin, has := call.server.plugin.(Discovery); has {
			return func(out *Out) { plugin.Derive(input, out) }
		}
	}
	return nil
}

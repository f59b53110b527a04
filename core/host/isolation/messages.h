// What Solder and the process that serves a plugin say to each other, one frame (frames.h) a message: this is the one
// place that knows the format. Solder speaks first and the process answers; while a call runs, the process may ask what
// other objects say, and waits for the answer.
//   kStart → kReady | kRefused     kCall → (kAsk → kTold)* → kDone     kSave → kSaved     kRestore → kRestored
//   kServe, which is not answered: whether its timers fire
// A plugin that is a program speaks for itself, once the process is shut in:
//   kStart → kConfined | kRefused, then kBegin → kReady | kRefused, and all else as above.
// What programs are told and asked is docs/plugins/protocol.md, and changes with kProtocol only.
// Tested by tests/unit/host/isolation_wire_test.cc and tests/fuzz/isolation_wire_fuzz.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/host/file_runner.h"
#include "core/host/isolation/limits.h"
#include "core/host/isolation/packing.h"
#include "core/host/plugin_set.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host::isolation {

enum class Message : uint8_t {
  kStart = 1,
  kReady,
  kRefused,
  kCall,
  kAsk,
  kTold,
  kDone,
  kSave,
  kSaved,
  kRestore,
  kRestored,
  kConfined,
  kBegin,
  kServe,
  kTask,  // these are of parcel.h
  kTaskDone,
  kUse,
  kUsed,
  kEvent,
  kLast = kEvent,
};

// Of what programs speak.
inline constexpr uint32_t kProtocol = 1;

// Which plugin to serve: its private copy, where the operator put it, and how far it may go.
struct Start {
  std::string name, file, original, config_json;
  Limits limits;
  std::optional<FileRunner> runner{};  // where it is no library
  bool program = false;                // but one that speaks for itself
  bool aside = false;                  // an instance that works by itself is served (parcel.h), none that is called
  bool lease = false;                  // it is offered "solder.lease/1"

  bool operator==(const Start&) const = default;
};
std::string to_frame(const Start& start);
bool read(std::string_view frame, Start& start);

// That the process is shut in, and how: `guards` of Ready.
std::string confined_frame(const std::vector<std::string>& guards);
std::optional<std::vector<std::string>> read_confined(std::string_view frame);

// What a program begins with: of `start` the name, its own file, where the operator put it, its configuration, and the
// memory that it may have.
std::string begin_frame(const Start& start);

// Beside an operation's bit, of programs alone: it keeps a state; it has an instance that finds functions or endpoints,
// or one that brings objects.
inline constexpr uint32_t kKeepsState = 1u << 16, kDiscovers = 1u << 17, kBringsObjects = 1u << 18;
struct Ready {
  uint32_t operations = 0;  // bit 1 << Operation
  std::vector<std::string> warnings;
  std::vector<std::string> guards;  // what keeps it in, in words
};
std::string to_frame(const Ready& ready);
bool read(std::string_view frame, Ready& ready);

// A refusal of core/host/refusal.h.
struct Refusing {
  std::string reason, message;
};
std::string to_frame(const Refusing& refusing);
bool read(std::string_view frame, Refusing& refusing);

// What a call looks up for input `index`: an object, or all that a selector selects.
struct Question {
  uint64_t index = 0;
  bool list = false;
  model::ObjectRef ref{};  // list: empty
  Selector selector{};     // else empty

  auto operator<=>(const Question&) const = default;
};
// Not `known`: there is no such object, or nobody may list that.
struct Told {
  struct Object {
    model::ObjectRef ref;
    std::string json;
    bool operator==(const Object&) const = default;
  };
  bool known = false;
  std::vector<Object> objects;  // one where an object was asked for

  bool operator==(const Told&) const = default;
};
std::string to_frame(const Question& question);
bool read(std::string_view frame, Question& question);
std::string to_frame(const Told& told);
bool read(std::string_view frame, Told& told);

// Asks the engine.
Told ask(const Lookup& lookup, const Question& question);

// A call of the inputs `which` of `in`, with answers to what they asked last time. The questions' indices, and those of
// everything that comes back, count in `which`.
struct KnownAnswer {
  Question question;
  Told told;
};
std::string call_frame(Operation operation, uint64_t deadline_ns, solder_span in, std::span<const size_t> which,
                       const std::vector<KnownAnswer>& known);

// Gives such a frame another deadline.
void renew_deadline(std::string& frame, uint64_t deadline_ns);

// The same as it arrives; texts are views of the frame.
struct ReceivedCall {
  Operation operation{};
  uint64_t deadline_ns = 0;
  std::variant<std::vector<solder_option_input>, std::vector<solder_upstream_input>,
               std::vector<solder_destination_input>, std::vector<solder_object>>
      inputs;
  solder_span in{};
  std::vector<KnownAnswer> known;
};
bool read(std::string_view frame, ReceivedCall& call);

// What came of it, and which of the known answers were of use. What the plugin gave stands in the terms of its inputs:
// fields begin at them, and no object is named but those that it names itself.
std::string done_frame(const std::vector<ItemOutput>& outputs, const std::vector<uint32_t>& used);
// Hands everything to `out` as if the plugin stood here, so that it is checked as if it did. `which[i]` is the index of
// output i. False where the frame is none of a call of so many inputs.
bool emit_done(std::string_view frame, std::span<const size_t> which, const solder_out& out,
               std::vector<uint32_t>& used);

// A state that was saved; nothing: the plugin keeps none. A status that is not ok travels as its message.
using Saved = base::Result<std::optional<std::string>>;
std::string save_frame();
std::string saved_frame(const Saved& saved);
std::optional<Saved> read_saved(std::string_view frame);
struct Restore {
  std::string version, state;
};
std::string to_frame(const Restore& restore);
bool read(std::string_view frame, Restore& restore);
std::string restored_frame(const base::Status& status);
std::optional<base::Status> read_restored(std::string_view frame);

std::string serve_frame(bool serving);
std::optional<bool> read_serve(std::string_view frame);

// The kind of a frame; nothing where it is none.
std::optional<Message> kind_of(std::string_view frame);

}  // namespace solder::host::isolation

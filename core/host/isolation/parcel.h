// What Solder and the process of an instance that works by itself (a discovery, a source of objects) say to each other
// once it is open. Either side speaks when it likes, so that all of these go both ways at once:
//   kTask → kTaskDone   Solder tells the instance something: which upstreams to follow.
//   kUse → kUsed        the instance makes use of a service: an object is put, a request is sent.
//   kEvent              something comes of it: an answer. Timers are the process's own, but for those of programs.
// All have one form: what it is about, a number that an answer repeats, a status, numbers and texts. Who reads one
// looks at how many there are. Tested by tests/unit/host/isolation_parcel_test.cc and
// tests/fuzz/isolation_wire_fuzz.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/isolation/messages.h"
#include "core/host/services/wish.h"
#include "core/model/object.h"

namespace solder::host::isolation {

struct Parcel {
  uint8_t what = 0;
  uint64_t id = 0;
  int32_t status = 0;
  std::vector<uint64_t> numbers{};
  std::vector<std::string> texts{};

  bool operator==(const Parcel&) const = default;
};
std::string to_frame(Message kind, const Parcel& parcel);
std::optional<Parcel> read_parcel(std::string_view frame, Message kind);

// kTask. All but kPing are a call into the instance, one after the other.
enum class Task : uint8_t {
  kBegin = 1,  // numbers: Role, whether a lease may be held. Makes the instance
  kFollow,     // texts: seven of each upstream
  kForget,     // texts: three of each
  kWatch,      // texts: two of each kind
  kStatuses,   // texts: four of each object
  kShare,      // the same
  kChange,     // number: its id; texts: the object's three, its apiVersion, its JSON
  kPing,       // whether events still come to it
};
enum class Role : uint8_t { kDiscovery = 1, kSource };

// kUse. `numbers` and `texts` are the arguments in their order; a problem is one number and kProblemTexts texts.
enum class Use : uint8_t {
  kSend = 1,  // numbers: the process's own number of the request, then those of the wish
  kCancel,    // numbers: that number
  kTaken,     // numbers: that number, bytes of it that the plugin has taken. Not answered
  kPublish,
  kReport,
  kPut,
  kRemove,
  kBeginList,
  kEndList,
  kKeep,
  kComplete,
  kReportSource,
  kHoldLease,
  kChanged,
  kWatchSettings,
  kTimer,        // numbers: the process's own number of the timer, nanoseconds. Of programs; others have their own
  kCancelTimer,  // numbers: that number
  kLast = kCancelTimer,
};

// kEvent.
enum class Event : uint8_t {
  kAnswer = 1,  // id: the request; status; numbers: HTTP's status; texts: message, body, then names and values
  kPiece,       // id: the request; texts: bytes
  kSettings,    // texts: the spec
  kFired,       // id: the timer
};

inline constexpr size_t kRefTexts = 3, kProblemTexts = 8, kUpstreamTexts = 7;

void add(Parcel& parcel, const model::ObjectRef& ref);
// The three texts that begin there.
model::ObjectRef ref_at(const Parcel& parcel, size_t at);

// A wish, behind `numbers` and `texts` that are there already. What is named in files is read before it leaves.
void add(Parcel& parcel, const Wish& wish);
// False: it is none, or cannot be sent.
bool read_wish_at(const Parcel& parcel, size_t number, size_t text, Wish& wish);

}  // namespace solder::host::isolation

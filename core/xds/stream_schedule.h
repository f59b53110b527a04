// What a stream sends next: make before break over the types of one ADS stream. Answers first, in order of type; then
// updates, where listeners, routes and filter configurations wait until what they refer to was acknowledged; then
// removals, once nothing that may refer to the removed is on its way. What only drained connections would see waits.
// Nothing waits for ever: every rule lapses after a time. Pure: slots and time in, a choice out. Tested by
// tests/unit/xds/stream_scenarios_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/xds/refusal_trace.h"
#include "core/xds/stream_times.h"
#include "core/xds/subscription.h"

namespace solder::xds {

// A response that was neither acknowledged nor refused yet.
struct InFlight {
  uint64_t nonce = 0;
  ResponseContentPtr content;
  std::optional<ResourceSet> after;  // none where something else was on its way
};

// One type of a stream.
struct TypeSlot {
  std::unique_ptr<Subscription> subscription;  // null: the client never asked for this type
  uint64_t nonce = 0;                          // of the last response; 0: there was none
  std::vector<InFlight> in_flight;             // in order of nonce; only answers make it more than one
  bool holds_others = false;                   // what refers to this type waits for what is in flight
  std::set<std::string> refused;               // what the client refused and was not sent anew since
  std::unique_ptr<RefusalTrace> trace;         // null: it refused nothing of this type
  Clock::time_point sent_at;                   // of the last response
  std::optional<Clock::time_point> update_since, removal_since;  // since when one is due and held back
  uint64_t drained = 0;                                          // Due::drained when it was looked at last
  Clock::time_point drained_since, drained_changed_at;           // since when it is not 0, and what it is
};
using TypeSlots = std::array<TypeSlot, kResourceTypeCount>;

struct Choice {
  ResourceType type{};
  Take take = Take::kAnswer;
  bool overdue = false;  // sent though the client did not acknowledge what should have come before
};

class StreamSchedule {
 public:
  StreamSchedule(bool aggregated, StreamTimes times) : aggregated_(aggregated), times_(times) {}

  // Nothing: there is nothing to send, or not before wake_at().
  std::optional<Choice> next(TypeSlots& slots, Clock::time_point now);
  // When next() may have another answer though nothing happened; after a next() that gave nothing.
  [[nodiscard]] std::optional<Clock::time_point> wake_at() const { return wake_at_; }
  // The first request of the stream came at this time.
  void started(Clock::time_point now) { started_at_ = now; }

 private:
  std::optional<Choice> next_answer(TypeSlots& slots) const;
  std::optional<Choice> next_update(TypeSlots& slots, Clock::time_point now);
  std::optional<Choice> next_removal(TypeSlots& slots, Clock::time_point now);
  bool may_update(ResourceType type, TypeSlots& slots, Clock::time_point now);
  // Changes for drained connections alone wait until they rest, or until something that they may refer to is to go.
  bool drained_is_due(TypeSlots& slots, TypeSlot& slot, Clock::time_point now);
  static bool routes_are_there(TypeSlots& slots);
  bool may_remove(ResourceType type, TypeSlots& slots, Clock::time_point now, bool& overdue);
  bool settled(const TypeSlots& slots, Clock::time_point now);
  [[nodiscard]] bool open(const TypeSlot& slot, Clock::time_point now) const;
  // True once `since + patience` has come; else next() is worth another call then.
  bool lapsed(Clock::time_point since, std::chrono::milliseconds patience, Clock::time_point now);

  const bool aggregated_;
  const StreamTimes times_;
  Clock::time_point started_at_;
  std::optional<Clock::time_point> wake_at_;
};

}  // namespace solder::xds

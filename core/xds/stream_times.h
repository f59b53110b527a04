// How long a stream waits for its client. Tests shorten them; operators have no reason to.
#pragma once

#include <chrono>

namespace solder::xds {

using Clock = std::chrono::steady_clock;

struct StreamTimes {
  // A response that is not acknowledged for this long no longer holds anything back.
  std::chrono::milliseconds acknowledge_within{30'000};
  // Longest time that an update waits for other types, which matters where those change all the time.
  std::chrono::milliseconds hold_within{5'000};
  // A route configuration that only drained connections go by is sent once it has not changed for this long, ...
  std::chrono::milliseconds drained_after_rest{200};
  // ... and after this long if it never rests.
  std::chrono::milliseconds drained_within{30'000};
  // A client that comes back asks for all its types within this time; until then nothing that it holds is removed.
  std::chrono::milliseconds settle_within{1'000};
  // A stream on which no request came for this long after it was opened is ended.
  std::chrono::milliseconds ask_within{60'000};
  // A client that takes no byte of a response for this long holds old memory alive; its stream is ended.
  std::chrono::milliseconds read_within{300'000};
};

}  // namespace solder::xds

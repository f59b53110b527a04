// What the server counts, by any thread. server.h's ServerCounters is a reading of it.
#pragma once

#include <atomic>
#include <cstdint>

namespace solder::xds {

struct Counters {
  std::atomic<uint64_t> streams{0}, streams_total{0}, responses{0}, resources_sent{0}, bytes_sent{0}, acks{0}, nacks{0},
      bad_requests{0};
  // Streams whose client was found to refuse something.
  std::atomic<uint64_t> refusing{0};
  // What all streams together hold against ServerOptions::max_subscriptions_of_all.
  std::atomic<uint64_t> subscriptions{0};
};

}  // namespace solder::xds

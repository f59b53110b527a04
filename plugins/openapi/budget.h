// Requests of one plugin instance with a bound on how many are under way, over all upstreams; the others wait in line.
// Tested by tests/e2e/openapi_test.py and bench/openapi.py.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::openapi {

inline constexpr size_t kMostAtOnce = 20;

struct Request {
  std::string method = "GET";
  std::string url = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::string secret_ns = {}, secret_name = {};  // for TLS; empty: none
  bool http2 = false;                            // known to be spoken there
};

class Budget {
 public:
  using Ticket = uint64_t;

  explicit Budget(const sdk::Host& host) : http_(host), timer_(host) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // `then` runs once, later, unless it is cancelled.
  Ticket send(Request request, sdk::Http::Then then);
  void cancel(Ticket ticket);

 private:
  struct Waiting {
    Ticket ticket;
    Request request;
    sdk::Http::Then then;
  };
  void begin_more();
  bool begin(Waiting& next);

  sdk::Http http_;
  sdk::Timer timer_;
  Ticket last_ = 0;
  std::deque<Waiting> waiting_;
  std::map<Ticket, sdk::Http::Id> under_way_;
};

}  // namespace solder::plugins::openapi

// One upstream whose functions are looked for: the Cloud Functions of its project and region, page by page, then the
// services of Cloud Run there. Nothing but a whole list is published; what fails is tried again later and later. Made
// of timers and requests of the host, which puts the token in: no key comes here. Tested by
// tests/e2e/gcf_discovery_test.py.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "listing.h"
#include "solder/sdk.hpp"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::gcf {

class FollowedUpstream {
 public:
  // The arguments that are references must outlive it. `period`: from one cycle's beginning to the next, at least.
  FollowedUpstream(const sdk::Host& host, sdk::Http& http, const sdk::Publisher& publisher, const sdk::Ref& ref,
                   std::chrono::milliseconds period);
  ~FollowedUpstream();
  FollowedUpstream(const FollowedUpstream&) = delete;
  FollowedUpstream& operator=(const FollowedUpstream&) = delete;

  // spec.gcp as it is now; what was under way is given up. Without project and region nothing is asked.
  void begin(const sdk::Json& upstream);

 private:
  [[nodiscard]] sdk::Ref ref() const { return {kind_, ns_, name_}; }
  [[nodiscard]] bool has_secret() const { return !secret_name_.empty(); }
  void begin_cycle();
  void begin_method(Method method);
  void ask();
  void take(const sdk::HttpAnswer& answer);
  void listed();
  void failed(const sdk::HttpAnswer& answer);
  void give_up();
  void report(const std::string& message, bool about_secret);

  const std::string kind_, ns_, name_;
  sdk::Http& http_;
  const sdk::Publisher& publisher_;
  const std::chrono::milliseconds period_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;

  std::string project_, region_, host_, api_, secret_ns_, secret_name_;
  Method method_ = Method::kFunctionsV2;
  std::chrono::steady_clock::time_point began_;
  std::string page_;
  std::set<std::string> pages_;
  Places listing_;
  sdk::Http::Id under_way_ = 0;
};

}  // namespace solder::plugins::gcf

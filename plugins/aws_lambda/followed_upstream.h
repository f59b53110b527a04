// One upstream whose functions are looked for. A cycle asks for all functions page by page, then for the aliases of
// some of them: those of new functions first, then those that were asked longest ago. Lambda answers only some 15
// requests a second for an account, so aliases of thousands of functions come in over minutes, while the list itself is
// whole each time. Tested by tests/e2e/lambda_discovery_test.py.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "listing.h"
#include "solder/sdk.hpp"
#include "solder/sdk/aws.hpp"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"

namespace solder::plugins::aws_lambda {

class FollowedUpstream {
 public:
  // The arguments that are references must outlive it. `period`: from one cycle's beginning to the next, at least.
  FollowedUpstream(const sdk::Host& host, sdk::Http& http, const sdk::Publisher& publisher, const sdk::Ref& ref,
                   std::chrono::milliseconds period);
  ~FollowedUpstream();
  FollowedUpstream(const FollowedUpstream&) = delete;
  FollowedUpstream& operator=(const FollowedUpstream&) = delete;

  // spec.aws as it is now; what was under way is given up. Without credentials nothing is asked.
  void begin(const sdk::Json& upstream);

 private:
  struct Aliases {
    std::vector<std::string> names;
    uint64_t asked = 0;  // in which cycle; 0: never
  };

  [[nodiscard]] sdk::Ref ref() const { return {kind_, ns_, name_}; }
  void begin_cycle();
  void ask_functions();
  void take_functions(const sdk::HttpAnswer& answer);
  void listed();
  void ask_more_aliases();
  bool ask_aliases(const std::string& function, const std::string& marker);
  void take_aliases(const std::string& function, const sdk::HttpAnswer& answer);
  void publish();
  void end_cycle();
  void failed(const sdk::HttpAnswer& answer);
  void give_up();
  solder_status send(const std::string& path, sdk::Http::Then then);
  void report(std::string_view reason, const std::string& message, bool about_secret);

  const std::string kind_, ns_, name_;
  sdk::Http& http_;
  const sdk::Publisher& publisher_;
  const std::chrono::milliseconds period_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;

  std::string base_;
  sdk::AwsSigner signer_;
  std::chrono::steady_clock::time_point began_;
  uint64_t cycle_ = 0;
  std::string marker_;
  std::set<std::string> markers_;
  Qualifiers listing_, functions_;  // of this cycle, of the last whole one
  std::map<std::string, Aliases> aliases_;
  std::vector<std::string> to_ask_;
  std::map<std::string, std::vector<std::string>> asking_;  // what came so far
  std::set<sdk::Http::Id> under_way_;
  bool published_ = false;
};

}  // namespace solder::plugins::aws_lambda

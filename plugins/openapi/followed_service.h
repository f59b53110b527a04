// One upstream whose functions are looked for: by the document that its user names, or else at the paths where such
// documents are by custom, or else by gRPC's reflection. A service without any is asked again later and later, up to an
// hour. What is found is published whole; what fails leaves the last good set. Tested by tests/e2e/openapi_test.py and
// tests/e2e/grpc_discovery_test.py.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "document_set.h"
#include "reflection.h"
#include "solder/sdk/backoff.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"
#include "target.h"

namespace solder::plugins::openapi {

struct Settings {
  std::chrono::milliseconds period{30000};
  std::string cluster_domain = "cluster.local";
  std::vector<std::string> paths;
};

class FollowedService {
 public:
  // The arguments that are references must outlive it.
  FollowedService(const sdk::Host& host, Budget& budget, const sdk::Publisher& publisher, const Settings& settings,
                  const sdk::Ref& ref);
  FollowedService(const FollowedService&) = delete;
  FollowedService& operator=(const FollowedService&) = delete;

  // As the upstream is now; what was under way is given up.
  void begin(std::string_view type, const sdk::Json& spec);

 private:
  [[nodiscard]] sdk::Ref ref() const { return {kind_, ns_, name_}; }
  void begin_cycle();
  void ask(const std::string& url);
  void probe(size_t path);
  void reflect(bool unreachable);
  void take_reflection(const Reflection::Outcome& outcome, bool unreachable);
  void found_nothing(bool unreachable);
  void take(const std::string& url, const DocumentSet::Outcome& outcome);
  void publish(const std::string& url, const Functions& functions);
  void failed(const std::string& url, const std::string& why, bool unreachable);
  void wait(std::chrono::milliseconds time);

  const std::string kind_, ns_, name_;
  const sdk::Publisher& publisher_;
  const Settings& settings_;
  sdk::Backoff backoff_;
  sdk::Timer timer_;
  DocumentSet documents_;
  Reflection reflection_;

  std::string type_;
  Target target_;
  size_t base_ = 0;        // which of its hosts is asked
  std::string known_;      // where a document was found
  bool reflects_ = false;  // it answered as gRPC does
  int empty_rounds_ = 0;
};

}  // namespace solder::plugins::openapi

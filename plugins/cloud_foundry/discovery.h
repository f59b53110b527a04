// Endpoint discovery: which upstreams are followed, which Cloud Controller is asked for them, and what of it is
// published: only what is new, and only what is known for sure. Tested by tests/e2e/cloud_foundry_test.py.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller.h"
#include "solder/sdk.hpp"
#include "solder/sdk/publish.hpp"
#include "upstream.h"

namespace solder::plugins::cloud_foundry {

class Discovery {
 public:
  // `settings` outlive it.
  Discovery(const sdk::Host& host, const Settings& settings);
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  void follow(const sdk::UpstreamInput& in);
  void forget(const sdk::Ref& ref);

 private:
  struct Followed {
    std::string kind, ns, name;
    Wanted wanted;
    Foundation foundation;
    std::set<std::string> processes;
    std::vector<Trouble> troubles;    // of this one alone
    std::string published, reported;  // what was last
    std::optional<Wanted> published_for{};

    [[nodiscard]] sdk::Ref ref() const { return {kind, ns, name}; }
  };
  // One Cloud Controller as one asks it, and who wants to know.
  struct Asked {
    std::unique_ptr<Controller> controller;
    std::set<std::string> followers;                          // "namespace/name"
    std::map<std::string, std::set<std::string>> by_process;  // of them
  };

  void follow_on(Followed& followed, const Wanted& wanted);
  void listed(const Foundation& foundation);
  void heard(const Foundation& foundation, const std::string& process);
  void troubled(const Foundation& foundation);
  void look(Asked& asked, Followed& followed);
  void want(Asked& asked);
  void report(const Asked& asked, Followed& followed);

  const sdk::Host host_;
  const Settings& settings_;
  sdk::Publisher publisher_;
  std::map<std::string, Followed> followed_;  // by "namespace/name"
  std::map<Foundation, Asked> asked_;         // behind what they use: they leave first
};

}  // namespace solder::plugins::cloud_foundry

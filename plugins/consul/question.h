// One thing that is asked of Consul, and how current the answer has to be: "Consistency Modes" of Consul's HTTP API.
#pragma once

#include <optional>
#include <string>

#include "settings.h"

namespace solder::plugins::consul {

struct Question {
  std::string path;  // with its question mark, "/v1/health/service/shop?dc=dc1"
  // None: it is the agent that answers, of itself.
  std::optional<Consistency> consistency;
  bool cached = false;  // what the agent keeps is enough

  // What is asked. `surely`: a server that has just become the leader, or was started again, answers in the default
  // mode from what it has read of its log so far, which may be nothing; in the consistent mode it waits until it knows
  // all. Whoever wants stale answers gets them: they are there without a leader, too.
  [[nodiscard]] std::string url(bool surely) const;
  [[nodiscard]] bool can_be_surer() const { return consistency == Consistency::kDefault; }
};

}  // namespace solder::plugins::consul

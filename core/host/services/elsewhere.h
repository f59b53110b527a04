// Services that another process gives: what an instance asks for is looked for here first. Implemented by
// isolation/remote_services.h.
#pragma once

#include <string_view>

#include "core/host/services/timers.h"

namespace solder::host {

class Elsewhere {
 public:
  virtual ~Elsewhere() = default;
  // Its table, whose events come by `events`; null: it is not given from there. [any thread]
  virtual const void* service(std::string_view id, Timers& events) = 0;
};

}  // namespace solder::host

// A virtual host as a gateway takes it.
#pragma once

#include <string>
#include <vector>

#include "core/model/object.h"

namespace solder::engine {

struct PlannedHost {
  model::ObjectRef virtual_service;
  std::vector<std::string> domains;  // without those that another one holds
};

}  // namespace solder::engine

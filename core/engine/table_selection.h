// Which RouteTables a delegating route leads to: the one that it names, or all that its selector finds. Source: Gloo's
// route table selector. Tested by tests/unit/engine/delegation_test.cc.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/translation.h"
#include "core/model/route_table.h"

namespace solder::engine {

struct TableSelection {
  std::map<int32_t, std::vector<model::ObjectRef>> tables;  // by weight: lower ones stand first
  std::optional<model::Diagnostic> problem;                 // why there is none; its field is below the action
};

// `ns` is the namespace of the object that the route stands in.
TableSelection select_tables(Translation& t, Reader& reader, const std::string& ns,
                             const model::DelegateAction& action);

}  // namespace solder::engine

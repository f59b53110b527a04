// Merges the fragments of one slot into one message, and remembers who set which field. The rules are the contract's
// (plugin_api/include/solder/items.h). The bytes have one canonical form (merge_tree.h), so equal content is
// equal bytes whoever contributed what; where fragments share no field, joining them is moving their parts. A fragment
// with a broken byte anywhere, an unknown field, or an Any that Envoy would refuse is left out whole. Pure; any thread.
// Tested by tests/unit/engine/merge_test.cc and the golden cases merge-*.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/engine/fragment.h"
#include "core/services/message_types.h"

namespace solder::engine {

struct FieldOrigin {
  std::string field;  // dotted proto path; "retry_policy.num_retries"; a map's entry: "metadata.filter_metadata[ns]"
  Origin origin;
};

// Two fragments set one singular field differently; the later one won.
struct Conflict {
  std::string field;
  Origin earlier;
  Origin later;
};

// A fragment that could not be used: the others were merged without it.
struct BadFragment {
  Origin origin;
  std::string slot;
  std::string problem;
};

struct Merged {
  std::string bytes;
  std::vector<FieldOrigin> provenance;  // sorted by field
  std::vector<Conflict> conflicts;
  std::vector<BadFragment> bad;
};

// `fragments` in order: the later wins. The caller sorts by (weight, plugin name). Provenance, which costs as much as
// the rest, is told where it is wanted.
Merged merge(const services::MessageTypes& types, const google::protobuf::Descriptor& type,
             std::span<const Fragment* const> fragments, bool with_provenance = true);

}  // namespace solder::engine

// Last good versions that stand in for the newest ones, as all Solders on one store share them: the one that leads says
// what is kept, in objects of the kind SharedEntry, so that an Envoy that moves to another is given the same. An entry
// counts for one version of its object alone; one that is out of date takes nothing away.
// Tested by tests/unit/engine/kept_versions_test.cc and tests/e2e/kubernetes_replicas_test.py.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/model/object.h"

namespace solder::engine {

inline constexpr const char* kSharedKind = "SharedEntry";

struct KeptVersion {
  uint64_t instead_of = 0;  // hash of the version that is not good
  model::ObjectPtr object;  // the last one that was

  bool operator==(const KeptVersion& other) const {
    return instead_of == other.instead_of && object->hash == other.object->hash;
  }
};
using KeptVersions = std::map<model::ObjectRef, KeptVersion>;

// The entry's name, the same for all versions of an object.
std::string shared_name(const model::ObjectRef& ref);
// The entry as JSON, without a namespace.
std::string to_shared_json(const model::ObjectRef& ref, const KeptVersion& kept);
// Nothing where the entry is of another sort, or cannot be read.
std::optional<std::pair<model::ObjectRef, KeptVersion>> read_shared(const model::Object& entry);

// The entries that there are. One thread.
class SharedVersions {
 public:
  // Null: it is gone. Gives what it is about.
  std::optional<model::ObjectRef> set(const model::ObjectRef& entry, const model::ObjectPtr& object);
  // What stands in for the version with that hash, or null.
  [[nodiscard]] model::ObjectPtr find(const model::ObjectRef& ref, uint64_t hash) const;
  [[nodiscard]] bool empty() const { return versions_.empty(); }

 private:
  std::map<model::ObjectRef, model::ObjectRef> about_;  // by entry
  KeptVersions versions_;
};

}  // namespace solder::engine

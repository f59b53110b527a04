// Of an object that several sources bring, whose counts: that of the source which is first by its plugin's name, so
// that it is the same after every restart, and Kubernetes' Secrets come before Vault's, as in Gloo. Not thread-safe.
// Tested by tests/unit/sources/source_order_test.cc.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/store/store.h"

namespace solder::sources {

class SourceOrder {
 public:
  // What changes for everybody when `source` says these.
  std::vector<store::Change> take(const std::string& source, std::vector<store::Change> changes);
  // A warning for each object that more than one source brings.
  [[nodiscard]] model::Diagnostics problems() const;

 private:
  using Brought = std::vector<std::pair<std::string, model::ObjectPtr>>;  // by source, in order
  std::map<model::ObjectRef, Brought> all_;
  std::map<model::ObjectRef, model::Diagnostic> doubles_;
};

}  // namespace solder::sources

// One thing that a plugin can be asked, in texts of its own, and batches of such as the contract's structs. What stands
// behind a struct's end, and how its memory behaves, is the batch's to choose. Tested by
// tests/plugin/conformance_test.py.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/conformance/memory.h"
#include "core/host/manifest.h"
#include "core/host/plugin_set.h"

namespace solder::conformance {

// JSON by "Kind namespace/name": what look-ups find.
using Objects = std::map<std::string, std::string>;
// Which indexes of which kind can be listed by.
using Indexes = std::map<std::string, std::vector<std::string>>;
Indexes indexes_of(const host::Manifest& manifest);

struct Probe {
  host::Operation operation = host::Operation::kOptions;
  uint32_t scope = 0, action = 0, weighted = 0;
  model::ObjectRef object;  // whose it is
  std::string key, path, value;
  std::string around;       // all options there, or the whole spec
  std::string destination;  // destinationSpec.<key>; `value` is then the upstream's
  std::string cluster;
  model::ObjectRef upstream;
  std::shared_ptr<const Objects> objects;
};

class Batch {
 public:
  // All of one operation. `memory` outlives the batch, `probes` too. `beyond`: bytes of no meaning behind each struct.
  Batch(std::vector<const Probe*> probes, const Indexes& indexes, Memory& memory, size_t beyond = 0);

  [[nodiscard]] host::Operation operation() const { return probes_.front()->operation; }
  [[nodiscard]] solder_span in() const { return in_; }
  [[nodiscard]] const std::vector<host::Subject>& subjects() const { return subjects_; }
  [[nodiscard]] host::Lookup lookup() const;

 private:
  template <typename Input>
  void put(const std::vector<Input>& inputs, Memory& memory, size_t beyond);
  [[nodiscard]] const std::string* find(size_t index, const model::ObjectRef& ref) const;
  [[nodiscard]] std::optional<std::vector<host::Listed>> list(size_t index, const host::Selector& selector) const;

  const std::vector<const Probe*> probes_;
  const Indexes& indexes_;
  solder_span in_{};
  std::vector<host::Subject> subjects_;
};

}  // namespace solder::conformance

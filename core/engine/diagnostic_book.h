// Who says what about which object: each source (a step of translation, a file) tells all that it has to say at once,
// and what that changes for an object is known without looking at the others. One thread.
// Tested by tests/unit/engine/diagnostic_book_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "core/model/diagnostic.h"

namespace solder::engine {

class DiagnosticBook {
 public:
  // Replaces what `source` said before.
  void set(const std::string& source, const model::Diagnostics& diagnostics);
  // The same of a step of translation and what it is about.
  void set(const char* step, const model::ObjectRef& ref, const model::Diagnostics& diagnostics) {
    // Where all is well nobody has to be named.
    if (!diagnostics.empty() || !subjects_.empty()) set(std::string(step) + " " + to_string(ref), diagnostics);
  }
  // All about one object, in order of source.
  [[nodiscard]] model::Diagnostics about(const model::ObjectRef& object) const;
  // What `source` said last.
  [[nodiscard]] model::Diagnostics said_by(const std::string& source) const;
  // The objects about which the other book says something else.
  [[nodiscard]] std::set<model::ObjectRef> differences(const DiagnosticBook& other) const;
  // All there are, in order of object.
  [[nodiscard]] model::Diagnostics all() const;
  // The objects about which something was said or taken back since the last call.
  std::set<model::ObjectRef> take_changed();

 private:
  std::unordered_map<std::string, std::set<model::ObjectRef>> subjects_;  // of each source
  std::map<model::ObjectRef, std::map<std::string, model::Diagnostics>> said_;
  std::set<model::ObjectRef> changed_;
};

}  // namespace solder::engine

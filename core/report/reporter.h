// Diagnostics → the state of each object, and the status files beside the user's files (never in them): one YAML an
// object under <state>/status/<kind>/<namespace>/<name>.yaml, written only when it changes, removed with its object.
// Writing is coalesced on a thread of its own and never delays translation. Tested by tests/unit/report.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"

namespace solder::report {

// One report an object: Rejected with an error, Warning with a warning, Accepted otherwise; diagnostics sorted by place and
// freed of repeats. Every object in `objects` gets one.
std::vector<model::ObjectReport> make_reports(const std::vector<model::ObjectPtr>& objects,
                                              const model::Diagnostics& diagnostics);

// For a terminal: "file:line:column: error: VirtualService ns/name spec.virtualHost.routes[0]: message (found ..., expected ...) [Reason]".
std::string to_text(const model::Diagnostic& diagnostic);
// One report as the JSON of `solder translate`: {kind,namespace,name,state,errors,warnings}.
std::string to_json(const model::ObjectReport& report);

class StatusWriter {
 public:
  explicit StatusWriter(std::string directory);
  ~StatusWriter();  // writes what is pending
  StatusWriter(const StatusWriter&) = delete;
  StatusWriter& operator=(const StatusWriter&) = delete;
  // Replaces what is to be written: these reports and no others. [any thread]
  void write(std::vector<model::ObjectReport> reports);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::report

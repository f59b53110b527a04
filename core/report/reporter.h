// Diagnostics → the state of each object, and the status files beside the user's files (never in them): one YAML an
// object under <state>/status/<kind>/<namespace>/<name>.yaml, written only when it changes, removed with its object.
// Writing is coalesced on a thread of its own and never delays translation. Tested by tests/unit/report.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/model/diagnostic.h"
#include "core/model/object_change.h"

namespace solder::report {

// One report an object: Rejected with an error, Warning with a warning, Accepted otherwise; diagnostics located, sorted
// by place and freed of repeats. Every object in `objects` gets one, and so does every file or object that only a
// diagnostic names. Sorted by object. Reads the files that diagnostics are about.
std::vector<model::ObjectReport> make_reports(const std::vector<model::ObjectPtr>& objects,
                                              const model::Diagnostics& diagnostics);

// The reports of a world that changes, kept up to date by what is new. One thread.
class Reports {
 public:
  struct Changes {
    std::vector<model::ObjectReport> reports;  // new, or other than before
    std::vector<model::ObjectRef> gone;
  };
  Changes update(const std::vector<model::ObjectChange>& changes);
  [[nodiscard]] const std::map<model::ObjectRef, model::ObjectReport>& all() const { return all_; }

 private:
  std::map<model::ObjectRef, model::ObjectReport> all_;
};

// Fills in `where` of each diagnostic that has no line yet and is about one of `objects`. Reads their files.
void locate_all(const std::vector<model::ObjectPtr>& objects, model::Diagnostics& diagnostics);

// "/spec/routes/0/options" → "spec.routes[0].options"
std::string field_path(const std::string& pointer);

// For a terminal: "file:line:column: error: VirtualService ns/name spec.virtualHost.routes[0]: message (found ...,
// expected ...) [Reason]". One line whatever the texts hold; control characters are written out.
std::string to_text(const model::Diagnostic& diagnostic);
// The same without the object's name, for places that have named it already.
std::string to_text_without_object(const model::Diagnostic& diagnostic);

// One report as the JSON of `solder translate`: {kind,namespace,name,state,errors,warnings,details}. The first two
// lists hold sentences, `details` the same problems (and what is only information) part by part.
std::string to_json(const model::ObjectReport& report);
// One report as the YAML of a status file.
std::string to_yaml(const model::ObjectReport& report);

class StatusWriter {
 public:
  explicit StatusWriter(std::string directory);
  ~StatusWriter();  // writes what is pending
  StatusWriter(const StatusWriter&) = delete;
  StatusWriter& operator=(const StatusWriter&) = delete;
  // What is to be written and what is to go. With the first call everything goes that it does not name: an earlier run
  // may have left it. Returns at once. [any thread]
  void write(Reports::Changes changes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::report

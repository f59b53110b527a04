// Diagnostics → one report an object.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/config/documents.h"
#include "core/report/reporter.h"

namespace solder::report {

namespace {

using ObjectsByRef = std::map<model::ObjectRef, const model::Object*>;

ObjectsByRef by_ref(const std::vector<model::ObjectPtr>& objects) {
  ObjectsByRef out;
  for (const auto& object : objects) out.emplace(object->ref, object.get());
  return out;
}

void locate_known(const ObjectsByRef& objects, model::Diagnostics& diagnostics) {
  std::vector<std::pair<const model::Object*, model::Diagnostic*>> wanted;
  for (auto& diagnostic : diagnostics) {
    if (diagnostic.where.line != 0) continue;
    if (const auto object = objects.find(diagnostic.object); object != objects.end()) {
      wanted.emplace_back(object->second, &diagnostic);
    } else if (diagnostic.object.kind == "File" && diagnostic.where.file.empty()) {
      diagnostic.where.file = diagnostic.object.name;
    }
  }
  // locate() remembers one file, so those of one file go together.
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& a, const auto& b) { return a.first->source.file < b.first->source.file; });
  for (auto& [object, diagnostic] : wanted) {
    auto where = config::locate(*object, diagnostic->field);
    if (where.line != 0 || diagnostic->where.file.empty()) diagnostic->where = std::move(where);
  }
}

auto sort_key(const model::Diagnostic& d) {
  return std::tie(d.where.file, d.where.line, d.where.column, d.field, d.reason, d.message);
}

model::State state_of(const model::Diagnostics& diagnostics) {
  auto worst = model::Severity::kInfo;
  for (const auto& diagnostic : diagnostics) worst = std::max(worst, diagnostic.severity);
  if (worst == model::Severity::kError) return model::State::kRejected;
  return worst == model::Severity::kWarning ? model::State::kWarning : model::State::kAccepted;
}

void finish(model::ObjectReport& report) {
  auto& all = report.diagnostics;
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return sort_key(a) != sort_key(b) ? sort_key(a) < sort_key(b) : a < b;
  });
  all.erase(std::unique(all.begin(), all.end()), all.end());
  report.state = state_of(all);
}

bool speaks(const model::ObjectChange& change) { return change.object || !change.diagnostics.empty(); }

}  // namespace

Reports::Changes Reports::update(const std::vector<model::ObjectChange>& changes) {
  std::vector<model::ObjectPtr> objects;
  model::Diagnostics diagnostics;
  Changes out;
  for (const auto& change : changes) {
    if (change.object) objects.push_back(change.object);
    diagnostics.insert(diagnostics.end(), change.diagnostics.begin(), change.diagnostics.end());
    if (!speaks(change) && all_.erase(change.ref) > 0) out.gone.push_back(change.ref);
  }
  for (auto& report : make_reports(objects, diagnostics)) {
    auto& known = all_[report.object];
    if (known == report) continue;
    known = report;
    out.reports.push_back(std::move(report));
  }
  return out;
}

void locate_all(const std::vector<model::ObjectPtr>& objects, model::Diagnostics& diagnostics) {
  locate_known(by_ref(objects), diagnostics);
}

std::vector<model::ObjectReport> make_reports(const std::vector<model::ObjectPtr>& objects,
                                              const model::Diagnostics& diagnostics) {
  const ObjectsByRef known = by_ref(objects);
  model::Diagnostics located = diagnostics;
  locate_known(known, located);

  std::map<model::ObjectRef, model::ObjectReport> reports;
  for (const auto& [ref, object] : known) {
    auto& report = reports[ref];
    report.object = ref;
    report.hash = object->hash;
  }
  for (auto& diagnostic : located) {
    auto& report = reports[diagnostic.object];
    report.object = diagnostic.object;
    report.diagnostics.push_back(std::move(diagnostic));
  }
  std::vector<model::ObjectReport> out;
  out.reserve(reports.size());
  for (auto& [ref, report] : reports) {
    finish(report);
    out.push_back(std::move(report));
  }
  return out;
}

}  // namespace solder::report

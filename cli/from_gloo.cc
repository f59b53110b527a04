#include "cli/from_gloo.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/exit_codes.h"
#include "cli/migration.h"
#include "core/report/reporter.h"
#include "core/store/store.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

struct World {
  std::vector<Verdict> verdicts;  // in order of kind, namespace and name
  model::Diagnostics files;       // what could not be read
  std::array<size_t, kOutcomes> counts{};

  [[nodiscard]] size_t count(Outcome outcome) const { return counts[static_cast<size_t>(outcome)]; }
  [[nodiscard]] bool bad() const {
    return count(Outcome::kUnsupported) + count(Outcome::kMistaken) > 0 || !files.empty();
  }
};

// A kind's objects that plugins only read have no report of their own, so the files are asked what there is.
World judge_all(const Offline& run, const std::vector<std::string>& paths) {
  const store::Batch batch = store::read_files(paths);
  std::vector<model::ObjectPtr> objects;
  for (const auto& change : batch.changes) {
    if (change.object) objects.push_back(change.object);
  }
  std::map<model::ObjectRef, model::Diagnostics> problems;
  for (auto& report : report::make_reports(objects, run.engine->diagnostics()))
    problems[report.object] = std::move(report.diagnostics);
  World world;
  std::set<model::ObjectRef> read;
  for (const auto& object : objects) {
    world.verdicts.push_back(judge(*object, problems[object->ref]));
    read.insert(object->ref);
  }
  for (const auto& [ref, list] : problems) {
    const bool told = std::any_of(list.begin(), list.end(), [](const auto& problem) { return problem.where.line > 0; });
    if (ref.kind != "File" && told && !read.contains(ref)) world.verdicts.push_back(judge_unread(ref, list));
  }
  std::sort(world.verdicts.begin(), world.verdicts.end(),
            [](const Verdict& a, const Verdict& b) { return a.object < b.object; });
  for (const auto& verdict : world.verdicts) ++world.counts[static_cast<size_t>(verdict.outcome)];
  for (const auto& [ref, list] : problems) {
    if (ref.kind != "File") continue;
    for (const auto& problem : list) {
      if (problem.severity == model::Severity::kError) world.files.push_back(problem);
    }
  }
  return world;
}

const char* sentence(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnchanged:
      return "works unchanged";
    case Outcome::kDiffers:
      return "works with differences";
    case Outcome::kUnsupported:
      return "is not supported as it is";
    case Outcome::kMistaken:
      return "has mistakes";
    default:
      return "is left aside";
  }
}

std::string line(const Finding& finding) {
  std::string text = finding.kind == Outcome::kUnchanged ? "note: " : "";
  if (!finding.field.empty()) text += finding.field + ": ";
  text += finding.what;
  if (!finding.way.empty()) text += "; instead: " + finding.way;
  if (!finding.anchor.empty()) text += " (docs/differences.md#" + finding.anchor + ")";
  if (!finding.reason.empty()) text += " [" + finding.reason + "]";
  return text;
}

// One line whatever the texts hold: names and values come from files.
std::string printable(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return out;
}

std::string place(const model::SourceLocation& where) {
  return where.file.empty() ? "" : " (" + where.file + (where.line > 0 ? ":" + std::to_string(where.line) : "") + ")";
}

void print_text(const World& world) {
  for (const auto& problem : world.files) std::cout << report::to_text(problem) << "\n";
  for (const auto& verdict : world.verdicts) {
    std::cout << printable(model::to_string(verdict.object) + place(verdict.where)) << " " << sentence(verdict.outcome)
              << "\n";
    for (const auto& finding : verdict.findings) std::cout << "  " << printable(line(finding)) << "\n";
  }
  const size_t all = world.verdicts.size() - world.count(Outcome::kAside);
  std::cout << all << (all == 1 ? " object" : " objects") << " of Gloo's: " << world.count(Outcome::kUnchanged)
            << " unchanged, " << world.count(Outcome::kDiffers) << " with differences, "
            << world.count(Outcome::kUnsupported) << " not supported, " << world.count(Outcome::kMistaken)
            << " with mistakes; " << world.count(Outcome::kAside) << " left aside";
  if (!world.files.empty()) std::cout << "; " << world.files.size() << " problems with files";
  std::cout << "\n";
}

Json finding_json(const Finding& finding) {
  Json out{{"kind", finding.kind == Outcome::kUnchanged ? "note" : to_word(finding.kind)}};
  const auto add = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  add("field", finding.field);
  add("message", finding.what);
  add("instead", finding.way);
  add("difference", finding.anchor.empty() ? "" : "docs/differences.md#" + finding.anchor);
  add("reason", finding.reason);
  return out;
}

void print_json(const World& world) {
  Json out{{"summary", Json::object()}, {"objects", Json::array()}, {"fileProblems", Json::array()}};
  for (size_t i = 0; i < kOutcomes; ++i) out["summary"][to_word(static_cast<Outcome>(i))] = world.counts[i];
  for (const auto& verdict : world.verdicts) {
    Json object{{"kind", verdict.object.kind}, {"namespace", verdict.object.ns}, {"name", verdict.object.name},
                {"file", verdict.where.file},  {"line", verdict.where.line},     {"outcome", to_word(verdict.outcome)},
                {"findings", Json::array()}};
    for (const auto& finding : verdict.findings) object["findings"].push_back(finding_json(finding));
    out["objects"].push_back(std::move(object));
  }
  for (const auto& problem : world.files) out["fileProblems"].push_back(report::to_text(problem));
  std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace

int report_from_gloo(const Offline& run, const std::vector<std::string>& paths, const std::string& form) {
  const World world = judge_all(run, paths);
  if (form == "json") {
    print_json(world);
  } else {
    print_text(world);
  }
  return world.bad() ? kProblems : kOk;
}

}  // namespace solder::cli

#include "cli/migration.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/gloo_differences.h"
#include "core/config/schema.h"
#include "core/report/reporter.h"

namespace solder::cli {

namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

std::string as_text(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Walks an object and gathers the places where a known difference applies.
class DifferenceFinder {
 public:
  DifferenceFinder(const model::Object& object, std::vector<Finding>& out) : kind_(object.ref.kind), out_(out) {}

  void walk(const json& value, const std::string& path, const std::string& under, int depth) {
    if (depth > kMaxDepth) return;
    if (value.is_array()) {
      for (size_t i = 0; i < value.size(); ++i) walk(value[i], path + "/" + std::to_string(i), under, depth + 1);
    }
    if (!value.is_object()) return;
    for (const auto& [name, member] : value.items()) {
      const std::string key = config::to_lower_camel(name);
      const std::string place = path + "/" + name;
      if (!member.is_null()) match(key, under, member, place);
      walk(member, place, under + "/" + key + "/", depth + 1);
    }
  }

 private:
  void match(const std::string& key, const std::string& under, const json& value, const std::string& place) {
    for (const GlooDifference& each : gloo_differences()) {
      if (each.key != key || (!each.kind.empty() && each.kind != kind_)) continue;
      if (!each.under.empty() && under.find("/" + std::string(each.under) + "/") == std::string::npos) continue;
      if (!each.value.empty() && as_text(value) != each.value) continue;
      out_.push_back({.kind = Outcome::kDiffers,
                      .field = report::field_path(place),
                      .what = std::string(each.what),
                      .anchor = std::string(each.anchor)});
    }
  }

  const std::string& kind_;
  std::vector<Finding>& out_;
};

// The first step of a JSON pointer that stock Envoy has nothing for.
const NotServed* not_served_in(const std::string& pointer) {
  size_t at = 0;
  while (at < pointer.size()) {
    const size_t end = std::min(pointer.find('/', at + 1), pointer.size());
    if (const NotServed* known = key_not_served(config::to_lower_camel(pointer.substr(at + 1, end - at - 1))))
      return known;
    at = end;
  }
  return nullptr;
}

bool not_served_reason(const std::string& reason) {
  return reason == "NoPluginForKey" || reason == "UnsupportedKind" || reason == "UnsupportedDestination" ||
         reason == "NotServed" || reason == "SecretHeaderNotServed";
}

Finding finding_of(const model::Diagnostic& problem) {
  Finding out{.kind = Outcome::kUnchanged,
              .field = problem.field.empty() ? "" : report::field_path(problem.field),
              .what = problem.message,
              .way = problem.expected,
              .reason = problem.reason};
  for (const ReasonDifference& each : differences_by_reason()) {
    if (each.reason == problem.reason) out.anchor = std::string(each.anchor);
  }
  const bool error = problem.severity == model::Severity::kError;
  const NotServed* known = not_served_in(problem.field);
  if (known != nullptr && error) {
    out.what = std::string(known->why);
    out.way = std::string(known->way);
    out.anchor = "not-on-stock-envoy";
    out.kind = Outcome::kUnsupported;
  } else if (error || problem.reason == "UnsupportedKind" || problem.reason == "UnsupportedDestination") {
    out.kind = not_served_reason(problem.reason) ? Outcome::kUnsupported : Outcome::kMistaken;
  } else if (!out.anchor.empty()) {
    out.kind = Outcome::kDiffers;
  }
  return out;
}

// The strongest of the findings: what is not served before a mistake, a mistake before a difference.
Outcome outcome_of(const std::vector<Finding>& findings) {
  Outcome out = Outcome::kUnchanged;
  for (const Finding& finding : findings) {
    const auto rank = [](Outcome outcome) {
      return outcome == Outcome::kUnsupported ? 3 : outcome == Outcome::kMistaken ? 2 : outcome == Outcome::kDiffers;
    };
    if (rank(finding.kind) > rank(out)) out = finding.kind;
  }
  return out;
}

// The verdict that follows from the kind alone, if one does. `unknown`: nothing here reads such objects.
bool by_kind(std::string_view kind, std::string_view api_version, bool unknown, Verdict& out) {
  const NotServed* aside = kind_left_aside(kind, api_version);
  const NotServed* known = kind_not_served(kind, api_version);
  if (aside == nullptr && known == nullptr && !unknown) return false;
  const bool ours = api_version.find("solo.io/") != std::string_view::npos;
  out.outcome = aside == nullptr && (known != nullptr || ours) ? Outcome::kUnsupported : Outcome::kAside;
  Finding finding{.kind = out.outcome};
  finding.what = aside != nullptr   ? aside->why
                 : known != nullptr ? known->why
                 : ours             ? "this kind is not served"
                                    : "no object of Gloo's";
  if (out.outcome == Outcome::kUnsupported) {
    finding.way = known != nullptr ? known->way : "";
    finding.anchor = "not-on-stock-envoy";
  }
  out.findings = {std::move(finding)};
  return true;
}

}  // namespace

const char* to_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnchanged:
      return "unchanged";
    case Outcome::kDiffers:
      return "differs";
    case Outcome::kUnsupported:
      return "unsupported";
    case Outcome::kMistaken:
      return "mistaken";
    default:
      return "aside";
  }
}

Verdict judge(const model::Object& object, const model::Diagnostics& problems) {
  Verdict out{object.ref, object.source.start, Outcome::kUnchanged, {}};
  out.object.kind.resize(std::min(out.object.kind.find('.'), out.object.kind.size()));  // without the group: as written
  const auto unknown = std::any_of(problems.begin(), problems.end(),
                                   [](const auto& problem) { return problem.reason == "UnknownKind"; });
  if (by_kind(out.object.kind, object.api_version, unknown, out)) return out;
  const json document = json::parse(object.json, nullptr, false);
  if (document.is_object() && document.contains("spec"))
    DifferenceFinder(object, out.findings).walk(document["spec"], "/spec", "", 0);
  for (const auto& problem : problems) out.findings.push_back(finding_of(problem));
  std::stable_sort(out.findings.begin(), out.findings.end());
  out.findings.erase(std::unique(out.findings.begin(), out.findings.end()), out.findings.end());
  out.outcome = outcome_of(out.findings);
  return out;
}

Verdict judge_unread(const model::ObjectRef& object, const model::Diagnostics& problems) {
  Verdict out{object, {}, Outcome::kUnchanged, {}};
  for (const auto& problem : problems) {
    if (out.where.line == 0) out.where = problem.where;
    if (problem.reason != "WrongApiVersion") continue;
    const bool ours = problem.found.find("solo.io/") != std::string::npos;
    if (by_kind(object.kind, problem.found, !ours, out)) return out;
  }
  for (const auto& problem : problems) out.findings.push_back(finding_of(problem));
  out.outcome = outcome_of(out.findings);
  return out;
}

}  // namespace solder::cli

#include "cli/plugin_trial.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cli/snapshot_json.h"
#include "core/report/reporter.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostResources = 20;     // that are shown in full
constexpr size_t kMostLines = 12;         // of one resource
constexpr size_t kMostBytes = 256 << 10;  // a larger resource takes too long to print
constexpr size_t kMostText = 80;
constexpr const char* kAnother = ": is another one";

bool costs(const model::Diagnostic& problem) {
  return problem.severity == model::Severity::kError || problem.reason == "RouteLeftOut" ||
         problem.reason == "RouteReplaced";
}

// What is said beside it about the same place: why a route is lost.
std::string cause_of(const model::Diagnostic& lost, const model::Diagnostics& all) {
  if (lost.severity == model::Severity::kError) return "";
  for (const auto& other : all) {
    if (other.reason != lost.reason && other.field.rfind(lost.field, 0) == 0)
      return ", because " + other.message + " [" + other.reason + "]";
  }
  return "";
}

std::string shown(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() > kMostText) text = text.substr(0, kMostText) + "...";
  return text;
}

std::string step(const std::string& key) {
  std::string out = "/";
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

class Differ {
 public:
  Differ(std::string head, std::vector<std::string>& lines) : head_(std::move(head)), lines_(lines) {}

  void compare(const Json& before, const Json& after, const std::string& path) {
    if (before == after) return;
    if (before.is_object() && after.is_object()) return compare_maps(before, after, path);
    if (before.is_array() && after.is_array()) return compare_lists(before, after, path);
    say(path, shown(before) + " → " + shown(after));
  }
  void end() {
    if (count_ == 0) lines_.push_back(head_ + kAnother);  // in what is not shown
    if (left_out_ > 0) lines_.push_back(head_ + ": and " + std::to_string(left_out_) + " more");
  }

 private:
  void compare_maps(const Json& before, const Json& after, const std::string& path) {
    for (const auto& [key, value] : before.items()) {
      const auto other = after.find(key);
      if (other == after.end())
        say(path + step(key), shown(value) + " is gone");
      else
        compare(value, *other, path + step(key));
    }
    for (const auto& [key, value] : after.items()) {
      if (!before.contains(key)) say(path + step(key), "new: " + shown(value));
    }
  }

  void compare_lists(const Json& before, const Json& after, const std::string& path) {
    for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
      const std::string at = path + "/" + std::to_string(i);
      if (i >= after.size())
        say(at, shown(before[i]) + " is gone");
      else if (i >= before.size())
        say(at, "new: " + shown(after[i]));
      else
        compare(before[i], after[i], at);
    }
  }

  void say(const std::string& path, const std::string& what) {
    if (++count_ > kMostLines) {
      ++left_out_;
    } else {
      lines_.push_back(head_ + ": " + path + ": " + what);
    }
  }

  const std::string head_;
  std::vector<std::string>& lines_;
  size_t count_ = 0, left_out_ = 0;
};

class Collector {
 public:
  Collector(const services::MessageTypes& types, SnapshotDiff& diff) : types_(types), diff_(diff) {}

  void add(xds::ResourceType type, const xds::ResourcePtr& before, const xds::ResourcePtr& after) {
    std::string head = std::string(xds::plural(type)) + " " + (before ? before->name : after->name);
    if (!diff_.resources.insert(head).second) return;
    if (diff_.resources.size() > kMostResources) return;
    if (!before || !after) {
      diff_.lines.push_back(head + (before ? ": is gone" : ": is new"));
    } else if (type == xds::ResourceType::kSecret || before->message.size() + after->message.size() > kMostBytes) {
      diff_.lines.push_back(head + kAnother);
    } else {
      const auto old = resource_json(types_, type, *before), now = resource_json(types_, type, *after);
      Differ differ(std::move(head), diff_.lines);
      differ.compare(old.ok() ? *old : Json(), now.ok() ? *now : Json(), "");
      differ.end();
    }
  }

  void end() {
    if (diff_.resources.size() > kMostResources)
      diff_.lines.push_back("and " + std::to_string(diff_.resources.size() - kMostResources) + " more resources");
  }

 private:
  const services::MessageTypes& types_;
  SnapshotDiff& diff_;
};

void compare(const xds::Snapshot& before, const xds::Snapshot& after, Collector& collector) {
  for (size_t type = 0; type < xds::kResourceTypeCount; ++type) {
    xds::ResourceSet::compare(before.types[type], after.types[type],
                              [&](const xds::ResourcePtr& old, const xds::ResourcePtr& now) {
                                collector.add(static_cast<xds::ResourceType>(type), old, now);
                              });
  }
}

}  // namespace

std::vector<std::string> new_errors(const std::map<model::ObjectRef, model::ObjectReport>& before,
                                    const std::vector<model::ObjectChange>& changes) {
  std::vector<std::string> out;
  for (const auto& change : changes) {
    const auto known = before.find(change.ref);
    std::set<std::pair<std::string, std::string>> old;
    if (known != before.end()) {
      for (const auto& problem : known->second.diagnostics) {
        if (costs(problem)) old.emplace(problem.reason, problem.field);
      }
    }
    for (const auto& problem : change.diagnostics) {
      if (!costs(problem) || old.count({problem.reason, problem.field}) != 0) continue;
      out.push_back(report::to_text(problem) + cause_of(problem, change.diagnostics));
    }
  }
  return out;
}

std::vector<std::string> lost_resources(const xds::SnapshotsByRole& before, const xds::SnapshotsByRole& after) {
  std::vector<std::string> out;
  for (const auto& [role, snapshot] : before) {
    const auto now = after.find(role);
    for (const auto type : {xds::ResourceType::kCluster, xds::ResourceType::kListener}) {
      xds::ResourceSet::compare(snapshot->of(type), now == after.end() ? xds::ResourceSet() : now->second->of(type),
                                [&](const xds::ResourcePtr& old, const xds::ResourcePtr& next) {
                                  if (next) return;
                                  out.push_back(std::string(xds::plural(type)) + " " + old->name + " would be gone");
                                });
    }
  }
  return out;
}

SnapshotDiff diff_snapshots(const services::MessageTypes& types, const xds::SnapshotsByRole& before,
                            const xds::SnapshotsByRole& after) {
  static const xds::Snapshot kNone;
  SnapshotDiff diff;
  Collector collector(types, diff);
  const auto of = [](const xds::SnapshotsByRole& all, const std::string& role) -> const xds::Snapshot& {
    const auto at = all.find(role);
    return at == all.end() ? kNone : *at->second;
  };
  std::set<std::string> roles;
  for (const auto& [role, snapshot] : before) roles.insert(role);
  for (const auto& [role, snapshot] : after) roles.insert(role);
  for (const auto& role : roles) {
    const xds::Snapshot& old = of(before, role);
    const xds::Snapshot& now = of(after, role);
    compare(old, now, collector);
    if (old.scoped || now.scoped) compare(old.scoped ? *old.scoped : old, now.scoped ? *now.scoped : now, collector);
  }
  collector.end();
  return diff;
}

}  // namespace solder::cli

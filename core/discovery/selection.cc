#include "core/discovery/selection.h"

#include <nlohmann/json.hpp>

namespace solder::discovery {

namespace {

constexpr const char* kLabel = "discovery.solo.io/function_discovery";

bool says(const Labels& labels, std::string_view word) {
  const auto at = labels.find(kLabel);
  return at != labels.end() && at->second == word;
}

bool is_kubernetes_own(const std::string& name) { return name == "kube-system" || name == "kube-public"; }

}  // namespace

Mode mode_of(std::string_view settings_spec_json) {
  const auto spec = nlohmann::json::parse(settings_spec_json, nullptr, false);
  const nlohmann::json::json_pointer at("/discovery/fdsMode");
  if (!spec.is_object() || !spec.contains(at)) return Mode::kUnset;
  if (spec[at] == "WHITELIST") return Mode::kWhitelist;
  return spec[at] == "DISABLED" ? Mode::kDisabled : Mode::kBlacklist;
}

bool is_selected(Mode mode, std::string_view type, const Labels& upstream, const std::string& ns_name, const Labels& ns,
                 Aim aim) {
  if (mode == Mode::kDisabled || says(upstream, "disabled")) return false;
  if (says(upstream, "enabled")) return true;
  const bool asked_for = aim == Aim::kKnownService || (aim == Aim::kType && type == "aws");
  const bool asking = mode == Mode::kWhitelist || (mode == Mode::kUnset && aim == Aim::kAnyService);
  if (asking && !asked_for) return says(ns, "enabled");
  return !says(ns, "disabled") && (!is_kubernetes_own(ns_name) || says(ns, "enabled"));
}

}  // namespace solder::discovery

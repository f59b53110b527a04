#include "core/config/kinds.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/nearest_name.h"
#include "core/config/decode.h"
#include "core/config/shown.h"

namespace solder::config {

namespace {

struct Kind {
  std::string_view name;
  std::string_view api_version;
  bool decoded;
};

constexpr std::array<Kind, 15> kKinds{{
    {"Upstream", "gloo.solo.io/v1", true},
    {"VirtualService", "gateway.solo.io/v1", true},
    {"Gateway", "gateway.solo.io/v1", true},
    {"Settings", "gloo.solo.io/v1", true},
    {"Secret", "v1", true},
    {"UpstreamGroup", "gloo.solo.io/v1", true},
    {"RouteTable", "gateway.solo.io/v1", true},
    {"RouteOption", "gateway.solo.io/v1", true},
    {"VirtualHostOption", "gateway.solo.io/v1", true},
    {"ListenerOption", "gateway.solo.io/v1", true},
    {"HttpListenerOption", "gateway.solo.io/v1", true},
    {"MatchableHttpGateway", "gateway.solo.io/v1", true},
    {"MatchableTcpGateway", "gateway.solo.io/v1", true},
    {"AuthConfig", "enterprise.gloo.solo.io/v1", false},
    {"RateLimitConfig", "ratelimit.solo.io/v1alpha1", false},
}};

const Kind* find(std::string_view name) {
  const auto at = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.name == name; });
  return at == kKinds.end() ? nullptr : &*at;
}

std::string_view group_of(std::string_view api_version) {
  const size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

// Another project's API, and no slip of the pen in one of ours.
bool is_foreign_group(std::string_view group) {
  if (group.find('.') == std::string_view::npos || group.ends_with("solo.io")) return false;
  std::vector<std::string_view> ours;
  for (const auto& known : kKinds) {
    if (const auto its = group_of(known.api_version); !its.empty()) ours.push_back(its);
  }
  return base::nearest_name(group, ours).empty();
}

}  // namespace

std::string kind_of(std::string_view kind, std::string_view api_version) {
  std::string out(kind);
  const std::string_view group = group_of(api_version);
  if (find(kind) != nullptr && is_foreign_group(group)) out.append(".").append(group);
  return out;
}

bool is_version(std::string_view api_version, std::string_view read) {
  return api_version == read || (read.ends_with("/*") && group_of(api_version) == group_of(read));
}

std::string api_version_of(std::string_view kind) {
  const Kind* known = find(kind);
  return known == nullptr ? "" : std::string(known->api_version);
}

std::vector<std::pair<std::string, std::string>> decoded_kinds() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& known : kKinds) {
    if (known.decoded) out.emplace_back(known.name, known.api_version);
  }
  return out;
}

std::string nearest_kind(std::string_view kind) {
  std::vector<std::string_view> names;
  for (const auto& known : kKinds) names.push_back(known.name);
  return base::nearest_name(kind, names);
}

bool known_kind(std::string_view kind) {
  const Kind* known = find(kind);
  return known != nullptr && known->decoded;
}

namespace {

// Kubernetes' and other projects' own objects often lie in the same directory; they are none of Solder's business, so
// they are named and passed over. What looks like one of ours is a mistake.
bool foreign(const model::Object& object) {
  const std::string_view group = group_of(object.api_version);
  if (!group.empty() && object.ref.kind.ends_with("." + std::string(group))) return true;  // as kind_of() names it
  return object.api_version.find("solo.io/") == std::string::npos && nearest_kind(object.ref.kind).empty();
}

}  // namespace

model::Diagnostic unknown_kind(const model::Object& object) {
  model::Diagnostic diagnostic{
      .reason = "UnknownKind", .object = object.ref, .field = "/kind", .found = object.ref.kind};
  if (find(object.ref.kind) != nullptr) {
    diagnostic.severity = model::Severity::kWarning;
    diagnostic.reason = "UnsupportedKind";
    diagnostic.message = object.ref.kind + " objects are not served by this version; the object has no effect";
    return diagnostic;
  }
  if (foreign(object)) diagnostic.severity = model::Severity::kWarning;
  const std::string nearest = nearest_kind(object.ref.kind);
  diagnostic.message = "the kind " + shortened(object.ref.kind) + " is not known" +
                       (nearest.empty() ? "; the object has no effect" : "; did you mean " + nearest + "?");
  diagnostic.expected = nearest.empty() ? "Upstream, VirtualService, Gateway, Settings or Secret" : nearest;
  return diagnostic;
}

}  // namespace solder::config

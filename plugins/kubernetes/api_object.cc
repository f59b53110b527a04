#include "api_object.h"

#include <initializer_list>
#include <utility>

namespace solder::plugins::kubernetes {

using sdk::Json;

namespace {

// The members of these names alone.
void keep_only(Json& object, std::initializer_list<const char*> names) {
  if (!object.is_object()) return;
  Json kept = Json::object();
  for (const char* name : names) {
    if (const auto at = object.find(name); at != object.end()) kept[name] = std::move(*at);
  }
  object = std::move(kept);
}

// Of the conditions the one that says whether it may be asked, without its times.
void keep_readiness(Json& status) {
  const auto conditions = status.is_object() ? status.find("conditions") : status.end();
  if (!status.is_object() || conditions == status.end()) return;
  Json kept = Json::array();
  for (Json& each : *conditions) {
    keep_only(each, {"type", "status"});
    if (each.is_object() && each.value("type", Json()) == "Ready") kept.push_back(std::move(each));
  }
  if (kept.empty())
    status.erase(conditions);
  else
    *conditions = std::move(kept);
}

}  // namespace

void trim_object(Json& object, const std::string& kind, const std::string& api_version) {
  if (!object.is_object()) return;
  object["kind"] = kind;
  object["apiVersion"] = api_version;
  if (const auto metadata = object.find("metadata"); metadata != object.end() && metadata->is_object()) {
    for (const char* name : {"managedFields", "resourceVersion", "selfLink"}) metadata->erase(name);
    if (const auto notes = metadata->find("annotations"); notes != metadata->end() && notes->is_object()) {
      notes->erase("kubectl.kubernetes.io/last-applied-configuration");
      notes->erase("endpoints.kubernetes.io/last-change-trigger-time");
    }
    if (kind == "Pod" || kind == "Namespace") keep_only(*metadata, {"name", "namespace", "labels"});
  }
  if (is_ours(api_version) || kind == "Service" || kind == "Namespace") object.erase("status");
  if (kind != "Pod") return;
  if (const auto spec = object.find("spec"); spec != object.end()) keep_only(*spec, {"hostNetwork"});
  if (const auto status = object.find("status"); status != object.end()) {
    keep_only(*status, {"phase", "podIP", "podIPs", "conditions"});
    keep_readiness(*status);
  }
}

}  // namespace solder::plugins::kubernetes

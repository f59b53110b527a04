#include "cli/snapshot_json.h"

#include <array>
#include <string_view>

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

// In the order in which people read a configuration.
constexpr std::array kSections{xds::ResourceType::kCluster, xds::ResourceType::kEndpoint,
                               xds::ResourceType::kRoute,   xds::ResourceType::kListener,
                               xds::ResourceType::kSecret,  xds::ResourceType::kExtensionConfig};

bool is_sensitive(std::string_view key) {
  return key == "privateKey" || key == "password" || key == "secret" || key == "secrets" || key == "keys" ||
         key == "pkcs12";
}

// Everything that a data source holds inline; the name of a file is no secret.
void redact_values(Json& value) {
  if (value.is_array()) {
    for (auto& element : value) redact_values(element);
    return;
  }
  if (!value.is_object()) return;
  for (auto& [key, member] : value.items()) {
    if (key == "inlineString" || key == "inlineBytes") continue;
    redact_values(member);
  }
  if (value.contains("inlineString") || value.contains("inlineBytes")) value = Json{{"inlineString", kRedacted}};
}

// Private keys, passwords and the like, anywhere within a resource.
void redact(Json& value) {
  if (value.is_array()) {
    for (auto& element : value) redact(element);
  } else if (value.is_object()) {
    for (auto& [key, member] : value.items()) {
      if (is_sensitive(key)) {
        redact_values(member);
      } else {
        redact(member);
      }
    }
  }
}

}  // namespace

base::Result<Json> resource_json(const services::MessageTypes& types, xds::ResourceType type,
                                 const xds::Resource& resource, bool with_secrets) {
  const auto* descriptor = types.find(xds::type_url(type));
  if (descriptor == nullptr) return base::internal_error("unknown type " + std::string(xds::type_url(type)));
  const bool masked = !with_secrets && !resource.shown.empty();
  const auto text = types.wire_to_json(*descriptor, (masked ? resource.shown : resource.message).flatten());
  if (!text.ok()) return base::internal_error(resource.name + ": " + text.status().message());
  Json json = Json::parse(*text, nullptr, false);
  if (!with_secrets) redact(json);
  return json;
}

base::Result<Json> snapshot_json(const services::MessageTypes& types, const xds::Snapshot& snapshot,
                                 bool with_secrets) {
  Json out = Json::object();
  for (const auto type : kSections) {
    Json list = Json::array();
    for (const auto& resource : snapshot.of(type)) {
      auto json = resource_json(types, type, *resource, with_secrets);
      if (!json.ok()) return json.status();
      list.push_back(std::move(*json));
    }
    out[std::string(xds::plural(type))] = std::move(list);
  }
  return out;
}

base::Result<Json> snapshots_json(const services::MessageTypes& types, const xds::SnapshotsByRole& snapshots) {
  Json roles = Json::object();
  for (const auto& [role, snapshot] : snapshots) {
    auto json = snapshot_json(types, *snapshot);
    if (!json.ok()) return json.status();
    roles[role] = std::move(*json);
  }
  return Json{{"roles", std::move(roles)}};
}

}  // namespace solder::cli

#include "kv_object.h"

#include <stdexcept>

#include "yaml_value.h"

namespace solder::plugins::consul {

using sdk::Json;

namespace {

// What Gloo keeps beside a spec's fields; statuses are Solder's own to say.
constexpr const char* kNotSpec[] = {"metadata", "status", "namespacedStatuses", "namespaced_statuses",
                                    "reporterStatus"};

void check_named(const Json& metadata, const char* member, const std::string& of_key) {
  const std::string said = sdk::get_string(metadata, member);
  if (said.empty() || said == of_key) return;
  throw std::runtime_error(std::string("its metadata.") + member + " is " + said + ", its key says " + of_key);
}

void check_said(const Json& object, const char* member, std::string_view of_key) {
  const std::string said = sdk::get_string(object, member);
  if (said.empty() || said == of_key) return;
  throw std::runtime_error(std::string("its ") + member + " is " + said + ", its key says " + std::string(of_key));
}

}  // namespace

std::optional<ObjectName> name_of(std::string_view rest) {
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == rest.size()) return std::nullopt;
  if (rest.find('/', slash + 1) != std::string_view::npos) return std::nullopt;
  return ObjectName{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

std::string kind_prefix(std::string_view root, std::string_view api_version, std::string_view kind) {
  return std::string(root) + "/" + std::string(api_version) + "/" + std::string(kind) + "/";
}

std::string object_of(std::string_view value, std::string_view api_version, std::string_view kind,
                      const ObjectName& name) {
  Json read = read_yaml(value);
  if (!read.is_object()) throw std::runtime_error("it is no map");
  const bool manifest = read.contains("kind") || read.contains("apiVersion") || read.contains("spec");
  Json metadata = read.contains("metadata") ? read["metadata"] : Json::object();
  if (!metadata.is_object()) throw std::runtime_error("its metadata is no map");
  check_named(metadata, "name", name.name);
  check_named(metadata, "namespace", name.ns);
  metadata["name"] = name.name;
  metadata["namespace"] = name.ns;
  metadata.erase("resourceVersion");  // Gloo's, of another time
  metadata.erase("resource_version");
  if (manifest) {
    check_said(read, "kind", kind);
    check_said(read, "apiVersion", api_version);
  } else {
    Json spec = std::move(read);
    for (const char* member : kNotSpec) spec.erase(member);
    read = {{"spec", std::move(spec)}};
  }
  read.erase("status");
  read["apiVersion"] = api_version;
  read["kind"] = kind;
  read["metadata"] = std::move(metadata);
  return read.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace solder::plugins::consul

#include "watch_settings.h"

#include <algorithm>
#include <stdexcept>

namespace solder::plugins::kubernetes {

using sdk::Json;

namespace {

bool is_texts(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& each) {
           return each.is_string() && !each.get_ref<const std::string&>().empty();
         });
}

}  // namespace

WatchSettings read_watch_settings(const Json& watch) {
  WatchSettings out;
  out.on = true;
  for (const auto& [name, value] : watch.items()) {
    if (name == "kubeconfig" && value.is_string()) {
      out.kubeconfig = value.get<std::string>();
    } else if (name == "context" && value.is_string()) {
      out.context = value.get<std::string>();
    } else if (name == "inCluster" && value.is_boolean()) {
      out.in_cluster = value.get<bool>();
    } else if (name == "allowInsecure" && value.is_boolean()) {
      out.allow_insecure = value.get<bool>();
    } else if (name == "writeStatuses" && value.is_boolean()) {
      out.statuses = value.get<bool>();
    } else if (name == "lease" && value.is_boolean()) {
      out.lease = value.get<bool>();
    } else if (name == "namespaces" && is_texts(value)) {
      out.namespaces = value.get<std::vector<std::string>>();
    } else if (name == "secretNamespaces" && is_texts(value)) {
      out.secret_namespaces = value.get<std::vector<std::string>>();
    } else if (name == "skipKinds" && is_texts(value)) {
      out.skip = value.get<std::set<std::string>>();
    } else {
      throw std::invalid_argument(
          "unknown or of the wrong type: watch." + name +
          "; right are kubeconfig and context (texts), inCluster, allowInsecure, writeStatuses and lease (true or "
          "false), namespaces, secretNamespaces and skipKinds (lists of texts)");
    }
  }
  if (out.in_cluster == !out.kubeconfig.empty())
    throw std::invalid_argument("watch: right is either kubeconfig, a file's path, or inCluster: true");
  return out;
}

}  // namespace solder::plugins::kubernetes

#include "api_connection.h"

#include <stdexcept>

namespace solder::plugins::kubernetes {

using sdk::Json;

const std::vector<std::string_view> kSecretMembers = {
    "token",         "password", "client-key-data", "client-certificate-data",
    "refresh-token", "id-token", "access-token",    "client-secret"};

namespace {

[[noreturn]] void wrong(const std::string& path, const std::string& what) {
  throw std::runtime_error("kubeconfig " + path + ": " + what);
}

struct Entry {
  const Json* value;
  std::string pointer;
};

// The entry of that name in one of a kubeconfig's lists.
Entry find_entry(const std::string& path, const Json& document, const char* list, const char* member,
                 const std::string& name) {
  const Json* all = sdk::find(document, list);
  for (size_t i = 0; all != nullptr && all->is_array() && i < all->size(); ++i) {
    const Json& each = (*all)[i];
    if (!each.is_object() || sdk::get_string(each, "name") != name) continue;
    const Json* value = sdk::find(each, member);
    if (value != nullptr && value->is_object())
      return {value, "/" + std::string(list) + "/" + std::to_string(i) + "/" + member};
  }
  wrong(path, std::string("there is no entry \"") + name + "\" in " + list);
}

// A value that stands in the kubeconfig itself or in a file of its own.
FilePlace place(const std::string& path, const Entry& entry, const char* data_member, bool base64,
                const char* file_member) {
  if (sdk::find(*entry.value, data_member) != nullptr) return {path, entry.pointer + "/" + data_member, base64};
  std::string file = sdk::get_string(*entry.value, file_member);
  if (file.empty()) return {};
  const size_t slash = path.rfind('/');
  if (file.front() != '/' && slash != std::string::npos) file = path.substr(0, slash + 1) + file;
  return {std::move(file), "", false};
}

// A program's name with a slash is looked for beside the kubeconfig, one without in PATH.
std::string program_at(const std::string& path, const std::string& command) {
  const size_t slash = path.rfind('/');
  const bool beside = command.find('/') != std::string::npos && command.front() != '/' && slash != std::string::npos;
  return beside ? path.substr(0, slash + 1) + command : command;
}

std::optional<ExecCommand> read_exec(const std::string& path, const Json& user, const Json& cluster) {
  const Json* exec = sdk::find(user, "exec");
  if (exec == nullptr) return std::nullopt;
  ExecCommand out;
  out.command = program_at(path, sdk::get_string(*exec, "command"));
  out.api_version = sdk::get_string(*exec, "apiVersion");
  if (out.command.empty()) wrong(path, "exec has no command");
  if (out.api_version != "client.authentication.k8s.io/v1" && out.api_version != "client.authentication.k8s.io/v1beta1")
    wrong(path, "exec.apiVersion is \"" + out.api_version + "\"; right is client.authentication.k8s.io/v1 or v1beta1");
  if (sdk::get_string(*exec, "interactiveMode") == "Always")
    wrong(path, "exec.interactiveMode is Always, and there is nobody here; right is Never or IfAvailable");
  out.arguments = sdk::get_strings(*exec, "args");
  const Json* environment = sdk::find(*exec, "env");
  for (const Json& each : environment != nullptr && environment->is_array() ? *environment : Json::array())
    out.environment.emplace_back(sdk::get_string(each, "name"), sdk::get_string(each, "value"));
  if (sdk::get_bool(*exec, "provideClusterInfo").value_or(false)) {
    for (const char* member : {"server", "insecure-skip-tls-verify", "certificate-authority-data"}) {
      if (const Json* value = sdk::find(cluster, member); value != nullptr) out.cluster[member] = *value;
    }
  }
  return out;
}

void refuse(const std::string& path, const Json& value, std::initializer_list<const char*> members,
            const char* instead) {
  for (const char* member : members) {
    if (sdk::find(value, member) != nullptr)
      wrong(path, std::string(member) + " is not supported; right is " + instead);
  }
}

}  // namespace

Connection from_kubeconfig(const std::string& path, const Json& document, const std::string& context,
                           bool allow_insecure) {
  if (!document.is_object()) wrong(path, "it is no map");
  const std::string chosen = context.empty() ? sdk::get_string(document, "current-context") : context;
  if (chosen.empty()) wrong(path, "it names no current-context, and the configuration no context");
  const Entry in = find_entry(path, document, "contexts", "context", chosen);
  const Entry cluster = find_entry(path, document, "clusters", "cluster", sdk::get_string(*in.value, "cluster"));
  const Entry user = find_entry(path, document, "users", "user", sdk::get_string(*in.value, "user"));
  refuse(path, *user.value, {"auth-provider", "username", "password", "as"},
         "a client certificate, a token, a tokenFile or exec");
  refuse(path, *cluster.value, {"proxy-url", "tls-server-name"}, "a server that is reached by its own name");
  Connection out;
  out.server = sdk::get_string(*cluster.value, "server");
  if (!out.server.starts_with("https://")) wrong(path, "the cluster's server is no https:// URL");
  while (out.server.ends_with('/')) out.server.pop_back();
  out.unverified = sdk::get_bool(*cluster.value, "insecure-skip-tls-verify").value_or(false);
  if (out.unverified && !allow_insecure)
    wrong(path, "insecure-skip-tls-verify counts only with allowInsecure: true in the plugin's configuration");
  out.ca = place(path, cluster, "certificate-authority-data", true, "certificate-authority");
  out.certificate = place(path, user, "client-certificate-data", true, "client-certificate");
  out.key = place(path, user, "client-key-data", true, "client-key");
  out.token = place(path, user, "token", false, "tokenFile");
  out.exec = read_exec(path, *user.value, *cluster.value);
  return out;
}

Connection in_cluster(const char* host, const char* port, const std::string& directory) {
  if (host == nullptr || *host == '\0' || port == nullptr || *port == '\0')
    throw std::runtime_error("inCluster: this is no pod: KUBERNETES_SERVICE_HOST and _PORT are not set");
  const std::string name(host);
  Connection out;
  out.server = "https://" + (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + port;
  out.ca.path = directory + "/ca.crt";
  out.token.path = directory + "/token";
  return out;
}

}  // namespace solder::plugins::kubernetes

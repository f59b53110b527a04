// Where the API server is and who asks it: from a kubeconfig, or from what Kubernetes puts into each pod. Of secrets
// only the places are known here; the host reads them for each request, so that they rotate on disk as they like.
// Tested by tests/unit/kubernetes/api_connection_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "solder/sdk/http.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::kubernetes {

// solder_file_value with its texts.
struct FilePlace {
  std::string path{};
  std::string pointer{};
  bool base64 = false;

  [[nodiscard]] solder_file_value c() const {
    return {sdk::str(path), sdk::str(pointer), base64 ? uint32_t{SOLDER_FILE_BASE64} : 0, 0};
  }
};

// A program that gives the credential, as a kubeconfig names it.
struct ExecCommand {
  std::string command{}, api_version{};
  std::vector<std::string> arguments{};
  std::vector<std::pair<std::string, std::string>> environment{};
  sdk::Json cluster{};  // what it is told of the cluster; null: nothing

  bool operator==(const ExecCommand&) const = default;
};

struct Connection {
  std::string server{};  // "https://10.0.0.1:6443", without a slash at the end
  FilePlace ca{}, certificate{}, key{}, token{};
  bool unverified = false;
  std::optional<ExecCommand> exec{};  // where it is to give what is missing above (exec_credential.h)

  [[nodiscard]] solder_http_identity identity() const {
    return {sizeof(solder_http_identity),
            unverified ? uint32_t{SOLDER_HTTP_UNVERIFIED} : 0,
            ca.c(),
            certificate.c(),
            key.c(),
            token.c()};
  }
};

// Members of a kubeconfig whose texts nobody but the host needs.
extern const std::vector<std::string_view> kSecretMembers;

// `document` is the kubeconfig at `path` without its secrets, `context` empty for the current one. Both throw
// std::runtime_error: what is wrong, for the operator.
Connection from_kubeconfig(const std::string& path, const sdk::Json& document, const std::string& context,
                           bool allow_insecure);
// `directory`: where the service account's token and CA are.
Connection in_cluster(const char* host, const char* port, const std::string& directory);

}  // namespace solder::plugins::kubernetes

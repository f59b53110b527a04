#include "tests/feature/xds/envoy_process.h"

#include <fcntl.h>
#include <httplib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

namespace solder::xds::testing {
namespace {

std::string bootstrap(int xds_port, const std::string& api_type) {
  auto text = std::string(R"(
node: {id: envoy-under-test, cluster: test, metadata: {role: role}}
admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
dynamic_resources:
  ads_config:
    api_type: API_TYPE
    transport_api_version: V3
    set_node_on_first_message_only: true
    grpc_services: [{envoy_grpc: {cluster_name: xds}}]
  cds_config: {ads: {}, resource_api_version: V3}
  lds_config: {ads: {}, resource_api_version: V3}
static_resources:
  clusters:
  - name: xds
    type: STATIC
    connect_timeout: 1s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
    load_assignment:
      cluster_name: xds
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: XDS_PORT}}}}]}]
)");
  text.replace(text.find("API_TYPE"), 8, api_type);
  text.replace(text.find("XDS_PORT"), 8, std::to_string(xds_port));
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int port_of(const std::string& address) {
  const auto colon = address.rfind(':');
  return colon == std::string::npos ? 0 : std::atoi(address.c_str() + colon + 1);
}

}  // namespace

EnvoyProcess::EnvoyProcess(const std::string& binary, int xds_port, const std::string& api_type) {
  std::string name = (std::filesystem::temp_directory_path() / "solder-envoy-XXXXXX").string();
  directory_ = ::mkdtemp(name.data());
  std::ofstream(directory_ + "/bootstrap.yaml") << bootstrap(xds_port, api_type);
  const std::string config = directory_ + "/bootstrap.yaml", address = directory_ + "/admin", log = directory_ + "/log";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::execl(binary.c_str(), binary.c_str(), "-c", config.c_str(), "--admin-address-path", address.c_str(), "--log-path",
            log.c_str(), "--concurrency", "1", "--disable-hot-restart", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  eventually([&] {
    admin_port_ = port_of(read_file(address));
    return admin_port_ != 0;
  });
}

EnvoyProcess::~EnvoyProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string EnvoyProcess::admin(const std::string& path) const {
  httplib::Client client("127.0.0.1", admin_port_);
  const auto answer = client.Get(path.c_str());
  return answer ? answer->body : "";
}

long EnvoyProcess::stat(const std::string& name) const {
  std::istringstream lines(admin("/stats?filter=" + name));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name + ": ", 0) == 0) return std::atol(line.c_str() + name.size() + 2);
  }
  return -1;
}

int EnvoyProcess::listener_port() const {
  const auto listeners = nlohmann::json::parse(admin("/listeners?format=json"), nullptr, false);
  if (listeners.is_discarded() || !listeners.contains("listener_statuses")) return 0;
  for (const auto& listener : listeners["listener_statuses"]) {
    return listener["local_address"]["socket_address"].value("port_value", 0);
  }
  return 0;
}

std::string EnvoyProcess::get(const std::string& path) const {
  httplib::Client client("127.0.0.1", listener_port());
  const auto answer = client.Get(path.c_str());
  return answer ? std::to_string(answer->status) + " " + answer->body : "no answer";
}

std::string EnvoyProcess::log() const { return read_file(directory_ + "/log"); }

bool eventually(const std::function<bool()>& holds, std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    // Asking is what costs; another process does the work that is waited for.
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace solder::xds::testing

// The upstream type `pipe`: a service that listens on a Unix domain socket on the proxy's machine. Source: Gloo's
// options/pipe. Tested by plugins/pipe/testdata and by tests/e2e/connection_test.py.
#include "solder/envoy_fields.h"
#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::pipe {

namespace cluster = envoy::config::cluster::v3;
namespace core = envoy::config::core::v3;
namespace endpoint = envoy::config::endpoint::v3;
using sdk::Json;
using sdk::Message;

namespace {

constexpr size_t kLongestPath = 107;  // sockaddr_un's, without the NUL

bool check_path(const std::string& path, sdk::Out& out) {
  if (path.empty()) {
    out.error({"/path", "MissingPath", "a pipe needs the path of its socket", "", "such as /run/service.sock"});
  } else if (path.size() > kLongestPath || path.find('\0') != std::string::npos) {
    out.error({"/path", "InvalidPath", "this cannot be the path of a Unix domain socket", path,
               "at most " + std::to_string(kLongestPath) + " bytes without NUL"});
  }
  return !out.failed();
}

Message load_assignment(const std::string& path) {
  const Message address = Message().add_message(core::Address::kPipe, Message().add_string(core::Pipe::kPath, path));
  const Message host = Message().add_message(endpoint::LbEndpoint::kEndpoint,
                                             Message().add_message(endpoint::Endpoint::kAddress, address));
  return Message().add_message(endpoint::ClusterLoadAssignment::kEndpoints,
                               Message().add_message(endpoint::LocalityLbEndpoints::kLbEndpoints, host));
}

}  // namespace

class Plugin {
 public:
  void clusters(const sdk::UpstreamInput& in, sdk::Out& out) {
    const std::string path = sdk::get_string(sdk::parse_json(in.json), "path");
    if (!check_path(path, out)) return;
    out.fragment("cluster", Message().add_enum(cluster::Cluster::kType, cluster::Cluster::DiscoveryType::kSTATIC));
    out.fragment("load_assignment", load_assignment(path), "/path");
  }
};

}  // namespace solder::plugins::pipe

SOLDER_PLUGIN(solder::plugins::pipe::Plugin, "pipe", "1.0.0")

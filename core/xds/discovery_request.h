// What a client says, read from the wire: DiscoveryRequest and DeltaDiscoveryRequest as one struct. The bytes come from
// anybody, so reading is iterative, refuses what is malformed, and takes no more memory than a few times the request.
// Tested by tests/unit/xds/discovery_request_test.cc and tests/fuzz/xds_request_fuzz.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace solder::xds {

// Longer names are no names: Envoy's own are well below this.
inline constexpr size_t kMaxNameBytes = 4096;

struct NodeInfo {
  std::string id;
  std::string role;        // metadata.role
  std::string user_agent;  // "envoy 1.40.0"
};

struct DiscoveryRequest {
  std::optional<NodeInfo> node;
  std::string type_url;
  std::string version_info;  // state-of-the-world only
  std::string nonce;
  std::optional<std::string> refusal;    // Envoy's words, where error_detail is there
  std::vector<std::string> names;        // what to subscribe to (delta), or the whole subscription (state-of-the-world)
  std::vector<std::string> unsubscribe;  // delta only
  std::vector<std::pair<std::string, std::string>> initial_versions;  // delta only: name, version
};

base::Result<DiscoveryRequest> read_sotw_request(std::string_view wire);
base::Result<DiscoveryRequest> read_delta_request(std::string_view wire);

// `words` made fit for a log line and a status: valid UTF-8, no control characters, at most `limit` bytes.
std::string printable(std::string_view words, size_t limit);

}  // namespace solder::xds

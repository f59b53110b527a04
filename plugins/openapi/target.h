// Where a service is, as its upstream says, and what its user says of its functions.
// Tested by tests/unit/openapi/target_test.cc.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk/json.hpp"
#include "url.h"

namespace solder::plugins::openapi {

struct Target {
  std::vector<Url> bases;               // of its hosts, in their order; empty where it has none that can be asked
  std::string secret_ns, secret_name;   // of sslConfig
  std::string document_url;             // swaggerInfo.url, made whole
  std::string document_text;            // swaggerInfo.inline
  std::string problem;                  // not empty: swaggerInfo.url cannot be used
  std::set<std::string> own_functions;  // of rest.transformations, which the user wrote
  // What the user says the service is.
  bool says_rest = false, says_grpc = false, says_other = false;
  bool wants_services = false;  // serviceSpec.grpc in the place of grpcJsonTranscoder
};

// `type`: "static", "kube"; `spec`: the whole spec of the upstream. `cluster_domain` ends the names of Kubernetes.
Target target_of(std::string_view type, const sdk::Json& spec, const std::string& cluster_domain);

}  // namespace solder::plugins::openapi

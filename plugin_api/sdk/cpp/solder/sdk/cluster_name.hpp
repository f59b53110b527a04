// solder/sdk/cluster_name.hpp - what Envoy calls the cluster of an upstream: Gloo's rule, <name>_<namespace>. Not
// included by sdk.hpp. Tested by every case of a plugin that sends requests to an upstream of its own.
#ifndef SOLDER_SDK_CLUSTER_NAME_HPP_
#define SOLDER_SDK_CLUSTER_NAME_HPP_

#include <string>

#include "solder/sdk/text.hpp"

namespace solder::sdk {

inline std::string cluster_name(const Ref& upstream) {
  return std::string(upstream.name) + "_" + std::string(upstream.ns);
}

}  // namespace solder::sdk

#endif

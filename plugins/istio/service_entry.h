// Service entries: hosts that no Service of Kubernetes stands for, as static Upstreams, one for each host, port and
// subset. They stand in the namespace of the proxies under names that follow from the host, so that routes find them
// wherever the entry is. Source: Istio's reference of ServiceEntry. Tested by
// plugins/istio/testdata/service_entry.json.
#pragma once

#include "destination_rule.h"

namespace solder::plugins::istio {

// Name of the Upstream.
std::string external_name(const std::string& host, uint64_t port, const std::string& subset);

void derive_service_entry(const sdk::SourceInput& in, const Options& options, sdk::Out& out);

}  // namespace solder::plugins::istio

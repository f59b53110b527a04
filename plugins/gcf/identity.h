// The filters that put ID tokens into requests, and refuse what has none.
#pragma once

#include <string_view>
#include <vector>

#include "service.h"

namespace solder::plugins::gcf {

// On the cluster: the request's host and path, its token by SDS, and the guard behind.
void call_with_tokens(const sdk::Json& upstream, const Service& service, const std::vector<Function>& functions,
                      std::string_view cluster, sdk::Out& out);
// The same where Envoy asks the metadata server of its machine.
void call_by_envoy(const sdk::Json& upstream, const Service& service, const std::vector<Function>& functions,
                   std::string_view cluster, sdk::Out& out);
// The cluster of functions on a host of their own.
std::string host_cluster(std::string_view cluster, const std::string& host);
// What that needs on routes.
void ask_on_route(sdk::Out& out);
// On a route or weighted destination; `context` is what lua/request.lua reads.
void tell_request(const sdk::Json& context, sdk::Out& out);

}  // namespace solder::plugins::gcf

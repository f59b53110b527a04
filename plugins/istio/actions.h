// What becomes of a request beside its destination: redirects, answers, rewrites, retries, timeouts, faults, CORS and
// headers of Istio's HTTPRoute, as actions and options of a route. Source: Istio's reference of HTTPRoute, and its
// defaults for gateways: no timeout, and two tries more where a connection fails.
// Tested by plugins/istio/testdata/actions.json.
#pragma once

#include <optional>
#include <string>

#include "matchers.h"

namespace solder::plugins::istio {

// redirectAction and directResponseAction; null where it cannot be said.
Json redirect(Fields fields, const Matcher* matcher);
Json direct_response(Fields fields);

// Options of a route. `matcher`: how the path is matched, for what is rewritten.
void rewrite(Fields fields, const Matcher& matcher, Json& options);
void timeout_and_retries(Fields& route, Json& options);
void fault(Fields fields, Json& options);
void cors(Fields fields, Json& options);

// `headers` of a route or a destination: headerManipulation, and the Host header, which is a rewrite. `host`: null
// where it cannot be rewritten.
void headers(Fields fields, Json& options, bool rewrites_host);

// Percentage {value}, or the older whole number; nothing where neither is there.
std::optional<double> percentage(Fields& fields, const char* name, const char* old_name);

}  // namespace solder::plugins::istio

// An external processor and what a virtual host or route changes of it, as Envoy's messages. Source: Gloo's
// options/extproc (Settings, RouteSettings) and plugin; Envoy ext_proc.proto. Tested by plugins/ext_proc/testdata and
// tests/e2e/ext_proc_test.py.
#pragma once

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::ext_proc {

// ExternalProcessor.
sdk::Json processor(const sdk::Json& settings, sdk::Out& out);
// ExtProcPerRoute; null where nothing is changed.
sdk::Json changes(const sdk::Json& value, sdk::Out& out);

}  // namespace solder::plugins::ext_proc

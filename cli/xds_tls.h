// The files of the xDS server's TLS, looked through before it listens: gRPC itself only says that handshakes fail.
// Tested by tests/e2e/xds_tls_test.py.
#pragma once

#include <optional>

#include "cli/serve_options.h"
#include "core/base/status.h"
#include "core/xds/server.h"

namespace solder::cli {

// Nothing where the options name no files. An error names the setting, the file and what is wrong with it.
base::Result<std::optional<xds::ServerTls>> xds_tls(const ServeOptions& options);

}  // namespace solder::cli

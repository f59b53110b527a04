// A snapshot as JSON: {"clusters","endpoints","routes","listeners","secrets","extensionConfigs"}, each a list of
// resources in order of name, in protobuf JSON. Tested by tests/unit/cli/snapshot_json_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/base/status.h"
#include "core/services/message_types.h"
#include "core/xds/snapshot.h"

namespace solder::cli {

inline constexpr const char* kRedacted = "[redacted]";

// One resource. Private keys, passwords and generic secrets are replaced by "[redacted]" unless `with_secrets`.
base::Result<nlohmann::ordered_json> resource_json(const services::MessageTypes& types, xds::ResourceType type,
                                                   const xds::Resource& resource, bool with_secrets = false);

// All of a snapshot, likewise.
base::Result<nlohmann::ordered_json> snapshot_json(const services::MessageTypes& types, const xds::Snapshot& snapshot,
                                                   bool with_secrets = false);

// {"roles": {ROLE: snapshot_json()...}}: every role's, without secrets.
base::Result<nlohmann::ordered_json> snapshots_json(const services::MessageTypes& types,
                                                    const xds::SnapshotsByRole& snapshots);

}  // namespace solder::cli

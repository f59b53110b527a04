// What a discovery found for one object, as an object of its own: kind DiscoveredFields, in files that Solder writes
// and anybody may read. Users' files are never written; what was found is laid over what they say:
//
//   spec:
//     object: {kind: Upstream, name: lambda}      # of the same namespace
//     field: /spec/aws/lambdaFunctions
//     key: logicalName
//     items:
//     - {"lambdaFunctionName": "hello", "logicalName": "hello", "qualifier": "$LATEST"}
//
// or, where an object was found in place of a list, `value` in place of `key` and `items`.
// Pure; any thread. Tested by tests/unit/discovery/discovered_fields_test.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/host/services/discoverer.h"
#include "core/model/diagnostic.h"
#include "core/model/object.h"

namespace solder::discovery {

inline constexpr const char* kDiscoveredKind = "DiscoveredFields";
inline constexpr const char* kDiscoveredVersion = "solder.io/v1";

// The object that says so, and its name.
model::ObjectRef discovered_ref(const std::string& plugin, const host::PublishedList& list);
std::string to_yaml(const std::string& plugin, const host::PublishedList& list);
// Back. Nothing: it is no such object, or it cannot be read.
std::optional<host::PublishedList> read_discovered(const model::Object& object);

// The problems of discovering, told to a server by another process: one object, kind DiscoveryProblems.
inline constexpr const char* kProblemsKind = "DiscoveryProblems";
std::string problems_yaml(const model::Diagnostics& problems);
model::Diagnostics read_problems(const model::Object& object);

// The user's object with the lists, in that order. What the user wrote wins: an item of theirs comes first and takes
// the place of a discovered one of the same name; a list is left out where the place for it is not there. Of an object
// what the user did not write is added, unless the user's has none of its members: then it says something else. Where
// nothing is added the very object is given back.
model::ObjectPtr with_discovered(const model::ObjectPtr& user, const std::vector<const host::PublishedList*>& lists);

}  // namespace solder::discovery

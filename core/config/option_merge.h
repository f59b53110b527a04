// How options meet that stand in several places: those nearer to the route win, key by key; a key that is one of a
// choice stands for all of it. Pure; any thread. Source: Gloo's merge of RouteOption, VirtualHostOption and delegating
// routes. Tested by tests/unit/config/option_merge_test.cc.
#pragma once

#include <string>

#include "core/model/options.h"

namespace solder::config {

// Both are JSON maps of options; `own` wins.
std::string merge_options(const std::string& own, const std::string& inherited);

// The same for decoded options; what is inherited is said to stand at `path`.
model::OptionSet merge_options(const model::OptionSet& own, const std::string& inherited, const std::string& path);

// Where `own` says stagedTransformations.inheritTransformation, the transformations of `inherited` come behind its own.
std::string inherit_transformations(const std::string& own, const std::string& inherited);

// Where the virtual host's options say corsPolicyMergeSettings.exposeHeaders: UNION: whether routes have to be asked.
bool joins_cors(const std::string& host);
// The options of a route whose `cors` exposes the virtual host's headers, then its own.
std::string join_cors(const std::string& own, const std::string& host);

}  // namespace solder::config

// Which names in a directory are manifests. Tested by tests/unit/store/file_names_test.cc.
#pragma once

#include <string_view>

namespace solder::store {

// Hidden entries and what editors leave while they save (vim's 4913 and *~, emacs' #x# and .#x, *.swp, *.tmp).
bool passed_over(std::string_view name);
// Ends in .yaml, .yml or .json and is not passed over.
bool is_manifest(std::string_view name);

}  // namespace solder::store

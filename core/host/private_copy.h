// A private copy of a plugin file under a name made from its content. The dynamic loader caches by path and inode, so a
// path that always means the same bytes is the only one that can be opened safely while files change below it; and what
// was checked by the gate is what is opened, whatever happens to the original. Tested by
// tests/unit/host/private_copy_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace solder::host {

// Makes the directory with mode 0700, parents included, or checks that it is ours and closed to others.
base::Status prepare_copy_directory(const std::string& directory);

// SHA-256 as hex digits.
std::string content_hash(std::string_view bytes);

// DIRECTORY/NAME-<hash>.so: where the copy of that content is.
std::string copy_path(const std::string& directory, const std::string& name, const std::string& hash,
                      const std::string& ending = "so");
// DIRECTORY/NAME-<hash>. of a copy and of what lies beside it, such as its state: what copy_path() gives for no ending.
// Empty where `file` is neither.
std::string copy_stem(const std::string& file);
// The copy of that content, whatever it ends in; nothing where there is none.
std::optional<std::string> find_copy(const std::string& directory, const std::string& name, const std::string& hash);
// That file with exactly these bytes, of which `hash` is the content_hash(); equal bytes give the same path and are
// written once.
base::Result<std::string> private_copy(const std::string& directory, const std::string& name, std::string_view bytes,
                                       const std::string& hash, const std::string& ending = "so");

}  // namespace solder::host

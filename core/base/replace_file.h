// Files that are there whole or not at all. Any thread; two that write one path need stagings of their own.
// Tested by tests/unit/base/replace_file_test.cc.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "core/base/status.h"

namespace solder::base {

// Writes all of it to an open file. False: errno says why.
bool write_all(int file, std::string_view bytes);

// Writes `staging`, which is in the same directory, and renames it to `path`; whatever the umask is, the file has
// `mode`. What was there stays where that fails. Not synced: after a power cut either of the two may be there.
Status replace_file(const std::string& path, const std::string& staging, std::string_view bytes, mode_t mode);

}  // namespace solder::base

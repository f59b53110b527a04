// How far a plugin in a process of its own may go. Every number binds root as well.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace solder::host::isolation {

struct Limits {
  uint32_t memory_mb = 512;   // of address space, beyond what the process has before the plugin is opened
  uint32_t cpu_seconds = 30;  // of processor time in each minute
  uint32_t open_files = 64;   // besides the three standard ones and the socket to Solder
  std::vector<std::string> readable_paths{};  // files and directories that it may read, besides the system's libraries

  bool operator==(const Limits&) const = default;
};

}  // namespace solder::host::isolation

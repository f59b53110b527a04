// Memory of this process, for tests that bound it.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <fstream>

namespace solder::xds::testing {

inline size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
}

#ifdef SOLDER_SANITIZED
inline constexpr bool kMemoryIsOurs = false;  // sanitizers keep what was freed
#else
inline constexpr bool kMemoryIsOurs = true;
#endif

}  // namespace solder::xds::testing

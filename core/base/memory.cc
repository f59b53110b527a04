#include "core/base/memory.h"

#include <malloc.h>

#include <cstddef>
#include <string>

// Of jemalloc, which the program is linked with (allocator.cc) and tests and tools are not.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value, size_t new_size)
    __attribute__((weak));

namespace solder::base {
namespace {

// MALLCTL_ARENAS_ALL of jemalloc's manual: every arena.
constexpr int kAllArenas = 4096;

}  // namespace

void give_back_memory() {
  if (mallctl == nullptr) {
    malloc_trim(0);
    return;
  }
  const std::string purge = "arena." + std::to_string(kAllArenas) + ".purge";
  mallctl(purge.c_str(), nullptr, nullptr, nullptr, 0);
}

}  // namespace solder::base

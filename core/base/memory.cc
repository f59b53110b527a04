#include "core/base/memory.h"

#include <malloc.h>

#include <cstddef>

// Of jemalloc, which the program is linked with (allocator.cc) and tests and tools are not.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value, size_t new_size)
    __attribute__((weak));

namespace solder::base {
namespace {

// 4096 is MALLCTL_ARENAS_ALL of jemalloc's manual: every arena.
constexpr const char* kPurge = "arena.4096.purge";

}  // namespace

void give_back_memory() {
  if (mallctl == nullptr) {
    malloc_trim(0);
    return;
  }
  mallctl(kPurge, nullptr, nullptr, nullptr, 0);
}

}  // namespace solder::base

#include "core/base/memory.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>

// Of jemalloc, which the program is linked with (allocator.cc) and tests and tools are not.
extern "C" int mallctl(const char* name, void* old_value, size_t* old_size, void* new_value, size_t new_size)
    __attribute__((weak));

namespace solder::base {
namespace {

// 4096 is MALLCTL_ARENAS_ALL of jemalloc's manual: every arena.
constexpr const char* kPurge = "arena.4096.purge";

std::optional<size_t> number_in(const std::string& file) {
  std::ifstream in(file);
  size_t number = 0;
  if (in >> number) return number;
  return std::nullopt;  // not there, or "max"
}

// That the kernel would give without taking from others; nothing where it does not say.
std::optional<size_t> available_memory() {
  std::ifstream in("/proc/meminfo");
  std::string name, unit;
  for (size_t kilobytes = 0; in >> name >> kilobytes; std::getline(in, unit)) {
    if (name == "MemAvailable:") return kilobytes << 10;
  }
  return std::nullopt;
}

// What the limit of the control group leaves. A container sees its own group as the root.
std::optional<size_t> left_in_group() {
  const std::string group = "/sys/fs/cgroup/";
  const auto limit = number_in(group + "memory.max"), used = number_in(group + "memory.current");
  if (!limit || !used) return std::nullopt;
  return *limit > *used ? *limit - *used : 0;
}

}  // namespace

bool has_memory_for(size_t bytes) {
  return available_memory().value_or(bytes) >= bytes && left_in_group().value_or(bytes) >= bytes;
}

size_t resident_memory() {
  std::ifstream in("/proc/self/statm");
  size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<size_t>(::getpagesize());
}

void give_back_memory() {
  if (mallctl == nullptr) {
    malloc_trim(0);
    return;
  }
  mallctl(kPurge, nullptr, nullptr, nullptr, 0);
}

}  // namespace solder::base

#include "core/conformance/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>

namespace solder::conformance {

solder_str Memory::text(std::string_view words) {
  if (words.empty()) return {nullptr, 0};
  char* at = take(words.size(), 1);
  std::memcpy(at, words.data(), words.size());
  return {at, words.size()};
}

char* PlainMemory::take(size_t bytes, size_t /*alignment*/) {
  blocks_.push_back(std::make_unique<char[]>(bytes + 1));  // of new: aligned for anything
  return blocks_.back().get();
}

GuardedMemory::~GuardedMemory() {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  for (const auto& [start, size] : blocks_) ::munmap(start, size + page);
}

char* GuardedMemory::take(size_t bytes, size_t alignment) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t needed = bytes + slack_, size = (needed + page - 1) / page * page;
  void* start = ::mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) throw std::bad_alloc();
  char* const first = static_cast<char*>(start);
  blocks_.emplace_back(first, size);
  ::mprotect(first + size, page, PROT_NONE);
  return first + (size - needed) / alignment * alignment;
}

void GuardedMemory::protect(bool readable) {
  for (const auto& [start, size] : blocks_) ::mprotect(start, size, readable ? PROT_READ : PROT_NONE);
}

}  // namespace solder::conformance

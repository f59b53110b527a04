// Memory for what a plugin is called with. The guarded kind ends at a page that nobody may touch, and can be closed: a
// plugin that reads past the end of a text, writes into its input or keeps a pointer to it then ends its process.
// Tested by tests/plugin/conformance_test.py.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "solder/abi.h"

namespace solder::conformance {

class Memory {
 public:
  Memory() = default;
  virtual ~Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Zeroed, aligned to `alignment`, for as long as this lives.
  virtual char* take(size_t bytes, size_t alignment) = 0;
  solder_str text(std::string_view words);
};

class PlainMemory final : public Memory {
 public:
  char* take(size_t bytes, size_t alignment) override;

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
};

class GuardedMemory final : public Memory {
 public:
  // `slack`: zeroes between each block and its page that nobody may touch.
  explicit GuardedMemory(size_t slack = 0) : slack_(slack) {}
  ~GuardedMemory() override;
  char* take(size_t bytes, size_t alignment) override;
  // From now on reads are all that is possible, or not even these.
  void freeze() { protect(true); }
  void close() { protect(false); }

 private:
  void protect(bool readable);
  const size_t slack_;
  std::vector<std::pair<char*, size_t>> blocks_;  // without the page behind each
};

}  // namespace solder::conformance

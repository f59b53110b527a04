// Memory of one transformation or one compiled template: given out piece by piece, given back all at once. A limit
// stands against bodies that are small on the wire and large in memory: past it every request is refused, and the work
// that asked ends with an error. Not for objects with destructors. Tested by tests/unit/transformation/json_test.cc.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace solder::transformation {

class Arena {
 public:
  explicit Arena(size_t limit) : limit_(limit) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept {
    blocks_.swap(other.blocks_);
    std::swap(at_, other.at_);
    std::swap(left_, other.left_);
    std::swap(used_, other.used_);
    std::swap(limit_, other.limit_);
    std::swap(exhausted_, other.exhausted_);
    return *this;
  }
  ~Arena() {
    for (char* block : blocks_) std::free(block);
  }

  // Null past the limit.
  template <typename T>
  T* make(size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (count > limit_ / sizeof(T)) {
      exhausted_ = true;
      return nullptr;
    }
    return reinterpret_cast<T*>(take(count * sizeof(T)));
  }

  // A view of a copy; of nothing past the limit, which exhausted() tells.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {"", 0};
    char* out = make<char>(text.size());
    if (out == nullptr) return {};
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  static constexpr size_t kBlock = 16 * 1024;

  char* take(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > left_ && !grow(bytes)) return nullptr;
    char* out = at_;
    at_ += bytes;
    left_ -= bytes;
    return out;
  }

  bool grow(size_t bytes) {
    const size_t doubled = blocks_.empty() ? kBlock : kBlock << (blocks_.size() < 8 ? blocks_.size() : 8);
    const size_t size = bytes > doubled ? bytes : doubled;
    char* block = bytes > limit_ || used_ > limit_ - bytes ? nullptr : static_cast<char*>(std::malloc(size));
    if (block == nullptr) {
      exhausted_ = true;
      return false;
    }
    blocks_.push_back(block);
    at_ = block;
    left_ = size;
    used_ += size;
    return true;
  }

  std::vector<char*> blocks_;
  char* at_ = nullptr;
  size_t left_ = 0;
  size_t used_ = 0;
  size_t limit_ = 0;
  bool exhausted_ = false;
};

}  // namespace solder::transformation

// Numbers and texts in a row, as two processes of one Solder exchange them: both are the same program on the same
// machine, so a number is its bytes. What is read comes from a process that a stranger's code runs in: nothing is
// believed, and after the first thing that cannot be read everything is zero and ok() is false. Texts that are read
// are views of the frame. Tested by tests/unit/host/isolation_wire_test.cc and tests/fuzz/isolation_wire_fuzz.cc.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace solder::host::isolation {

class Packer {
 public:
  void u8(uint8_t value) { raw(&value, sizeof(value)); }
  void u32(uint32_t value) { raw(&value, sizeof(value)); }
  void u64(uint64_t value) { raw(&value, sizeof(value)); }
  void text(std::string_view value) {
    u32(static_cast<uint32_t>(value.size()));
    raw(value.data(), value.size());
  }
  // What many inputs of a batch share is sent once: `last` is the text of that member in the input before.
  void shared_text(std::string_view value, std::string_view& last) {
    if (!value.empty() && value.data() == last.data() && value.size() == last.size()) return u32(kSameAgain);
    last = value;
    text(value);
  }

  [[nodiscard]] size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  friend class Unpacker;
  static constexpr uint32_t kSameAgain = ~uint32_t{0};
  void raw(const void* data, size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}

  uint8_t u8() { return number<uint8_t>(); }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  std::string_view text() { return bytes(u32()); }
  std::string_view shared_text(std::string_view& last) {
    const uint32_t size = u32();
    if (size != Packer::kSameAgain) last = bytes(size);
    return last;
  }
  // How many things follow, each of at least `least` bytes: a number that the frame has no room for is none.
  size_t count(size_t least) {
    const uint32_t count = u32();
    if (count > left_.size() / least) fail();
    return ok_ ? count : 0;
  }

  void fail() {
    ok_ = false;
    left_ = {};
  }
  [[nodiscard]] bool ok() const { return ok_; }
  // All was read and nothing is left.
  [[nodiscard]] bool done() const { return ok_ && left_.empty(); }

 private:
  template <typename T>
  T number() {
    T value{};
    if (left_.size() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, left_.data(), sizeof(T));
    left_.remove_prefix(sizeof(T));
    return value;
  }
  std::string_view bytes(size_t size) {
    if (size > left_.size()) fail();
    if (!ok_) return {};
    const std::string_view out = left_.substr(0, size);
    left_.remove_prefix(size);
    return out;
  }

  std::string_view left_;
  bool ok_ = true;
};

}  // namespace solder::host::isolation

// Bytes: an immutable sequence of bytes made of shared pieces, so that a large message is put together from its parts
// without copying them, and every stream sends the same memory. Value type; copies share. Any thread.
// Tested by tests/unit/base/bytes_test.cc.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace solder::base {

class Bytes {
 public:
  using Piece = std::shared_ptr<const std::string>;

  Bytes() = default;
  explicit Bytes(std::string text) { append(std::move(text)); }

  void append(std::string text) {
    if (!text.empty()) append(std::make_shared<const std::string>(std::move(text)));
  }
  void append(Piece piece) {
    size_ += piece->size();
    pieces_.push_back(std::move(piece));
  }
  void append(const Bytes& other) {
    pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
    size_ += other.size_;
  }

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

  // One contiguous copy.
  [[nodiscard]] std::string flatten() const {
    std::string out;
    out.reserve(size_);
    for (const auto& piece : pieces_) out += *piece;
    return out;
  }

 private:
  std::vector<Piece> pieces_;
  size_t size_ = 0;
};

}  // namespace solder::base

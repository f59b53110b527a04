// Bytes: an immutable sequence of bytes made of shared pieces, so that a large message is put together from its parts
// without copying them, and every stream sends the same memory. Value type; copies share. Any thread.
// Tested by tests/unit/base/bytes_test.cc.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace solder::base {

class Bytes {
 public:
  using Piece = std::shared_ptr<const std::string>;
  using Whole = std::shared_ptr<const Bytes>;

  Bytes() = default;
  explicit Bytes(std::string text) { append(std::move(text)); }

  void append(std::string text) {
    if (!text.empty()) append(std::make_shared<const std::string>(std::move(text)));
  }
  void append(Piece piece) {
    size_ += piece->size();
    parts_.emplace_back(std::move(piece));
  }
  void append(const Bytes& other) {
    parts_.insert(parts_.end(), other.parts_.begin(), other.parts_.end());
    size_ += other.size_;
  }
  // All pieces of the other at the cost of one.
  void append(Whole other) {
    if (other->empty()) return;
    size_ += other->size();
    parts_.emplace_back(std::move(other));
  }

  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  // In order.
  template <typename F>
  void for_each_piece(F&& visit) const {
    for (const auto& part : parts_) {
      if (const auto* piece = std::get_if<Piece>(&part)) {
        visit(*piece);
      } else {
        std::get<Whole>(part)->for_each_piece(visit);
      }
    }
  }
  // Null where there are none or several. Valid as long as these bytes.
  [[nodiscard]] const std::string* one_piece() const {
    const auto* piece = parts_.size() == 1 ? std::get_if<Piece>(&parts_.front()) : nullptr;
    return piece == nullptr ? nullptr : piece->get();
  }
  [[nodiscard]] std::vector<Piece> pieces() const {
    std::vector<Piece> out;
    for_each_piece([&](const Piece& piece) { out.push_back(piece); });
    return out;
  }

  // One contiguous copy.
  [[nodiscard]] std::string flatten() const {
    std::string out;
    out.reserve(size_);
    for_each_piece([&](const Piece& piece) { out += *piece; });
    return out;
  }

 private:
  std::vector<std::variant<Piece, Whole>> parts_;  // none is empty
  size_t size_ = 0;
};

}  // namespace solder::base

#include "core/config/plain_lines.h"

#include <algorithm>
#include <cstddef>

namespace solder::config {

namespace {

// So many letters at once are looked at without a branch.
constexpr size_t kBlock = 64;

bool is_printable_block(const char* letters) {
  unsigned other = 0;
  for (size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(letters[i]);
    other |= static_cast<unsigned>(byte - 0x20u >= 0x5fu) & static_cast<unsigned>(byte != '\n');
  }
  return other == 0;
}

}  // namespace

// Source: YAML 1.1, 5.1 and 5.4, as libyaml has them: what it refuses, and U+0085, U+2028 and U+2029, which end lines.
bool PlainLines::is_simple() const {
  size_t block = 0;  // the next one to be looked at as a whole
  for (size_t i = 0; i < text_.size(); ++i) {
    if (i == block && block + kBlock <= text_.size()) {
      block += kBlock;
      if (is_printable_block(text_.data() + i)) {
        i = block - 1;
        continue;
      }
    }
    const auto byte = static_cast<unsigned char>(text_[i]);
    if ((byte >= 0x20 && byte < 0x7f) || byte == '\n') continue;
    if (byte < 0x80 || byte == 0xef) return false;
    const auto second = static_cast<unsigned char>(i + 1 < text_.size() ? text_[i + 1] : 0);
    if (byte == 0xc2 && second < 0xa0) return false;
    if (byte == 0xe2 && second == 0x80) return false;
  }
  return true;
}

bool PlainLines::find_first() {
  const bool marked = text_.starts_with("---\n");
  at_ = marked ? 3 : std::min(text_.find_first_not_of(' '), text_.size());
  if (!marked && !at_line_end(true)) {
    indent_ = column();
    return peek() != '%' && !rest().starts_with("---") && !rest().starts_with("...");
  }
  if (!next()) return false;
  // Remarks may stand before the --- as well.
  if (!marked && indent_ == 0 && rest().starts_with("---\n")) {
    at_ += 3;
    if (!next()) return false;
  }
  first_line_ = static_cast<uint32_t>(std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(at_), '\n'));
  return true;
}

bool PlainLines::next() {
  for (;;) {
    const size_t end = text_.find('\n', at_);
    if (end == std::string_view::npos) {
      at_ = text_.size();
      indent_ = -1;
      return true;
    }
    line_start_ = at_ = end + 1;
    skip_blanks();
    if (at_line_end(true)) continue;
    indent_ = column();
    return indent_ != 0 || (peek() != '%' && !rest().starts_with("..."));
  }
}

}  // namespace solder::config

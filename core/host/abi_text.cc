#include "core/host/abi_text.h"

#include <algorithm>

namespace solder::host {

namespace {

// The length of the well-formed UTF-8 sequence at the start of `text`; 0: none. Unicode 15, table 3-7.
size_t sequence_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto within = [&](size_t i, unsigned low, unsigned high) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return within(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return within(1, low, high) && within(2, 0x80, 0xBF) && within(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    // Terminals act on control characters, and a line end would begin a line that is nobody's.
    const bool control = length == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F);
    if (length == 0 || control) {
      out += control ? ' ' : '?';
    } else {
      out.append(text, 0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

const char* read_bytes(solder_str in, std::string_view& out) {
  if (in.len > kMaxBytes) return "is longer than 16 MB";
  if (in.data == nullptr && in.len != 0) return "has a length but no data";
  out = in.len == 0 ? std::string_view() : std::string_view(in.data, in.len);
  return nullptr;
}

const char* read_text(solder_str in, std::string_view& out) {
  if (const char* problem = read_bytes(in, out)) return problem;
  return valid_utf8(out) ? nullptr : "is not UTF-8";
}

}  // namespace solder::host

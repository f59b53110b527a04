#include "core/host/abi_text.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace solder::host {

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = base::utf8_sequence_length(text);
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
  return base::is_utf8(out) ? nullptr : "is not UTF-8";
}

}  // namespace solder::host

#include "core/report/status_path.h"

#include <cctype>
#include <string_view>

#include "core/base/hash.h"

namespace solder::report {

namespace {

constexpr size_t kMaxPart = 200;  // file systems take 255 bytes; the ends ".yaml" and ".tmp" and a dot come on top

std::string path_part(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  if (text.empty()) return "_";
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool inner = i != 0 && (c == '.' || c == '_');
    if (std::isalnum(byte) != 0 || c == '-' || inner) {
      out += c;
    } else {
      out.append("%").append(1, kHex[byte >> 4]).append(1, kHex[byte & 0xf]);
    }
  }
  if (out.size() <= kMaxPart) return out;
  return out.substr(0, kMaxPart - 17) + "-" + base::hash_text(base::hash_bytes(text));
}

}  // namespace

std::string status_path(const model::ObjectRef& object) {
  return path_part(object.kind) + "/" + path_part(object.ns) + "/" + path_part(object.name) + ".yaml";
}

}  // namespace solder::report

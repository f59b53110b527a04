#include "core/xds/scope_names.h"

#include <array>

#include <openssl/evp.h>

#include "core/base/base64.h"

namespace solder::xds {
namespace {

constexpr char kDigest = '~';
constexpr size_t kLongestGroup = 8;
constexpr size_t kLongestDomain = kLongestScopeName - kLongestGroup - 1;

// The text itself, or a digest of as many characters.
std::string short_text(std::string_view text, size_t longest) {
  if (text.size() <= longest && text.find_first_of("~|") == std::string_view::npos) return std::string(text);
  static EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // A library without SHA-256: long names are right as well.
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, kSha256, nullptr) != 1) return std::string(text);
  const auto bytes = std::string_view(reinterpret_cast<const char*>(digest.data()), size);
  return kDigest + base::base64_encode(bytes).substr(0, longest - 1);
}

}  // namespace

std::string scope_name(std::string_view group, std::string_view domain) {
  return short_text(group, kLongestGroup) + "|" + short_text(domain, kLongestDomain);
}

std::string fallback_scope(std::string_view group) { return scope_name(group, "*"); }

}  // namespace solder::xds

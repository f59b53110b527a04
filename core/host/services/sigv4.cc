#include "core/host/services/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <map>
#include <utility>
#include <vector>

namespace solder::host {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr const char* kHexSmall = "0123456789abcdef";
constexpr const char* kHexLarge = "0123456789ABCDEF";

std::string hex(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    out += kHexSmall[c >> 4U];
    out += kHexSmall[c & 15U];
  }
  return out;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string encoded(std::string_view text, std::string_view safe) {
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 || safe.find(static_cast<char>(c)) != std::string_view::npos) {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += kHexLarge[c >> 4U];
      out += kHexLarge[c & 15U];
    }
  }
  return out;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int letter = std::tolower(static_cast<unsigned char>(c));
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Target {
  std::string host, path, query;
};

Target target_of(std::string_view url) {
  Target out;
  const size_t begin = url.find("://") + 3;
  const size_t end = std::min(url.find_first_of("/?", begin), url.size());
  out.host = url.substr(begin, end - begin);
  // A port that is the scheme's own is not sent, so it is not signed.
  const std::string_view usual = url.starts_with("https") ? ":443" : ":80";
  if (out.host.ends_with(usual)) out.host.resize(out.host.size() - usual.size());
  const size_t question = std::min(url.find('?', end), url.size());
  out.path = url.substr(end, question - end);
  if (out.path.empty()) out.path = "/";
  if (question < url.size()) out.query = url.substr(question + 1);
  return out;
}

std::string canonical_query(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (size_t at = 0; at < query.size();) {
    const size_t end = std::min(query.find('&', at), query.size());
    const std::string_view part = std::string_view(query).substr(at, end - at);
    const size_t equals = std::min(part.find('='), part.size());
    if (!part.empty()) {
      parts.emplace_back(encoded(decoded(part.substr(0, equals)), "-_.~"),
                         encoded(decoded(part.substr(std::min(equals + 1, part.size()))), "-_.~"));
    }
    at = end + 1;
  }
  std::sort(parts.begin(), parts.end());
  std::string out;
  for (const auto& [name, value] : parts) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string one_blank(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string utc(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts)};
}

}  // namespace

void sign_v4(HttpRequest& request, const AwsKeys& keys, const std::string& service, const std::string& region,
             std::chrono::system_clock::time_point now) {
  const std::string date = utc(now), day = date.substr(0, 8);
  request.headers.emplace_back("x-amz-date", date);
  if (!keys.session_token.empty()) request.headers.emplace_back("x-amz-security-token", keys.session_token);
  const Target target = target_of(request.url);
  std::map<std::string, std::string> headers{{"host", target.host}};
  for (const auto& [name, value] : request.headers) {
    std::string small = name;
    std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
    std::string& joined = headers[small];
    if (small != "host") joined += (joined.empty() ? "" : ",") + one_blank(value);
  }
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines.append(name).append(":").append(value).append("\n");
    names += (names.empty() ? "" : ";") + name;
  }
  const std::string canonical = request.method + "\n" + encoded(target.path, "-_.~/") + "\n" +
                                canonical_query(target.query) + "\n" + lines + "\n" + names + "\n" +
                                hex(sha256(request.body));
  const std::string scope = day + "/" + region + "/" + service + "/aws4_request";
  const std::string text = std::string(kAlgorithm) + "\n" + date + "\n" + scope + "\n" + hex(sha256(canonical));
  std::string key = "AWS4" + keys.secret_key;
  for (const std::string& part : {day, region, service, std::string("aws4_request")}) key = hmac(key, part);
  request.headers.emplace_back("authorization", std::string(kAlgorithm) + " Credential=" + keys.access_key + "/" +
                                                    scope + ", SignedHeaders=" + names +
                                                    ", Signature=" + hex(hmac(key, text)));
}

std::chrono::system_clock::time_point parse_utc(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return {};
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace solder::host

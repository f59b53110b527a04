#include "core/host/services/wish.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

constexpr uint64_t kMaxHeaders = 1000;

bool read(solder_str in, std::string& out) {
  std::string_view text;
  if (read_bytes(in, text) != nullptr) return false;
  out = text;
  return true;
}

bool read(const solder_ref& in, model::ObjectRef& out) {
  if (!read(in.kind, out.kind) || !read(in.ns, out.ns) || !read(in.name, out.name)) return false;
  return out.name.empty() || out.kind == "Secret";
}

// As much of their struct as both sides know.
template <typename T>
bool copy(const T* theirs, size_t least, T& ours) {
  if (theirs == nullptr || theirs->size < least || theirs->size > kMaxStructSize) return false;
  ours = T{};
  std::memcpy(&ours, theirs, std::min<size_t>(theirs->size, sizeof(T)));
  return true;
}

bool read_auth(const solder_http_auth* in, Wish::Auth& out) {
  solder_http_auth own{};
  if (!copy(in, SOLDER_HTTP_AUTH_SIZE_1_0, own)) return false;
  out.kind = own.kind;
  out.aws.token_role = (own.flags & SOLDER_HTTP_TOKEN_ROLE) != 0;
  if (!read(own.secret, out.secret) || !read(own.key, out.key) || !read(own.service, out.service) ||
      !read(own.region, out.aws.region) || !read(own.role_arn, out.aws.role_arn) ||
      !read(own.sts_endpoint, out.aws.sts_endpoint)) {
    return false;
  }
  out.aws.secret = out.secret;
  return true;
}

bool read(const solder_file_value& in, FileValue& out) {
  out.base64 = (in.flags & SOLDER_FILE_BASE64) != 0;
  return read(in.path, out.path) && read(in.pointer, out.pointer);
}

bool read_identity(const solder_http_identity* in, Wish::Identity& out) {
  solder_http_identity own{};
  if (!copy(in, SOLDER_HTTP_IDENTITY_SIZE_1_0, own)) return false;
  out.given = true;
  out.verify = (own.flags & SOLDER_HTTP_UNVERIFIED) == 0;
  return read(own.ca, out.ca) && read(own.certificate, out.certificate) && read(own.key, out.key) &&
         read(own.token, out.token);
}

bool read_headers(const solder_span& in, HttpHeaders& out) {
  if (in.count > kMaxHeaders || (in.count > 0 && (in.data == nullptr || in.stride < sizeof(solder_header))))
    return false;
  for (uint64_t i = 0; i < in.count; ++i) {
    const solder_header& each = *SOLDER_AT(solder_header, in, i);
    auto& [name, value] = out.emplace_back();
    if (!read(each.name, name) || !read(each.value, value)) return false;
  }
  return true;
}

bool is_secret_or_none(const model::ObjectRef& ref) { return ref.name.empty() || ref.kind == "Secret"; }

bool is_complete(const Wish::Auth& auth) {
  if (auth.kind > SOLDER_HTTP_GOOGLE || !is_secret_or_none(auth.secret)) return false;
  if (auth.kind == SOLDER_HTTP_BEARER) return !auth.secret.name.empty() && !auth.key.empty();
  if (auth.kind == SOLDER_HTTP_GOOGLE) return !auth.service.empty();
  return auth.kind != SOLDER_HTTP_SIGV4 || (!auth.service.empty() && !auth.aws.region.empty());
}

}  // namespace

std::optional<Wish> read_wish(const solder_http_request* theirs) {
  solder_http_request own{};
  Wish out;
  if (!copy(theirs, SOLDER_HTTP_REQUEST_SIZE_1_0, own)) return std::nullopt;
  if (!read(own.method, out.request.method) || !read(own.url, out.request.url) || !read(own.body, out.request.body) ||
      !read_headers(own.headers, out.request.headers) || !read(own.tls_secret, out.tls_secret)) {
    return std::nullopt;
  }
  if (own.auth != nullptr && !read_auth(own.auth, out.auth)) return std::nullopt;
  if (own.identity != nullptr && !read_identity(own.identity, out.identity)) return std::nullopt;
  out.piece = own.piece;
  out.request.http2 = (own.flags & SOLDER_HTTP_KNOWN_HTTP2) != 0;
  out.long_poll = (own.flags & SOLDER_HTTP_LONG_POLL) != 0;
  const uint32_t idle = own.idle_timeout_ms == 0 ? uint32_t{SOLDER_HTTP_DEFAULT_IDLE_MS} : own.idle_timeout_ms;
  out.request.idle = std::chrono::ceil<std::chrono::seconds>(std::chrono::milliseconds(idle));
  if (out.request.method.empty()) out.request.method = "GET";
  const uint32_t timeout = own.timeout_ms == 0 ? uint32_t{SOLDER_HTTP_DEFAULT_TIMEOUT_MS} : own.timeout_ms;
  out.request.timeout = std::chrono::milliseconds(timeout);
  out.request.max_body = own.max_body == 0 ? uint32_t{SOLDER_HTTP_DEFAULT_MAX_BODY} : own.max_body;
  if (!bound(out)) return std::nullopt;
  return out;
}

bool bound(Wish& wish) {
  HttpRequest& request = wish.request;
  const std::chrono::milliseconds longest(SOLDER_HTTP_MAX_TIMEOUT_MS);
  request.timeout = std::clamp(request.timeout, std::chrono::milliseconds(1), longest);
  request.max_body = std::min<size_t>(request.max_body, SOLDER_HTTP_MAX_BODY);
  return request.headers.size() <= kMaxHeaders && is_secret_or_none(wish.tls_secret) && is_complete(wish.auth) &&
         check_request(request).ok();
}

base::Result<Presented> present(FileValues& files, const Wish::Identity& identity) {
  if (identity.presented) return *identity.presented;
  Presented out;
  for (const auto& [which, into] : {std::pair(&identity.ca, &out.ca),
                                    {&identity.certificate, &out.certificate},
                                    {&identity.key, &out.key},
                                    {&identity.token, &out.token}}) {
    if (which->path.empty()) continue;
    auto value = files.value(*which);
    if (!value.ok()) return value.status();
    *into = std::move(*value);
  }
  return out;
}

}  // namespace solder::host

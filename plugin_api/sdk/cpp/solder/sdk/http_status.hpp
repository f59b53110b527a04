// solder/sdk/http_status.hpp - the HTTP status codes (RFC 9110, section 15) that plugins compare an HttpAnswer's `code`
// with.
#ifndef SOLDER_SDK_HTTP_STATUS_HPP_
#define SOLDER_SDK_HTTP_STATUS_HPP_

#include <cstdint>

namespace solder::sdk::status {

inline constexpr uint32_t kOk = 200;
inline constexpr uint32_t kFirstError = 300;  // no success: a client that asks an API follows no redirect
inline constexpr uint32_t kTemporaryRedirect = 307, kPermanentRedirect = 308;
inline constexpr uint32_t kBadRequest = 400, kUnauthorized = 401, kForbidden = 403, kNotFound = 404, kConflict = 409,
                          kGone = 410, kTooLarge = 413, kTooMany = 429;
inline constexpr uint32_t kServerError = 500, kUnavailable = 503;

}  // namespace solder::sdk::status

#endif  // SOLDER_SDK_HTTP_STATUS_HPP_

#include "api.h"

#include <algorithm>
#include <charconv>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::consul {

namespace {

constexpr size_t kMaxWords = 300, kFewest = 8;

solder_file_value file(const std::string& path) { return {sdk::str(path), {}, 0, 0}; }

uint64_t number_of(std::string_view text) {
  uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? out : 0;
}

}  // namespace

std::string Reply::words() const {
  std::string out(answered() ? body : message);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (out.size() > kMaxWords) out = out.substr(0, kMaxWords) + "…";
  if (!answered()) return out;
  return "HTTP " + std::to_string(code) + (out.empty() || code < 300 ? "" : ": " + out);
}

std::string in_url(std::string_view text, bool keep_slashes) {
  return sdk::percent_encoded(text, keep_slashes ? "/" : "");
}

solder_status Api::send(const Request& request, Then then, Id* id) {
  std::string url = settings_.address + request.path;
  if (!settings_.data_center.empty() && request.path.find("dc=") == std::string::npos) {
    url += request.path.find('?') == std::string::npos ? "?" : "&";
    url += "dc=" + in_url(settings_.data_center, false);
  }
  const solder_http_identity identity{
      sizeof(solder_http_identity), settings_.unverified ? uint32_t{SOLDER_HTTP_UNVERIFIED} : 0,
      file(settings_.ca_file),      file(settings_.certificate_file),
      file(settings_.key_file),     file(settings_.token_file)};
  sdk::HttpRequest http;
  http.method = request.method;
  http.url = url;
  http.headers = {{"accept", "application/json"}};
  http.body = request.body;
  http.timeout_ms = static_cast<uint32_t>(request.timeout.count());
  http.max_body = SOLDER_HTTP_MAX_BODY;
  http.identity = &identity;
  http.long_poll = request.waits;
  return http_.send(
      http,
      [then = std::move(then)](const sdk::HttpAnswer& answer) {
        then({answer.status, answer.code, answer.message, answer.body, answer.header("retry-after"),
              number_of(answer.header("x-consul-index")),
              answer.header("x-consul-results-filtered-by-acls") == "true"});
      },
      id);
}

Trouble Api::trouble_of(const Reply& reply, const std::string& what) const {
  if (reply.status == SOLDER_FAILED_PRECONDITION)
    return {"NotAuthenticated", "who asks Consul cannot be said: " + std::string(reply.message),
            "a file that can be read"};
  if (!reply.answered())
    return {"ServerUnreachable", "Consul at " + settings_.address + " does not answer: " + reply.words(), ""};
  // A token that is not known is refused with the same number as one that may not do this.
  const bool unknown_token = reply.body.find("ACL not found") != std::string_view::npos;
  if (reply.code == sdk::status::kUnauthorized || (reply.code == sdk::status::kForbidden && unknown_token)) {
    return {"NotAuthenticated", "Consul does not know who asks: " + reply.words(),
            "a valid token in " + (settings_.token_file.empty() ? std::string("tokenFile") : settings_.token_file)};
  }
  if (reply.code == sdk::status::kForbidden) return {"AccessDenied", what + " cannot be read: " + reply.words(), ""};
  if (reply.code == sdk::status::kTooMany) {
    return {
        "TooManyConnections",
        "Consul takes no more connections of this machine; what is watched takes turns: " + reply.words(),
        "limits { http_max_conns_per_client } in Consul's configuration, or https, where queries share connections"};
  }
  return {"ReadFailed", what + " cannot be read: " + reply.words(), ""};
}

bool Api::take_place(const void* owner, std::function<void()> later) {
  if (most_ == 0) most_ = settings_.most_waiting;
  if (waiting_ < most_) {
    ++waiting_;
    return true;
  }
  queue_.emplace_back(owner, std::move(later));
  return false;
}

void Api::leave_place() {
  --waiting_;
  while (waiting_ < most_ && !queue_.empty()) {
    const auto next = std::move(queue_.front().second);
    queue_.pop_front();
    next();
  }
}

void Api::forget(const void* owner) {
  std::erase_if(queue_, [owner](const auto& each) { return each.first == owner; });
}

void Api::fewer() {
  limited_ = true;
  most_ = std::max(kFewest, std::min(most_, waiting_) * 3 / 4);
}

}  // namespace solder::plugins::consul

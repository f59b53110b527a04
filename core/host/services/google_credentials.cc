#include "core/host/services/google_credentials.h"

#include <curl/curl.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/hash.h"
#include "core/host/abi_text.h"
#include "core/host/services/google_key.h"
#include "core/host/services/url_text.h"

namespace solder::host {

using nlohmann::json;
using std::chrono::system_clock;

namespace {

constexpr size_t kMaxKept = 1000;
constexpr size_t kMaxWords = 300;
constexpr auto kTimeout = std::chrono::seconds(10);
constexpr auto kSameTime = std::chrono::seconds(30);
constexpr auto kRenewBefore = std::chrono::minutes(5);
constexpr const char* kMetadataHost = "metadata.google.internal";
constexpr const char* kAccount = "/computeMetadata/v1/instance/service-accounts/default/";

// What is short-lived anyhow is renewed after three quarters of its time.
system_clock::time_point renewal(system_clock::time_point now, system_clock::time_point expires) {
  return expires - std::min<system_clock::duration>(kRenewBefore, (expires - now) / 4);
}

bool is_access_token(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

std::string text_of(const json& document, const char* name) {
  const auto at = document.is_object() ? document.find(name) : document.end();
  return document.is_object() && at != document.end() && at->is_string() ? at->get<std::string>() : "";
}

// OAuth's error of the answer, in its own words: those of the request are not among them.
std::string words_of(const HttpAnswer& answer) {
  if (!answer.status.ok()) return answer.status.message();
  const json document = json::parse(answer.body, nullptr, false);
  std::string out = std::to_string(answer.code);
  for (const char* name : {"error", "error_description"}) {
    const std::string text = printable(text_of(document, name).substr(0, kMaxWords));
    if (!text.empty()) out += (name[5] == '\0' ? " " : ": ") + text;
  }
  return out;
}

// What the answer's server says of the time; nothing where it says nothing.
std::optional<system_clock::time_point> date_of(const HttpAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name != "date") continue;
    const time_t time = curl_getdate(value.c_str(), nullptr);
    if (time > 0) return system_clock::from_time_t(time);
  }
  return std::nullopt;
}

base::Status refused(const std::string& words) { return {base::Code::kPermissionDenied, words}; }

}  // namespace

GoogleCredentials::GoogleCredentials(Send send, Environment environment, Now now)
    : send_(std::move(send)), environment_(std::move(environment)), now_(std::move(now)) {}

void GoogleCredentials::get(const GoogleSource& source, const Done& done) {
  const std::string name = base::hash_text(base::hash_bytes(source.key_json)) + "\n" +
                           std::to_string(source.key_json.size()) + "\n" + source.audience + "\n" + source.scope;
  {
    std::unique_lock lock(mutex_);
    std::erase_if(kept_, [&](const auto& each) {
      return kept_.size() >= kMaxKept && each.second.waiting.empty() && each.second.token.expires <= now_();
    });
    Kept& kept = kept_[name];
    if (kept.token.renew > now_()) {
      const GoogleToken token = kept.token;
      lock.unlock();
      return done(token);
    }
    kept.waiting.push_back(done);
    if (kept.waiting.size() > 1) return;
  }
  auto request = ask(source);
  if (request.ok()) {
    if (auto status = check_request(*request); !status.ok())
      request = base::Status(base::Code::kFailedPrecondition, "where tokens are asked for: " + status.message());
  }
  if (!request.ok()) return answered(name, source, {.status = request.status()});
  send_(std::move(*request), [this, name, source](const HttpAnswer& answer) { answered(name, source, answer); });
}

base::Result<HttpRequest> GoogleCredentials::ask(const GoogleSource& source) const {
  HttpRequest request;
  request.timeout = kTimeout;
  const bool id = !source.audience.empty();
  if (source.key_json.empty()) {
    const std::string other = environment_("GCE_METADATA_HOST");
    request.url = "http://" + (other.empty() ? std::string(kMetadataHost) : other) + kAccount +
                  (id ? "identity?format=full&audience=" + form_encoded(source.audience)
                      : "token?scopes=" + form_encoded(source.scope));
    request.headers = {{"metadata-flavor", "Google"}};
    return request;
  }
  const auto unusable = [](const base::Status& status) {
    return base::Status(base::Code::kFailedPrecondition, status.message());
  };
  const auto key = parse_google_key(source.key_json);
  if (!key.ok()) return unusable(key.status());
  const auto assertion =
      sign_assertion(*key, id ? "target_audience" : "scope", id ? source.audience : source.scope, now_() + ahead());
  if (!assertion.ok()) return unusable(assertion.status());
  request.method = "POST";
  request.url = key->token_uri;
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body =
      "grant_type=" + form_encoded("urn:ietf:params:oauth:grant-type:jwt-bearer") + "&assertion=" + *assertion;
  return request;
}

base::Result<GoogleToken> GoogleCredentials::read(const GoogleSource& source, const HttpAnswer& answer) const {
  const std::string who = source.key_json.empty() ? "the metadata server" : "Google's token endpoint";
  if (answer.status.code() == base::Code::kFailedPrecondition) return answer.status;
  if (!answer.status.ok() || answer.code != 200)
    return refused(who + " gave no token: " + words_of(answer) + about_clock());
  const bool id = !source.audience.empty();
  const json document = json::parse(answer.body, nullptr, false);
  GoogleToken token;
  if (id && source.key_json.empty()) {
    token.text = answer.body.substr(0, answer.body.find_last_not_of(" \r\n") + 1);
  } else {
    token.text = text_of(document, id ? "id_token" : "access_token");
  }
  if (!is_access_token(token.text)) return refused(who + " gave something that is no token");
  if (id) {
    token.expires = expiry_of(token.text);
    if (token.expires == system_clock::time_point()) return refused(who + " gave something that is no ID token");
    token.expires -= ahead();
  } else {
    const auto at = document.find("expires_in");
    const int64_t seconds = at != document.end() && at->is_number_integer() ? at->get<int64_t>() : 0;
    token.expires = now_() + std::chrono::seconds(std::clamp<int64_t>(seconds, 0, 86400));
  }
  if (token.expires <= now_()) return refused(who + " gave a token that has expired, by the clock of this machine");
  token.renew = renewal(now_(), token.expires);
  return token;
}

// A date is of whole seconds, and an answer takes its time.
void GoogleCredentials::compare_clocks(const HttpAnswer& answer) {
  const auto date = date_of(answer);
  if (!date) return;
  const auto ahead = std::chrono::duration_cast<std::chrono::seconds>(*date - now_());
  ahead_ = std::chrono::abs(ahead) < kSameTime ? 0 : ahead.count();
}

std::string GoogleCredentials::about_clock() const {
  const int64_t seconds = ahead().count();
  if (seconds == 0) return "";
  return "; the clock of this machine is " + std::to_string(std::abs(seconds)) + " s " +
         (seconds > 0 ? "behind" : "before") + " the server's, which counts from now on";
}

void GoogleCredentials::answered(const std::string& name, const GoogleSource& source, const HttpAnswer& answer) {
  compare_clocks(answer);
  base::Result<GoogleToken> result = read(source, answer);
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_[name];
    waiting.swap(kept.waiting);
    if (result.ok()) kept.token = *result;
  }
  for (const Done& done : waiting) done(result);
}

}  // namespace solder::host

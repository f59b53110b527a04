#include "session.h"

#include <algorithm>
#include <stdexcept>

#include "solder/sdk/base64.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::cloud_foundry {

using sdk::Json;
using std::chrono::seconds;

namespace {

constexpr const char* kPublicClient = "cf";  // that of the cf command, without a secret
constexpr uint32_t kLoginTimeoutMs = 20000, kMaxLoginAnswer = 1 << 20;
constexpr uint64_t kLongestLife = 86400, kLifeUnknown = 300;

std::string link_of(const Json& links, const char* name) {
  const Json* link = links.is_object() ? sdk::find(links, name) : nullptr;
  return link != nullptr && link->is_object() ? sdk::get_string(*link, "href") : "";
}

}  // namespace

Identity::Identity(const Foundation& foundation) : used_(!foundation.ca_file.empty() || foundation.unverified) {
  identity_.size = sizeof identity_;
  identity_.flags = foundation.unverified ? uint32_t{SOLDER_HTTP_UNVERIFIED} : 0;
  identity_.ca.path = sdk::str(foundation.ca_file);
}

std::string form_value(const std::string& text) { return sdk::percent_encoded(text); }

solder_status Session::step(sdk::Http& http, sdk::Http::Id* id, Then then) {
  if (uaa_.empty()) uaa_ = foundation_.uaa;
  return uaa_.empty() ? find_uaa(http, id, std::move(then)) : log_in(http, id, std::move(then));
}

solder_status Session::find_uaa(sdk::Http& http, sdk::Http::Id* id, Then then) {
  const Identity identity(foundation_);
  const std::string url = foundation_.api + "/";
  return http.send(
      {.url = url,
       .headers = {{"accept", "application/json"}, {"user-agent", "solder"}},
       .timeout_ms = kLoginTimeoutMs,
       .max_body = kMaxLoginAnswer,
       .identity = identity.get()},
      [this, then = std::move(then)](const sdk::HttpAnswer& answer) {
        const seconds pause = pause_of(answer, std::chrono::system_clock::now());
        const Json body =
            answer.status == SOLDER_OK && answer.code == sdk::status::kOk ? sdk::parse_json(answer.body) : Json();
        const Json* links = body.is_object() ? sdk::find(body, "links") : nullptr;
        std::string found = links == nullptr ? "" : link_of(*links, "login");
        if (found.empty() && links != nullptr) found = link_of(*links, "uaa");
        if (links == nullptr || found.empty()) {
          const std::string words = answer.status == SOLDER_OK && answer.code == sdk::status::kOk
                                        ? "the answer names no UAA (links.login)"
                                        : words_of(answer);
          return then(Outcome::kFailed, "GET " + foundation_.api + "/: " + words, pause);
        }
        const auto url_of_uaa = base_url(found);
        const bool downgrade =
            foundation_.api.starts_with("https://") && url_of_uaa && !url_of_uaa->starts_with("https://");
        if (!url_of_uaa || downgrade) {
          return then(Outcome::kFailed,
                      "GET " + foundation_.api +
                          "/: UAA's address is none that credentials are sent to: " + found.substr(0, 200),
                      pause);
        }
        uaa_ = *url_of_uaa;
        then(Outcome::kDone, "", seconds(0));
      },
      id);
}

// Throws std::exception with the reason, without a secret in it.
Session::Login Session::read_login() {
  const std::string where = "the file " + foundation_.credentials_file;
  const Json file = sdk::parse_json(sdk::read_document(host_, foundation_.credentials_file, {}));
  if (!file.is_object()) throw std::runtime_error(where + " is no map");
  std::string client = sdk::get_string(file, "clientId");
  const bool public_client = client.empty();
  if (public_client) client = kPublicClient;
  Login out;
  // Both are encoded before they are joined, as RFC 6749 has it; UAA wants to be told.
  out.basic = form_value(client) + ":" + form_value(sdk::get_string(file, "clientSecret"));
  const std::string user = sdk::get_string(file, "username"), given = sdk::get_string(file, "refreshToken");
  const std::string whose = client + "\n" + user + "\n" + sdk::get_string(file, "password") + "\n" + given;
  if (whose != refreshed_for_) refresh_token_ = given;
  refreshed_for_ = whose;
  if (!refresh_token_.empty()) {
    out.form = "grant_type=refresh_token&refresh_token=" + form_value(refresh_token_);
  } else if (!user.empty()) {
    out.form = "grant_type=password&username=" + form_value(user) +
               "&password=" + form_value(sdk::get_string(file, "password"));
    if (const std::string origin = sdk::get_string(file, "origin"); !origin.empty())
      out.form += "&login_hint=" + form_value(Json{{"origin", origin}}.dump());
  } else if (!public_client) {
    out.form = "grant_type=client_credentials";
  } else {
    throw std::runtime_error(where +
                             " has neither username and password, nor clientId and clientSecret, nor a "
                             "refreshToken that still counts");
  }
  out.form += "&token_format=jwt&response_type=token";
  return out;
}

solder_status Session::log_in(sdk::Http& http, sdk::Http::Id* id, Then then) {
  Login login;
  try {
    login = read_login();
  } catch (const std::exception& wrong) {
    then(Outcome::kRefused, std::string("there is nothing to log in with: ") + wrong.what(), seconds(0));
    return SOLDER_OK;
  }
  const bool refreshing = login.form.starts_with("grant_type=refresh_token");
  const Identity identity(foundation_);
  const std::string url = uaa_ + "/oauth/token", basic = "Basic " + sdk::encode_base64(login.basic);
  return http.send(
      {.method = "POST",
       .url = url,
       .headers = {{"content-type", "application/x-www-form-urlencoded"},
                   {"accept", "application/json"},
                   {"authorization", basic},
                   {"x-cf-encoded-credentials", "true"},
                   {"user-agent", "solder"}},
       .body = login.form,
       .timeout_ms = kLoginTimeoutMs,
       .max_body = kMaxLoginAnswer,
       .identity = identity.get()},
      [this, refreshing, then = std::move(then)](const sdk::HttpAnswer& answer) {
        logged_in(answer, refreshing, then);
      },
      id);
}

void Session::logged_in(const sdk::HttpAnswer& answer, bool refreshing, const Then& then) {
  const seconds pause = pause_of(answer, std::chrono::system_clock::now());
  const bool ok = answer.status == SOLDER_OK && answer.code == sdk::status::kOk;
  const Json body = ok ? sdk::parse_json(answer.body) : Json();
  token_ = body.is_object() ? sdk::get_string(body, "access_token") : "";
  const std::string doing = "POST " + uaa_ + "/oauth/token: ";
  if (ok && token_.empty()) return then(Outcome::kFailed, doing + "the answer has no access_token", pause);
  if (!ok) {
    if (foundation_.uaa.empty() && answer.code == sdk::status::kNotFound) uaa_.clear();  // it may have moved
    if (!is_lasting(answer)) return then(Outcome::kFailed, doing + login_words_of(answer), pause);
    // A refresh token that has ended is no harm where a password or a secret is there.
    if (refreshing) {
      refresh_token_.clear();
      return then(Outcome::kDone, "", seconds(0));
    }
    return then(Outcome::kRefused, doing + login_words_of(answer), pause);
  }
  if (const std::string next = sdk::get_string(body, "refresh_token"); !next.empty()) refresh_token_ = next;
  const uint64_t life = std::min(sdk::get_uint(body, "expires_in").value_or(kLifeUnknown), kLongestLife);
  renew_ = Clock::now() + std::chrono::milliseconds(life * 1000 * 2 / 3);
  then(Outcome::kDone, "", seconds(0));
}

}  // namespace solder::plugins::cloud_foundry

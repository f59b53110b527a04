#include "session.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "aws_login.h"
#include "lease.h"
#include "solder/sdk/objects.hpp"

namespace solder::plugins::vault {

using sdk::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr auto kLongestLook = seconds(300);  // a token in a file may be another one meanwhile

// `auth` of the answer to a login or a renewal; null where it is none.
Json auth_of(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk) return {};
  const Json body = sdk::parse_json(answer.body);
  const Json* auth = body.is_object() ? sdk::find(body, "auth") : nullptr;
  return auth != nullptr && auth->is_object() ? *auth : Json();
}

}  // namespace

std::string read_value(const sdk::Host& host, const Value& value) {
  if (value.file.empty()) return value.text;
  const Json text = sdk::parse_json(sdk::read_document(host, value.file, {}));
  if (text.is_string() && !text.get_ref<const std::string&>().empty()) return text.get<std::string>();
  throw std::runtime_error("the file " + value.file + " is not one line of text");
}

Session::Session(const sdk::Host& host, Connection& connection, const SourceSettings& settings, Ends ends)
    : host_(host),
      connection_(connection),
      settings_(settings),
      ends_(std::move(ends)),
      backoff_(host, this),
      timer_(host) {}

void Session::start() {
  if (settings_.method != Method::kToken) return log_in();
  connection_.set_token(settings_.token.text);
  tend();
  ends_.ready();
}

std::string Session::login_body() {
  switch (settings_.method) {
    case Method::kAppRole: {
      Json body{{"role_id", read_value(host_, settings_.role_id)}};
      if (!settings_.secret_id.empty()) body["secret_id"] = read_value(host_, settings_.secret_id);
      return body.dump();
    }
    case Method::kKubernetes:
      return Json{{"role", settings_.role}, {"jwt", read_value(host_, settings_.token)}}.dump();
    default:
      return aws_login_body(settings_);
  }
}

void Session::log_in() {
  std::string body;
  try {
    body = login_body();
  } catch (const std::exception& wrong) {
    return failed({"LoginFailed", std::string("there is nothing to log in with at Vault: ") + wrong.what(), ""}, {},
                  [this] { log_in(); });
  }
  const bool sent = connection_.send(
      {.method = "POST", .path = "auth/" + settings_.mount + "/login", .body = body, .with_token = false},
      [this](const sdk::HttpAnswer& answer) { logged_in(answer); });
  if (!sent) timer_.start(backoff_.failed(), [this] { log_in(); });
}

void Session::logged_in(const sdk::HttpAnswer& answer) {
  const Json auth = auth_of(answer);
  const std::string token = auth.is_object() ? sdk::get_string(auth, "client_token") : "";
  if (token.empty()) {
    Failure failure = connection_.failure_of(answer, "logging in at auth/" + settings_.mount);
    if (answer.status == SOLDER_OK &&
        (answer.code == sdk::status::kForbidden || answer.code == sdk::status::kBadRequest))
      failure = {"LoginFailed", failure.message, "a role and credentials that Vault knows"};
    return failed(std::move(failure), answer.header("retry-after"), [this] { log_in(); });
  }
  connection_.set_token(token);
  whole_lease_ = seconds(sdk::get_uint(auth, "lease_duration").value_or(0));
  const bool renewable = sdk::get_bool(auth, "renewable").value_or(false);
  start_renewal(timer_, backoff_, whole_lease_, [this, renewable] { renewable ? renew() : log_in(); });
  set_problem(std::nullopt);
  ends_.ready();
}

// A token that was given: how long it lives is asked, and it is renewed where that is possible.
void Session::tend() {
  timer_.cancel();
  const bool sent = connection_.send({.path = "auth/token/lookup-self"},
                                     [this](const sdk::HttpAnswer& answer) { looked_up(answer); });
  if (!sent) timer_.start(backoff_.failed(), [this] { tend(); });
}

void Session::looked_up(const sdk::HttpAnswer& answer) {
  const Json data = data_of(answer);
  const bool known = answer.status == SOLDER_OK && answer.code == sdk::status::kOk && data.is_object();
  const seconds ttl(known ? sdk::get_uint(data, "ttl").value_or(0) : 0);
  if (known && ttl.count() > 0 && sdk::get_bool(data, "renewable").value_or(false)) return renew();
  // Whoever may not look is told by what it may not read; who is away is asked again.
  timer_.start(kLongestLook, [this] { tend(); });
}

void Session::renew() {
  Json body = Json::object();
  if (settings_.increment > 0) body["increment"] = std::to_string(settings_.increment) + "s";
  const bool sent = connection_.send({.method = "POST", .path = "auth/token/renew-self", .body = body.dump()},
                                     [this](const sdk::HttpAnswer& answer) { renewed(answer); });
  if (!sent) timer_.start(backoff_.failed(), [this] { renew(); });
}

void Session::renewed(const sdk::HttpAnswer& answer) {
  const Json auth = auth_of(answer);
  const bool given = settings_.method == Method::kToken;
  if (auth.is_object()) {
    const seconds lease(sdk::get_uint(auth, "lease_duration").value_or(0));
    if (given) return start_renewal(timer_, backoff_, std::min(lease, seconds(kLongestLook)), [this] { tend(); });
    // Near the end of what it may be renewed to it is given less and less.
    const bool ending = lease * 2 < whole_lease_;
    return start_renewal(timer_, backoff_, lease, [this, ending] { ending ? log_in() : renew(); });
  }
  if (given) return start_renewal(timer_, backoff_, kLongestLook, [this] { tend(); });
  const bool refused =
      answer.status == SOLDER_OK && (answer.code == sdk::status::kForbidden || answer.code == sdk::status::kBadRequest);
  if (refused) return log_in();
  failed(connection_.failure_of(answer, "renewing the token"), answer.header("retry-after"), [this] { renew(); });
}

void Session::doubt(std::function<void()> valid) {
  if (std::exchange(doubting_, true)) return;
  const bool sent = connection_.send(
      {.path = "auth/token/lookup-self"}, [this, valid = std::move(valid)](const sdk::HttpAnswer& answer) {
        doubting_ = false;
        if (answer.status == SOLDER_OK && answer.code == sdk::status::kOk) {
          set_problem(std::nullopt);
          return valid();
        }
        if (answer.status != SOLDER_OK || answer.code != sdk::status::kForbidden)
          return failed(connection_.failure_of(answer, "looking the token up"), answer.header("retry-after"),
                        [this] { ends_.ready(); });
        if (settings_.method != Method::kToken) {
          // A token that never works is not to be had again and again.
          if (std::exchange(fresh_, false)) return log_in();
          return static_cast<void>(timer_.start(backoff_.failed(), [this] { log_in(); }));
        }
        failed({"NotAuthenticated", "Vault at " + settings_.address + " does not take the token",
                "a token that is valid and may look itself up"},
               answer.header("retry-after"), [this] { start(); });
      });
  if (!sent) doubting_ = false;
}

void Session::worked() {
  backoff_.succeeded();
  fresh_ = true;
  set_problem(std::nullopt);
}

void Session::failed(Failure failure, std::string_view retry_after, std::function<void()> again) {
  auto wait = backoff_.failed(retry_after);
  if (retry_after.empty()) wait = std::min<milliseconds>(wait, kLongestLeasePause);
  timer_.start(wait, std::move(again));
  set_problem(std::move(failure));
}

void Session::set_problem(std::optional<Failure> problem) {
  if (problem == problem_) return;
  problem_ = std::move(problem);
  ends_.changed();
}

}  // namespace solder::plugins::vault

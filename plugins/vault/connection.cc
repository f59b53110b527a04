#include "connection.h"

#include <utility>

namespace solder::plugins::vault {

using sdk::Json;

namespace {

constexpr uint32_t kTimeoutMs = 10000, kMaxAnswer = 4 << 20;
constexpr int kMostRedirects = 2;
constexpr size_t kMaxWords = 300;

// What Vault says: {"errors": ["..."]}.
std::string words_of(const sdk::HttpAnswer& answer) {
  const Json body = sdk::parse_json(answer.body);
  std::string words;
  for (const auto& each : body.is_object() ? sdk::get_strings(body, "errors") : std::vector<std::string>())
    words += (words.empty() ? "" : "; ") + each;
  for (char& c : words) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  if (words.size() > kMaxWords) words.resize(kMaxWords);
  return "HTTP " + std::to_string(answer.code) + (words.empty() ? "" : ": " + words);
}

}  // namespace

Json data_of(const sdk::HttpAnswer& answer) {
  const Json body = sdk::parse_json(answer.body);
  const Json* data = body.is_object() ? sdk::find(body, "data") : nullptr;
  return data != nullptr && data->is_object() ? *data : Json();
}

void Connection::cancel() {
  for (const auto id : std::exchange(under_way_, {})) http_.cancel(id);
}

bool Connection::send(const Request& request, Then then) {
  return send_to(settings_.address + "/v1/" + request.path, request, 0, std::move(then));
}

bool Connection::send_to(const std::string& url, const Request& request, int redirects, Then then) {
  solder_http_identity identity{};
  identity.size = sizeof identity;
  identity.flags = settings_.tls.insecure ? uint32_t{SOLDER_HTTP_UNVERIFIED} : 0;
  identity.ca.path = sdk::str(settings_.tls.ca);
  identity.certificate.path = sdk::str(settings_.tls.certificate);
  identity.key.path = sdk::str(settings_.tls.key);
  if (request.with_token && token_.empty()) identity.token.path = sdk::str(settings_.token.file);
  sdk::HttpRequest out;
  out.method = request.method;
  out.url = url;
  out.headers = {{"x-vault-request", "true"}};
  if (!settings_.vault_ns.empty()) out.headers.emplace_back("x-vault-namespace", settings_.vault_ns);
  if (request.with_token && !token_.empty()) out.headers.emplace_back("x-vault-token", token_);
  out.body = request.body;
  out.timeout_ms = kTimeoutMs;
  out.max_body = kMaxAnswer;
  out.identity = &identity;
  const auto id = std::make_shared<sdk::Http::Id>(0);
  auto answered = [this, id, url, request, redirects, then](const sdk::HttpAnswer& answer) {
    under_way_.erase(*id);
    const bool moved = answer.code == sdk::status::kTemporaryRedirect || answer.code == sdk::status::kPermanentRedirect;
    const std::string to(answer.header("location"));
    // What was encrypted is not sent in the clear, nor on and on.
    const bool may = to.starts_with("https://") || (to.starts_with("http://") && url.starts_with("http://"));
    if (answer.status == SOLDER_OK && moved && may && redirects < kMostRedirects &&
        send_to(to, request, redirects + 1, then)) {
      return;
    }
    then(answer);
  };
  if (http_.send(out, std::move(answered), id.get()) != SOLDER_OK) return false;
  under_way_.insert(*id);
  return true;
}

Failure Connection::failure_of(const sdk::HttpAnswer& answer, const std::string& doing) const {
  const std::string who = "Vault at " + settings_.address;
  if (answer.status == SOLDER_FAILED_PRECONDITION)
    return {"MissingFile", who + " cannot be asked: " + std::string(answer.message), "files that Solder may read"};
  if (answer.status != SOLDER_OK)
    return {"ServerUnreachable", who + " does not answer: " + std::string(answer.message), ""};
  if (answer.code == sdk::status::kUnavailable) {
    const bool sealed = answer.body.find("sealed") != std::string_view::npos;
    return {sealed ? "VaultSealed" : "ServerUnreachable",
            who + (sealed ? " is sealed" : " is not ready: " + words_of(answer)),
            sealed ? "vault operator unseal" : ""};
  }
  if (answer.code == sdk::status::kTooMany)
    return {"AskedTooOften", who + " is asked too often: " + words_of(answer), ""};
  if (answer.code == sdk::status::kForbidden) return {"AccessDenied", who + ": " + doing + ": " + words_of(answer), ""};
  if (answer.code == sdk::status::kTemporaryRedirect || answer.code == sdk::status::kPermanentRedirect)
    return {"ServerUnreachable", who + " is on standby, and where it leads to cannot be followed",
            "api_addr in the configuration of each Vault, with https where the address has it"};
  const bool is_vault = sdk::parse_json(answer.body).is_object();
  return {"ReadFailed",
          who + ": " + doing + ": " +
              (is_vault || answer.body.empty()
                   ? words_of(answer)
                   : "HTTP " + std::to_string(answer.code) + ", an answer that is none of Vault's"),
          ""};
}

}  // namespace solder::plugins::vault

#include "document_set.h"

#include <memory>

#include "document.h"

namespace solder::plugins::openapi {

namespace {

constexpr uint32_t kRedirects = 300, kClientErrors = 400;
constexpr const char* kAccept = "application/json, application/yaml;q=0.9, */*;q=0.5";

}  // namespace

std::string problem_of(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK) return "it cannot be asked for: " + std::string(answer.message);
  std::string out = "it is answered with the status " + std::to_string(answer.code);
  if (answer.code >= kRedirects && answer.code < kClientErrors && !answer.header("location").empty())
    out += ", which leads to " + std::string(answer.header("location")) + "; redirects are not followed";
  return out;
}

void DocumentSet::ask(const Url& document, const Url& upstream, std::string secret_ns, std::string secret_name,
                      Then then) {
  give_up();
  document_ = document;
  upstream_ = upstream;
  secret_ns_ = std::move(secret_ns);
  secret_name_ = std::move(secret_name);
  then_ = std::move(then);
  get(document.text(), [this](const sdk::HttpAnswer& answer) { take(answer); });
}

void DocumentSet::read(const std::string& text, const Url& upstream, Then then) {
  give_up();
  document_ = upstream_ = upstream;
  then_ = std::move(then);
  take_text(text);
}

void DocumentSet::give_up() {
  for (const auto ticket : under_way_) budget_.cancel(ticket);
  under_way_.clear();
  documents_.clear();
  tried_.clear();
}

void DocumentSet::get(const std::string& url, sdk::Http::Then then) {
  auto ticket = std::make_shared<Budget::Ticket>(0);
  Request request{.url = url,
                  .headers = {{"accept", kAccept}, {"user-agent", "solder"}, {"x-solder-discovery", "openapi"}}};
  // Keys are shown to the upstream alone.
  if (url.starts_with(upstream_.origin() + "/")) {
    request.secret_ns = secret_ns_;
    request.secret_name = secret_name_;
  }
  *ticket = budget_.send(std::move(request), [this, ticket, then = std::move(then)](const sdk::HttpAnswer& answer) {
    under_way_.erase(*ticket);
    then(answer);
  });
  under_way_.insert(*ticket);
}

void DocumentSet::take(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk)
    return end({answer.status != SOLDER_OK, problem_of(answer), std::nullopt, false});
  take_text(answer.body);
}

void DocumentSet::take_text(std::string_view text) {
  const size_t hash = std::hash<std::string_view>()(text);
  if (hash == last_hash_) return end({false, "", std::nullopt, true});
  std::string why;
  auto document = read_document(text, why);
  if (!document) return end({false, why, std::nullopt, false});
  last_hash_ = hash;
  documents_[document_.text()] = std::move(*document);
  look();
}

void DocumentSet::look() {
  Functions functions = read_functions(documents_, document_, upstream_);
  if (!functions.error.empty()) {
    last_hash_ = 0;
    return end({false, functions.error, std::nullopt, false});
  }
  for (const std::string& url : functions.missing) {
    if (tried_.insert(url).second) get(url, [this, url](const sdk::HttpAnswer& answer) { take_other(url, answer); });
  }
  if (!under_way_.empty()) return;
  // Of several, another may change.
  if (!tried_.empty()) last_hash_ = 0;
  end({false, "", std::move(functions), false});
}

void DocumentSet::take_other(const std::string& url, const sdk::HttpAnswer& answer) {
  std::string why;
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kOk) {
    if (auto document = read_document(answer.body, why)) documents_[url] = std::move(*document);
  }
  if (under_way_.empty()) look();
}

void DocumentSet::end(const Outcome& outcome) {
  documents_.clear();
  tried_.clear();
  const Then then = std::exchange(then_, nullptr);
  then(outcome);
}

}  // namespace solder::plugins::openapi

#include "shared_entries.h"

#include <chrono>
#include <utility>

#include "solder/sdk/base64.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::kubernetes {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr const char* kPrefix = "solder-shared-";
constexpr const char* kMember = "entry";
constexpr size_t kMostBytes = 1000000;  // of a Secret's values, less a little
constexpr milliseconds kGather{50};

std::string name_of(const Json& secret) {
  const std::string name = sdk::get_string(secret.value("metadata", Json::object()), "name");
  return name.starts_with(kPrefix) ? name.substr(std::string_view(kPrefix).size()) : "";
}

}  // namespace

SharedEntries::SharedEntries(const sdk::Host& host, sdk::Http& http, const Connection& connection, std::string ns,
                             std::function<bool()> leads, std::function<void()> changed)
    : http_(http),
      connection_(connection),
      ns_(std::move(ns)),
      leads_(std::move(leads)),
      changed_(std::move(changed)),
      timer_(host),
      backoff_(host, this) {}

std::optional<std::string> SharedEntries::seen(const Json& secret) {
  const std::string name = name_of(secret);
  const Json data = secret.value("data", Json::object());
  const auto text = sdk::decode_base64(data.is_object() ? sdk::get_string(data, kMember) : "");
  if (name.empty() || !text) return std::nullopt;
  there_[name] = {*text, sdk::get_string(secret.value("metadata", Json::object()), "resourceVersion")};
  look();
  Json entry = sdk::parse_json(*text);
  if (!entry.is_object()) return std::nullopt;
  entry["kind"] = kSharedKind;
  entry["metadata"] = {{"name", name}, {"namespace", ns_}};
  return entry.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string SharedEntries::gone(const Json& secret) {
  const std::string name = name_of(secret);
  there_.erase(name);
  look();
  return name;
}

void SharedEntries::want(const std::vector<sdk::SharedEntry>& entries) {
  wanted_.emplace();
  std::optional<WatchProblem> problem;
  for (const auto& each : entries) {
    if (each.json.size() > kMostBytes) {
      problem = {"SharedTooLarge",
                 "the last good version of an object of " + std::to_string(each.json.size()) +
                     " bytes is not shared: a Solder that begins now does not have it",
                 "at most " + std::to_string(kMostBytes) + " bytes"};
      continue;
    }
    (*wanted_)[each.name] = each.json;
  }
  set_problem(std::move(problem));
  look();
}

void SharedEntries::set_problem(std::optional<WatchProblem> problem) {
  if (problem == problem_) return;
  problem_ = std::move(problem);
  changed_();
}

void SharedEntries::look() {
  if (wanted_ && !under_way_ && !timer_.pending() && leads_()) {
    timer_.start(kGather, [this] { write_next(); });
  }
}

void SharedEntries::write_next() {
  for (const auto& [name, json] : *wanted_) {
    const auto at = there_.find(name);
    if (at == there_.end() || at->second.json != json) return write(name);
  }
  for (const auto& [name, there] : there_) {
    if (wanted_->count(name) == 0) return write(name);
  }
}

// One at a time, so that what comes back is known before the next is written.
void SharedEntries::write(const std::string& name) {
  if (!leads_()) return;
  const auto there = there_.find(name);
  const auto wanted = wanted_->find(name);
  std::string url = connection_.server + "/api/v1/namespaces/" + ns_ + "/secrets";
  Json body;
  if (wanted == wanted_->end()) {
    body = {{"apiVersion", "v1"},
            {"kind", "DeleteOptions"},
            {"preconditions", {{"resourceVersion", there->second.version}}}};
  } else {
    body = {{"apiVersion", "v1"},
            {"kind", "Secret"},
            {"type", kSharedType},
            {"metadata",
             {{"name", kPrefix + name}, {"namespace", ns_}, {"labels", {{"app.kubernetes.io/managed-by", "solder"}}}}},
            {"data", {{kMember, sdk::encode_base64(wanted->second)}}}};
    if (there != there_.end()) body["metadata"]["resourceVersion"] = there->second.version;
  }
  if (there != there_.end()) url += "/" + (kPrefix + name);
  const std::string text = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const solder_http_identity identity = connection_.identity();
  sdk::HttpRequest request;
  request.method = wanted == wanted_->end() ? "DELETE" : there == there_.end() ? "POST" : "PUT";
  request.url = url;
  request.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
  request.body = text;
  request.identity = &identity;
  const bool removed = wanted == wanted_->end();
  auto then = [this, name, removed](const sdk::HttpAnswer& answer) {
    under_way_ = false;
    const bool done = answer.status == SOLDER_OK && answer.code < sdk::status::kFirstError;
    if (done && removed) {
      there_.erase(name);
    } else if (done) {
      seen(sdk::parse_json(answer.body));
    }
    written(answer);
  };
  under_way_ = http_.send(request, std::move(then)) == SOLDER_OK;
  if (!under_way_) timer_.start(milliseconds(1000), [this] { look(); });
}

void SharedEntries::written(const sdk::HttpAnswer& answer) {
  const bool answered = answer.status == SOLDER_OK;
  if (answered && answer.code < sdk::status::kFirstError) {
    backoff_.succeeded();
    if (problem_ && problem_->reason == "AccessDenied") set_problem(std::nullopt);
    return look();
  }
  milliseconds wait = kGather;
  if (answered && answer.code == sdk::status::kForbidden) {
    set_problem(WatchProblem{
        "AccessDenied", "last good versions cannot be shared",
        "a rule {apiGroups: [\"\"], resources: [secrets], verbs: [create, update, delete]} in the namespace " + ns_});
    wait = milliseconds(15000);
  } else if (!answered || (answer.code != sdk::status::kConflict && answer.code != sdk::status::kNotFound)) {
    wait = backoff_.failed(answer.header("retry-after"));
  } else {
    wait = kGather * 4;  // its watch is about to tell what is there
  }
  timer_.start(wait, [this] { look(); });
}

}  // namespace solder::plugins::kubernetes

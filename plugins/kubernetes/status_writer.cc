#include "status_writer.h"

#include <utility>

namespace solder::plugins::kubernetes {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr const char* kReporter = "gloo";  // what tools of Gloo's users look for
constexpr milliseconds kGatherStatuses{100}, kPause{20}, kStatusForbiddenPause{15000};
constexpr size_t kAtOnce = 16;

std::string key_of(const sdk::Ref& ref) { return std::string(ref.kind) + "/" + sdk::to_string(ref); }

// What of a status is ours to say; another's fields beside it are none of our business.
std::string our_part(const Json& status) {
  if (!status.is_object()) return "";
  Json out = Json::object();
  for (const char* name : {"state", "reportedBy", "reason"}) {
    if (const Json* value = sdk::find(status, name)) out[name] = *value;
  }
  const Json* details = sdk::find(status, "details");
  const Json* generation =
      details != nullptr && details->is_object() ? sdk::find(*details, "observedGeneration") : nullptr;
  if (generation != nullptr) out["details"] = {{"observedGeneration", *generation}};
  return out.dump();
}

}  // namespace

StatusWriter::StatusWriter(const sdk::Host& host, sdk::Http& http, const Connection& connection, std::string ns,
                           bool on, std::function<bool()> leads)
    : http_(http),
      connection_(connection),
      ns_(std::move(ns)),
      on_(on),
      leads_(std::move(leads)),
      timer_(host),
      backoff_(1) {}

void StatusWriter::seen(const Resource& resource, const Json& object) {
  if (!on_) return;
  const Json metadata = object.value("metadata", Json::object());
  const std::string ns = sdk::get_string(metadata, "namespace"), name = sdk::get_string(metadata, "name");
  const std::string key = key_of({resource.kind, ns, name});
  One& one = all_[key];
  one.resource = resource;
  one.ns = ns;
  one.name = name;
  one.version = sdk::get_string(metadata, "resourceVersion");
  one.there.clear();
  const Json* status = sdk::find(object, "status");
  const Json* statuses = status != nullptr && status->is_object() ? sdk::find(*status, "statuses") : nullptr;
  if (statuses != nullptr && statuses->is_object()) {
    if (const Json* ours = sdk::find(*statuses, ns_.c_str())) one.there = our_part(*ours);
  }
  look(key, one);
}

void StatusWriter::gone(const sdk::Ref& ref) {
  all_.erase(key_of(ref));
  to_write_.erase(key_of(ref));
}

void StatusWriter::want(const sdk::Ref& ref, std::string_view json) {
  const std::string key = key_of(ref);
  const auto at = all_.find(key);
  if (at == all_.end()) return;
  const Json report = sdk::parse_json(json);
  if (!report.is_object()) {
    at->second.wanted.clear();
    return;
  }
  // An empty reason is written as well: one that somebody left there would stay.
  Json status = {{"state", sdk::get_string(report, "state")},
                 {"reportedBy", kReporter},
                 {"reason", sdk::get_string(report, "reason")}};
  if (const auto generation = sdk::get_uint(report, "generation"))
    status["details"] = {{"observedGeneration", *generation}};
  at->second.wanted = status.dump(-1, ' ', false, Json::error_handler_t::replace);
  look(key, at->second);
}

void StatusWriter::look(const std::string& key, const One& one) {
  if (one.wanted.empty() || one.wanted == one.there) {
    to_write_.erase(key);
    return;
  }
  to_write_.insert(key);
  if (!timer_.pending() && leads_()) timer_.start(kGatherStatuses, [this] { write_some(); });
}

void StatusWriter::look_at_all() {
  for (const auto& [key, one] : all_) look(key, one);
}

void StatusWriter::write_some() {
  auto at = to_write_.begin();
  while (at != to_write_.end() && under_way_ < kAtOnce && leads_()) {
    const std::string key = *at;
    One& one = all_.at(key);
    if (one.under_way) {
      ++at;
      continue;
    }
    at = to_write_.erase(at);
    write(key, one);
  }
  if (!to_write_.empty() && leads_()) timer_.start(kPause, [this] { write_some(); });
}

void StatusWriter::write(const std::string& key, One& one) {
  const Json body = {{"apiVersion", one.resource.api_version},
                     {"kind", one.resource.kind},
                     {"metadata", {{"name", one.name}, {"namespace", one.ns}, {"resourceVersion", one.version}}},
                     {"status", {{"statuses", {{ns_, sdk::parse_json(one.wanted)}}}}}};
  const std::string text = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string url =
      connection_.server + one.resource.path(one.ns) + "/" + one.name + "/status?fieldManager=solder&force=true";
  const solder_http_identity identity = connection_.identity();
  sdk::HttpRequest request;
  request.method = "PATCH";
  request.url = url;
  request.headers = {{"content-type", "application/apply-patch+yaml"}, {"accept", "application/json"}};
  request.body = text;
  request.identity = &identity;
  auto then = [this, key, wanted = one.wanted](const sdk::HttpAnswer& answer) { written(key, wanted, answer); };
  if (http_.send(request, std::move(then)) != SOLDER_OK) {
    to_write_.insert(key);
    return;
  }
  one.under_way = true;
  ++under_way_;
}

void StatusWriter::written(const std::string& key, const std::string& body, const sdk::HttpAnswer& answer) {
  --under_way_;
  const auto at = all_.find(key);
  if (at == all_.end()) return;
  One& one = at->second;
  one.under_way = false;
  const bool answered = answer.status == SOLDER_OK;
  if (answered && answer.code < sdk::status::kFirstError) {
    backoff_.succeeded();
    problems_.erase(one.resource.plural);
    one.there = body;
    const Json object = sdk::parse_json(answer.body);
    const Json metadata = object.is_object() ? object.value("metadata", Json::object()) : Json::object();
    // The watch may have told of a later one already; then it is refused and tells again.
    if (std::string version = sdk::get_string(metadata, "resourceVersion"); !version.empty())
      one.version = std::move(version);
    return look(key, one);
  }
  if (answered && answer.code == sdk::status::kNotFound) return;  // it is on its way out, and its watch will say so
  std::chrono::milliseconds wait = kGatherStatuses;
  if (answered && answer.code == sdk::status::kForbidden) {
    const std::string group = one.resource.api_version.substr(0, one.resource.api_version.find('/'));
    problems_[one.resource.plural] = {
        "AccessDenied", "statuses of " + one.resource.plural + " cannot be written",
        "a rule {apiGroups: [\"" + group + "\"], resources: [" + one.resource.plural + "/status], verbs: [patch]}"};
    wait = kStatusForbiddenPause;
  } else if (!answered || answer.code != sdk::status::kConflict) {
    wait = backoff_.failed(answer.header("retry-after"));
  }
  to_write_.insert(key);
  timer_.start(wait, [this] { write_some(); });
}

std::vector<WatchProblem> StatusWriter::problems() const {
  std::vector<WatchProblem> out;
  for (const auto& [plural, problem] : problems_) out.push_back(problem);
  return out;
}

}  // namespace solder::plugins::kubernetes

#include "shared_keys.h"

#include <utility>

#include "solder/sdk/base64.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

// A transaction has at most half a megabyte, with its values in base64; one of them always fits.
constexpr size_t kMostSharedBytes = 360000, kMostSharedTogether = 48;
constexpr milliseconds kGatherShared{50}, kTold{200}, kSharedForbiddenPause{15000};

// Consul's KV store is no place for them.
bool is_of_a_secret(const std::string& name) { return name.starts_with("secret-"); }

}  // namespace

SharedKeys::SharedKeys(const sdk::Host& host, Api& api, Lock& lock, std::string prefix, std::function<void()> changed)
    : api_(api),
      lock_(lock),
      prefix_(std::move(prefix)),
      changed_(std::move(changed)),
      timer_(host),
      backoff_(host, this) {}

void SharedKeys::read(const std::string& name, uint64_t modified, std::string_view value) {
  modified == 0 ? static_cast<void>(there_.erase(name))
                : static_cast<void>(there_[name] = {modified, std::string(value)});
  look();
}

void SharedKeys::want(const std::vector<sdk::SharedEntry>& entries) {
  wanted_.emplace();
  const auto before = std::exchange(too_large_, std::nullopt);
  for (const auto& each : entries) {
    if (is_of_a_secret(each.name)) continue;
    if (each.json.size() > kMostSharedBytes) {
      too_large_ = {"SharedTooLarge",
                    "the last good version of an object of " + std::to_string(each.json.size()) +
                        " bytes is not shared: a Solder that begins now does not have it",
                    "at most " + std::to_string(kMostSharedBytes) + " bytes"};
      continue;
    }
    (*wanted_)[each.name] = each.json;
  }
  if (before != too_large_) changed_();
  look();
}

void SharedKeys::look() {
  if (wanted_ && !under_way_ && !timer_.pending() && lock_.held()) timer_.start(kGatherShared, [this] { write(); });
}

SharedKeys::Written SharedKeys::to_write() const {
  Written out;
  size_t bytes = 0;
  const auto has_room = [&](size_t more) {
    bytes += more;
    return out.size() < kMostSharedTogether && (out.empty() || bytes <= kMostSharedBytes);
  };
  for (const auto& [name, value] : *wanted_) {
    const auto at = there_.find(name);
    if (at != there_.end() && at->second.value == value) continue;
    if (!has_room(value.size())) return out;
    out[name] = value;
  }
  for (const auto& [name, there] : there_) {
    if (wanted_->count(name) == 0 && has_room(0)) out[name];
  }
  return out;
}

void SharedKeys::write() {
  if (!lock_.held() || under_way_) return;
  const Written what = to_write();
  if (what.empty()) return;
  Json operations = Json::array({lock_.fence()});
  for (const auto& [name, value] : what) {
    const auto at = there_.find(name);
    Json kv = {{"Verb", value.empty() ? "delete-cas" : "cas"},
               {"Key", prefix_ + name},
               {"Index", at == there_.end() ? 0 : at->second.modified}};
    if (!value.empty()) kv["Value"] = sdk::encode_base64(value);
    operations.push_back({{"KV", std::move(kv)}});
  }
  const auto status =
      api_.send({.method = "PUT", .path = "/v1/txn", .body = operations.dump()}, [this, what](const Reply& reply) {
        under_way_ = false;
        written(what, reply);
      });
  under_way_ = status == SOLDER_OK;
  if (!under_way_) timer_.start(milliseconds(1000), [this] { look(); });
}

void SharedKeys::done(const Written& what, const Json& answer) {
  for (const auto& [name, value] : what) {
    if (value.empty()) there_.erase(name);
  }
  for (const Json& result : answer.value("Results", Json::array())) {
    const Json kv = result.is_object() ? result.value("KV", Json::object()) : Json::object();
    const std::string key = kv.is_object() ? sdk::get_string(kv, "Key") : "";
    const auto at = key.starts_with(prefix_) ? what.find(key.substr(prefix_.size())) : what.end();
    if (at != what.end() && !at->second.empty())
      there_[at->first] = {sdk::get_uint(kv, "ModifyIndex").value_or(0), at->second};
  }
}

void SharedKeys::written(const Written& what, const Reply& reply) {
  const Json answer = sdk::parse_json(reply.body);
  if (reply.ok() && answer.is_object()) {
    backoff_.succeeded();
    set_trouble(std::nullopt);
    done(what, answer);
    return look();
  }
  const bool denied = reply.body.find("Permission denied") != std::string_view::npos;
  if (reply.answered() && reply.code == sdk::status::kConflict && answer.is_object() && !denied) {
    for (const Json& error : answer.value("Errors", Json::array())) {
      if (error.is_object() && is_fenced_off(error)) return lock_.lost();
    }
    timer_.start(kTold, [this] { look(); });  // what stands there is about to be read
    return;
  }
  Trouble trouble = api_.trouble_of(reply, "what Solders share");
  const bool forbidden =
      reply.answered() && (denied || reply.code == sdk::status::kForbidden) && trouble.reason != "NotAuthenticated";
  if (forbidden) {
    trouble = {"AccessDenied", "last good versions cannot be shared",
               "key_prefix \"" + api_.settings().own_root() + "/\" { policy = \"write\" }"};
  }
  set_trouble(std::move(trouble));
  timer_.start(forbidden ? kSharedForbiddenPause : backoff_.failed(reply.retry_after), [this] { look(); });
}

void SharedKeys::set_trouble(std::optional<Trouble> trouble) {
  if (trouble == trouble_) return;
  trouble_ = std::move(trouble);
  changed_();
}

std::vector<Trouble> SharedKeys::troubles() const {
  std::vector<Trouble> out;
  for (const auto& each : {trouble_, too_large_}) {
    if (each) out.push_back(*each);
  }
  return out;
}

}  // namespace solder::plugins::consul

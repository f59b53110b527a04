#include "stray_keys.h"

#include <utility>

#include "kv_object.h"
#include "solder/sdk/json.hpp"

namespace solder::plugins::consul {

using sdk::Json;

namespace {

constexpr auto kLookForStrays = std::chrono::seconds(15);
constexpr size_t kMostNamed = 20;

}  // namespace

StrayKeys::StrayKeys(const sdk::Host& host, Api& api, std::function<void()> changed)
    : api_(api), changed_(std::move(changed)), timer_(host) {}

void StrayKeys::kinds(const std::map<std::string, std::string>& kinds) {
  parents_.clear();
  known_ = {api_.settings().status_root + "/", api_.settings().own_root() + "/"};
  for (const auto& [kind, api_version] : kinds) {
    const std::string prefix = kind_prefix(api_.settings().root, api_version, kind);
    known_.insert(prefix);
    for (size_t slash = prefix.find('/', api_.settings().root.size()); slash + 1 < prefix.size();
         slash = prefix.find('/', slash + 1)) {
      parents_.insert(prefix.substr(0, slash + 1));
    }
  }
  if (!kinds.empty() && asking_ == 0) look();
}

void StrayKeys::look() {
  found_.clear();
  failed_ = false;
  for (const auto& parent : parents_) list(parent);
  if (asking_ == 0) done();
}

void StrayKeys::list(const std::string& prefix) {
  const auto status =
      api_.send({.path = "/v1/kv/" + in_url(prefix, true) + "?keys&separator=%2F"}, [this, prefix](const Reply& reply) {
        --asking_;
        take(prefix, reply);
        if (asking_ == 0) done();
      });
  status == SOLDER_OK ? static_cast<void>(++asking_) : static_cast<void>(failed_ = true);
}

void StrayKeys::take(const std::string& prefix, const Reply& reply) {
  if (reply.answered() && reply.code == sdk::status::kNotFound) return;
  const Json list = sdk::parse_json(reply.body);
  failed_ = failed_ || !reply.ok() || !list.is_array();
  if (!list.is_array()) return;
  for (const Json& each : list) {
    if (!each.is_string()) continue;
    const std::string key = each.get<std::string>();
    if (key != prefix && known_.count(key) == 0 && parents_.count(key) == 0) found_.insert(key);
  }
}

void StrayKeys::done() {
  if (!failed_ && found_ != strays_) {
    strays_ = found_;
    changed_();
  }
  timer_.start(kLookForStrays, [this] { look(); });
}

std::vector<Trouble> StrayKeys::troubles() const {
  std::vector<Trouble> out;
  for (const auto& key : strays_) {
    if (out.size() == kMostNamed) break;
    out.push_back({"UnknownKey",
                   (key.ends_with('/') ? "what is below " : "the key ") + key + " is no object, and is passed over",
                   api_.settings().root + "/GROUP/VERSION/KIND/NAMESPACE/NAME of a kind that Solder reads, such as " +
                       api_.settings().root + "/gateway.solo.io/v1/VirtualService/gloo-system/web"});
  }
  return out;
}

}  // namespace solder::plugins::consul

#include "kind_keys.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "solder/sdk/base64.hpp"

namespace solder::plugins::consul {

using sdk::Json;
using std::chrono::milliseconds;

namespace {

constexpr size_t kFew = 128;                                 // keys that are read together
constexpr size_t kAtOnce = 16;                               // questions under way
constexpr int kKeysPatience = 4;                             // failures that others wait for
constexpr milliseconds kKeysPause{10}, kLongestPause{1000};  // between two looks, whatever happens
constexpr size_t kMaxTroubles = 20;                          // keys of one kind that are named

std::string keys_path(const std::string& prefix) { return "/v1/kv/" + in_url(prefix, true) + "?keys"; }

std::string right_of(const std::string& prefix) { return "key_prefix \"" + prefix + "\" { policy = \"read\" }"; }

}  // namespace

KindKeys::KindKeys(const sdk::Host& host, Api& api, const sdk::Objects& objects, const Ends& ends,
                   std::string_view root, std::string api_version, std::string kind)
    : api_(api),
      objects_(objects),
      ends_(ends),
      api_version_(std::move(api_version)),
      kind_(std::move(kind)),
      prefix_(kind_prefix(root, api_version_, kind_)),
      query_(host, api, Question{keys_path(prefix_), api.settings().consistency}, "keys below " + prefix_,
             right_of(prefix_),
             {[this](const Reply& reply, bool anew) { take_keys(reply, anew); },
              [this] {
                if (query_.given_up() && !settled_) {
                  objects_.keep(kind_, "");
                  settle();
                }
                ends_.changed();
              }}),
      backoff_(host, this),
      timer_(host) {
  query_.accept_not_found();  // there are none
}

KindKeys::~KindKeys() {
  for (const Api::Id id : asking_) api_.cancel(id);
}

void KindKeys::take_keys(const Reply& reply, bool anew) {
  const std::string_view body = reply.code == sdk::status::kNotFound ? "[]" : reply.body;
  if (listed_.empty() || body != listed_) {
    auto keys = read_keys(body);
    if (!keys) return no_list();
    keys_ = std::move(*keys);
    listed_ = body;
  }
  filtered_ = reply.filtered;
  looking_for_ = reply.index;
  all_ = anew;
  if (anew) {
    // The same number may stand for another value in another history.
    for (auto& [key, known] : known_) known.modified = 0;
  }
  nothing_ = keys_.empty() && known_.empty() ? nothing_ + 1 : 0;
  remove_missing();
  ranges_.clear();
  if (!keys_.empty()) ranges_.emplace_back(KeyRange{0, keys_.size(), prefix_, false}, true);
  go_on();
}

void KindKeys::no_list() {
  query_.forget_index();
  trouble_ = {"ReadFailed", "what is answered about keys below " + prefix_ + " is no list of keys", ""};
  timer_.start(std::min<milliseconds>(backoff_.failed(), milliseconds(15000)), [this] { query_.next(); });
  ends_.changed();
}

// What the token may not see is not gone.
void KindKeys::remove_missing() {
  if (filtered_) {
    objects_.keep(kind_, "");
    return;
  }
  auto key = keys_.begin();
  for (auto at = known_.begin(); at != known_.end();) {
    while (key != keys_.end() && *key < at->first) ++key;
    if (key != keys_.end() && *key == at->first) {
      ++at;
      continue;
    }
    const auto name = name_of(std::string_view(at->first).substr(prefix_.size()));
    if (name && at->second.put) {
      objects_.remove({kind_, name->ns, name->name});
      ends_.told(kind_, *name, false);
    }
    if (name && ends_.read) ends_.read(*name, 0, "");
    unreadable_.erase(at->first);
    at = known_.erase(at);
  }
}

void KindKeys::go_on() {
  while (!ranges_.empty() && asking_.size() < kAtOnce) {
    auto [range, changed] = std::move(ranges_.front());
    ranges_.pop_front();
    ask(std::move(range), changed);
  }
  if (ranges_.empty() && asking_.empty()) looked();
}

void KindKeys::ask(KeyRange range, bool probed) {
  if (!all_ && !probed) return probe(range);
  if (range.size() <= kFew) return fetch(range);
  for (KeyRange& part : split(keys_, range)) ranges_.emplace_back(std::move(part), false);
}

void KindKeys::send(const std::string& path, const KeyRange& range, Take take) {
  const auto id = std::make_shared<Api::Id>(0);
  const auto status = api_.send(
      {.path = Question{path, api_.settings().consistency}.url(all_)},
      [this, id, range, take](const Reply& reply) {
        asking_.erase(*id);
        (this->*take)(range, reply);
      },
      id.get());
  if (status == SOLDER_OK) {
    asking_.insert(*id);
    return;
  }
  Reply refusal;  // the host sends no more now
  refusal.status = status;
  failed(range, refusal);
}

void KindKeys::probe(const KeyRange& range) { send(keys_path(range.prefix), range, &KindKeys::take_probe); }

void KindKeys::take_probe(const KeyRange& range, const Reply& reply) {
  if (!reply.ok() && (reply.code != sdk::status::kNotFound || reply.filtered)) return failed(range, reply);
  backoff_.succeeded();
  // In front: what is nearly found comes first.
  if (reply.index > index_) ranges_.emplace_front(range, true);
  go_on();
}

void KindKeys::fetch(const KeyRange& range) {
  send("/v1/kv/" + in_url(range.prefix, true) + (range.exact ? "?" : "?recurse"), range, &KindKeys::take_entries);
}

void KindKeys::take_entries(const KeyRange& range, const Reply& reply) {
  // Meanwhile, which the next look tells; or the token may not see it any more.
  const bool gone = reply.answered() && reply.code == sdk::status::kNotFound && !reply.filtered;
  if (reply.status == SOLDER_RESOURCE_EXHAUSTED && range.size() > 1) {
    for (KeyRange& part : split(keys_, range)) ranges_.emplace_front(std::move(part), true);
    return go_on();
  }
  const Json entries = gone ? Json::array() : sdk::parse_json(reply.body);
  if (!(gone || reply.ok()) || !entries.is_array()) return failed(range, reply);
  backoff_.succeeded();
  for (const Json& entry : entries) take_entry(entry);
  go_on();
}

void KindKeys::take_entry(const Json& entry) {
  const std::string key = entry.is_object() ? sdk::get_string(entry, "Key") : "";
  if (!key.starts_with(prefix_)) return;
  Known& known = known_[key];
  const uint64_t modified = sdk::get_uint(entry, "ModifyIndex").value_or(0);
  if (known.modified == modified && modified != 0) return;
  known.modified = modified;
  unreadable_.erase(key);
  // Consul's own pages make such keys for what looks like a folder.
  if (key.ends_with('/') && sdk::get_string(entry, "Value").empty()) return;
  const auto value = sdk::decode_base64(sdk::get_string(entry, "Value")).value_or("");
  const auto name = name_of(std::string_view(key).substr(prefix_.size()));
  if (name && ends_.read) ends_.read(*name, modified, value);
  put(key, value, known);
}

void KindKeys::put(const std::string& key, std::string_view value, Known& known) {
  const auto name = name_of(std::string_view(key).substr(prefix_.size()));
  try {
    if (!name) throw std::runtime_error("behind " + prefix_ + " come a namespace and a name");
    const std::string json = object_of(value, api_version_, kind_, *name);
    // What the host cannot read it reports itself, and keeps what was there before.
    known.put = objects_.put(json) == SOLDER_OK || known.put;
    if (known.put) ends_.told(kind_, *name, true);
  } catch (const std::runtime_error& why) {
    unreadable_[key] = why.what();
  }
}

void KindKeys::failed(const KeyRange& range, const Reply& reply) {
  ranges_.emplace_back(range, true);
  const auto wait = std::min<milliseconds>(backoff_.failed(reply.retry_after), milliseconds(15000));
  trouble_ = api_.trouble_of(reply, "values below " + prefix_);
  // Where nothing may be seen, Consul says that there is nothing, and that this is so.
  if (reply.filtered)
    trouble_ = {"AccessDenied", "values below " + prefix_ + " cannot be read; what is known of them stays", ""};
  if (trouble_->reason == "AccessDenied") trouble_->expected = right_of(prefix_);
  if (backoff_.failures() > kKeysPatience && !settled_) {
    objects_.keep(kind_, "");
    settle();
  }
  if (!timer_.pending()) timer_.start(wait, [this] { go_on(); });
  ends_.changed();
}

void KindKeys::looked() {
  index_ = looking_for_;
  all_ = false;
  backoff_.succeeded();
  trouble_.reset();
  settle();
  ends_.changed();
  // Where there are no keys Consul tells of every other key in the store.
  query_.next(std::max(kKeysPause, std::min(kLongestPause, kKeysPause * nothing_ * nothing_)));
}

void KindKeys::settle() {
  if (!std::exchange(settled_, true)) ends_.changed();
}

std::vector<Trouble> KindKeys::troubles() const {
  std::vector<Trouble> out;
  if (query_.trouble()) out.push_back(*query_.trouble());
  if (filtered_) {
    out.push_back({"AccessDenied", "some keys below " + prefix_ + " cannot be read; what is known of them stays",
                   right_of(prefix_)});
  }
  if (trouble_) out.push_back(*trouble_);
  for (const auto& [key, why] : unreadable_) {
    if (out.size() >= kMaxTroubles) {
      out.push_back({"NotAnObject", "and more keys below " + prefix_ + " that hold no object", ""});
      break;
    }
    out.push_back({"NotAnObject", "the key " + key + " holds no object, and is passed over: " + why,
                   "YAML or JSON of a " + kind_ + " under " + prefix_ + "NAMESPACE/NAME"});
  }
  return out;
}

}  // namespace solder::plugins::consul

#include "core/host/services/id_tokens.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace solder::host {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr unsigned kMostDoublings = 6;  // a minute
constexpr auto kLongest = std::chrono::minutes(1);
constexpr auto kShortest = std::chrono::milliseconds(100);

bool same(const GoogleSource& a, const GoogleSource& b) {
  return a.key_json == b.key_json && a.audience == b.audience && a.scope == b.scope;
}

}  // namespace

IdTokens::IdTokens(Get get, Now now) : get_(std::move(get)), now_(std::move(now)) {}

IdTokens::~IdTokens() { stop(); }

void IdTokens::stop() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void IdTokens::listen(std::function<void()> changed) {
  const std::lock_guard lock(telling_);
  listener_ = std::move(changed);
}

void IdTokens::want(const std::map<std::string, GoogleSource>& wishes) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(entries_, [&](const auto& each) { return wishes.count(each.first) == 0; });
    for (const auto& [name, source] : wishes) {
      Entry& entry = entries_[name];
      if (entry.revision != 0 && same(entry.source, source)) continue;
      // Another audience's token is of no use; one of another key is good until it expires.
      if (entry.source.audience != source.audience) entry.state = {};
      entry.source = source;
      entry.revision = ++revisions_;
      entry.next = now_();
      entry.asked = false;
      entry.failures = 0;
    }
    if (!wishes.empty() && !thread_.joinable() && !ended_) thread_ = std::thread([this] { run(); });
    woken_ = true;
  }
  changed_.notify_all();
}

IdTokenStates IdTokens::states() const {
  const std::lock_guard lock(mutex_);
  IdTokenStates out;
  for (const auto& [name, entry] : entries_) out.emplace(name, entry.state);
  return out;
}

bool IdTokens::all_settled() const {
  return std::all_of(entries_.begin(), entries_.end(), [](const auto& each) { return each.second.state.settled; });
}

bool IdTokens::wait_settled(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, most, [this] { return ended_ || all_settled(); });
}

bool IdTokens::drop_expired() {
  bool dropped = false;
  for (auto& [name, entry] : entries_) {
    if (entry.state.token.empty() || entry.expires > now_()) continue;
    entry.state.token.clear();
    if (entry.state.problem.empty()) entry.state.problem = "it has expired, and another one has not come yet";
    dropped = true;
  }
  return dropped;
}

void IdTokens::tell() {
  changed_.notify_all();
  const std::lock_guard lock(telling_);
  if (listener_) listener_();
}

void IdTokens::run() {
  struct Due {
    std::string name;
    uint64_t revision;
    GoogleSource source;
  };
  std::unique_lock lock(mutex_);
  while (!ended_) {
    woken_ = false;
    const bool dropped = drop_expired();
    std::vector<Due> due;
    Time next = now_() + kLongest;
    for (auto& [name, entry] : entries_) {
      if (!entry.state.token.empty()) next = std::min(next, entry.expires);
      if (entry.asked) continue;
      if (entry.next > now_()) {
        next = std::min(next, entry.next);
        continue;
      }
      entry.asked = true;
      due.push_back({name, entry.revision, entry.source});
    }
    lock.unlock();
    if (dropped) tell();
    for (const Due& each : due) {
      get_(each.source, [this, name = each.name, revision = each.revision](const base::Result<GoogleToken>& token) {
        answered(name, revision, token);
      });
    }
    lock.lock();
    // By a steady clock, so that one that is set forth or back is seen within a minute.
    const auto wait = std::max<system_clock::duration>(next - now_(), kShortest);
    changed_.wait_for(lock, wait, [this] { return ended_ || woken_; });
  }
}

void IdTokens::answered(const std::string& name, uint64_t revision, const base::Result<GoogleToken>& token) {
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    const auto at = entries_.find(name);
    if (at == entries_.end() || at->second.revision != revision) return;
    Entry& entry = at->second;
    const IdTokenState before = entry.state;
    entry.asked = false;
    entry.state.settled = true;
    if (token.ok()) {
      entry.state.token = token->text;
      entry.state.problem.clear();
      entry.expires = token->expires;
      entry.next = std::max(token->renew, now_() + seconds(1));
      entry.failures = 0;
    } else {
      entry.state.problem = token.status().message();
      entry.next = now_() + seconds(1U << std::min(entry.failures++, kMostDoublings - 1));
      if (entry.failures >= kMostDoublings) entry.next = now_() + kLongest;
    }
    is_new = entry.state != before;
    woken_ = true;
  }
  changed_.notify_all();
  if (is_new) tell();
}

}  // namespace solder::host

#include "source.h"

#include <algorithm>
#include <set>
#include <utility>

namespace solder::plugins::vault {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kSpread = 7;  // by chance up to a 7th of the period longer
// Who is away is asked often: it costs nobody anything, and nothing is to be stale for long once it is back.
constexpr auto kLongestLookPause = std::chrono::seconds(5);

}  // namespace

Source::Source(const sdk::Host& host, sdk::Http& http, SourceSettings settings, milliseconds period, bool keep_on_disk,
               Ends ends)
    : settings_(std::move(settings)),
      period_(period),
      ends_(std::move(ends)),
      connection_(http, settings_),
      session_(host, connection_, settings_, {[this] { ready(); }, [this] { ends_.told(); }}),
      tree_(connection_, settings_, keep_on_disk, {ends_.changed, [this] { polled(); }}),
      backoff_(host, this),
      timer_(host) {
  for (const AwsKeysWish& wish : settings_.aws_keys) {
    keys_.push_back(std::make_unique<AwsKeys>(host, connection_, wish, keep_on_disk, [this, wish] {
      ends_.changed({wish.ns, wish.name});
      ends_.told();
    }));
  }
}

void Source::ready() {
  for (const auto& each : keys_) each->start();
  poll();
}

void Source::poll() {
  timer_.cancel();
  again_ = std::exchange(polling_, true);
  if (again_) return;
  began_ = Clock::now();
  tree_.poll();
}

void Source::polled() {
  polling_ = false;
  if (std::exchange(again_, false)) return wait(milliseconds(0));
  if (tree_.failure()) {
    const bool throttled = tree_.failure()->reason == "AskedTooOften";
    wait(std::min<milliseconds>(backoff_.failed(), throttled ? std::max<milliseconds>(period_, kLongestLookPause)
                                                             : milliseconds(kLongestLookPause)));
    return ends_.told();
  }
  if (tree_.refused() && !tree_.allowed()) {
    // Nothing at all: it may be the token. Who is refused is not asked more often than everybody.
    wait(period_ + backoff_.jitter(period_ / kSpread));
    return session_.doubt([this] {
      read_ = true;
      ends_.told();
    });
  }
  backoff_.succeeded();
  session_.worked();
  read_ = true;
  const auto next = began_ + period_ + backoff_.jitter(period_ / kSpread);
  wait(std::max(std::chrono::duration_cast<milliseconds>(next - Clock::now()), milliseconds(0)));
  ends_.told();
}

void Source::wait(milliseconds pause) {
  timer_.start(pause, [this] { poll(); });
}

bool Source::settled() const {
  return read_ && std::all_of(keys_.begin(), keys_.end(), [](const auto& each) {
           return !each->json().empty() || (each->problem() && each->problem()->reason == "AccessDenied");
         });
}

const std::string* Source::get(const Name& name) const {
  for (const auto& each : keys_) {
    if (Name{each->wish().ns, each->wish().name} == name && !each->json().empty()) return &each->json();
  }
  return tree_.get(name);
}

std::vector<Name> Source::names() const {
  std::vector<Name> out = tree_.names();
  for (const auto& each : keys_) {
    if (!each->json().empty()) out.emplace_back(each->wish().ns, each->wish().name);
  }
  return out;
}

std::vector<Failure> Source::problems() const {
  std::set<Failure> all(tree_.problems().begin(), tree_.problems().end());
  if (session_.problem()) {
    // Without a token all else follows.
    return {*session_.problem()};
  }
  if (tree_.failure()) return {*tree_.failure()};
  for (const auto& each : keys_) {
    if (each->problem()) all.insert(*each->problem());
  }
  return {all.begin(), all.end()};
}

}  // namespace solder::plugins::vault

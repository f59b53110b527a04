#include "blocking_query.h"

#include <algorithm>
#include <utility>

namespace solder::plugins::consul {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds kCrowded{500};  // as long as a query waits while others have no place
constexpr milliseconds kFirstIdle{100}, kLongestIdle{10000};
constexpr milliseconds kLongestAway{2000}, kLongestWait{15000};
constexpr milliseconds kMargin{10000};   // of a time-out beyond what Consul may wait
constexpr int kSpread = 16;              // Consul waits by chance up to a 16th longer
constexpr int kPatience = 4;             // failures
constexpr milliseconds kFiltered{5000};  // rights come back without an index that moves

}  // namespace

BlockingQuery::BlockingQuery(const sdk::Host& host, Api& api, Question question, std::string what, std::string right,
                             Ends ends)
    : host_(host),
      api_(api),
      question_(std::move(question)),
      what_(std::move(what)),
      right_(std::move(right)),
      ends_(std::move(ends)),
      backoff_(host, this),
      timer_(host) {}

BlockingQuery::~BlockingQuery() {
  api_.forget(this);
  if (under_way_) api_.cancel(*under_way_);
  if (waiting_) api_.leave_place();
}

void BlockingQuery::next(milliseconds not_before) {
  const auto since = std::chrono::duration_cast<milliseconds>(Clock::now() - sent_);
  timer_.start(std::max(milliseconds(0), not_before - since), [this] { ask(); });
}

void BlockingQuery::ask() {
  if (waiting_ || under_way_) return;
  if (!api_.take_place(this, [this] { timer_.start(milliseconds(0), [this] { ask(); }); })) return;
  waiting_ = true;
  send();
}

void BlockingQuery::send() {
  const uint64_t index = at_once_ ? 0 : index_;
  wait_ = index == 0 ? milliseconds(0) : api_.crowded() ? kCrowded : api_.settings().wait;
  if (filtered_) wait_ = std::min(wait_, kFiltered);
  surely_ = anew_;  // as little as a past is known, a server may know of it that was away
  std::string path = question_.url(surely_);
  if (index != 0) path += "&index=" + std::to_string(index) + "&wait=" + std::to_string(wait_.count()) + "ms";
  sent_ = Clock::now();
  Api::Id id = 0;
  const auto answered = [this](const Reply& reply) {
    under_way_.reset();
    waiting_ = false;
    api_.leave_place();
    take(reply);
  };
  const auto timeout = wait_ + wait_ / kSpread + (index == 0 ? milliseconds(60000) : kMargin);
  if (api_.send({.path = path, .timeout = timeout, .waits = true}, answered, &id) == SOLDER_OK) {
    under_way_ = id;
    return;
  }
  waiting_ = false;
  api_.leave_place();
  timer_.start(milliseconds(500) + backoff_.jitter(milliseconds(500)), [this] { ask(); });  // too many under way
}

void BlockingQuery::take(const Reply& reply) {
  const bool taken = reply.ok() || (accepts_not_found_ && reply.answered() && reply.code == sdk::status::kNotFound);
  if (!taken || reply.index == 0) return failed(reply);
  backoff_.succeeded();
  set_trouble(std::nullopt);
  if (doubtful(reply)) return;
  const bool backwards = reply.index < index_;
  const bool more = filtered_ && !reply.filtered;  // what could not be seen before may be of any time
  const bool same = reply.index == index_ && filtered_ == reply.filtered;
  filtered_ = reply.filtered;
  if (same) {
    // Whoever answers before the time is up, again and again without news, is not asked faster for it. A snapshot that
    // was restored ends the waiting so, too: whoever went on with a larger index than there is now would hear nothing
    // for minutes, so that once it is asked without one.
    const bool early = !at_once_ && Clock::now() - sent_ < wait_ / 2;
    idle_ = early || at_once_ ? idle_ + 1 : 0;
    at_once_ = early;
    const milliseconds pause =
        idle_ == 0 ? milliseconds(0) : std::min(kLongestIdle, kFirstIdle * (1 << std::min(idle_, 7)));
    timer_.start(pause, [this] { ask(); });
    return;
  }
  idle_ = 0;
  at_once_ = false;
  index_ = reply.index;
  ends_.news(reply, std::exchange(anew_, false) || backwards || more);
}

bool BlockingQuery::doubtful(const Reply& reply) {
  if (surely_ || reply.index >= index_ || !question_.can_be_surer()) return false;
  index_ = 0;
  anew_ = true;
  timer_.start(kFirstIdle * (1 << std::min(++idle_, 6)), [this] { ask(); });
  return true;
}

void BlockingQuery::failed(const Reply& reply) {
  // A server that was away may come back with another past: its indexes say nothing.
  index_ = 0;
  anew_ = true;
  auto wait = backoff_.failed(reply.retry_after);
  if (reply.retry_after.empty()) wait = std::min(wait, reply.answered() ? kLongestWait : kLongestAway);
  if (reply.answered() && reply.code == sdk::status::kTooMany) api_.fewer();
  Trouble trouble = api_.trouble_of(reply, what_);
  if (reply.ok())
    trouble = {"ReadFailed", "whoever answers at " + api_.settings().address + " is not Consul: an answer has no index",
               ""};
  if (reply.answered() && reply.code == sdk::status::kForbidden && trouble.expected.empty()) trouble.expected = right_;
  set_trouble(std::move(trouble));
  timer_.start(wait, [this] { ask(); });
}

bool BlockingQuery::given_up() const {
  if (!trouble_) return false;
  return trouble_->reason == "AccessDenied" || (trouble_->reason == "ReadFailed" && backoff_.failures() >= kPatience);
}

void BlockingQuery::set_trouble(std::optional<Trouble> trouble) {
  const bool last = trouble && backoff_.failures() == kPatience;
  if (trouble == trouble_ && !last) return;
  trouble_ = std::move(trouble);
  ends_.changed();
}

}  // namespace solder::plugins::consul

#include "controller.h"

#include <algorithm>
#include <utility>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::cloud_foundry {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr uint32_t kTimeoutMs = 60000, kMaxAnswer = 32 << 20;
constexpr size_t kMostPages = 200;  // of 500: what has more is no list of apps
constexpr int kQuietFailures = 2;   // of what is over by itself
constexpr int kSpread = 8;          // lists are read by chance up to an eighth later
constexpr milliseconds kNoRoom(300);
constexpr seconds kLongPause(10);
constexpr const char* kSecretKey = "token";
constexpr const char* kRole = "a role such as space auditor, or cloud_controller.admin_read_only";

// "/v3/apps?page=2": of a whole address, the part behind its host. Where it leads elsewhere: nothing, for the token
// goes nowhere else.
std::string path_of(const std::string& url, const std::string& api) {
  if (url.starts_with(api + "/")) return url.substr(api.size());
  return url.starts_with("/") ? url : "";
}

}  // namespace

Controller::Controller(const sdk::Host& host, Foundation foundation, Ends ends)
    : host_(host),
      foundation_(std::move(foundation)),
      ends_(std::move(ends)),
      session_(host_, foundation_),
      pacer_(foundation_.requests_per_minute),
      backoff_(host, this),
      timer_(host),
      http_(host) {}

Controller::~Controller() = default;

void Controller::start() { later(milliseconds(0)); }

void Controller::look_again() {
  stale_ = true;
  // Maybe with another token.
  if (!session_.is_needed() && trouble_ && trouble_->reason == "NotAuthenticated") not_before_ = {};
  if (under_way_ == 0) later(milliseconds(0));
}

void Controller::want(const std::set<std::string>& processes) {
  std::erase_if(watched_, [&](const auto& each) { return processes.count(each.first) == 0; });
  for (const std::string& each : processes) watched_[each];
  if (under_way_ == 0) later(milliseconds(0));
}

bool Controller::is_known() const {
  return std::all_of(read_.begin(), read_.end(), [](bool each) { return each; });
}

const Stats& Controller::stats(const std::string& process) const {
  static const Stats kNone;
  const auto at = watched_.find(process);
  return at == watched_.end() ? kNone : at->second.stats;
}

std::vector<Trouble> Controller::troubles() const {
  std::vector<Trouble> out;
  if (trouble_) out.push_back(*trouble_);
  for (const auto& each : list_troubles_) {
    if (each) out.push_back(*each);
  }
  return out;
}

void Controller::later(milliseconds wait) {
  timer_.start(wait, [this] { step(); });
}

// What is next: a token, a list that is due, or the instances of a process.
void Controller::step() {
  if (under_way_ != 0) return;
  const auto now = Clock::now();
  if (now < not_before_) return later(std::chrono::ceil<milliseconds>(not_before_ - now));
  const bool due = listing_ || stale_ || now >= next_lists_;
  Clock::time_point next = next_lists_;
  const std::string process = due ? "" : next_process(now, next);
  if (!due && process.empty()) return later(std::chrono::ceil<milliseconds>(std::max(next, now) - now));
  if (const milliseconds wait = pacer_.wait(now); wait.count() > 0) return later(wait);
  if (session_.is_needed() && !session_.has_token(now)) return log_in();
  if (!due) return ask_instances(process);
  if (!listing_) begin_lists();
  ask_page();
}

void Controller::log_in() {
  pacer_.made(Clock::now());
  const auto status =
      session_.step(http_, &under_way_, [this](Session::Outcome outcome, const std::string& why, seconds pause) {
        under_way_ = 0;
        if (outcome == Session::Outcome::kDone) return later(milliseconds(0));
        const bool refused = outcome == Session::Outcome::kRefused;
        failed(refused ? "NotAuthenticated" : "LoginFailed", why, refused ? "credentials that UAA knows" : "", pause,
               refused);
      });
  if (status != SOLDER_OK) later(kNoRoom + backoff_.jitter(kNoRoom));
}

void Controller::begin_lists() {
  listing_ = true;
  stale_ = false;
  list_ = 0;
  page_.clear();
  fresh_ = {};
  whole_ = {};
  next_lists_ = Clock::now() + foundation_.period + backoff_.jitter(foundation_.period / kSpread);
}

void Controller::ask_page() {
  if (page_.empty()) {
    const auto& upstreams = foundation_.upstreams;
    page_ = first_page(kLists[list_], upstreams ? upstreams->label_selector : "");
    pages_ = 0;
    asked_pages_ = {page_};
    guids_.clear();
  }
  send(page_, [this](const sdk::HttpAnswer& answer) { take_page(answer); });
}

void Controller::take_page(const sdk::HttpAnswer& answer) {
  const std::string doing = "GET /v3/" + std::string(name_of(kLists[list_]));
  if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk) {
    const bool known = answer.status == SOLDER_OK && answer.code != sdk::status::kUnauthorized && is_lasting(answer);
    if (!known) return answer_failed(answer, doing);
    return list_failed(answer.code == sdk::status::kForbidden ? "AccessDenied" : "ReadFailed",
                       doing + ": " + words_of(answer), answer.code == sdk::status::kForbidden ? kRole : "");
  }
  const auto page = read_page(kLists[list_], answer.body, fresh_);
  if (!page) return list_failed("ReadFailed", doing + ": the answer is no list of this kind", "");
  if (page->next.empty()) return list_done();
  const std::string next = path_of(page->next, foundation_.api);
  if (next.empty()) {
    return list_failed("ReadFailed", doing + ": the next page is said to be elsewhere: " + page->next.substr(0, 200),
                       "an address below " + foundation_.api);
  }
  // A list that goes on without end: the same page again, pages without anything new, or more than there can be.
  const size_t before = guids_.size();
  guids_.insert(page->guids.begin(), page->guids.end());
  if (++pages_ >= kMostPages || guids_.size() == before || !asked_pages_.insert(next).second) {
    return list_failed("EndlessPages",
                       doing + " has page after page without end, and was given up after " + std::to_string(pages_),
                       "pagination.next that is null on the last page");
  }
  page_ = next;
  step();
}

void Controller::list_done() {
  whole_[list_] = true;
  list_troubles_[list_].reset();
  page_.clear();
  ++list_ == kLists.size() ? lists_done() : step();
}

// What is known of this one stays, and the others are read all the same.
void Controller::list_failed(std::string reason, const std::string& words, std::string expected) {
  list_troubles_[list_] = Trouble{std::move(reason), words + "; what was found before stays", std::move(expected)};
  page_.clear();
  ++list_ == kLists.size() ? lists_done() : step();
}

void Controller::lists_done() {
  listing_ = false;
  refusals_ = 0;
  backoff_.succeeded();
  trouble_.reset();
  bool other = !std::exchange(told_, true);
  for (size_t i = 0; i < kLists.size(); ++i) {
    if (!whole_[i]) continue;
    other = replace(kLists[i], world_, fresh_) || !read_[i] || other;
    read_[i] = true;
  }
  if (other) world_.index();
  ends_.troubled();
  if (other) ends_.listed();
  step();
}

// Of those that are due the one whose process has changed, else the one that was asked for the longest time ago.
std::string Controller::next_process(Clock::time_point now, Clock::time_point& due) const {
  std::string out;
  auto oldest = Clock::time_point::max();
  for (const auto& [guid, each] : watched_) {
    const auto process = world_.processes.find(guid);
    const bool changed = process != world_.processes.end() && process->second.updated != each.updated;
    const auto at =
        changed || each.asked == Clock::time_point{} ? Clock::time_point{} : each.asked + foundation_.period;
    if (at >= oldest) continue;
    oldest = at;
    out = guid;
  }
  if (out.empty() || oldest <= now) return out;
  due = std::min(due, oldest);
  return "";
}

void Controller::ask_instances(const std::string& process) {
  send("/v3/processes/" + sdk::percent_encoded(process) + "/stats",
       [this, process](const sdk::HttpAnswer& answer) { take_instances(process, answer); });
}

void Controller::take_instances(const std::string& process, const sdk::HttpAnswer& answer) {
  const bool answered = answer.status == SOLDER_OK;
  const auto at = watched_.find(process);
  if (at != watched_.end()) {
    Watched& watched = at->second;
    const auto listed = world_.processes.find(process);
    watched.updated = listed == world_.processes.end() ? "" : listed->second.updated;
    // Whoever cannot be heard holds up nobody else: its turn comes again when the others had theirs.
    if (!answered || (answer.code != sdk::status::kUnauthorized && answer.code != sdk::status::kTooMany))
      watched.asked = Clock::now();
  }
  if (!answered || answer.code == sdk::status::kUnauthorized || answer.code == sdk::status::kTooMany)
    return answer_failed(answer, "GET /v3/processes/" + process + "/stats");
  if (answer.code == sdk::status::kOk) {
    refusals_ = 0;
    backoff_.succeeded();
    set_trouble(std::nullopt);
  }
  // Gone, or in a space that may not be read any more: the lists tell which.
  if (answer.code == sdk::status::kNotFound) stale_ = true;
  if (at != watched_.end()) {
    Stats now = stats_of(answer, at->second.stats);
    const bool other = now != at->second.stats;
    at->second.stats = std::move(now);
    if (other) ends_.heard(process);
  }
  if (answer.code >= 500) not_before_ = Clock::now() + backoff_.failed();
  step();
}

Stats Controller::stats_of(const sdk::HttpAnswer& answer, const Stats& before) const {
  if (answer.code == sdk::status::kForbidden) return {Stats::State::kRefused, {}, words_of(answer)};
  Stats out = before;
  auto instances = answer.code == sdk::status::kOk ? read_instances(answer.body) : std::nullopt;
  out.wrong = instances                         ? ""
              : answer.code == sdk::status::kOk ? "the answer is no list of instances"
                                                : words_of(answer);
  if (!instances) return out;
  out.state = Stats::State::kKnown;
  out.instances = std::move(*instances);
  return out;
}

void Controller::send(const std::string& path, std::function<void(const sdk::HttpAnswer&)> then) {
  const std::string url = foundation_.api + path, bearer = "Bearer " + session_.token();
  const Identity identity(foundation_);
  solder_http_auth auth{};
  auth.size = sizeof auth;
  auth.kind = SOLDER_HTTP_BEARER;
  auth.secret = {sdk::str("Secret"), sdk::str(foundation_.secret_ns), sdk::str(foundation_.secret_name)};
  auth.key = sdk::str(kSecretKey);
  sdk::HttpRequest request;
  request.url = url;
  request.headers = {{"accept", "application/json"}, {"user-agent", "solder"}};
  request.timeout_ms = kTimeoutMs;
  request.max_body = kMaxAnswer;
  if (session_.is_needed()) {
    request.headers.emplace_back("authorization", bearer);
    request.identity = identity.get();
  } else {
    request.auth = &auth;
    request.tls_secret = {"Secret", foundation_.secret_ns, foundation_.secret_name};
  }
  pacer_.made(Clock::now());
  const auto status = http_.send(
      request,
      [this, then = std::move(then)](const sdk::HttpAnswer& answer) {
        under_way_ = 0;
        then(answer);
      },
      &under_way_);
  // The host has no room for one more request now.
  if (status != SOLDER_OK) later(kNoRoom + backoff_.jitter(kNoRoom));
}

void Controller::answer_failed(const sdk::HttpAnswer& answer, const std::string& doing) {
  const seconds pause = pause_of(answer, std::chrono::system_clock::now());
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kUnauthorized) {
    session_.drop_token();
    // Another token is had at once; one that was just had and is not taken either is no use to try again and again.
    if (session_.is_needed() && refusals_++ == 0) return later(milliseconds(0));
    return failed("NotAuthenticated", doing + ": " + words_of(answer),
                  session_.is_needed() ? "a user or client that the Cloud Controller knows"
                                       : "an access token that has not ended, as `token` of the Secret",
                  pause, true);
  }
  const bool of_secret = answer.status == SOLDER_FAILED_PRECONDITION;
  failed(of_secret                              ? "NotAuthenticated"
         : answer.code == sdk::status::kTooMany ? "AskedTooOften"
                                                : "ReadFailed",
         doing + ": " + words_of(answer), "", pause, of_secret || is_lasting(answer));
}

// The same is asked again; what has an end by itself is told from the third time on.
void Controller::failed(std::string reason, const std::string& words, std::string expected, seconds pause,
                        bool lasting) {
  const milliseconds wait = std::max<milliseconds>(backoff_.failed(), pause + backoff_.jitter(milliseconds(1000)));
  not_before_ = Clock::now() + wait;
  if (lasting || backoff_.failures() > kQuietFailures || pause > kLongPause)
    set_trouble(Trouble{std::move(reason), words + "; what was found before stays", std::move(expected)});
  later(wait);
}

void Controller::set_trouble(std::optional<Trouble> trouble) {
  if (trouble == trouble_) return;
  trouble_ = std::move(trouble);
  ends_.troubled();
}

}  // namespace solder::plugins::cloud_foundry

#include "followed_upstream.h"

#include <algorithm>
#include <memory>

#include "endpoint.h"
#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::aws_lambda {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kSpread = 7;         // by chance up to a 7th of the period longer
constexpr int kTriesOfAPage = 5;   // then the listing starts again: a marker may have expired
constexpr int kQuietFailures = 2;  // throttling is no news before that
constexpr size_t kMostFunctions = 100000, kMostAliases = 1000;
constexpr size_t kAliasesACycle = 100, kAliasesAtFirst = 500, kAliasesAtOnce = 4;
constexpr const char* kPath = "/2015-03-31/functions/";

bool has(const sdk::Json* options, const char* name) {
  return options != nullptr && (sdk::find(*options, name) != nullptr && *sdk::find(*options, name) != false);
}

}  // namespace

FollowedUpstream::FollowedUpstream(const sdk::Host& host, sdk::Http& http, const sdk::Publisher& publisher,
                                   const sdk::Ref& ref, milliseconds period)
    : kind_(ref.kind),
      ns_(ref.ns),
      name_(ref.name),
      http_(http),
      publisher_(publisher),
      period_(period),
      backoff_(host, this),
      timer_(host) {}

FollowedUpstream::~FollowedUpstream() { give_up(); }

void FollowedUpstream::give_up() {
  timer_.cancel();
  for (const auto id : under_way_) http_.cancel(id);
  under_way_.clear();
  to_ask_.clear();
  asking_.clear();
}

void FollowedUpstream::begin(const sdk::Json& upstream) {
  give_up();
  backoff_.succeeded();
  const auto at = endpoint_of(upstream, nullptr);
  const sdk::Json* secret = sdk::find(upstream, "secretRef");
  const sdk::Json* options = sdk::find(upstream, "awsOptions");
  const bool by_machine = has(options, "enableCredentialsDiscovey") || has(options, "serviceAccountCredentials");
  // What is wrong with these is said where the cluster is made.
  if (!at || (secret == nullptr && !by_machine)) {
    publisher_.report(ref(), {});
    return;
  }
  base_ = (at->tls ? "https://" : "http://") + at->authority();
  signer_ = {sdk::get_string(upstream, "region"), "", "", "", ""};
  if (secret != nullptr) {
    signer_.secret_ns = sdk::get_string(*secret, "namespace");
    signer_.secret_name = sdk::get_string(*secret, "name");
  } else {
    signer_.role = sdk::get_string(upstream, "roleArn");
  }
  if (const sdk::Json* account = options == nullptr ? nullptr : sdk::find(*options, "serviceAccountCredentials")) {
    signer_.sts = sdk::get_string(*account, "uri");
    if (!signer_.sts.empty() && signer_.sts.find("://") == std::string::npos) signer_.sts = "https://" + signer_.sts;
  }
  // Other keys may see other functions; aliases are asked for anew.
  for (auto& [function, aliases] : aliases_) aliases.asked = 0;
  published_ = false;
  begin_cycle();
}

void FollowedUpstream::begin_cycle() {
  ++cycle_;
  began_ = Clock::now();
  marker_.clear();
  markers_.clear();
  listing_.clear();
  ask_functions();
}

solder_status FollowedUpstream::send(const std::string& path, sdk::Http::Then then) {
  solder_http_auth auth = signer_.auth("lambda");
  auth.flags = SOLDER_HTTP_TOKEN_ROLE;
  auto id = std::make_shared<sdk::Http::Id>(0);
  const std::string url = base_ + path;
  const auto status = http_.send(
      {.url = url, .headers = {{"user-agent", "solder"}}, .auth = &auth},
      [this, id, then = std::move(then)](const sdk::HttpAnswer& answer) {
        under_way_.erase(*id);
        then(answer);
      },
      id.get());
  if (status == SOLDER_OK) under_way_.insert(*id);
  return status;
}

void FollowedUpstream::ask_functions() {
  std::string path = std::string(kPath) + "?FunctionVersion=ALL";
  if (!marker_.empty()) path += "&Marker=" + sdk::percent_encoded(marker_);
  const auto status = send(path, [this](const sdk::HttpAnswer& answer) { take_functions(answer); });
  // Many upstreams at once: the host has no room for one more request now.
  if (status != SOLDER_OK)
    timer_.start(milliseconds(200) + backoff_.jitter(milliseconds(800)), [this] { ask_functions(); });
}

void FollowedUpstream::take_functions(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK || answer.code != 200) return failed(answer);
  auto page = parse_functions(answer.body);
  if (!page || (!page->next_marker.empty() && !markers_.insert(page->next_marker).second))
    return failed({SOLDER_UNKNOWN, "the answer is no list of functions", 0, {}, {}});
  backoff_.succeeded();
  for (auto& function : page->functions) listing_.insert(std::move(function));
  if (listing_.size() > kMostFunctions)
    return failed({SOLDER_RESOURCE_EXHAUSTED, "there are more than 100000 functions", 0, {}, {}});
  marker_ = std::move(page->next_marker);
  if (!marker_.empty()) return ask_functions();
  listed();
}

void FollowedUpstream::failed(const sdk::HttpAnswer& answer) {
  const auto error =
      answer.status == SOLDER_OK ? parse_error(answer.header("x-amzn-errortype"), answer.body) : ApiError{};
  const bool passing = answer.status == SOLDER_OK && is_passing(answer.code, error);
  const auto wait = backoff_.failed(answer.header("retry-after"));
  // The machine's keys may be those of Envoy's machine alone: that Solder has none is no fault of the upstream.
  const bool nobody = answer.status == SOLDER_FAILED_PRECONDITION && signer_.secret_name.empty();
  if (!nobody && (!passing || backoff_.failures() > kQuietFailures)) {
    const std::string words = answer.status != SOLDER_OK
                                  ? std::string(answer.message)
                                  : std::to_string(answer.code) + (error.type.empty() ? "" : " " + error.type) +
                                        (error.message.empty() ? "" : ": " + error.message);
    const bool of_keys = answer.status == SOLDER_FAILED_PRECONDITION || answer.status == SOLDER_PERMISSION_DENIED ||
                         answer.code == 401 || answer.code == 403;
    report("DiscoveryFailed", "its functions cannot be listed; those found before stay: " + words, of_keys);
  }
  const bool again = !passing || backoff_.failures() % kTriesOfAPage == 0;
  timer_.start(wait, [this, again] { again ? begin_cycle() : ask_functions(); });
}

void FollowedUpstream::report(std::string_view reason, const std::string& message, bool about_secret) {
  const bool secret = about_secret && !signer_.secret_name.empty();
  publisher_.report(ref(), {{.field = secret ? "/spec/aws/secretRef" : "/spec/aws",
                             .reason = reason,
                             .message = message,
                             .related = secret ? signer_.secret() : sdk::Ref{}}});
}

void FollowedUpstream::listed() {
  functions_.swap(listing_);
  std::set<std::string> names;
  for (const auto& [name, version] : functions_) names.insert(name);
  std::erase_if(aliases_, [&](const auto& each) { return names.count(each.first) == 0; });
  for (const auto& name : names) aliases_[name];
  std::vector<std::pair<uint64_t, std::string>> order;
  for (const auto& [name, aliases] : aliases_) order.emplace_back(aliases.asked, name);
  std::sort(order.begin(), order.end());
  // At first the few wait for their aliases, so that none goes and comes with a restart; the many are there at once.
  const bool wait = !published_ && order.size() <= kAliasesAtFirst;
  order.resize(std::min(order.size(), wait ? kAliasesAtFirst : kAliasesACycle));
  for (auto at = order.rbegin(); at != order.rend(); ++at) to_ask_.push_back(at->second);
  if (!wait) publish();
  ask_more_aliases();
}

void FollowedUpstream::ask_more_aliases() {
  while (!to_ask_.empty() && asking_.size() < kAliasesAtOnce) {
    const std::string function = to_ask_.back();
    if (!ask_aliases(function, "")) {
      timer_.start(milliseconds(200) + backoff_.jitter(milliseconds(800)), [this] { ask_more_aliases(); });
      return;
    }
    to_ask_.pop_back();
    asking_[function];
  }
  if (to_ask_.empty() && asking_.empty()) end_cycle();
}

bool FollowedUpstream::ask_aliases(const std::string& function, const std::string& marker) {
  std::string path = std::string(kPath) + sdk::percent_encoded(function) + "/aliases";
  if (!marker.empty()) path += "?Marker=" + sdk::percent_encoded(marker);
  return send(path, [this, function](const sdk::HttpAnswer& answer) { take_aliases(function, answer); }) == SOLDER_OK;
}

void FollowedUpstream::take_aliases(const std::string& function, const sdk::HttpAnswer& answer) {
  const auto at = asking_.find(function);
  auto page = answer.status == SOLDER_OK && answer.code == 200 ? parse_aliases(answer.body) : std::nullopt;
  bool done = answer.status == SOLDER_OK && answer.code == 404;  // the function went meanwhile
  if (page) {
    at->second.insert(at->second.end(), page->names.begin(), page->names.end());
    done = page->next_marker.empty() || at->second.size() > kMostAliases;
    if (!done && ask_aliases(function, page->next_marker)) return;
  }
  if (done) {
    aliases_[function] = {std::move(at->second), cycle_};
  } else {
    // Those that were known stay. Who may not list aliases, or is throttled, gets functions and versions all the same.
    to_ask_.clear();
  }
  asking_.erase(at);
  ask_more_aliases();
}

void FollowedUpstream::publish() {
  Qualifiers all = functions_;
  for (const auto& [function, aliases] : aliases_) {
    for (const auto& alias : aliases.names) all.emplace(function, alias);
  }
  publisher_.list(ref(), "/spec/aws/lambdaFunctions", "logicalName", items_json(all));
  published_ = true;
}

void FollowedUpstream::end_cycle() {
  publish();
  publisher_.report(ref(), {});
  const auto next = began_ + period_ + backoff_.jitter(period_ / kSpread);
  timer_.start(std::max<Clock::duration>(next - Clock::now(), milliseconds(0)), [this] { begin_cycle(); });
}

}  // namespace solder::plugins::aws_lambda

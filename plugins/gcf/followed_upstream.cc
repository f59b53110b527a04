#include "followed_upstream.h"

#include <algorithm>

#include "service.h"

namespace solder::plugins::gcf {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kSpread = 7;         // by chance up to a 7th of the period longer
constexpr int kTriesOfAPage = 5;   // then the listing starts again: a token of a page may have expired
constexpr int kQuietFailures = 2;  // throttling is no news before that
constexpr size_t kMostFunctions = 100000;
constexpr const char* kScope = "https://www.googleapis.com/auth/cloud-platform";

std::string api_of(Method method) {
  return method == Method::kServices ? "https://run.googleapis.com" : "https://cloudfunctions.googleapis.com";
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
  if (under_way_ != 0) http_.cancel(under_way_);
  under_way_ = 0;
}

void FollowedUpstream::begin(const sdk::Json& upstream) {
  give_up();
  backoff_.succeeded();
  project_ = sdk::get_string(upstream, "project");
  region_ = sdk::get_string(upstream, "region");
  const auto service = service_of(upstream, nullptr);
  const auto api = api_of(upstream, nullptr);
  const sdk::Json* secret = sdk::find(upstream, "secretRef");
  // What is wrong is said where the cluster is made; a service that is named has nothing that could be found.
  if (!service || !api || project_.empty() || region_.empty()) {
    publisher_.report(ref(), {});
    return;
  }
  host_ = service->host;
  secret_ns_ = secret == nullptr ? "" : sdk::get_string(*secret, "namespace");
  secret_name_ = secret == nullptr ? "" : sdk::get_string(*secret, "name");
  api_ = *api;
  begin_cycle();
}

void FollowedUpstream::begin_cycle() {
  began_ = Clock::now();
  listing_.clear();
  begin_method(Method::kFunctionsV2);
}

void FollowedUpstream::begin_method(Method method) {
  method_ = method;
  page_.clear();
  pages_.clear();
  ask();
}

void FollowedUpstream::ask() {
  const std::string url = (api_.empty() ? api_of(method_) : api_) + target_of(method_, project_, region_, page_);
  const sdk::Ref secret = has_secret() ? sdk::Ref{"Secret", secret_ns_, secret_name_} : sdk::Ref{};
  solder_http_auth auth{};
  auth.size = sizeof auth;
  auth.kind = SOLDER_HTTP_GOOGLE;
  if (has_secret()) auth.secret = secret.c();
  auth.service = sdk::str(kScope);
  const auto status = http_.send(
      {.url = url, .headers = {{"user-agent", "solder"}}, .auth = &auth},
      [this](const sdk::HttpAnswer& answer) {
        under_way_ = 0;
        take(answer);
      },
      &under_way_);
  // Many upstreams at once: the host has no room for one more request now.
  if (status != SOLDER_OK) timer_.start(milliseconds(200) + backoff_.jitter(milliseconds(800)), [this] { ask(); });
}

void FollowedUpstream::take(const sdk::HttpAnswer& answer) {
  const bool answered = answer.status == SOLDER_OK;
  // An older API where the newer one is not there; Cloud Run is asked as well, and who may not see it has functions.
  if (answered && answer.code == 404 && method_ == Method::kFunctionsV2) return begin_method(Method::kFunctionsV1);
  if (answered && (answer.code == 403 || answer.code == 404) && method_ == Method::kServices) return listed();
  if (!answered || answer.code != 200) return failed(answer);
  auto page = parse_page(method_, host_, answer.body);
  if (!page || (!page->next_page.empty() && !pages_.insert(page->next_page).second))
    return failed({SOLDER_UNKNOWN, "the answer is no list of functions", 0, {}, {}});
  if (!page->unreachable.empty())
    return failed(
        {SOLDER_UNAVAILABLE, "the list is not whole: " + page->unreachable + " cannot be reached", 0, {}, {}});
  backoff_.succeeded();
  listing_.merge(page->functions);
  if (listing_.size() > kMostFunctions)
    return failed({SOLDER_RESOURCE_EXHAUSTED, "there are more than 100000 functions", 0, {}, {}});
  page_ = std::move(page->next_page);
  if (!page_.empty()) return ask();
  if (method_ != Method::kServices) return begin_method(Method::kServices);
  listed();
}

void FollowedUpstream::listed() {
  publisher_.list(ref(), "/spec/gcp/functions", "functionName", items_json(listing_));
  publisher_.report(ref(), {});
  backoff_.succeeded();
  const auto next = began_ + period_ + backoff_.jitter(period_ / kSpread);
  timer_.start(std::max<Clock::duration>(next - Clock::now(), milliseconds(0)), [this] { begin_cycle(); });
}

void FollowedUpstream::failed(const sdk::HttpAnswer& answer) {
  const bool passing = answer.status == SOLDER_OK && (answer.code == 429 || answer.code >= 500);
  const auto wait = backoff_.failed(answer.header("retry-after"));
  if (!passing || backoff_.failures() > kQuietFailures) {
    std::string words(answer.message);
    if (answer.status == SOLDER_OK) {
      words = std::to_string(answer.code);
      if (const std::string said = error_words(answer.body); !said.empty()) words += " " + said;
    }
    const bool of_keys = answer.status == SOLDER_FAILED_PRECONDITION || answer.status == SOLDER_PERMISSION_DENIED ||
                         answer.code == 401 || answer.code == 403;
    report("its functions cannot be listed; those found before stay: " + words, of_keys);
  }
  const bool again = !passing || backoff_.failures() % kTriesOfAPage == 0;
  timer_.start(wait, [this, again] { again ? begin_cycle() : ask(); });
}

void FollowedUpstream::report(const std::string& message, bool about_secret) {
  const bool secret = about_secret && has_secret();
  publisher_.report(ref(), {{.field = secret ? "/spec/gcp/secretRef" : "/spec/gcp",
                             .reason = "DiscoveryFailed",
                             .message = message,
                             .related = secret ? sdk::Ref{"Secret", secret_ns_, secret_name_} : sdk::Ref{}}});
}

}  // namespace solder::plugins::gcf

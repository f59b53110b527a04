#include "kind_watch.h"

#include <algorithm>
#include <utility>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::kubernetes {

using sdk::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int kPage = 500;
constexpr uint32_t kMaxPage = 64U << 20, kListTimeoutMs = 60000, kConnectTimeoutMs = 10000;
constexpr int kShortestWatch = 240, kWatchSpread = 120;  // seconds; by chance, so that not all begin anew at once
constexpr uint32_t kIdleMs = 150000;                     // bookmarks come every minute or so
constexpr auto kForbiddenPause = seconds(15);
constexpr int kQuickRefusals = 5;  // tried again after 1, 2, 3 ... seconds
constexpr auto kLongestAway = milliseconds(2000), kLongestWait = milliseconds(15000);
constexpr int kWatchPatience = 4;  // failures of one kind that the others wait for
constexpr uint32_t kUnprocessable = 422;
constexpr const char* kAllTold = "k8s.io/initial-events-end";  // an annotation of the bookmark
constexpr size_t kMaxWords = 300;

// What the server says of a refusal: the message of its Status object.
std::string words_of(const sdk::HttpAnswer& answer) {
  if (answer.status != SOLDER_OK) return std::string(answer.message);
  const Json status = sdk::parse_json(answer.body);
  std::string words = status.is_object() ? sdk::get_string(status, "message") : "";
  if (words.empty()) words = "HTTP " + std::to_string(answer.code);
  if (words.size() > kMaxWords) words.resize(kMaxWords);
  return words;
}

// Secrets that nothing here reads; those of Helm are large, and there are many.
std::string selection_of(const std::string& kind) {
  if (kind == kSharedKind) return "&fieldSelector=" + sdk::percent_encoded(std::string("type=") + kSharedType);
  if (kind != "Secret") return "";
  return "&fieldSelector=" + sdk::percent_encoded(
                                 "type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,"
                                 "type!=kubernetes.io/dockerconfigjson,type!=kubernetes.io/dockercfg,"
                                 "type!=bootstrap.kubernetes.io/token,type!=" +
                                 std::string(kSharedType));
}

std::string group_of(const std::string& api_version) {
  const size_t slash = api_version.find('/');
  return slash == std::string::npos ? "" : api_version.substr(0, slash);
}

}  // namespace

std::string Resource::path(const std::string& ns) const {
  std::string out = (api_version.find('/') == std::string::npos ? "/api/" : "/apis/") + api_version;
  if (namespaced && !ns.empty()) out += "/namespaces/" + sdk::percent_encoded(ns);
  return out + "/" + plural;
}

KindWatch::KindWatch(const sdk::Host& host, sdk::Http& http, const sdk::Objects& objects, const Connection& connection,
                     const Ends& ends, Resource resource, std::string ns, uint64_t seed)
    : http_(http),
      objects_(objects),
      connection_(connection),
      ends_(ends),
      resource_(std::move(resource)),
      ns_(std::move(ns)),
      backoff_(seed),
      timer_(host),
      page_size_(kPage) {}

KindWatch::~KindWatch() {
  if (under_way_) http_.cancel(*under_way_);
}

void KindWatch::send(const std::string& path, bool stream, sdk::Http::Then then) {
  const std::string url = connection_.server + path;
  const solder_http_identity identity = connection_.identity();
  sdk::HttpRequest request;
  request.url = url;
  request.headers = {{"accept", "application/json"}};
  request.identity = &identity;
  request.max_body = kMaxPage;
  request.timeout_ms = stream ? kConnectTimeoutMs : kListTimeoutMs;
  request.idle_timeout_ms = kIdleMs;
  if (stream) {
    request.piece = [this](std::string_view bytes) {
      lines_.add(bytes, [this](std::string_view line) {
        take_event(line);
        return !gone_;
      });
    };
  }
  sdk::Http::Id id = 0;
  auto answered = [this, then = std::move(then)](const sdk::HttpAnswer& answer) {
    under_way_.reset();
    then(answer);
  };
  if (http_.send(request, std::move(answered), &id) == SOLDER_OK) {
    under_way_ = id;
  } else {
    timer_.start(seconds(1), [this] { relist(); });  // too many under way
  }
}

void KindWatch::relist() {
  continue_.clear();
  listing_ = false;
  by_watch_ ? list_by_watch() : list_page();
}

// All objects as events, a bookmark that says so, and then the watch.
void KindWatch::list_by_watch() {
  objects_.begin(resource_.kind, ns_);
  listing_ = true;
  watch_from("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
}

void KindWatch::listed() {
  listing_ = false;
  objects_.end(resource_.kind, ns_);
  recovered();
  settle();
}

void KindWatch::list_page() {
  if (!std::exchange(listing_, true)) objects_.begin(resource_.kind, ns_);
  std::string path = resource_.path(ns_) + "?limit=" + std::to_string(page_size_) + selection_of(resource_.kind);
  if (!continue_.empty()) path += "&continue=" + sdk::percent_encoded(continue_);
  send(path, false, [this](const sdk::HttpAnswer& answer) { take_page(answer); });
}

void KindWatch::take_page(const sdk::HttpAnswer& answer) {
  if (answer.status == SOLDER_RESOURCE_EXHAUSTED && page_size_ > 1) {
    page_size_ = std::max(1, page_size_ / 4);  // huge objects
    return list_page();
  }
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kGone) return relist();
  if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk) return failed(answer, [this] { relist(); });
  Json page = sdk::parse_json(answer.body);
  const auto items = page.is_object() ? page.find("items") : page.end();
  if (!page.is_object() || items == page.end()) return failed(answer, [this] { relist(); });
  if (items->is_array()) {
    for (Json& item : *items) ends_.seen(resource_, item);
  }
  const Json metadata = page.value("metadata", Json::object());
  continue_ = sdk::get_string(metadata, "continue");
  if (!continue_.empty()) return list_page();
  version_ = sdk::get_string(metadata, "resourceVersion");
  listed();
  watch();
}

void KindWatch::watch() { watch_from("&resourceVersion=" + sdk::percent_encoded(version_)); }

void KindWatch::watch_from(const std::string& where) {
  lines_.clear();
  gone_ = false;
  events_ = 0;
  const auto spread = backoff_.jitter(milliseconds(kWatchSpread)).count();
  send(resource_.path(ns_) + "?watch=1&allowWatchBookmarks=true" + where +
           "&timeoutSeconds=" + std::to_string(kShortestWatch + spread) + selection_of(resource_.kind),
       true, [this](const sdk::HttpAnswer& answer) { watch_ended(answer); });
}

void KindWatch::take_event(std::string_view line) {
  Json event = sdk::parse_json(line);
  const auto object = event.is_object() ? event.find("object") : event.end();
  if (!event.is_object() || object == event.end() || !object->is_object()) return;
  const std::string type = sdk::get_string(event, "type");
  if (type == "ERROR") {
    // Anything but a version that is too old ends the watch as well; what is lost is in the next list.
    gone_ = true;
    if (listing_) by_watch_ = false;
    if (sdk::get_uint(*object, "code") != sdk::status::kGone)
      ends_.log("the watch of " + resource_.plural + " ended: " + object->dump());
    if (under_way_) http_.cancel(*std::exchange(under_way_, std::nullopt));
    timer_.start(backoff_.jitter(milliseconds(500)), [this] { relist(); });
    return;
  }
  if (events_++ == 0 && !listing_) recovered();
  const Json metadata = object->value("metadata", Json::object());
  if (std::string version = sdk::get_string(metadata, "resourceVersion"); !version.empty())
    version_ = std::move(version);
  if (type == "ADDED" || type == "MODIFIED") {
    ends_.seen(resource_, *object);
  } else if (type == "DELETED") {
    ends_.gone(resource_, *object);
  } else if (type == "BOOKMARK" && listing_) {
    const Json* annotations = sdk::find(metadata, "annotations");
    if (annotations != nullptr && sdk::get_string(*annotations, kAllTold) == "true") listed();
  }
}

void KindWatch::watch_ended(const sdk::HttpAnswer& answer) {
  if (listing_) return list_ended(answer);
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kGone) return relist();
  // One that ends without a word may be a server on its way down.
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kOk && events_ > 0) return watch();
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kOk) {
    timer_.start(milliseconds(200) + backoff_.jitter(milliseconds(800)), [this] { watch(); });
    return;
  }
  failed(answer, [this] { look(); });
}

// Before all was told. A server that has no such lists says that the request is wrong.
void KindWatch::list_ended(const sdk::HttpAnswer& answer) {
  if (answer.status == SOLDER_OK && (answer.code == sdk::status::kBadRequest || answer.code == kUnprocessable)) {
    by_watch_ = false;
    return relist();
  }
  if (answer.status == SOLDER_OK && answer.code == sdk::status::kOk) {
    timer_.start(milliseconds(200) + backoff_.jitter(milliseconds(800)), [this] { relist(); });
    return;
  }
  failed(answer, [this] { relist(); });
}

// A watch is silent while nothing changes: whether the server is well again is asked before it.
void KindWatch::look() {
  send(resource_.path(ns_) + "?limit=1" + selection_of(resource_.kind), false, [this](const sdk::HttpAnswer& answer) {
    if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk) return failed(answer, [this] { look(); });
    recovered();
    watch();
  });
}

void KindWatch::recovered() {
  refusals_ = 0;
  backoff_.succeeded();
  set_problem(std::nullopt);
}

void KindWatch::failed(const sdk::HttpAnswer& answer, std::function<void()> again) {
  const bool answered = answer.status == SOLDER_OK;
  if (answered && answer.code == sdk::status::kForbidden) return refused(answer, std::move(again));
  if (answered &&
      answer.code == sdk::status::kNotFound) {  // its definition may be gone: whoever looks for kinds finds out
    objects_.keep(resource_.kind, ns_);
    settle();
    timer_.start(next_pause(), [this] { relist(); });
    return;
  }
  auto wait = backoff_.failed(answer.header("retry-after"));
  // Who is away is asked often: it costs nobody anything, and nothing is to be stale for long once it is back.
  if (answer.header("retry-after").empty()) wait = std::min(wait, answered ? kLongestWait : kLongestAway);
  if (answered && answer.code == sdk::status::kUnauthorized) {
    set_problem(WatchProblem{"NotAuthenticated", "the API server does not know who asks: " + words_of(answer),
                             "a token or a client certificate that is valid"});
  } else if (!answered) {
    set_problem(WatchProblem{"ServerUnreachable", "the API server at " + connection_.server + " does not answer", ""});
  } else if (backoff_.failures() > 1) {
    set_problem(WatchProblem{"ListFailed", resource_.plural + " cannot be read: " + words_of(answer), ""});
  }
  if (answered && answer.code != sdk::status::kUnauthorized && backoff_.failures() > kWatchPatience && !settled_) {
    objects_.keep(resource_.kind, ns_);
    settle();
  }
  timer_.start(wait, std::move(again));
}

// What is known stays; the others go on without it.
void KindWatch::refused(const sdk::HttpAnswer& answer, std::function<void()> again) {
  objects_.keep(resource_.kind, ns_);
  set_problem(WatchProblem{
      "AccessDenied",
      resource_.plural + (ns_.empty() ? "" : " in the namespace " + ns_) + " cannot be watched: " + words_of(answer),
      "a rule {apiGroups: [\"" + group_of(resource_.api_version) + "\"], resources: [" + resource_.plural +
          "], verbs: [list, watch]}"});
  settle();
  timer_.start(next_pause(), std::move(again));
}

// A server that has just begun does not know its rules yet, nor does it serve a definition as soon as it tells of it.
milliseconds KindWatch::next_pause() {
  const bool at_first = ++refusals_ <= kQuickRefusals;
  const milliseconds pause = at_first ? milliseconds(1000 * refusals_) : milliseconds(kForbiddenPause);
  return pause + backoff_.jitter(pause / 6);
}

void KindWatch::settle() {
  if (!std::exchange(settled_, true)) ends_.changed();
}

void KindWatch::set_problem(std::optional<WatchProblem> problem) {
  if (problem == problem_) return;
  problem_ = std::move(problem);
  ends_.changed();
}

}  // namespace solder::plugins::kubernetes

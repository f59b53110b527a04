#include "core/conformance/played_host.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/conformance/program_aside.h"
#include "core/host/abi_text.h"
#include "core/host/services/wish.h"

namespace solder::conformance {

namespace {

struct Way {
  solder_status status;
  uint32_t code;
  std::string body;
};

// What others answer: errors, nothing, things of another kind, nonsense.
const std::vector<Way>& ways() {
  static const std::vector<Way> kWays = {
      {SOLDER_OK, 500, "there is an error"},
      {SOLDER_OK, 200, std::string("\xff\xfe\0 no text", 11)},
      {SOLDER_OK, 200, ""},
      {SOLDER_UNAVAILABLE, 0, ""},
      {SOLDER_DEADLINE_EXCEEDED, 0, ""},
      {SOLDER_OK, 200, "{}"},
      {SOLDER_OK, 200, "[]"},
      {SOLDER_OK, 200, "null"},
      {SOLDER_OK, 200, std::string(10000, '[')},
      {SOLDER_OK, 200, R"([1, "a", null, {"name": null}, {"name": {"name": []}}])"},
      {SOLDER_RESOURCE_EXHAUSTED, 0, ""},
      {SOLDER_OK, 401, ""},
      {SOLDER_OK, 200, R"({"items": [{"name": 1, "metadata": "none"}], "cut off": )"},
      {SOLDER_OK, 302, ""},
  };
  return kWays;
}

PlayedHost& host_of(void* ctx) { return *static_cast<PlayedHost*>(ctx); }

}  // namespace

PlayedHost::PlayedHost()
    : publications_(name_, this),
      sink_(name_, this),
      loop_{sizeof(solder_svc_loop),
            0,
            this,
            [](void* ctx) { return host_of(ctx).now_ns_; },
            [](void* ctx, uint64_t delay, solder_fired fired, void* arg, solder_timer* timer) -> solder_status {
              PlayedHost& own = host_of(ctx);
              if (fired == nullptr || timer == nullptr) return own.note(SOLDER_INVALID_ARGUMENT, "a timer");
              if (own.ending_) return SOLDER_CANCELLED;
              if (own.timers_.size() >= SOLDER_LOOP_MAX_TIMERS)
                return own.note(SOLDER_RESOURCE_EXHAUSTED, "so many timers");
              *timer = ++own.last_;
              own.timers_[{own.now_ns_ + std::min<uint64_t>(delay, uint64_t{1} << 62), *timer}] = {fired, arg};
              return SOLDER_OK;
            },
            [](void* ctx, solder_timer timer) {
              std::erase_if(host_of(ctx).timers_, [&](const auto& each) { return each.first.second == timer; });
            }},
      http_{sizeof(solder_svc_http), 0, this,
            [](void* ctx, const solder_http_request* request, solder_answered done, void* arg,
               solder_request* id) -> solder_status {
              PlayedHost& own = host_of(ctx);
              const auto wish = host::read_wish(request);
              if (!wish || done == nullptr || id == nullptr) return own.note(SOLDER_INVALID_ARGUMENT, "a request");
              if (own.ending_) return SOLDER_CANCELLED;
              if (own.requests_.size() >= SOLDER_HTTP_MAX_IN_FLIGHT)
                return own.note(SOLDER_RESOURCE_EXHAUSTED, "so many requests at once");
              ++own.sent;
              *id = ++own.last_;
              own.requests_[*id] = {done, arg, wish->piece};
              return SOLDER_OK;
            },
            [](void* ctx, solder_request id) { host_of(ctx).requests_.erase(id); }},
      publish_{sizeof(solder_svc_publish), 0, this,
               [](void* ctx, const solder_published* what) {
                 PlayedHost& own = host_of(ctx);
                 const auto* table = own.publications_.table();
                 return own.note(table->list(table->ctx, what), "a list that it publishes");
               },
               [](void* ctx, const solder_ref* object, solder_span problems) {
                 PlayedHost& own = host_of(ctx);
                 const auto* table = own.publications_.table();
                 return own.note(table->report(table->ctx, object, problems), "problems that it reports");
               }},
      objects_(*sink_.table()) {
  objects_.ctx = this;
  objects_.put = [](void* ctx, solder_str json) {
    PlayedHost& own = host_of(ctx);
    const auto* table = own.sink_.table();
    return own.note(table->put(table->ctx, json), "an object that it puts");
  };
  objects_.remove = [](void* ctx, const solder_ref* object) {
    const auto* table = host_of(ctx).sink_.table();
    return host_of(ctx).note(table->remove(table->ctx, object), "an object that it removes");
  };
  objects_.begin = objects_.end = objects_.keep = [](void* ctx, solder_str kind, solder_str ns) {
    const auto* table = host_of(ctx).sink_.table();
    return host_of(ctx).note(table->keep(table->ctx, kind, ns), "a list that it tells of");
  };
  objects_.complete = [](void*) -> solder_status { return SOLDER_OK; };
  objects_.report = [](void* ctx, solder_span problems) {
    const auto* table = host_of(ctx).sink_.table();
    return host_of(ctx).note(table->report(table->ctx, problems), "problems that it reports");
  };
  objects_.changed = [](void*, uint64_t, solder_status, solder_str) -> solder_status { return SOLDER_OK; };
  services_->elsewhere = this;
}

const void* PlayedHost::service(std::string_view id, host::Timers&) {
  if (id == SOLDER_SVC_LOOP) return &loop_;
  if (id == SOLDER_SVC_HTTP) return &http_;
  if (id == SOLDER_SVC_PUBLISH) return &publish_;
  if (id == SOLDER_SVC_OBJECTS) return &objects_;
  if (id == SOLDER_SVC_LEASE) return sink_.lease();
  return nullptr;
}

solder_status PlayedHost::note(solder_status status, const std::string& what) {
  if (status != SOLDER_OK && refused.empty()) refused = what + " is refused with status " + std::to_string(status);
  return status;
}

base::Status PlayedHost::published(const std::string&, const host::PublishedList&) {
  ++said;
  return {};
}

base::Status PlayedHost::put(const std::string&, std::string_view json) {
  ++said;
  const auto object = nlohmann::json::parse(json, nullptr, false);
  const bool whole = object.is_object() && object.contains("kind") && object.contains("metadata") &&
                     object["metadata"].is_object() && object["metadata"].contains("name");
  return whole ? base::Status() : base::invalid_argument("it has no kind or no name");
}

std::string PlayedHost::begin(const Trial& trial) {
  auto opened = Session::open(trial);
  if (const auto* refusal = std::get_if<host::Refused>(&opened)) return refusal->message;
  session_ = std::move(std::get<0>(opened));
  host::LibraryPlugin& plugin = session_->plugin();
  plugin.services = services_;
  trial.phase("working by itself");
  if (plugin.watches()) {
    auto made = plugin.make_watcher(*this);
    if (!made.ok()) return made.status().message();
    watcher_ = std::move(*made);
    const std::vector<host::WatchedKind> kinds = {{"Upstream", "gloo.solo.io/v1"}, {"Secret", "v1"}, {"Service", "v1"}};
    if (const auto status = watcher_->watch(kinds); !status.ok()) return status.message();
    return "";
  }
  if (!plugin.discovers()) return "";
  auto made = plugin.make_discoverer(*this);
  if (!made.ok()) return made.status().message();
  discoverer_ = std::move(*made);
  std::vector<host::FollowedUpstream> upstreams;
  for (const Probe& probe : trial.questions.given) {
    if (probe.operation != host::Operation::kClusters) continue;
    const model::ObjectRef ref{"Upstream", "ns", "followed-" + std::to_string(upstreams.size())};
    upstreams.push_back({ref, probe.key, probe.path, probe.value, probe.around});
    publications_.follow(ref);
    followed_.push_back(ref);
  }
  discoverer_->follow(upstreams);
  return "";
}

void PlayedHost::forget() {
  if (discoverer_) discoverer_->forget(followed_);
  for (const auto& each : followed_) publications_.forget(each);
}

void PlayedHost::end() {
  ending_ = true;
  timers_.clear();
  requests_.clear();
  discoverer_.reset();
  watcher_.reset();
  session_.reset();
}

template <typename F>
void PlayedHost::happen(const char* what, const F& f) {
  const auto begun = std::chrono::steady_clock::now();
  try {
    f();
  } catch (const ProgramAside::Ended& ended) {
    if (threw.empty()) threw = std::string(what) + " (" + ended.words + ")";
  } catch (...) {
    if (threw.empty()) threw = what;
  }
  const auto took = std::chrono::steady_clock::now() - begun;
  if (took <= longest) return;
  longest = took;
  longest_in = what;
}

int PlayedHost::pass(std::chrono::nanoseconds time, int most) {
  const uint64_t until = now_ns_ + static_cast<uint64_t>(time.count());
  int count = 0;
  while (count < most && !timers_.empty() && timers_.begin()->first.first <= until) {
    const auto first = timers_.extract(timers_.begin());
    const auto& timer = first.mapped();
    now_ns_ = std::max(now_ns_, first.key().first);
    happen("a timer's function", [&] { timer.fired(timer.arg); });
    ++count;
  }
  now_ns_ = std::max(now_ns_, until);
  return count;
}

void PlayedHost::answer_all(int way) {
  std::vector<solder_request> ids;
  for (const auto& [id, request] : requests_) ids.push_back(id);
  for (const solder_request id : ids) {
    const auto at = requests_.find(id);
    if (at == requests_.end()) continue;
    // Its pieces come while it is under way, and it may be cancelled by them.
    const Way& how = ways().at(static_cast<size_t>(way));
    if (at->second.piece != nullptr && how.code == 200) {
      for (const char& byte : how.body) {
        const auto still = requests_.find(id);
        if (still == requests_.end()) break;
        const Request whose = still->second;
        happen("a piece of an answer", [&] { whose.piece(whose.arg, {&byte, 1}); });
      }
    }
    const auto still = requests_.find(id);
    if (still == requests_.end()) continue;
    const Request whose = still->second;
    requests_.erase(still);
    answer(whose, way);
  }
}

void PlayedHost::answer(Request whose, int way) {
  const Way& how = ways().at(static_cast<size_t>(way));
  const std::string message = how.status == SOLDER_OK ? "" : "there is no answer";
  const solder_http_answer told{
      sizeof(solder_http_answer),
      how.status,
      host::view(message),
      how.code,
      0,
      {nullptr, 0, sizeof(solder_header)},
      whose.piece != nullptr && how.code == 200 ? solder_str{nullptr, 0} : host::view(how.body)};
  happen("an answer", [&] { whose.done(whose.arg, &told); });
}

}  // namespace solder::conformance

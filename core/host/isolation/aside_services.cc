#include "core/host/isolation/aside_services.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/host/abi_text.h"
#include "core/host/services/services.h"

namespace solder::host::isolation {

namespace {

constexpr size_t kMostFields = 8;                 // of one object
constexpr size_t kMostItems = size_t{8} << 20;    // bytes of one published list
constexpr size_t kMostWaiting = size_t{1} << 20;  // bytes of one answer that the plugin has not taken yet
constexpr auto kNoAnswer = solder_status{-1};

std::string key_of(const model::ObjectRef& ref) { return ref.kind + "\n" + ref.ns + "\n" + ref.name; }
std::string list_key(const std::string& kind, const std::string& ns) {
  return ns.empty() ? kind + "\n" : kind + "\n" + ns + "\n";
}

solder_ref view_of(const model::ObjectRef& ref) { return {view(ref.kind), view(ref.ns), view(ref.name)}; }

// The problems behind the first texts. Nothing: they are none.
std::optional<std::vector<solder_diag>> problems_at(const Parcel& use, size_t text) {
  if (use.texts.size() != text + use.numbers.size() * kProblemTexts) return std::nullopt;
  std::vector<solder_diag> out;
  for (size_t i = 0; i < use.numbers.size(); ++i) {
    const std::string* at = &use.texts[text + i * kProblemTexts];
    out.push_back({sizeof(solder_diag),
                   static_cast<uint32_t>(use.numbers[i]),
                   0,
                   view(at[0]),
                   view(at[1]),
                   view(at[2]),
                   view(at[3]),
                   view(at[4]),
                   {view(at[5]), view(at[6]), view(at[7])}});
  }
  return out;
}

solder_span span_of(const std::vector<solder_diag>& problems) {
  return {problems.data(), problems.size(), sizeof(solder_diag)};
}

// Of an object as it is written; empty: it says none.
std::string key_of_json(const std::string& json) {
  const auto object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object()) return "";
  const auto text = [](const nlohmann::json& in, const char* name) {
    const auto at = in.is_object() ? in.find(name) : in.end();
    return in.is_object() && at != in.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto metadata = object.find("metadata");
  if (metadata == object.end()) return "";
  return key_of({text(object, "kind"), text(*metadata, "namespace"), text(*metadata, "name")});
}

const char* service_of(Use what) {
  switch (what) {
    case Use::kSend:
    case Use::kCancel:
    case Use::kTaken:
      return SOLDER_SVC_HTTP;
    case Use::kPublish:
    case Use::kReport:
      return SOLDER_SVC_PUBLISH;
    case Use::kHoldLease:
      return SOLDER_SVC_LEASE;
    case Use::kTimer:
    case Use::kCancelTimer:
      return SOLDER_SVC_LOOP;
    case Use::kWatchSettings:
      return SOLDER_SVC_SETTINGS;
    default:
      return SOLDER_SVC_OBJECTS;
  }
}

}  // namespace

struct AsideServices::Request {
  AsideServices* whose = nullptr;
  uint64_t number = 0;  // the process's
  solder_request id = 0;
  size_t promised = 0;
  size_t waiting = 0;  // bytes that it was sent and has not taken
  bool over = false;
};

struct AsideServices::Timer {
  AsideServices* whose = nullptr;
  uint64_t number = 0;  // the process's
  solder_timer id = 0;
};

AsideServices::AsideServices(const AsideFor& whose, Say say)
    : plugin_(whose.plugin),
      needs_(whose.needs),
      say_(std::move(say)),
      lease_(whose.services && whose.services->lease),
      most_bytes_(size_t{whose.limits.memory_mb} << 20),
      kept_(most_bytes_),
      events_(plugin_, strand_),
      http_(events_, whose.services),
      settings_(events_, whose.listeners.objects == nullptr ? nullptr : whose.listeners.objects->settings()),
      publications_(plugin_, whose.listeners.discovery),
      sink_(plugin_, whose.listeners.objects) {
  events_.open();
}

AsideServices::~AsideServices() { end(); }

void AsideServices::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  http_.close();
  settings_.close();
  events_.close();
}

void AsideServices::follow(const model::ObjectRef& object) {
  const std::lock_guard lock(publish_mutex_);
  publications_.follow(object);
}

void AsideServices::forget(const model::ObjectRef& object) {
  const std::lock_guard lock(publish_mutex_);
  publications_.forget(object);
}

// What the host finds out about an upstream is told that way too.
bool AsideServices::may(Use what) const { return what == Use::kReport || needs_.count(service_of(what)) != 0; }

std::optional<solder_status> AsideServices::perform(const Parcel& use) {
  if (use.what == 0 || use.what > static_cast<uint8_t>(Use::kLast)) return std::nullopt;
  const auto what = static_cast<Use>(use.what);
  if (!may(what)) return SOLDER_PERMISSION_DENIED;
  switch (what) {
    case Use::kSend:
      return send(use);
    case Use::kCancel:
      if (use.numbers.size() != 1) return std::nullopt;
      cancel(use.numbers[0]);
      return SOLDER_OK;
    case Use::kTaken:
      if (use.numbers.size() != 2) return std::nullopt;
      taken(use.numbers[0], use.numbers[1]);
      return kNoAnswer;
    case Use::kTimer:
      return timer(use);
    case Use::kCancelTimer:
      return cancel_timer(use);
    case Use::kHoldLease:
      if (use.numbers.size() != 1) return std::nullopt;
      return lease_ ? sink_.lease()->hold(sink_.lease()->ctx, use.numbers[0]) : SOLDER_UNIMPLEMENTED;
    case Use::kPublish:
      return publish(use);
    case Use::kReport:
      return report(use);
    case Use::kWatchSettings: {
      const auto tell = [](void* arg, solder_str spec) {
        Parcel event;
        event.what = static_cast<uint8_t>(Event::kSettings);
        event.texts = {std::string(spec.data, spec.len)};
        static_cast<AsideServices*>(arg)->say_(event);
      };
      return settings_.table()->watch(settings_.table()->ctx, tell, this);
    }
    default:
      return objects(use);
  }
}

std::optional<solder_status> AsideServices::send(const Parcel& use) {
  Wish wish;
  if (use.numbers.empty()) return std::nullopt;
  if (!read_wish_at(use, 1, 0, wish)) return SOLDER_INVALID_ARGUMENT;
  auto request = std::make_shared<Request>();
  request->whose = this;
  request->number = use.numbers[0];
  request->promised = wish.piece != nullptr ? kMostWaiting : wish.request.max_body;
  if (wish.piece != nullptr) wish.piece = &arrived;
  {
    const std::lock_guard lock(mutex_);
    if (requests_.count(request->number) != 0) return std::nullopt;
    if (promised_ + request->promised > most_bytes_) return SOLDER_RESOURCE_EXHAUSTED;
    promised_ += request->promised;
    requests_[request->number] = request;
  }
  solder_request id = 0;
  const solder_status status = http_.send(std::move(wish), &answered, request.get(), &id);
  const std::lock_guard lock(mutex_);
  // It may have been answered already.
  if (status == SOLDER_OK) {
    request->id = id;
  } else if (requests_.erase(request->number) != 0) {
    promised_ -= request->promised;
  }
  return status;
}

void AsideServices::cancel(uint64_t number) {
  std::shared_ptr<Request> request;
  {
    const std::lock_guard lock(mutex_);
    const auto at = requests_.find(number);
    if (at == requests_.end()) return;
    request = at->second;
    request->over = true;
    promised_ -= request->promised;
    requests_.erase(at);
  }
  changed_.notify_all();
  http_.table()->cancel(http_.table()->ctx, request->id);
  // Whoever is in one of its functions has it until then.
  events_.post("in the end of a request of", [request] {});
}

void AsideServices::taken(uint64_t number, uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = requests_.find(number);
    if (at == requests_.end()) return;
    at->second->waiting -= std::min<size_t>(at->second->waiting, bytes);
  }
  changed_.notify_all();
}

// On the strand, like the next.
void AsideServices::arrived(void* arg, solder_str bytes) {
  auto& request = *static_cast<Request*>(arg);
  AsideServices& own = *request.whose;
  {
    std::unique_lock lock(own.mutex_);
    own.changed_.wait(lock, [&] { return request.waiting < kMostWaiting || request.over || own.ended_; });
    if (request.over || own.ended_) return;
    request.waiting += bytes.len;
  }
  own.say_({static_cast<uint8_t>(Event::kPiece), request.number, 0, {}, {std::string(bytes.data, bytes.len)}});
}

void AsideServices::answered(void* arg, const solder_http_answer* answer) {
  const auto& request = *static_cast<const Request*>(arg);
  AsideServices& own = *request.whose;
  Parcel event{static_cast<uint8_t>(Event::kAnswer), request.number, answer->status, {answer->http_status}, {}};
  event.texts = {std::string(answer->message.data, answer->message.len),
                 std::string(answer->body.data, answer->body.len)};
  for (uint64_t i = 0; i < answer->headers.count; ++i) {
    const solder_header& each = *SOLDER_AT(solder_header, answer->headers, i);
    event.texts.emplace_back(each.name.data, each.name.len);
    event.texts.emplace_back(each.value.data, each.value.len);
  }
  std::unique_lock lock(own.mutex_);
  if (request.over) return;
  lock.unlock();
  own.say_(event);
  lock.lock();
  const auto at = own.requests_.find(request.number);
  if (at == own.requests_.end()) return;
  own.promised_ -= at->second->promised;
  own.requests_.erase(at);
}

std::optional<solder_status> AsideServices::timer(const Parcel& use) {
  if (use.numbers.size() != 2) return std::nullopt;
  const auto timer = std::make_shared<Timer>(Timer{this, use.numbers[0], 0});
  // With the lock held: fired() looks for it there.
  const std::lock_guard lock(mutex_);
  if (timers_.count(timer->number) != 0) return std::nullopt;
  const solder_svc_loop& loop = *events_.table();
  const solder_status status = loop.start(loop.ctx, use.numbers[1], &fired, timer.get(), &timer->id);
  if (status == SOLDER_OK) timers_[timer->number] = timer;
  return status;
}

std::optional<solder_status> AsideServices::cancel_timer(const Parcel& use) {
  if (use.numbers.size() != 1) return std::nullopt;
  std::shared_ptr<Timer> timer;
  {
    const std::lock_guard lock(mutex_);
    const auto at = timers_.find(use.numbers[0]);
    if (at == timers_.end()) return SOLDER_OK;
    timer = std::move(at->second);
    timers_.erase(at);
  }
  events_.table()->cancel(events_.table()->ctx, timer->id);
  // Whoever is in its function has it until then.
  events_.post("in the end of a timer of", [timer] {});
  return SOLDER_OK;
}

void AsideServices::fired(void* arg) {
  auto& timer = *static_cast<Timer*>(arg);
  AsideServices& own = *timer.whose;
  const uint64_t number = timer.number;
  {
    const std::lock_guard lock(own.mutex_);
    if (own.timers_.erase(number) == 0) return;
  }
  own.say_({static_cast<uint8_t>(Event::kFired), number, 0, {}, {}});
}

std::optional<solder_status> AsideServices::publish(const Parcel& use) {
  if (use.texts.size() != kRefTexts + 3) return std::nullopt;
  const model::ObjectRef ref = ref_at(use, 0);
  const std::string& field = use.texts[kRefTexts];
  const std::string& items = use.texts[kRefTexts + 2];
  const solder_published what{sizeof what, 0, view_of(ref), view(field), view(use.texts[kRefTexts + 1]), view(items)};
  const std::lock_guard lock(publish_mutex_);
  auto& fields = fields_[key_of(ref)];
  if (items.size() > kMostItems || (fields.count(field) == 0 && fields.size() >= kMostFields) ||
      !kept_.put(key_of(ref) + field, items.size())) {
    return SOLDER_RESOURCE_EXHAUSTED;
  }
  const solder_status status = publications_.table()->list(publications_.table()->ctx, &what);
  if (status == SOLDER_OK) {
    fields.insert(field);
  } else if (fields.count(field) == 0) {
    kept_.remove(key_of(ref) + field);
  }
  if (fields.empty()) fields_.erase(key_of(ref));
  return status;
}

std::optional<solder_status> AsideServices::report(const Parcel& use) {
  if (use.texts.size() < kRefTexts) return std::nullopt;
  const auto problems = problems_at(use, kRefTexts);
  if (!problems) return std::nullopt;
  const model::ObjectRef ref = ref_at(use, 0);
  const solder_ref object = view_of(ref);
  const std::lock_guard lock(publish_mutex_);
  return publications_.table()->report(publications_.table()->ctx, &object, span_of(*problems));
}

solder_status AsideServices::put(const std::string& json) {
  const std::string key = key_of_json(json);
  // What says no name is refused below, and kept nowhere.
  if (!key.empty() && !kept_.put(key, json.size())) return SOLDER_RESOURCE_EXHAUSTED;
  return sink_.table()->put(sink_.table()->ctx, view(json));
}

std::optional<solder_status> AsideServices::objects(const Parcel& use) {
  const solder_svc_objects& table = *sink_.table();
  const auto& texts = use.texts;
  const auto what = static_cast<Use>(use.what);
  const auto has = [&](size_t numbers, size_t count) { return use.numbers.size() == numbers && texts.size() == count; };
  if (what == Use::kPut && has(0, 1)) return put(texts[0]);
  if (what == Use::kRemove && has(0, kRefTexts)) {
    const model::ObjectRef ref = ref_at(use, 0);
    const solder_ref object = view_of(ref);
    kept_.remove(key_of(ref));
    return table.remove(table.ctx, &object);
  }
  if (what == Use::kBeginList && has(0, 2)) {
    kept_.begin_list(list_key(texts[0], texts[1]));
    return table.begin(table.ctx, view(texts[0]), view(texts[1]));
  }
  if (what == Use::kEndList && has(0, 2)) {
    kept_.end_list(list_key(texts[0], texts[1]));
    return table.end(table.ctx, view(texts[0]), view(texts[1]));
  }
  if (what == Use::kKeep && has(0, 2)) return table.keep(table.ctx, view(texts[0]), view(texts[1]));
  if (what == Use::kComplete && has(0, 0)) return table.complete(table.ctx);
  if (what == Use::kReportSource) {
    const auto problems = problems_at(use, 0);
    return problems ? std::optional(table.report(table.ctx, span_of(*problems))) : std::nullopt;
  }
  if (what == Use::kChanged && has(2, 1)) {
    return table.changed(table.ctx, use.numbers[0], static_cast<solder_status>(static_cast<uint32_t>(use.numbers[1])),
                         view(texts[0]));
  }
  return std::nullopt;
}

}  // namespace solder::host::isolation

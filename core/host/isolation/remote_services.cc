#include "core/host/isolation/remote_services.h"

#include <cstdlib>
#include <utility>

#include "core/host/abi_text.h"
#include "core/host/frames.h"

namespace solder::host::isolation {

namespace {

// Nothing may be thrown into a plugin.
template <typename F>
solder_status guarded(void* ctx, F&& f) noexcept {
  try {
    return f(*static_cast<RemoteServices*>(ctx));
  } catch (...) {
    return SOLDER_RESOURCE_EXHAUSTED;
  }
}

solder_status use(void* ctx, Use what, std::optional<Parcel> parcel) {
  if (!parcel) return SOLDER_INVALID_ARGUMENT;
  return static_cast<RemoteServices*>(ctx)->use(what, std::move(*parcel));
}

template <Use what>
solder_status use_scope(void* ctx, solder_str kind, solder_str ns) {
  return guarded(ctx, [&](auto&) { return use(ctx, what, parcel_of({kind, ns})); });
}

solder_svc_publish publish_table(void* ctx) {
  return {sizeof(solder_svc_publish), 0, ctx,
          [](void* self, const solder_published* what) {
            return guarded(self, [&](auto&) { return use(self, Use::kPublish, parcel_of(what)); });
          },
          [](void* self, const solder_ref* object, solder_span problems) {
            return guarded(self, [&](auto&) {
              auto parcel = parcel_of(object);
              if (parcel && !add_problems(*parcel, problems)) parcel.reset();
              return use(self, Use::kReport, std::move(parcel));
            });
          }};
}

solder_svc_objects objects_table(void* ctx) {
  return {sizeof(solder_svc_objects),
          0,
          ctx,
          [](void* self, solder_str json) {
            return guarded(self, [&](auto&) { return use(self, Use::kPut, parcel_of({json})); });
          },
          [](void* self, const solder_ref* object) {
            return guarded(self, [&](auto&) { return use(self, Use::kRemove, parcel_of(object)); });
          },
          &use_scope<Use::kBeginList>,
          &use_scope<Use::kEndList>,
          &use_scope<Use::kKeep>,
          [](void* self) { return guarded(self, [&](auto&) { return use(self, Use::kComplete, Parcel{}); }); },
          [](void* self, solder_span problems) {
            return guarded(self, [&](auto&) {
              std::optional<Parcel> parcel(Parcel{});
              if (!add_problems(*parcel, problems)) parcel.reset();
              return use(self, Use::kReportSource, std::move(parcel));
            });
          },
          [](void* self, uint64_t id, solder_status status, solder_str words) {
            return guarded(self, [&](auto&) {
              auto parcel = parcel_of({words});
              if (parcel) parcel->numbers = {id, static_cast<uint64_t>(static_cast<uint32_t>(status))};
              return use(self, Use::kChanged, std::move(parcel));
            });
          }};
}

}  // namespace

RemoteServices::RemoteServices(int socket, FileValues& files, bool lease)
    : socket_(socket),
      files_(files),
      lease_given_(lease),
      http_{sizeof(solder_svc_http), 0, this,
            [](void* ctx, const solder_http_request* request, solder_answered done, void* arg, solder_request* id) {
              return guarded(ctx, [&](RemoteServices& own) { return own.send(read_wish(request), done, arg, id); });
            },
            [](void* ctx, solder_request id) {
              guarded(ctx, [&](RemoteServices& own) {
                own.cancel(id);
                return SOLDER_OK;
              });
            }},
      publish_(publish_table(this)),
      objects_(objects_table(this)),
      lease_{sizeof(solder_svc_lease), 0, this,
             [](void* ctx, uint64_t until_ns) {
               return guarded(ctx, [&](RemoteServices& own) {
                 Parcel parcel;
                 parcel.numbers = {until_ns};
                 return own.use(Use::kHoldLease, std::move(parcel));
               });
             }},
      settings_{sizeof(solder_svc_settings), 0, this, [](void* ctx, solder_settings_changed changed, void* arg) {
                  return guarded(ctx, [&](RemoteServices& own) { return own.watch_settings(changed, arg); });
                }} {}

const void* RemoteServices::service(std::string_view id, Timers& events) {
  {
    const std::lock_guard lock(mutex_);
    events_ = &events;
  }
  if (id == SOLDER_SVC_HTTP) return &http_;
  if (id == SOLDER_SVC_PUBLISH) return &publish_;
  if (id == SOLDER_SVC_OBJECTS) return &objects_;
  if (id == SOLDER_SVC_SETTINGS) return &settings_;
  if (id == SOLDER_SVC_LEASE && lease_given_) return &lease_;
  return nullptr;
}

void RemoteServices::say(Message kind, const Parcel& parcel) {
  const std::lock_guard lock(write_mutex_);
  if (!write_frame(socket_, to_frame(kind, parcel))) std::_Exit(0);
}

solder_status RemoteServices::use(Use what, Parcel parcel) {
  parcel.what = static_cast<uint8_t>(what);
  Waiting waiting;
  {
    const std::lock_guard lock(mutex_);
    parcel.id = ++last_;
    waiting_[parcel.id] = &waiting;
  }
  say(Message::kUse, parcel);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting.answered; });
  return waiting.status;
}

void RemoteServices::listen() {
  while (const auto frame = read_frame(socket_)) {
    if (auto event = read_parcel(*frame, Message::kEvent)) {
      happened(std::move(*event));
      continue;
    }
    auto task = read_parcel(*frame, Message::kTask);
    const auto answer = task ? std::nullopt : read_parcel(*frame, Message::kUsed);
    if (!task && !answer) break;
    // Whether the instance is there for events is what a ping asks; one that has none has nothing to hang in.
    if (task && task->what == static_cast<uint8_t>(Task::kPing) &&
        post("in a ping of", [this, ping = *task] { tell_done(ping, {}); })) {
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (task) tasks_.push_back(std::move(*task));
    const auto at = answer ? waiting_.find(answer->id) : waiting_.end();
    if (at != waiting_.end()) {
      *at->second = {true, answer->status};
      waiting_.erase(at);
    }
    changed_.notify_all();
  }
  std::_Exit(0);
}

Parcel RemoteServices::next_task() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !tasks_.empty(); });
  Parcel out = std::move(tasks_.front());
  tasks_.pop_front();
  return out;
}

void RemoteServices::tell_done(const Parcel& task, const base::Status& status) {
  Parcel parcel;
  parcel.what = task.what;
  parcel.id = task.id;
  parcel.status = static_cast<int32_t>(status.code());
  parcel.texts = {status.message()};
  say(Message::kTaskDone, parcel);
}

bool RemoteServices::post(const char* doing, std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (events_ != nullptr) events_->post(doing, std::move(task));
  return events_ != nullptr;
}

void RemoteServices::happened(Parcel event) {
  const auto own = std::make_shared<Parcel>(std::move(event));
  switch (static_cast<Event>(own->what)) {
    case Event::kAnswer:
      post("in an answer to", [this, own] { answer(*own); });
      break;
    case Event::kPiece:
      post("in a piece of an answer to", [this, own] { piece(*own); });
      break;
    case Event::kSettings:
      post("in Settings for", [this, own] { settings(*own); });
      break;
    case Event::kFired:  // timers are this process's own
      break;
  }
}

// These three on the strand.
void RemoteServices::answer(const Parcel& event) {
  if (event.numbers.size() != 1 || event.texts.size() < 2) return;
  Sent whose{};
  {
    const std::lock_guard lock(mutex_);
    const auto at = sent_.find(event.id);
    if (at == sent_.end()) return;
    whose = at->second;
    sent_.erase(at);
  }
  std::vector<solder_header> headers;
  for (size_t i = 2; i + 1 < event.texts.size(); i += 2)
    headers.push_back({view(event.texts[i]), view(event.texts[i + 1])});
  const solder_http_answer told{sizeof(solder_http_answer),
                                event.status,
                                view(event.texts[0]),
                                static_cast<uint32_t>(event.numbers[0]),
                                0,
                                {headers.data(), headers.size(), sizeof(solder_header)},
                                view(event.texts[1])};
  whose.done(whose.arg, &told);
}

void RemoteServices::piece(const Parcel& event) {
  Sent whose{};
  {
    const std::lock_guard lock(mutex_);
    const auto at = sent_.find(event.id);
    if (at != sent_.end()) whose = at->second;
  }
  if (event.texts.size() != 1) return;
  if (whose.piece != nullptr) whose.piece(whose.arg, view(event.texts[0]));
  // Solder sends no more than it was told is taken.
  Parcel taken;
  taken.what = static_cast<uint8_t>(Use::kTaken);
  taken.numbers = {event.id, event.texts[0].size()};
  say(Message::kUse, taken);
}

void RemoteServices::settings(const Parcel& event) {
  std::unique_lock lock(mutex_);
  const auto changed = settings_changed_;
  void* arg = settings_arg_;
  lock.unlock();
  if (changed != nullptr && event.texts.size() == 1) changed(arg, view(event.texts[0]));
}

solder_status RemoteServices::send(std::optional<Wish> wish, solder_answered done, void* arg, solder_request* id) {
  if (done == nullptr || id == nullptr || !wish) return SOLDER_INVALID_ARGUMENT;
  std::string unreadable;
  if (wish->identity.given) {
    auto presented = present(files_, wish->identity);
    if (presented.ok()) wish->identity.presented = std::move(*presented);
    if (!presented.ok()) unreadable = presented.status().message();
  }
  Parcel parcel;
  solder_request own = 0;
  {
    const std::lock_guard lock(mutex_);
    own = ++last_;
    sent_[own] = {done, arg, wish->piece};
  }
  *id = own;
  if (!unreadable.empty()) {
    parcel = {static_cast<uint8_t>(Event::kAnswer), own, SOLDER_FAILED_PRECONDITION, {0}, {unreadable, ""}};
    happened(std::move(parcel));
    return SOLDER_OK;
  }
  parcel.numbers = {own};
  add(parcel, *wish);
  const solder_status status = use(Use::kSend, std::move(parcel));
  if (status == SOLDER_OK) return status;
  const std::lock_guard lock(mutex_);
  sent_.erase(own);
  return status;
}

void RemoteServices::cancel(solder_request id) {
  {
    const std::lock_guard lock(mutex_);
    if (sent_.erase(id) == 0) return;
  }
  Parcel parcel;
  parcel.numbers = {id};
  use(Use::kCancel, std::move(parcel));
}

solder_status RemoteServices::watch_settings(solder_settings_changed changed, void* arg) {
  {
    const std::lock_guard lock(mutex_);
    settings_changed_ = changed;
    settings_arg_ = arg;
  }
  return use(Use::kWatchSettings, Parcel{});
}

}  // namespace solder::host::isolation

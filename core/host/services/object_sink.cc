#include "core/host/services/object_sink.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/host/abi_text.h"
#include "core/host/sink.h"

namespace solder::host {

namespace {

constexpr uint64_t kMaxProblems = 1000;

// Nothing may be thrown into a plugin.
template <typename F>
solder_status guarded(void* ctx, F&& f) noexcept {
  try {
    return f(*static_cast<ObjectSink*>(ctx));
  } catch (...) {
    return SOLDER_RESOURCE_EXHAUSTED;
  }
}

}  // namespace

ObjectSink::ObjectSink(const std::string& plugin, ObjectListener* listener)
    : plugin_(plugin),
      listener_(listener),
      table_{
          sizeof(solder_svc_objects),
          0,
          this,
          [](void* ctx, solder_str object) { return guarded(ctx, [&](ObjectSink& sink) { return sink.put(object); }); },
          [](void* ctx, const solder_ref* object) {
            return guarded(ctx, [&](ObjectSink& sink) { return sink.remove(object); });
          },
          [](void* ctx, solder_str kind, solder_str ns) {
            return guarded(ctx, [&](ObjectSink& sink) { return sink.scope(kind, ns, &ObjectListener::begin_list); });
          },
          [](void* ctx, solder_str kind, solder_str ns) {
            return guarded(ctx, [&](ObjectSink& sink) { return sink.scope(kind, ns, &ObjectListener::end_list); });
          },
          [](void* ctx, solder_str kind, solder_str ns) {
            return guarded(ctx, [&](ObjectSink& sink) { return sink.scope(kind, ns, &ObjectListener::keep); });
          },
          [](void* ctx) { return guarded(ctx, [&](ObjectSink& sink) { return sink.complete(); }); },
          [](void* ctx, solder_span problems) {
            return guarded(ctx, [&](ObjectSink& sink) { return sink.report(problems); });
          },
          [](void* ctx, uint64_t id, solder_status status, solder_str words) {
            return guarded(ctx, [&](ObjectSink& sink) { return sink.changed(id, status, words); });
          }},
      lease_{sizeof(solder_svc_lease), 0, this, [](void* ctx, uint64_t until_ns) {
               return guarded(ctx, [&](ObjectSink& sink) { return sink.hold(until_ns); });
             }} {}

solder_status ObjectSink::put(solder_str object) {
  std::string_view text;
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  if (read_bytes(object, text) != nullptr) return SOLDER_INVALID_ARGUMENT;
  return static_cast<solder_status>(listener_->put(plugin_, text).code());
}

solder_status ObjectSink::remove(const solder_ref* object) {
  std::string_view kind, ns, name;
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  if (object == nullptr || read_text(object->kind, kind) != nullptr || read_text(object->ns, ns) != nullptr ||
      read_text(object->name, name) != nullptr) {
    return SOLDER_INVALID_ARGUMENT;
  }
  listener_->remove(plugin_, {std::string(kind), std::string(ns), std::string(name)});
  return SOLDER_OK;
}

solder_status ObjectSink::scope(solder_str kind, solder_str ns, Scope what) {
  std::string_view its_kind, its_ns;
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  if (read_text(kind, its_kind) != nullptr || read_text(ns, its_ns) != nullptr || its_kind.empty())
    return SOLDER_INVALID_ARGUMENT;
  (listener_->*what)(plugin_, std::string(its_kind), std::string(its_ns));
  return SOLDER_OK;
}

solder_status ObjectSink::complete() {
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  listener_->complete(plugin_);
  return SOLDER_OK;
}

solder_status ObjectSink::report(solder_span problems) {
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  if (problems.count > kMaxProblems) return SOLDER_INVALID_ARGUMENT;
  auto found = read_problems(plugin_, {"ConfigSource", "", plugin_}, problems);
  if (!found) return SOLDER_INVALID_ARGUMENT;
  listener_->reported(plugin_, std::move(*found));
  return SOLDER_OK;
}

solder_status ObjectSink::hold(uint64_t until_ns) {
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  const auto most = static_cast<uint64_t>(std::chrono::nanoseconds::max().count());
  listener_->holds_lease(plugin_, std::chrono::steady_clock::time_point(
                                      std::chrono::nanoseconds(static_cast<int64_t>(std::min(until_ns, most)))));
  return SOLDER_OK;
}

solder_status ObjectSink::changed(uint64_t id, solder_status status, solder_str words) {
  std::string_view text;
  if (listener_ == nullptr) return SOLDER_PERMISSION_DENIED;
  if (read_text(words, text) != nullptr) return SOLDER_INVALID_ARGUMENT;
  const auto code = static_cast<base::Code>(status);
  listener_->changed(plugin_, id, status == SOLDER_OK ? base::Status() : base::Status{code, std::string(text)});
  return SOLDER_OK;
}

}  // namespace solder::host

#include "core/host/services/publications.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/host/abi_text.h"
#include "core/host/sink.h"

namespace solder::host {

namespace {

constexpr uint64_t kMaxProblems = 100;

std::optional<model::ObjectRef> read_ref(const solder_ref& in) {
  std::string_view kind, ns, name;
  if (read_text(in.kind, kind) != nullptr || read_text(in.ns, ns) != nullptr || read_text(in.name, name) != nullptr)
    return std::nullopt;
  return model::ObjectRef{std::string(kind), std::string(ns), std::string(name)};
}

// A list of objects, each of which has a name of its own.
bool is_list_of_named(std::string_view text, const std::string& key) {
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return false;
  std::set<std::string> names;
  return std::all_of(list.begin(), list.end(), [&](const auto& item) {
    const auto name = item.is_object() ? item.find(key) : item.end();
    return item.is_object() && name != item.end() && name->is_string() &&
           names.insert(name->template get<std::string>()).second;
  });
}

}  // namespace

Publications::Publications(const std::string& plugin, DiscoveryListener* listener)
    : plugin_(plugin),
      listener_(listener),
      table_{sizeof(solder_svc_publish), 0, this,
             // Nothing may be thrown into a plugin.
             [](void* ctx, const solder_published* what) -> solder_status {
               try {
                 return static_cast<Publications*>(ctx)->list(what);
               } catch (...) {
                 return SOLDER_UNAVAILABLE;
               }
             },
             [](void* ctx, const solder_ref* object, solder_span problems) -> solder_status {
               try {
                 return static_cast<Publications*>(ctx)->report(object, problems);
               } catch (...) {
                 return SOLDER_UNAVAILABLE;
               }
             }} {}

solder_status Publications::list(const solder_published* what) {
  if (what == nullptr || what->size < SOLDER_PUBLISHED_SIZE_1_0 || what->size > kMaxStructSize)
    return SOLDER_INVALID_ARGUMENT;
  const auto object = read_ref(what->object);
  std::string_view field, key, items;
  if (!object || read_text(what->field, field) != nullptr || read_text(what->key, key) != nullptr ||
      read_bytes(what->items, items) != nullptr) {
    return SOLDER_INVALID_ARGUMENT;
  }
  PublishedList list{*object, std::string(field), std::string(key), std::string(items)};
  const bool good =
      list.key.empty() ? nlohmann::json::parse(items, nullptr, false).is_object() : is_list_of_named(items, list.key);
  if (!list.field.starts_with("/spec/") || !good) return SOLDER_INVALID_ARGUMENT;
  if (listener_ == nullptr || followed_.count(list.object) == 0) return SOLDER_PERMISSION_DENIED;
  return static_cast<solder_status>(listener_->published(plugin_, list).code());
}

solder_status Publications::report(const solder_ref* object, solder_span problems) {
  if (object == nullptr || problems.count > kMaxProblems) return SOLDER_INVALID_ARGUMENT;
  const auto ref = read_ref(*object);
  if (!ref) return SOLDER_INVALID_ARGUMENT;
  if (listener_ == nullptr || followed_.count(*ref) == 0) return SOLDER_PERMISSION_DENIED;
  auto found = read_problems(plugin_, *ref, problems);
  if (!found) return SOLDER_INVALID_ARGUMENT;
  listener_->reported(plugin_, *ref, std::move(*found));
  return SOLDER_OK;
}

}  // namespace solder::host

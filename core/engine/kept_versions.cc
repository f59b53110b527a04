#include "core/engine/kept_versions.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/config/documents.h"

namespace solder::engine {

using nlohmann::json;

namespace {

constexpr int kHex = 16;

// As a store gives objects: without a place in a file.
model::ObjectPtr read_object(const json& value) {
  const auto documents = config::parse_documents(value.dump(), "object.json");
  if (documents.objects.size() != 1 || !documents.problems.empty()) return nullptr;
  auto object = std::make_shared<model::Object>(*documents.objects.front());
  object->source = {};
  return object;
}

}  // namespace

std::string shared_name(const model::ObjectRef& ref) {
  std::string kind = ref.kind;
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
  return kind + "-" + base::hash_text(base::hash_bytes(to_string(ref)));
}

std::string to_shared_json(const model::ObjectRef& ref, const KeptVersion& kept) {
  const json entry = {{"apiVersion", "solder.io/v1"},
                      {"kind", kSharedKind},
                      {"metadata", {{"name", shared_name(ref)}}},
                      {"spec",
                       {{"insteadOf", base::hash_text(kept.instead_of)},
                        {"lastGood", json::parse(kept.object->json, nullptr, false)}}}};
  return entry.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<std::pair<model::ObjectRef, KeptVersion>> read_shared(const model::Object& entry) {
  const json document = json::parse(entry.json, nullptr, false);
  const auto spec = document.is_object() ? document.value("spec", json()) : json();
  if (!spec.is_object() || !spec.contains("lastGood") || !spec.contains("insteadOf")) return std::nullopt;
  const json& instead_of = spec.at("insteadOf");
  KeptVersion kept;
  if (!instead_of.is_string()) return std::nullopt;
  const auto& text = instead_of.get_ref<const std::string&>();
  const auto read = std::from_chars(text.data(), text.data() + text.size(), kept.instead_of, kHex);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  kept.object = read_object(spec.at("lastGood"));
  if (!kept.object) return std::nullopt;
  const model::ObjectRef ref = kept.object->ref;
  return std::make_pair(ref, std::move(kept));
}

std::optional<model::ObjectRef> SharedVersions::set(const model::ObjectRef& entry, const model::ObjectPtr& object) {
  if (const auto before = about_.find(entry); before != about_.end()) {
    versions_.erase(before->second);
    about_.erase(before);
  }
  auto read = object ? read_shared(*object) : std::nullopt;
  if (!read) return std::nullopt;
  about_[entry] = read->first;
  versions_[read->first] = std::move(read->second);
  return read->first;
}

model::ObjectPtr SharedVersions::find(const model::ObjectRef& ref, uint64_t hash) const {
  const auto at = versions_.find(ref);
  return at != versions_.end() && at->second.instead_of == hash ? at->second.object : nullptr;
}

}  // namespace solder::engine

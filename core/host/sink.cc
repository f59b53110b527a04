#include "core/host/sink.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

#include "core/host/abi_text.h"
#include "solder/kinds/discovery.h"

namespace solder::host {

namespace {

constexpr uint64_t kMaxItems = 1u << 16;        // of one call, and as many more as 64 for each input
constexpr uint64_t kMaxCallBytes = 256u << 20;  // of one call
constexpr uint64_t kMaxClears = 1000;
constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";

// Copies a struct that starts with its size; members that its producer did not know are zero.
template <typename T>
T copy_known(const void* theirs, uint32_t size) {
  T own{};
  std::memcpy(&own, theirs, std::min<size_t>(size, sizeof(T)));
  return own;
}

bool is_type_url(std::string_view url) {
  if (url.substr(0, kTypeUrlPrefix.size()) != kTypeUrlPrefix) return false;
  const std::string_view name = url.substr(kTypeUrlPrefix.size());
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; };
  return !name.empty() && name.front() != '.' && name.back() != '.' && std::all_of(name.begin(), name.end(), allowed);
}

bool is_reason(std::string_view word) {
  const auto allowed = [](unsigned char c) { return std::isalnum(c) != 0; };
  return !word.empty() && word.size() <= 64 && word.front() >= 'A' && word.front() <= 'Z' &&
         std::all_of(word.begin(), word.end(), allowed);
}

bool is_pointer(std::string_view field) { return field.empty() || field.front() == '/'; }

struct Text {
  const char* name;
  solder_str in;
  std::string_view* out;
};

// The first of the strings that cannot be used, in words; empty: all can.
std::string read_all(std::initializer_list<Text> texts) {
  for (const Text& text : texts) {
    if (const char* problem = read_text(text.in, *text.out)) return std::string("its ") + text.name + " " + problem;
  }
  return {};
}

struct RefText {
  std::string_view kind, ns, name;
};

std::string read_ref(const char* what, const solder_ref& ref, RefText& out) {
  return read_all({{what, ref.kind, &out.kind}, {what, ref.ns, &out.ns}, {what, ref.name, &out.name}});
}

model::ObjectRef object_ref(const RefText& ref) {
  return {std::string(ref.kind), std::string(ref.ns), std::string(ref.name)};
}

}  // namespace

Sink::Sink(const std::string& plugin, Operation operation, solder_span in, std::span<const Subject> subjects,
           std::vector<ItemOutput>& outputs)
    : plugin_(plugin),
      operation_(operation),
      in_(in),
      subjects_(subjects),
      outputs_(outputs),
      out_{sizeof(solder_out), 0, this, &Sink::emit, &Sink::diag} {}

void Sink::report(uint64_t index, std::string reason, std::string message) {
  model::Diagnostic problem;
  problem.reason = std::move(reason);
  problem.object = subjects_[index].object;
  problem.field = subjects_[index].path;
  problem.message = std::move(message);
  problem.plugin = plugin_;
  outputs_[index].diagnostics.push_back(std::move(problem));
}

void Sink::report_all(const std::string& reason, const std::string& message) {
  for (size_t i = 0; i < subjects_.size(); ++i) report(i, reason, message);
}

solder_status Sink::bad_item(uint64_t index, const std::string& what) {
  const std::string message = "plugin " + plugin_ + " gave an item that cannot be used: " + what;
  index < subjects_.size() ? report(index, "BadItem", message) : report_all("BadItem", message);
  return SOLDER_INVALID_ARGUMENT;
}

solder_status Sink::outside_batch(uint64_t index) {
  return bad_item(index,
                  "its index is " + std::to_string(index) + " in a batch of " + std::to_string(subjects_.size()));
}

solder_status Sink::not_allowed(uint64_t index, const std::string& what) {
  report(index, "SlotNotAllowed", "plugin " + plugin_ + ": " + what);
  return SOLDER_PERMISSION_DENIED;
}

bool Sink::count(uint64_t bytes) {
  items_ += 1;
  bytes_ += bytes;
  if (items_ > kMaxItems + 64 * subjects_.size() || bytes_ > kMaxCallBytes) overflowed_ = true;
  return !overflowed_;
}

engine::Origin Sink::origin(uint64_t index, std::string_view field) const {
  return {plugin_, subjects_[index].object, subjects_[index].path + std::string(field)};
}

solder_status Sink::emit(void* ctx, const solder_item* item) noexcept {
  try {
    return static_cast<Sink*>(ctx)->take(item);
  } catch (...) {
    return SOLDER_RESOURCE_EXHAUSTED;  // out of memory
  }
}

void Sink::diag(void* ctx, const solder_diag* diag) noexcept {
  try {
    static_cast<Sink*>(ctx)->take_diag(diag);
  } catch (...) {
    static_cast<Sink*>(ctx)->overflowed_ = true;
  }
}

// No index is known before the item's size is: mistakes in the head belong to the whole batch.
solder_status Sink::take(const solder_item* item) {
  constexpr uint64_t kNoIndex = ~uint64_t{0};
  if (overflowed_ || !count(sizeof(solder_item_fragment))) return SOLDER_RESOURCE_EXHAUSTED;
  if (item == nullptr) return bad_item(kNoIndex, "it is NULL");
  if (item->size < sizeof(solder_item) || item->size > kMaxStructSize) {
    return bad_item(kNoIndex, "its size is " + std::to_string(item->size) + " bytes; right is sizeof its struct");
  }
  if (item->type == SOLDER_ITEM_FRAGMENT && item->size >= SOLDER_ITEM_FRAGMENT_SIZE_1_0) {
    return take_fragment(copy_known<solder_item_fragment>(item, item->size));
  }
  if (item->type == SOLDER_ITEM_SECRET_USE && item->size >= SOLDER_ITEM_SECRET_USE_SIZE_1_0) {
    return take_secret_use(copy_known<solder_item_secret_use>(item, item->size));
  }
  if (item->type == SOLDER_ITEM_OBJECT && item->size >= SOLDER_ITEM_OBJECT_SIZE_1_0) {
    return take_object(copy_known<solder_item_object>(item, item->size));
  }
  if (item->type == SOLDER_ITEM_SECRET_FIELD && item->size >= SOLDER_ITEM_SECRET_FIELD_SIZE_1_0) {
    return take_secret_field(copy_known<solder_item_secret_field>(item, item->size));
  }
  if (item->type >= SOLDER_ITEM_FRAGMENT && item->type <= SOLDER_ITEM_SECRET_FIELD) {
    return bad_item(kNoIndex, "its size is " + std::to_string(item->size) + " bytes; right is sizeof its struct");
  }
  bad_item(kNoIndex, "its type " + std::to_string(item->type) + " is unknown to this Solder");
  return SOLDER_UNIMPLEMENTED;
}

solder_status Sink::take_fragment(const solder_item_fragment& item) {
  if (item.index >= subjects_.size()) return outside_batch(item.index);
  std::string_view slot, name, type_url, bytes, field;
  const std::string unreadable = read_all({{"slot", item.slot, &slot},
                                           {"name", item.name, &name},
                                           {"type URL", item.message.type_url, &type_url},
                                           {"field", item.field, &field}});
  if (!unreadable.empty()) return bad_item(item.index, unreadable);
  const std::string in_slot = " for the slot \"" + std::string(slot) + "\"";
  if (item.message.encoding != SOLDER_ENCODING_WIRE && item.message.encoding != SOLDER_ENCODING_JSON) {
    return bad_item(item.index, "its encoding is " + std::to_string(item.message.encoding) + in_slot);
  }
  const bool json = item.message.encoding == SOLDER_ENCODING_JSON;
  const char* problem = json ? read_text(item.message.bytes, bytes) : read_bytes(item.message.bytes, bytes);
  if (problem != nullptr) return bad_item(item.index, std::string("its message ") + problem + in_slot);
  if (!is_pointer(field))
    return bad_item(item.index, "its field must be a JSON pointer, found " + std::string(field) + in_slot);

  const auto use = find_slot(site_of(operation_, in_, item.index), slot);
  if (const auto* wrong = std::get_if<std::string>(&use)) return not_allowed(item.index, *wrong);
  const SlotUse& rule = std::get<SlotUse>(use);
  if (rule.filter == name.empty()) {
    return bad_item(
        item.index,
        (rule.filter ? "it does not name its filter" : "it has a name, but only filters have one") + in_slot);
  }
  if (type_url.empty() ? rule.fixed_type.empty() : !is_type_url(type_url)) {
    return bad_item(item.index, "its type URL is \"" + std::string(type_url) + "\"" + in_slot +
                                    "; right is type.googleapis.com/<message>");
  }
  if (!type_url.empty() && !rule.fixed_type.empty() && type_url.substr(kTypeUrlPrefix.size()) != rule.fixed_type) {
    return bad_item(item.index,
                    "its type is " + std::string(type_url) + in_slot + "; right is " + std::string(rule.fixed_type));
  }

  engine::Fragment fragment;
  if (item.clear.count > kMaxClears ||
      (item.clear.count != 0 && (item.clear.data == nullptr || item.clear.stride < sizeof(solder_str)))) {
    return bad_item(item.index, "its list of fields to clear cannot be read" + in_slot);
  }
  for (uint64_t i = 0; i < item.clear.count; ++i) {
    std::string_view path;
    if (const char* wrong = read_text(*SOLDER_AT(solder_str, item.clear, i), path)) {
      return bad_item(item.index, std::string("a field to clear ") + wrong + in_slot);
    }
    fragment.clear.emplace_back(path);
  }
  constexpr uint32_t kFilterFlags = SOLDER_FILTER_DISABLED | SOLDER_FILTER_ONLY | SOLDER_FILTER_ABSENT;
  const uint32_t known = slot.starts_with("http_filter/") ? kFilterFlags : 0;
  if ((item.flags & ~known) != 0) return bad_item(item.index, "its flags are " + std::to_string(item.flags) + in_slot);
  if (!count(bytes.size() + slot.size() + name.size() + field.size())) return SOLDER_RESOURCE_EXHAUSTED;
  fragment.slot = slot;
  fragment.name = name;
  fragment.type_url = type_url;
  fragment.bytes = bytes;
  fragment.encoding = json ? engine::Encoding::kJson : engine::Encoding::kWire;
  fragment.weight = item.weight;
  fragment.disabled = (item.flags & SOLDER_FILTER_DISABLED) != 0;
  fragment.only = (item.flags & SOLDER_FILTER_ONLY) != 0;
  fragment.absent = (item.flags & SOLDER_FILTER_ABSENT) != 0;
  fragment.origin = origin(item.index, field);
  outputs_[item.index].fragments.push_back(std::move(fragment));
  return SOLDER_OK;
}

solder_status Sink::take_secret_use(const solder_item_secret_use& item) {
  if (item.index >= subjects_.size()) return outside_batch(item.index);
  std::string_view sds_name, key, patch, field;
  RefText ref;
  std::string unreadable =
      read_all({{"SDS name", item.sds_name, &sds_name}, {"key", item.key, &key}, {"field", item.field, &field}});
  if (unreadable.empty()) unreadable = read_ref("secret", item.ref, ref);
  if (unreadable.empty() && read_bytes(item.patch, patch) != nullptr) unreadable = "its patch cannot be read";
  if (!unreadable.empty()) return bad_item(item.index, unreadable);
  const Site site = site_of(operation_, in_, item.index);
  if (!may_use_secrets(site)) return not_allowed(item.index, "secrets are not for " + std::string(site_words(site)));
  const bool is_token = item.form == SOLDER_SECRET_GOOGLE_ID_TOKEN;
  if (sds_name.empty() || (ref.name.empty() && !is_token))
    return bad_item(item.index, "its use of a secret names no secret");
  if (is_token && key.empty()) return bad_item(item.index, "its use of an ID token names no audience");
  if (!is_pointer(field)) return bad_item(item.index, "its field must be a JSON pointer, found " + std::string(field));
  if (item.form < SOLDER_SECRET_TLS_CERTIFICATE || item.form > SOLDER_SECRET_GOOGLE_ID_TOKEN) {
    return bad_item(item.index, "its form of secret is " + std::to_string(item.form) + "; right are 1 to 4");
  }
  if (!count(patch.size() + sds_name.size() + key.size())) return SOLDER_RESOURCE_EXHAUSTED;
  engine::SecretUse use;
  use.sds_name = sds_name;
  use.secret = object_ref(ref);
  use.form = static_cast<engine::SecretForm>(item.form);
  use.key = key;
  use.patch = patch;
  use.origin = origin(item.index, field);
  outputs_[item.index].secret_uses.push_back(std::move(use));
  return SOLDER_OK;
}

solder_status Sink::take_secret_field(const solder_item_secret_field& item) {
  if (item.index >= subjects_.size()) return outside_batch(item.index);
  std::string_view resource, path, key, field;
  RefText ref;
  std::string unreadable = read_all({{"resource", item.resource, &resource},
                                     {"path", item.path, &path},
                                     {"key", item.key, &key},
                                     {"field", item.field, &field}});
  if (unreadable.empty()) unreadable = read_ref("secret", item.ref, ref);
  if (!unreadable.empty()) return bad_item(item.index, unreadable);
  const Site site = site_of(operation_, in_, item.index);
  if (!may_fill_secrets(site)) return not_allowed(item.index, "secrets are not for " + std::string(site_words(site)));
  if (resource.empty() || path.empty() || ref.name.empty() || key.empty()) {
    return bad_item(item.index, "its field for a secret does not name resource, path, secret and key");
  }
  if (!is_pointer(field)) return bad_item(item.index, "its field must be a JSON pointer, found " + std::string(field));
  if (!count(resource.size() + path.size() + key.size())) return SOLDER_RESOURCE_EXHAUSTED;
  outputs_[item.index].secret_fields.push_back(
      {std::string(resource), std::string(path), object_ref(ref), std::string(key), origin(item.index, field)});
  return SOLDER_OK;
}

solder_status Sink::take_object(const solder_item_object& item) {
  if (item.index >= subjects_.size()) return outside_batch(item.index);
  if (operation_ != Operation::kDerive) return not_allowed(item.index, "objects are derived by " SOLDER_CAP_DISCOVERY);
  std::string_view json;
  if (const char* problem = read_text(item.json, json)) {
    return bad_item(item.index, std::string("its object ") + problem);
  }
  if (!count(json.size())) return SOLDER_RESOURCE_EXHAUSTED;
  outputs_[item.index].objects.emplace_back(json);
  return SOLDER_OK;
}

// A problem that is reported badly is still a problem: what can be read of it is kept beside BadItem.
void Sink::take_diag(const solder_diag* diag) {
  constexpr uint64_t kNoIndex = ~uint64_t{0};
  if (overflowed_ || !count(sizeof(solder_diag))) return;
  if (diag == nullptr || diag->size < SOLDER_DIAG_SIZE_1_0 || diag->size > kMaxStructSize) {
    bad_item(kNoIndex, "a problem that it reports has no right size");
    return;
  }
  const auto own = copy_known<solder_diag>(diag, diag->size);
  std::string_view field, reason, message, found, expected;
  RefText related;
  std::string unreadable = read_all({{"field", own.field, &field},
                                     {"reason", own.reason, &reason},
                                     {"message", own.message, &message},
                                     {"found text", own.found, &found},
                                     {"expected text", own.expected, &expected}});
  if (unreadable.empty()) unreadable = read_ref("related object", own.related, related);
  if (unreadable.empty() && !is_reason(reason))
    unreadable = "its reason \"" + printable(reason.substr(0, 64)) + "\" is no CamelCase word";
  if (unreadable.empty() && !is_pointer(field))
    unreadable = "its field must be a JSON pointer, found " + std::string(field);
  if (unreadable.empty() && own.severity > SOLDER_SEVERITY_ERROR)
    unreadable = "its severity is " + std::to_string(own.severity);
  if (unreadable.empty() && own.index >= subjects_.size()) unreadable = "its index is " + std::to_string(own.index);
  if (!unreadable.empty()) {
    bad_item(own.index,
             "a problem that it reports: " + unreadable + (message.empty() ? "" : "; it says: " + printable(message)));
    return;
  }
  if (!count(field.size() + message.size() + found.size() + expected.size())) return;
  const Subject& subject = subjects_[own.index];
  model::Diagnostic problem;
  problem.severity = static_cast<model::Severity>(own.severity);
  problem.reason = reason;
  problem.object = subject.object;
  problem.field = subject.path + std::string(field);
  problem.message = message;
  problem.found = found;
  problem.expected = expected;
  problem.plugin = plugin_;
  problem.related = object_ref(related);
  outputs_[own.index].diagnostics.push_back(std::move(problem));
}

std::optional<model::Diagnostics> read_problems(const std::string& plugin, const model::ObjectRef& object,
                                                solder_span problems) {
  if (problems.count > 0 && (problems.data == nullptr || problems.stride < SOLDER_DIAG_SIZE_1_0)) return std::nullopt;
  const std::vector<Subject> subjects{{object, ""}};
  std::vector<ItemOutput> outputs(1);
  Sink sink(plugin, Operation::kDerive, {}, subjects, outputs);
  for (uint64_t i = 0; i < problems.count; ++i) {
    solder_diag own{};
    const auto* theirs = SOLDER_AT(solder_diag, problems, i);
    std::memcpy(&own, theirs, std::min<size_t>({theirs->size, sizeof(own), problems.stride}));
    own.size = std::min<uint32_t>(own.size, sizeof(own));
    own.index = 0;
    sink.out()->diag(sink.out()->ctx, &own);
  }
  return std::move(outputs[0].diagnostics);
}

}  // namespace solder::host

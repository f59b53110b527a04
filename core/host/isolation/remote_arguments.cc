// How the arguments of services are packed.
#include <algorithm>
#include <cstring>

#include "core/host/abi_text.h"
#include "core/host/isolation/remote_services.h"

namespace solder::host::isolation {

namespace {

constexpr uint64_t kMaxProblems = 1000;

bool add_text(Parcel& parcel, solder_str text) {
  std::string_view read;
  if (read_bytes(text, read) != nullptr) return false;
  parcel.texts.emplace_back(read);
  return true;
}

}  // namespace

std::optional<Parcel> parcel_of(std::initializer_list<solder_str> texts) {
  Parcel out;
  for (const solder_str& text : texts) {
    if (!add_text(out, text)) return std::nullopt;
  }
  return out;
}

std::optional<Parcel> parcel_of(const solder_ref* object) {
  if (object == nullptr) return std::nullopt;
  return parcel_of({object->kind, object->ns, object->name});
}

std::optional<Parcel> parcel_of(const solder_published* what) {
  if (what == nullptr || what->size < SOLDER_PUBLISHED_SIZE_1_0 || what->size > kMaxStructSize) return std::nullopt;
  return parcel_of({what->object.kind, what->object.ns, what->object.name, what->field, what->key, what->items});
}

bool add_problems(Parcel& parcel, solder_span problems) {
  if (problems.count == 0) return true;
  if (problems.count > kMaxProblems || problems.data == nullptr || problems.stride < SOLDER_DIAG_SIZE_1_0) return false;
  for (uint64_t i = 0; i < problems.count; ++i) {
    solder_diag own{};
    const auto* theirs = SOLDER_AT(solder_diag, problems, i);
    std::memcpy(&own, theirs, std::min<size_t>({theirs->size, sizeof(own), problems.stride}));
    parcel.numbers.push_back(own.severity);
    for (const solder_str& text : {own.field, own.reason, own.message, own.found, own.expected, own.related.kind,
                                   own.related.ns, own.related.name}) {
      if (!add_text(parcel, text)) return false;
    }
  }
  return true;
}

}  // namespace solder::host::isolation

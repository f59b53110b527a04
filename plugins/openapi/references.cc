#include "references.h"

#include <algorithm>

#include "shown.h"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

constexpr int kMostHops = 64;
constexpr size_t kMostDocuments = 32;

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const bool triplet = text[i] == '%' && i + 2 < text.size() &&
                         text.substr(i + 1, 2).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    if (triplet) value = static_cast<unsigned>(std::stoul(std::string(text.substr(i + 1, 2)), nullptr, 16));
    out += triplet ? static_cast<char>(value) : text[i];
    if (triplet) i += 2;
  }
  return out;
}

// What stands at a JSON pointer; null where nothing does, or where it is no pointer.
const Json* at_pointer(const Json& document, std::string_view pointer) {
  const Json* at = &document;
  while (!pointer.empty() && at != nullptr) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const size_t end = std::min(pointer.find('/'), pointer.size());
    std::string step;
    for (size_t i = 0; i < end; ++i) {
      const bool escape = pointer[i] == '~' && i + 1 < end && (pointer[i + 1] == '0' || pointer[i + 1] == '1');
      step += escape ? (pointer[++i] == '0' ? '~' : '/') : pointer[i];
    }
    pointer.remove_prefix(end);
    if (at->is_object()) {
      const auto found = at->find(step);
      at = found == at->end() ? nullptr : &*found;
    } else if (at->is_array() && !step.empty() && step.size() < 8 &&
               step.find_first_not_of("0123456789") == std::string::npos) {
      const size_t index = std::stoul(step);
      at = index < at->size() ? &(*at)[index] : nullptr;
    } else {
      at = nullptr;
    }
  }
  return at;
}

}  // namespace

Place References::root() const {
  const auto at = documents_.find(start_);
  return at == documents_.end() ? Place{} : Place{&at->second, &at->first};
}

Place References::child(const Place& of, const char* member) const {
  if (of.value == nullptr || !of.value->is_object()) return {};
  return {sdk::find(*of.value, member), of.document};
}

Place References::resolved(Place place, std::string& why) {
  for (int hops = 0; place.value != nullptr && place.value->is_object(); ++hops) {
    const std::string reference = sdk::get_string(*place.value, "$ref");
    if (reference.empty()) return place;
    if (hops == kMostHops) {
      why = "the reference " + shown(reference) + " leads to itself";
      return {};
    }
    place = follow(place, reference, why);
  }
  return place;
}

Place References::follow(const Place& from, const std::string& reference, std::string& why) {
  const size_t hash = reference.find('#');
  const std::string pointer =
      hash == std::string::npos ? "" : percent_decoded(std::string_view(reference).substr(hash + 1));
  const std::string told = shown(reference);
  const auto own = parse_url(*from.document);
  const auto url = resolve_url(own ? *own : base_, reference);
  if (!url || url->origin() != base_.origin()) {
    foreign_.insert(told);
    why = "the reference " + told + " is on another host, and is not followed";
    return {};
  }
  const auto document = documents_.find(url->text());
  if (document == documents_.end()) {
    why = "the reference " + told + " cannot be followed";
    if (missing_.size() + documents_.size() < kMostDocuments) {
      missing_.insert(url->text());
    } else {
      why += ": there are more than " + std::to_string(kMostDocuments) + " documents";
    }
    return {};
  }
  const Json* found = at_pointer(document->second, pointer);
  if (found == nullptr) why = "the reference " + told + " leads to nothing";
  return found == nullptr ? Place{} : Place{found, &document->first};
}

}  // namespace solder::plugins::openapi

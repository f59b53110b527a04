#include "core/sources/source_order.h"

#include <algorithm>

namespace solder::sources {

std::vector<store::Change> SourceOrder::take(const std::string& source, std::vector<store::Change> changes) {
  std::vector<store::Change> out;
  for (store::Change& change : changes) {
    Brought& brought = all_[change.ref];
    const model::ObjectPtr before = brought.empty() ? nullptr : brought.front().second;
    auto at = std::lower_bound(brought.begin(), brought.end(), source,
                               [](const auto& each, const std::string& name) { return each.first < name; });
    const bool there = at != brought.end() && at->first == source;
    if (change.object && there) {
      at->second = std::move(change.object);
    } else if (change.object) {
      brought.emplace(at, source, std::move(change.object));
    } else if (there) {
      brought.erase(at);
    }
    const model::ObjectPtr now = brought.empty() ? nullptr : brought.front().second;
    if (now != before) out.push_back({change.ref, now});
    if (brought.size() > 1) {
      doubles_[change.ref] = {.severity = model::Severity::kWarning,
                              .reason = "DuplicateObject",
                              .object = change.ref,
                              .message = to_string(change.ref) + " comes from " + brought[0].first + " and from " +
                                         brought[1].first + "; the one from " + brought[0].first + " counts",
                              .expected = "one of the two"};
    } else {
      doubles_.erase(change.ref);
    }
    if (brought.empty()) all_.erase(change.ref);
  }
  return out;
}

model::Diagnostics SourceOrder::problems() const {
  model::Diagnostics out;
  for (const auto& [ref, problem] : doubles_) out.push_back(problem);
  return out;
}

}  // namespace solder::sources

#include "core/engine/diagnostic_book.h"

#include <functional>
#include <utility>

#include "core/engine/map_differences.h"

namespace solder::engine {

void DiagnosticBook::set(const std::string& source, const model::Diagnostics& diagnostics) {
  const auto known = subjects_.find(source);
  if (diagnostics.empty() && known == subjects_.end()) return;
  std::map<model::ObjectRef, model::Diagnostics> now;
  for (const auto& diagnostic : diagnostics) now[diagnostic.object].push_back(diagnostic);
  if (known != subjects_.end()) {
    for (const auto& object : known->second) {
      if (now.count(object) != 0) continue;
      auto at = said_.find(object);
      at->second.erase(source);
      if (at->second.empty()) said_.erase(at);
      changed_.insert(object);
    }
    subjects_.erase(known);
  }
  for (auto& [object, list] : now) {
    subjects_[source].insert(object);
    auto& before = said_[object][source];
    if (before == list) continue;
    before = std::move(list);
    changed_.insert(object);
  }
}

model::Diagnostics DiagnosticBook::about(const model::ObjectRef& object) const {
  model::Diagnostics out;
  const auto at = said_.find(object);
  if (at == said_.end()) return out;
  for (const auto& [source, list] : at->second) out.insert(out.end(), list.begin(), list.end());
  return out;
}

model::Diagnostics DiagnosticBook::said_by(const std::string& source) const {
  model::Diagnostics out;
  const auto known = subjects_.find(source);
  if (known == subjects_.end()) return out;
  for (const auto& object : known->second) {
    const auto& list = said_.at(object).at(source);
    out.insert(out.end(), list.begin(), list.end());
  }
  return out;
}

std::set<model::ObjectRef> DiagnosticBook::differences(const DiagnosticBook& other) const {
  std::set<model::ObjectRef> out;
  add_differences(said_, other.said_, std::equal_to<>(), out);
  return out;
}

model::Diagnostics DiagnosticBook::all() const {
  model::Diagnostics out;
  for (const auto& [object, sources] : said_) {
    for (const auto& [source, list] : sources) out.insert(out.end(), list.begin(), list.end());
  }
  return out;
}

std::set<model::ObjectRef> DiagnosticBook::take_changed() { return std::exchange(changed_, {}); }

}  // namespace solder::engine

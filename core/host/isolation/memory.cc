#include "core/host/isolation/memory.h"

#include <utility>

namespace solder::host::isolation {

Memory::Entry* Memory::find(const std::string& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return nullptr;
  at->second.round = round_;
  return &at->second;
}

void Memory::keep(const std::string& key, const ItemOutput& output, std::vector<Question> questions) {
  Entry& entry = entries_[key];
  entry.output = output;
  entry.questions = std::move(questions);
  entry.round = round_;
}

void Memory::end_round() {
  std::erase_if(entries_, [&](const auto& each) { return each.second.round != round_; });
  asked_ = entries_.size();
}

}  // namespace solder::host::isolation

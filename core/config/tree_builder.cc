#include "core/config/tree_builder.h"

namespace solder::config {

std::string pointer_step(const std::string& key) {
  std::string step = "/";
  for (const char c : key) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::string TreeBuilder::child_pointer() const {
  if (frames_.empty()) return "";
  const Frame& frame = frames_.back();
  return frame.pointer + (frame.is_map ? pointer_step(frame.key) : "/" + std::to_string(frame.value.size()));
}

bool TreeBuilder::count(size_t nodes, Position at) {
  nodes_ += nodes;
  if (nodes_ <= limits_.max_expanded_nodes) return true;
  problems_.push_back(
      {"TooLarge", "the document has more than " + std::to_string(limits_.max_expanded_nodes) + " values", at, ""});
  return false;
}

bool TreeBuilder::count_alias(size_t nodes, Position at) {
  alias_nodes_ += nodes;
  if (alias_nodes_ <= limits_.max_alias_growth) return count(nodes, at);
  problems_.push_back({"AliasBomb",
                       "aliases make the document grow by more than " + std::to_string(limits_.max_alias_growth) +
                           " values; write the values out, or share less",
                       at, child_pointer()});
  return false;
}

bool TreeBuilder::begin(nlohmann::json value, bool is_map, Position at) {
  if (frames_.size() >= limits_.max_depth) {
    problems_.push_back(
        {"TooDeep", "values are nested more than " + std::to_string(limits_.max_depth) + " deep", at, ""});
    return false;
  }
  if (!count(1, at)) return false;
  Frame frame;
  frame.pointer = child_pointer();
  if (frames_.empty()) start_ = at;
  if (want_positions_ && !frames_.empty() && !frames_.back().is_map) positions_[frame.pointer] = at;
  frame.value = std::move(value);
  frame.is_map = is_map;
  frame.at = at;
  frames_.push_back(std::move(frame));
  return true;
}

bool TreeBuilder::begin_map(Position at) { return begin(nlohmann::json::object(), true, at); }
bool TreeBuilder::begin_list(Position at) { return begin(nlohmann::json::array(), false, at); }

bool TreeBuilder::key(std::string name, Position at) {
  if (!count(weight(name.size()), at)) return false;
  Frame& frame = frames_.back();
  frame.key = std::move(name);
  frame.has_key = true;
  if (want_positions_) positions_.try_emplace(frame.pointer + pointer_step(frame.key), at);
  const auto [known, fresh] = frame.keys.try_emplace(frame.key, at);
  if (!fresh && frame.key != "<<") {
    problems_.push_back(
        {"DuplicateKey",
         "the key \"" + frame.key + "\" stands twice in one map, first in line " + std::to_string(known->second.line),
         at, frame.pointer + pointer_step(frame.key)});
  }
  return true;
}

// YAML's merge key: what the map itself says wins, then the earlier of several.
void TreeBuilder::apply_merges(Frame& frame) {
  for (const auto& merge : frame.merges) {
    const auto add = [&](const nlohmann::json& from) {
      for (const auto& [key, value] : from.items()) {
        if (!frame.value.contains(key)) frame.value[key] = value;
      }
    };
    if (merge.is_object()) add(merge);
    if (!merge.is_array()) continue;
    for (const auto& one : merge) {
      if (one.is_object()) add(one);
    }
  }
}

bool TreeBuilder::end() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  apply_merges(frame);
  return place(std::move(frame.value), frame.at);
}

bool TreeBuilder::value(nlohmann::json value, Position at) {
  const size_t bytes = value.is_string() ? value.get_ref<const std::string&>().size() : 0;
  if (!count(weight(bytes), at)) return false;
  if (frames_.empty()) start_ = at;
  if (want_positions_ && !frames_.empty() && !frames_.back().is_map) positions_[child_pointer()] = at;
  return place(std::move(value), at);
}

bool TreeBuilder::place(nlohmann::json value, Position) {
  if (frames_.empty()) {
    root_ = std::move(value);
    has_root_ = true;
    last_ = &root_;
    return true;
  }
  Frame& frame = frames_.back();
  if (!frame.is_map) {
    frame.value.push_back(std::move(value));
    last_ = &frame.value.back();
    return true;
  }
  frame.has_key = false;
  if (frame.key == "<<" && (value.is_object() || value.is_array())) {
    frame.merges.push_back(std::move(value));
    last_ = &frame.merges.back();
    return true;
  }
  // Of a key that stands twice the first counts; the document is refused all the same.
  auto [at, fresh] = frame.value.emplace(frame.key, std::move(value));
  last_ = &*at;
  return true;
}

ReadDocument TreeBuilder::take() {
  ReadDocument document;
  // What was open when the document had to be given up still names the object.
  while (!frames_.empty()) end();
  document.value = std::move(root_);
  document.start = start_;
  document.positions = std::move(positions_);
  document.problems = std::move(problems_);
  return document;
}

}  // namespace solder::config

// Builds one JSON value from a parser's events, and knows where each part of it stands. Shared by the YAML and the JSON
// reader, so that both have the same limits and the same words for the same mistakes. Never recursive.
// Tested by tests/unit/config/documents_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config/documents.h"

namespace solder::config {

struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
};

// JSON pointer → where the value's key (or the list's item) stands.
using Positions = std::map<std::string, Position>;

struct ReadProblem {
  std::string reason;
  std::string message;
  Position at;
  std::string field;  // JSON pointer, where it is known
};

// One document of a file.
struct ReadDocument {
  nlohmann::json value;  // null where nothing could be read
  // Where it was made without a value of the whole: that as text. `value` has apiVersion, kind and metadata then.
  std::string json;
  Position start;
  Positions positions;  // only where they were asked for
  std::vector<ReadProblem> problems;
};

// A key as one step of a JSON pointer (RFC 6901).
std::string pointer_step(const std::string& key);

class TreeBuilder {
 public:
  TreeBuilder(const Limits& limits, bool want_positions) : limits_(limits), want_positions_(want_positions) {}

  // How many nodes a text of that length counts for: copies of a long one by aliases are bounded as well.
  static size_t weight(size_t bytes) { return 1 + bytes / 64; }

  // Each gives false where the document has to be given up; problems() says why.
  bool begin_map(Position at);
  bool begin_list(Position at);
  bool end();
  bool key(std::string name, Position at);
  bool value(nlohmann::json value, Position at);
  // Counts nodes that came by an alias.
  bool count_alias(size_t nodes, Position at);

  [[nodiscard]] bool wants_key() const { return !frames_.empty() && frames_.back().is_map && !frames_.back().has_key; }
  [[nodiscard]] bool complete() const { return frames_.empty() && has_root_; }
  // The value that the last end() or value() finished, and how many nodes it has.
  [[nodiscard]] const nlohmann::json& last() const { return *last_; }
  [[nodiscard]] size_t nodes() const { return nodes_; }
  void add_problem(ReadProblem problem) { problems_.push_back(std::move(problem)); }
  ReadDocument take();

 private:
  struct Frame {
    nlohmann::json value;
    bool is_map = false;
    bool has_key = false;
    std::string key;
    std::string pointer;
    Position at;
    std::map<std::string, Position> keys;
    std::vector<nlohmann::json> merges;  // values of "<<"
  };
  bool begin(nlohmann::json value, bool is_map, Position at);
  bool place(nlohmann::json value, Position at);
  bool count(size_t nodes, Position at);
  std::string child_pointer() const;
  static void apply_merges(Frame& frame);

  const Limits& limits_;
  bool want_positions_;
  std::vector<Frame> frames_;
  nlohmann::json root_;
  bool has_root_ = false;
  const nlohmann::json* last_ = nullptr;
  size_t nodes_ = 0;
  size_t alias_nodes_ = 0;
  Position start_;
  Positions positions_;
  std::vector<ReadProblem> problems_;
};

// Reads one YAML document; `line` is the line of the file that `text` starts at.
ReadDocument read_yaml(std::string_view text, uint32_t line, const Limits& limits, bool want_positions);
ReadDocument read_json(std::string_view text, const Limits& limits, bool want_positions);

// What is wanted of a document: an object as text, with what names it; the value; the value and the places of its
// parts.
enum class Want : uint8_t { kObject, kValue, kPositions };

// Reads every document of a text, one after the other; `take` is given each with its number in the file.
void read_text(std::string_view text, const std::string& file, const Limits& limits, Want want,
               const std::function<void(ReadDocument, uint32_t)>& take);

}  // namespace solder::config

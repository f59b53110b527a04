// Computed values by their content: a family of the graph whose keys hold the hash of a text, shared by all who read
// the same text. One thread. Tested by tests/unit/engine/graph_test.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/base/hash.h"
#include "core/engine/graph.h"

namespace solder::engine {

// K has `uint64_t text_hash`; T has `uint64_t hash` and `std::shared_ptr<const std::string> text`.
template <typename K, typename T>
class TextMemo {
 public:
  using Compute = std::function<std::shared_ptr<T>(Reader&, const K&, const std::string& text)>;
  TextMemo(Graph& graph, Compute compute)
      : compute_(std::move(compute)), memo_(graph, [this](Reader& reader, const K& key) { return run(reader, key); }) {}

  // `key` without the hash.
  std::shared_ptr<const T> read(Reader& reader, K key, const std::string& text) {
    key.text_hash = base::hash_bytes(text);
    const auto known = memo_.peek(key);
    // Two texts of one hash: the later one does without a cell.
    if (known && *known->text != text) return made(reader, key, std::make_shared<const std::string>(text));
    if (!known) fresh_ = std::make_shared<const std::string>(text);
    auto result = memo_.read(reader, key);
    fresh_.reset();
    return result;
  }

 private:
  std::shared_ptr<const T> run(Reader& reader, const K& key) {
    const auto known = memo_.peek(key);
    return made(reader, key, known ? known->text : std::exchange(fresh_, nullptr));
  }
  std::shared_ptr<const T> made(Reader& reader, const K& key, std::shared_ptr<const std::string> text) {
    auto result = compute_(reader, key, *text);
    result->text = std::move(text);
    return result;
  }

  Compute compute_;
  Memo<K, T> memo_;
  std::shared_ptr<const std::string> fresh_;  // the text of a cell that is about to be made
};

}  // namespace solder::engine

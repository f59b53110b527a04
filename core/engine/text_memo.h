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

  // `key` without the hash. Valid as long as the computation.
  const std::shared_ptr<const T>& read(Reader& reader, K key, const std::string& text) {
    key.text_hash = base::hash_bytes(text);
    if (const auto* known = memo_.read_known(reader, key)) {
      return reader.missed() || *(*known)->text == text ? *known : apart(reader, key, text);
    }
    const auto kept = std::make_shared<const std::string>(text);
    return memo_.make(reader, key, [&](Reader& inner, const K& at) { return made(inner, at, kept); });
  }

 private:
  std::shared_ptr<const T> run(Reader& reader, const K& key) { return made(reader, key, memo_.peek(key)->text); }
  std::shared_ptr<const T> made(Reader& reader, const K& key, std::shared_ptr<const std::string> text) {
    auto result = compute_(reader, key, *text);
    result->text = std::move(text);
    return result;
  }
  // Two texts of one hash: the later one does without a cell.
  const std::shared_ptr<const T>& apart(Reader& reader, const K& key, const std::string& text) {
    const auto value =
        std::make_shared<const std::shared_ptr<const T>>(made(reader, key, std::make_shared<const std::string>(text)));
    reader.keep(value);
    return *value;
  }

  Compute compute_;
  Memo<K, T> memo_;
};

}  // namespace solder::engine

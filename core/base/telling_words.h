// The words of a message that may name something: names, paths, values. Without what only ends a sentence, without
// short ones. Views into the text. Any thread. Tested by tests/unit/base/telling_words_test.cc.
#pragma once

#include <set>
#include <string_view>

namespace solder::base {

// Whether the letter stands between words.
inline bool parts_words(char letter) {
  return std::string_view(" \t\n\r'\"`,;()[]{}<>=%").find(letter) != std::string_view::npos;
}

inline std::set<std::string_view> telling_words(std::string_view text) {
  constexpr size_t kShortest = 3;
  constexpr size_t kMost = 64;
  std::set<std::string_view> words;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size() && words.size() < kMost; ++i) {
    if (i < text.size() && !parts_words(text[i])) continue;
    auto word = text.substr(begin, i - begin);
    while (!word.empty() && std::string_view(".:?!").find(word.back()) != std::string_view::npos) word.remove_suffix(1);
    if (word.size() >= kShortest) words.insert(word);
    begin = i + 1;
  }
  return words;
}

}  // namespace solder::base

// Regular expressions as users know them from Gloo (ECMAScript's, which PCRE2 reads), for bytes from strangers: the
// work of one match is bounded, and PCRE2 keeps its stack on the heap. A match that would take more counts as none, and
// says so. Source: PCRE2 10. Tested by tests/unit/transformation/program_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pcre2_real_code_8;

namespace solder::transformation {

class Regex {
 public:
  // Nothing where it is none; `error` says why and where.
  static std::optional<Regex> compile(std::string_view pattern, std::string& error);

  struct Group {
    size_t from = 0;
    size_t to = 0;
    bool set = false;
  };
  enum class Result { kMatch, kNone, kTooMuch };

  // Of the whole text; groups[0] is the match.
  Result match_whole(std::string_view text, std::vector<Group>& groups) const;
  // The first at or behind `from`.
  Result search(std::string_view text, size_t from, std::vector<Group>& groups) const;
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] uint32_t groups() const { return groups_; }

 private:
  struct Free {
    void operator()(pcre2_real_code_8* code) const;
  };
  using Code = std::unique_ptr<pcre2_real_code_8, Free>;
  static Result run(const pcre2_real_code_8* code, std::string_view text, size_t from, std::vector<Group>& groups);

  Code whole_;
  Code part_;
  uint32_t groups_ = 0;
};

}  // namespace solder::transformation

#include "regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace solder::transformation {

namespace {

constexpr uint32_t kMostMatchSteps = 2'000'000;
constexpr uint32_t kMostHeap = 64 * 1024;  // KiB
constexpr uint32_t kDeepestParentheses = 100;

struct CompileContext {
  pcre2_compile_context* context = pcre2_compile_context_create(nullptr);
  CompileContext() { pcre2_set_parens_nest_limit(context, kDeepestParentheses); }
  CompileContext(const CompileContext&) = delete;
  CompileContext& operator=(const CompileContext&) = delete;
  ~CompileContext() { pcre2_compile_context_free(context); }
};

struct MatchFree {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

pcre2_code* compiled(std::string_view pattern, uint32_t options, std::string& error) {
  const CompileContext limits;
  int problem = 0;
  PCRE2_SIZE at = 0;
  auto* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &problem, &at,
                             limits.context);
  if (code == nullptr) {
    PCRE2_UCHAR text[160] = {};
    pcre2_get_error_message(problem, text, sizeof text);
    error = std::string(reinterpret_cast<const char*>(text)) + " at character " + std::to_string(at + 1);
  }
  return code;
}

}  // namespace

void Regex::Free::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }

std::optional<Regex> Regex::compile(std::string_view pattern, std::string& error) {
  // ECMAScript's $ stands for the end alone, and [] and [^] are sets.
  constexpr uint32_t kOptions = PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP | PCRE2_NEVER_UTF | PCRE2_DOLLAR_ENDONLY |
                                PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF;
  Regex out;
  out.whole_.reset(compiled(pattern, kOptions | PCRE2_ANCHORED | PCRE2_ENDANCHORED, error));
  if (!out.whole_) return std::nullopt;
  out.part_.reset(compiled(pattern, kOptions, error));
  if (!out.part_) return std::nullopt;
  pcre2_pattern_info(out.whole_.get(), PCRE2_INFO_CAPTURECOUNT, &out.groups_);
  return out;
}

Regex::Result Regex::run(const pcre2_real_code_8* code, std::string_view text, size_t from,
                         std::vector<Group>& groups) {
  const std::unique_ptr<pcre2_match_data, MatchFree> data(pcre2_match_data_create_from_pattern(code, nullptr));
  const std::unique_ptr<pcre2_match_context, MatchFree> limits(pcre2_match_context_create(nullptr));
  if (!data || !limits) return Result::kTooMuch;
  pcre2_set_match_limit(limits.get(), kMostMatchSteps);
  pcre2_set_heap_limit(limits.get(), kMostHeap);
  const int found =
      pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, 0, data.get(), limits.get());
  if (found < 0) return found == PCRE2_ERROR_NOMATCH ? Result::kNone : Result::kTooMuch;
  const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(data.get());
  groups.assign(pcre2_get_ovector_count(data.get()), {});
  for (size_t i = 0; i < groups.size(); ++i) {
    if (bounds[2 * i] != PCRE2_UNSET) groups[i] = {bounds[2 * i], bounds[2 * i + 1], true};
  }
  // \K in a look-ahead can turn the bounds round.
  if (groups[0].from > groups[0].to) return Result::kNone;
  return Result::kMatch;
}

Regex::Result Regex::match_whole(std::string_view text, std::vector<Group>& groups) const {
  return run(whole_.get(), text, 0, groups);
}

Regex::Result Regex::search(std::string_view text, size_t from, std::vector<Group>& groups) const {
  return run(part_.get(), text, from, groups);
}

bool Regex::matches(std::string_view text) const {
  std::vector<Group> groups;
  return match_whole(text, groups) == Result::kMatch;
}

}  // namespace solder::transformation

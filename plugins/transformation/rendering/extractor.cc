#include "extractor.h"

#include <algorithm>

#include "renderer.h"

namespace solder::transformation {

namespace {

std::string text_of(const Value& config, std::string_view key) {
  const Value* value = config.find(key);
  return value == nullptr ? "" : std::string(value->string());
}

// "$&", "$1", "$$" as std::regex_replace reads them.
void append_replacement(const std::string& by, std::string_view text, const std::vector<Regex::Group>& groups,
                        std::string& out) {
  const auto append = [&](size_t group) {
    if (group < groups.size() && groups[group].set)
      out.append(text.substr(groups[group].from, groups[group].to - groups[group].from));
  };
  for (size_t i = 0; i < by.size(); ++i) {
    const char next = i + 1 < by.size() ? by[i + 1] : '\0';
    if (by[i] != '$' || next == '\0') {
      out += by[i];
    } else if (next == '$') {
      out += by[++i];
    } else if (next == '&') {
      append(0);
      ++i;
    } else if (next >= '0' && next <= '9') {
      size_t group = static_cast<size_t>(next - '0');
      ++i;
      if (i + 1 < by.size() && by[i + 1] >= '0' && by[i + 1] <= '9')
        group = group * 10 + static_cast<size_t>(by[++i] - '0');
      append(group);
    } else {
      out += by[i];
    }
  }
}

}  // namespace

std::optional<Extractor> Extractor::of(const std::string& name, const Value& config, const std::string& field,
                                       ConfigProblems& problems) {
  const size_t before = problems.size();
  const auto problem = [&](const char* member, const char* reason, std::string message, std::string found,
                           std::string expected) {
    problems.push_back({field + member, reason, std::move(message), std::move(found), std::move(expected)});
  };
  Extractor out;
  out.name_ = name;
  out.key_ = text_of(config, "header");
  std::transform(out.key_.begin(), out.key_.end(), out.key_.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (config.find("body") != nullptr) out.source_ = Source::kBody;
  if (config.find("dynamicMetadata") != nullptr) {
    out.source_ = Source::kMetadata;
    out.key_ = text_of(config, "dynamicMetadata");
  }
  const std::string pattern = text_of(config, "regex");
  std::string error;
  out.regex_ = Regex::compile(pattern, error);
  if (!out.regex_) problem("/regex", "InvalidRegex", "extractor " + name + ": " + error, pattern, "");
  const Value* group = config.find("subgroup");
  out.group_ = group == nullptr ? 0 : static_cast<size_t>(group->as_integer());
  const std::string mode = text_of(config, "mode");
  if (mode == "SINGLE_REPLACE") out.mode_ = Mode::kReplaceGroup;
  if (mode == "REPLACE_ALL") out.mode_ = Mode::kReplaceAll;
  const Value* replacement = config.find("replacementText");
  out.replacement_ = text_of(config, "replacementText");
  if (out.mode_ == Mode::kReplaceAll && out.group_ != 0) {
    problem("/subgroup", "InvalidValue",
            "extractor " + name + " replaces whole matches: mode REPLACE_ALL takes no subgroup",
            std::to_string(out.group_), "0");
  } else if (out.regex_ && out.group_ > out.regex_->groups()) {
    problem("/subgroup", "InvalidValue",
            "extractor " + name + ": the regex has only " + std::to_string(out.regex_->groups()) + " groups",
            std::to_string(out.group_), "at most " + std::to_string(out.regex_->groups()));
  }
  if (out.mode_ != Mode::kExtract && replacement == nullptr)
    problem("", "MissingField", "extractor " + name + ": mode " + mode + " needs a replacementText", "",
            "replacementText");
  if (out.mode_ == Mode::kExtract && !out.replacement_.empty())
    problem("/replacementText", "InvalidValue",
            "extractor " + name + ": only the modes that replace take a replacementText", out.replacement_,
            "mode SINGLE_REPLACE or REPLACE_ALL");
  if (problems.size() > before) return std::nullopt;
  return out;
}

bool Extractor::too_much(std::string& error) const {
  error = "extractor " + name_ + ": the regex takes too long on this text";
  return false;
}

bool Extractor::extract(Arena& arena, const Surroundings& around, std::string_view body, std::string_view& out,
                        std::string& error) const {
  std::string_view from = body;
  if (source_ == Source::kHeader) from = around.header(key_).value_or("");
  if (source_ == Source::kMetadata) {
    const auto value = around.metadata(arena, MetadataOf::kDynamic, kMetadataNamespace, key_);
    from = value ? value->string() : "";
  }
  out = "";
  // Nothing comes of a header that is not there, whatever the regex.
  if (source_ == Source::kHeader && !around.header(key_)) return true;
  if (mode_ == Mode::kReplaceAll) return replace_all(arena, from, out, error);
  std::vector<Regex::Group> groups;
  const Regex::Result found = regex_->match_whole(from, groups);
  if (found == Regex::Result::kTooMuch) return too_much(error);
  const bool matched = found == Regex::Result::kMatch;
  if (mode_ == Mode::kExtract) {
    const bool set = matched && groups[group_].set;
    out = arena.copy(set ? from.substr(groups[group_].from, groups[group_].to - groups[group_].from) : "");
  } else {
    std::string text(from);
    if (matched && groups[group_].set)
      text.replace(groups[group_].from, groups[group_].to - groups[group_].from, replacement_);
    out = arena.copy(text);
  }
  return !arena.exhausted() || too_much(error);
}

// Matches of nothing are passed over, as in Gloo.
bool Extractor::replace_all(Arena& arena, std::string_view from, std::string_view& out, std::string& error) const {
  std::string text;
  std::vector<Regex::Group> groups;
  size_t at = 0, done = 0;
  while (at <= from.size()) {
    const Regex::Result found = regex_->search(from, at, groups);
    if (found == Regex::Result::kTooMuch || text.size() > kMostOutput) return too_much(error);
    if (found == Regex::Result::kNone) break;
    if (groups[0].from == groups[0].to) {
      at = groups[0].to + 1;
      continue;
    }
    text.append(from, done, groups[0].from - done);
    append_replacement(replacement_, from, groups, text);
    at = done = groups[0].to;
  }
  text.append(from.substr(done));
  out = arena.copy(text);
  return !arena.exhausted() || too_much(error);
}

}  // namespace solder::transformation

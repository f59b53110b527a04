// An extractor: a part of a header or of the body by regular expression, taken out or replaced. Source: Gloo's
// Extraction. Tested by tests/unit/transformation/transformation_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "problem.h"
#include "regex.h"
#include "surroundings.h"
#include "value.h"

namespace solder::transformation {

class Extractor {
 public:
  // Nothing, and problems told, where it cannot work.
  static std::optional<Extractor> of(const std::string& name, const Value& config, const std::string& field,
                                     ConfigProblems& problems);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool reads_body() const { return source_ == Source::kBody; }
  [[nodiscard]] bool reads_path() const { return source_ == Source::kHeader && key_ == ":path"; }
  // Into the arena. False, and `error` filled, where the work would be too much.
  bool extract(Arena& arena, const Surroundings& around, std::string_view body, std::string_view& out,
               std::string& error) const;

 private:
  enum class Source { kHeader, kBody, kMetadata };
  enum class Mode { kExtract, kReplaceGroup, kReplaceAll };

  bool replace_all(Arena& arena, std::string_view from, std::string_view& out, std::string& error) const;
  bool too_much(std::string& error) const;

  std::string name_;
  Source source_ = Source::kHeader;
  std::string key_;  // of the header or the metadata
  std::optional<Regex> regex_;
  size_t group_ = 0;
  Mode mode_ = Mode::kExtract;
  std::string replacement_;
};

}  // namespace solder::transformation

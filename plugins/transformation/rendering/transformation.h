// One transformation, compiled: what becomes of a message's headers, body, metadata and span. compile() tells every
// mistake at once, in the control plane before Envoy sees it and again in Envoy; apply() never throws and never leaves
// a message half changed: where it fails nothing was changed. Immutable and shared by threads. Source: Gloo's
// TransformationTemplate and HeaderBodyTransform, and the order in which its filter for Envoy works. Tested by
// tests/unit/transformation/transformation_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extractor.h"
#include "problem.h"
#include "surroundings.h"
#include "template.h"
#include "value.h"

namespace solder::transformation {

class Renderer;
struct Inputs;

inline constexpr size_t kMostMemory = size_t{256} << 20;  // of one application, beside the body itself

class Transformation {
 public:
  struct Result {
    bool ok = true;
    std::string error;                // one sentence
    std::optional<std::string> body;  // in place of the old one
  };

  // `config`: a Transformation of Gloo's API in its canonical form. Nothing where there are problems.
  static std::optional<Transformation> compile(const Value& config, const std::string& field, ConfigProblems& problems);

  // What the message is: a response without a body (to HEAD, 204, 304) gets none.
  enum class Of { kRequest, kResponse, kBareResponse };
  Result apply(Message& message, std::string_view body, Of of) const;

  // Whether apply() wants the body; else the headers are enough, and the body may pass on unseen.
  [[nodiscard]] bool needs_body() const { return needs_body_; }
  // Whether an empty body means that there is nothing of a content type any more.
  [[nodiscard]] bool passes_body() const { return body_kind_ == Body::kPass; }
  [[nodiscard]] bool logs() const { return logs_; }

 private:
  enum class Body { kKeep, kTemplate, kPass, kMergeExtractors, kMergeKeys, kHeadersAndBody };
  struct Named {
    std::string name;
    Template value;
  };
  struct Metadata {
    std::string name_space;
    std::string key;
    Template value;
    bool json = false;
  };
  struct Key {
    std::string name;
    Template value;
    bool even_empty = false;
  };
  using Rendered = std::vector<std::pair<std::string_view, std::string>>;

  friend class Compiler;
  bool read_body(Arena& arena, std::string_view body, Inputs& inputs, std::string& error) const;
  bool extract(Arena& arena, const Message& message, Inputs& inputs, std::string& error) const;
  bool render_body(Renderer& renderer, Result& result) const;
  bool merge_keys(Renderer& renderer, Result& result) const;
  Result headers_and_body(Message& message, std::string_view body, Of of) const;
  bool render_metadata(Renderer& renderer, std::vector<Value>& out, std::string& error) const;
  bool render_headers(Renderer& renderer, const std::vector<Named>& from, Rendered& out, std::string& error) const;

  Body body_kind_ = Body::kKeep;
  bool needs_body_ = true;
  bool parse_ = true;
  bool ignore_parse_errors_ = false;
  bool escape_ = false;
  bool encode_ = false;  // what extractors take from :path is decoded, what :path is made of is encoded
  bool logs_ = false;
  bool request_metadata_ = false;  // of headerBodyTransform
  Notation notation_ = Notation::kDots;
  std::vector<Extractor> extractors_;
  std::vector<Named> headers_;
  std::vector<Named> appended_;
  std::vector<std::string> removed_;
  std::vector<Metadata> metadata_;
  std::vector<Key> keys_;
  std::optional<Template> body_;
  std::optional<Template> span_;
};

// What a header may hold in Envoy: empty where it may, else why not.
std::string header_problem(std::string_view name, std::string_view value);

}  // namespace solder::transformation

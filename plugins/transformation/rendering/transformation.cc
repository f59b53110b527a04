// From configuration to a Transformation.
#include "transformation.h"

#include <algorithm>

#include "characters.h"
#include "renderer.h"

namespace solder::transformation {

namespace {

constexpr size_t kDeepestKey = 32;  // names of extractors: a.b.c

bool in_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_header_name(std::string_view name) {
  const std::string_view plain = name.substr(!name.empty() && name[0] == ':' ? 1 : 0);
  return !plain.empty() && std::all_of(plain.begin(), plain.end(), in_token);
}

std::string pointer_part(std::string_view key) {
  std::string out = "/";
  for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

}  // namespace

class Compiler {
 public:
  Compiler(Transformation& out, ConfigProblems& problems) : out_(out), problems_(problems) {}

  void run(const Value& config, const std::string& field) {
    out_.logs_ = config.get("logRequestResponseInfo").truth();
    if (const Value* of_headers = config.find("headerBodyTransform")) {
      out_.body_kind_ = Transformation::Body::kHeadersAndBody;
      out_.request_metadata_ = of_headers->get("addRequestMetadata").truth();
    } else if (const Value* of_template = config.find("transformationTemplate")) {
      whole(*of_template, field + "/transformationTemplate");
    } else if (config.find("xsltTransformation") != nullptr) {
      problem(field + "/xsltTransformation", "InvalidValue",
              "stock Envoy has no XSLT, and neither has Solder's module for it", "",
              "transformationTemplate or headerBodyTransform");
    } else {
      problem(field, "MissingField", "a transformation says how", "", "transformationTemplate or headerBodyTransform");
    }
  }

 private:
  void problem(std::string field, std::string reason, std::string message, std::string found, std::string expected) {
    problems_.push_back(
        {std::move(field), std::move(reason), std::move(message), std::move(found), std::move(expected)});
  }

  std::optional<Template> compiled(const Value& config, const std::string& field, const std::string& what) {
    TemplateError error;
    const std::string_view text = config.get("text").string();
    auto out = Template::parse(text, out_.notation_, error);
    if (!out) problem(field + "/text", "InvalidTemplate", "the template of " + what + ", " + to_string(error), "", "");
    if (out && out->reads_body()) reads_body_ = true;
    return out;
  }

  std::string header_name(std::string_view name, const std::string& field) {
    std::string out = lower_case(name);
    if (!is_header_name(out))
      problem(field, "InvalidValue", "not a name of a header", std::string(name), "such as x-name");
    return out;
  }

  void whole(const Value& config, const std::string& field) {
    out_.notation_ = config.get("advancedTemplates").truth() ? Notation::kPointer : Notation::kDots;
    out_.parse_ = config.get("parseBodyBehavior").string() != "DontParse";
    out_.ignore_parse_errors_ = config.get("ignoreErrorOnParse").truth();
    out_.escape_ = config.get("escapeCharacters").truth();
    out_.encode_ = config.get("percentEncode").truth();
    extractors(config.get("extractors"), field + "/extractors");
    headers(config, field);
    metadata(config.get("dynamicMetadataValues"), field + "/dynamicMetadataValues");
    if (const Value* span = config.find("spanTransformer"))
      out_.span_ = compiled(span->get("name"), field + "/spanTransformer/name", "the span's name");
    body(config, field);
    out_.needs_body_ = out_.body_kind_ != Transformation::Body::kPass &&
                       (out_.parse_ || reads_body_ || out_.body_kind_ != Transformation::Body::kKeep);
  }

  void extractors(const Value& config, const std::string& field) {
    for (const Member& entry : config.entries()) {
      const std::string name(entry.key), at = field + pointer_part(name);
      if (std::count(name.begin(), name.end(), '.') >= static_cast<ptrdiff_t>(kDeepestKey))
        problem(at, "InvalidValue", "the name of an extractor has too many parts", name, "at most 32");
      if (auto one = Extractor::of(name, entry.value, at, problems_)) {
        reads_body_ = reads_body_ || one->reads_body();
        out_.extractors_.push_back(std::move(*one));
      }
    }
  }

  void headers(const Value& config, const std::string& field) {
    for (const Member& one : config.get("headers").entries()) {
      const std::string at = field + "/headers" + pointer_part(one.key);
      add_header(out_.headers_, one.key, one.value, at, at);
    }
    const auto appended = config.get("headersToAppend").list();
    for (size_t i = 0; i < appended.size(); ++i) {
      const std::string at = field + "/headersToAppend/" + std::to_string(i);
      add_header(out_.appended_, appended[i].get("key").string(), appended[i].get("value"), at + "/key", at + "/value");
    }
    const auto removed = config.get("headersToRemove").list();
    for (size_t i = 0; i < removed.size(); ++i) {
      const std::string at = field + "/headersToRemove/" + std::to_string(i);
      out_.removed_.push_back(header_name(removed[i].string(), at));
      if (out_.removed_.back().front() == ':')
        problem(at, "InvalidValue", "Envoy needs its pseudo headers; they can be set, not removed",
                out_.removed_.back(), "");
    }
  }

  void add_header(std::vector<Transformation::Named>& to, std::string_view name, const Value& value,
                  const std::string& at, const std::string& value_at) {
    std::string lower = header_name(name, at);
    if (auto text = compiled(value, value_at, "header " + std::string(name)))
      to.push_back({std::move(lower), std::move(*text)});
  }

  void metadata(const Value& list, const std::string& field) {
    const auto values = list.list();
    for (size_t i = 0; i < values.size(); ++i) {
      const Value& one = values[i];
      const std::string at = field + "/" + std::to_string(i);
      Transformation::Metadata made;
      made.name_space = one.get("metadataNamespace").string();
      if (made.name_space.empty()) made.name_space = kMetadataNamespace;
      made.key = one.get("key").string();
      if (made.key.empty()) problem(at + "/key", "MissingField", "metadata needs a key", "", "a key");
      made.json = one.get("jsonToProto").truth();
      if (auto text = compiled(one.get("value"), at + "/value", "metadata " + made.key)) {
        made.value = std::move(*text);
        out_.metadata_.push_back(std::move(made));
      }
    }
  }

  void body(const Value& config, const std::string& field) {
    using Body = Transformation::Body;
    if (const Value* text = config.find("body")) {
      out_.body_kind_ = Body::kTemplate;
      out_.body_ = compiled(*text, field + "/body", "the body");
    } else if (config.find("passthrough") != nullptr) {
      out_.body_kind_ = Body::kPass;
    } else if (config.find("mergeExtractorsToBody") != nullptr) {
      out_.body_kind_ = Body::kMergeExtractors;
    } else if (const Value* merged = config.find("mergeJsonKeys")) {
      out_.body_kind_ = Body::kMergeKeys;
      keys(merged->get("jsonKeys"), field + "/mergeJsonKeys");
    }
  }

  void keys(const Value& config, const std::string& field) {
    if (out_.notation_ == Notation::kPointer)
      problem(field, "InvalidValue", "mergeJsonKeys and advancedTemplates exclude each other", "",
              "advancedTemplates: false");
    if (!out_.parse_)
      problem(field, "InvalidValue", "mergeJsonKeys merges into JSON, so the body is to be parsed", "DontParse",
              "parseBodyBehavior: ParseAsJson");
    for (const Member& entry : config.entries()) {
      const std::string name(entry.key), at = field + "/jsonKeys" + pointer_part(name);
      if (name.find('.') != std::string::npos) problem(at, "InvalidValue", "a key to merge has no dots", name, "");
      const Value& one = entry.value;
      if (auto text = compiled(one.get("tmpl"), at + "/tmpl", "key " + name))
        out_.keys_.push_back({name, std::move(*text), one.get("overrideEmpty").truth()});
    }
  }

  Transformation& out_;
  ConfigProblems& problems_;
  bool reads_body_ = false;
};

std::optional<Transformation> Transformation::compile(const Value& config, const std::string& field,
                                                      ConfigProblems& problems) {
  const size_t before = problems.size();
  Transformation out;
  Compiler(out, problems).run(config, field);
  if (problems.size() > before) return std::nullopt;
  return out;
}

}  // namespace solder::transformation

// A Transformation at work on one message.
#include <algorithm>

#include "json.h"
#include "renderer.h"
#include "transformation.h"
#include "web_text.h"

namespace solder::transformation {

namespace {

std::string sentence(const TemplateError& failure, const std::string& what) {
  return "the template of " + what + ", " + to_string(failure);
}

bool is_number(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string header_problem(std::string_view name, std::string_view value) {
  const bool bad = std::any_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  if (bad) return "header " + std::string(name) + " would hold a line break or a zero";
  if (name.empty() || name[0] != ':') return "";
  if (value.empty()) return "header " + std::string(name) + " would be empty";
  if (name == ":status" && (!is_number(value) || value < "200" || value > "599"))
    return ":status would be \"" + std::string(value.substr(0, 20)) + "\", which is not from 200 to 599";
  const bool odd = std::any_of(value.begin(), value.end(), [](char c) { return c <= ' ' || c == 0x7F; });
  const bool utf8 = std::any_of(value.begin(), value.end(), [](char c) { return (c & 0x80) != 0; });
  if (odd && !utf8) return "header " + std::string(name) + " would hold a blank or a control character";
  return "";
}

bool Transformation::read_body(Arena& arena, std::string_view body, Inputs& inputs, std::string& error) const {
  if (!parse_ || body.empty()) return true;
  JsonError problem;
  const auto value = read_json(arena, body, problem);
  if (value) {
    inputs.context = *value;
  } else if (!ignore_parse_errors_) {
    error = std::string("the body is not JSON: ") + problem.what + ", at byte " + std::to_string(problem.offset + 1);
    return false;
  }
  return true;
}

// With dots, extractions stand in the context as if they came with the body.
bool Transformation::extract(Arena& arena, const Message& message, Inputs& inputs, std::string& error) const {
  for (const Extractor& one : extractors_) {
    std::string_view value;
    if (!one.extract(arena, message, inputs.body, value, error)) return false;
    if (encode_ && one.reads_path()) value = arena.copy(percent_decoded(value));
    inputs.extractions.emplace_back(one.name(), value);
    if (notation_ == Notation::kPointer) continue;
    const auto with = with_path(arena, inputs.context, one.name(), Value::of(value));
    if (!with) {
      error = "extractor " + one.name() + " has no place in the body: something else than an object is in its way";
      return false;
    }
    inputs.context = *with;
  }
  return true;
}

bool Transformation::merge_keys(Renderer& renderer, Result& result) const {
  Value merged = renderer.inputs.context;
  for (const Key& key : keys_) {
    TemplateError failure;
    const auto text = renderer.render(key.value, failure);
    if (!text) {
      result.error = sentence(failure, "key " + key.name);
      return false;
    }
    if (text->empty() && !key.even_empty) continue;
    JsonError not_json;
    const std::string_view kept = renderer.arena.copy(*text);
    const auto value = read_json(renderer.arena, kept, not_json);
    const auto with = with_member(renderer.arena, merged, key.name, value ? *value : Value::of(kept));
    if (!with) {
      result.error = "key " + key.name + " has no place in the body, which is " + merged.kind_name();
      return false;
    }
    merged = *with;
  }
  result.body.emplace();
  if (write_json(merged, *result.body)) return true;
  result.error = "the merged body holds a text that is not UTF-8";
  return false;
}

bool Transformation::render_body(Renderer& renderer, Result& result) const {
  if (body_kind_ == Body::kTemplate) {
    TemplateError failure;
    result.body = renderer.render(*body_, failure);
    if (!result.body) result.error = sentence(failure, "the body");
    return result.body.has_value();
  }
  if (body_kind_ == Body::kMergeExtractors) {
    result.body.emplace();
    if (write_json(renderer.inputs.context, *result.body)) return true;
    result.error = "an extraction is not UTF-8 and cannot stand in JSON";
    return false;
  }
  return body_kind_ != Body::kMergeKeys || keys_.empty() || merge_keys(renderer, result);
}

bool Transformation::render_metadata(Renderer& renderer, std::vector<Value>& out, std::string& error) const {
  for (const Metadata& one : metadata_) {
    TemplateError failure;
    const auto text = renderer.render(one.value, failure);
    if (!text) {
      error = sentence(failure, "metadata " + one.key);
      return false;
    }
    const std::string_view kept = renderer.arena.copy(*text);
    JsonError not_json;
    const auto value = one.json ? read_json(renderer.arena, kept, not_json) : std::nullopt;
    out.push_back(text->empty() ? Value() : value ? *value : Value::of(kept));
  }
  return true;
}

bool Transformation::render_headers(Renderer& renderer, const std::vector<Named>& from, Rendered& out,
                                    std::string& error) const {
  for (const Named& one : from) {
    TemplateError failure;
    const bool path = encode_ && one.name == ":path";
    auto text = renderer.render(one.value, failure, path ? Renderer::As::kPath : Renderer::As::kText);
    // A query of nothing.
    while (path && text && (text->ends_with('?') || text->ends_with('&'))) text->pop_back();
    error = text ? header_problem(one.name, *text) : sentence(failure, "header " + one.name);
    if (!error.empty()) return false;
    out.emplace_back(one.name, std::move(*text));
  }
  return true;
}

Transformation::Result Transformation::apply(Message& message, std::string_view body, Of of) const {
  if (body_kind_ == Body::kHeadersAndBody) return headers_and_body(message, body, of);
  Arena arena(kMostMemory);
  Inputs inputs;
  inputs.around = &message;
  inputs.body = body;
  inputs.escape = escape_;
  Result result;
  result.ok = false;
  if (!read_body(arena, body, inputs, result.error) || !extract(arena, message, inputs, result.error)) return result;
  Renderer renderer(arena, inputs);
  std::vector<Value> metadata;
  Rendered set, appended;
  std::optional<std::string> span;
  if (of != Of::kBareResponse && !render_body(renderer, result)) return result;
  if (!render_metadata(renderer, metadata, result.error)) return result;
  if (span_) {
    TemplateError failure;
    span = renderer.render(*span_, failure);
    if (!span) {
      result.error = sentence(failure, "the span's name");
      return result;
    }
  }
  if (!render_headers(renderer, headers_, set, result.error) ||
      !render_headers(renderer, appended_, appended, result.error))
    return result;
  // From here on nothing fails.
  for (size_t i = 0; i < metadata_.size(); ++i) {
    if (!metadata[i].is_null()) message.set_metadata(metadata_[i].name_space, metadata_[i].key, metadata[i]);
  }
  if (span && !span->empty()) message.set_span_name(*span);
  for (const auto& [name, value] : set) {
    if (value.empty()) {
      message.remove_header(name);
    } else {
      message.set_header(name, value);
    }
  }
  for (const std::string& name : removed_) message.remove_header(name);
  for (const auto& [name, value] : appended) {
    if (!value.empty()) message.add_header(name, value);
  }
  result.ok = true;
  return result;
}

}  // namespace solder::transformation

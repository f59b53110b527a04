// Step 3, what a route asks of a request: Gloo's matchers as Envoy's RouteMatch. Source: Gloo
// core/matchers/matchers.proto; Envoy route_components.proto.
#include <re2/re2.h>

#include <protozero/pbf_writer.hpp>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/route_part.h"
#include "core/engine/schema_reads.h"
#include "solder/envoy_fields.h"
#include "solder/sdk/route_path.hpp"

namespace solder::engine {

namespace route = solder::envoy::config::route::v3;
namespace matching = solder::envoy::type::matcher::v3;

namespace {

void append_regex(protozero::pbf_writer& writer, uint32_t tag, const std::string& regex) {
  protozero::pbf_writer matcher(writer, tag);
  matcher.add_string(matching::RegexMatcher::kRegex, regex);
}

void check_regex(const std::string& regex, const std::string& field, const model::ObjectRef& object,
                 model::Diagnostics& diagnostics) {
  const RE2 compiled(regex, RE2::Quiet);
  if (compiled.ok()) return;
  diagnostics.push_back({.reason = "InvalidRegex",
                         .object = object,
                         .field = field,
                         .message = "the regular expression does not compile: " + compiled.error(),
                         .found = regex,
                         .expected = "RE2 syntax"});
}

void append_string_match(protozero::pbf_writer& writer, uint32_t tag, const std::string& value, bool regex) {
  protozero::pbf_writer match(writer, tag);
  if (regex) {
    append_regex(match, matching::StringMatcher::kSafeRegex, value);
  } else {
    match.add_string(matching::StringMatcher::kExact, value);
  }
}

void append_header(protozero::pbf_writer& writer, const model::HeaderMatcher& header) {
  protozero::pbf_writer match(writer, route::RouteMatch::kHeaders);
  match.add_string(route::HeaderMatcher::kName, header.name);
  if (header.value.empty()) {
    match.add_bool(route::HeaderMatcher::kPresentMatch, true);
  } else {
    append_string_match(match, route::HeaderMatcher::kStringMatch, header.value, header.regex);
  }
  if (header.invert) match.add_bool(route::HeaderMatcher::kInvertMatch, true);
}

void append_query_parameter(protozero::pbf_writer& writer, const model::QueryParameterMatcher& parameter) {
  protozero::pbf_writer match(writer, route::RouteMatch::kQueryParameters);
  match.add_string(route::QueryParameterMatcher::kName, parameter.name);
  if (parameter.value.empty()) {
    match.add_bool(route::QueryParameterMatcher::kPresentMatch, true);
  } else {
    append_string_match(match, route::QueryParameterMatcher::kStringMatch, parameter.value, parameter.regex);
  }
}

void append_path(protozero::pbf_writer& writer, const model::Matcher& matcher) {
  switch (matcher.kind) {
    case model::Matcher::Path::kPrefix:
      writer.add_string(route::RouteMatch::kPrefix, matcher.text);
      break;
    case model::Matcher::Path::kExact:
      writer.add_string(route::RouteMatch::kPath, matcher.text);
      break;
    case model::Matcher::Path::kRegex:
      append_regex(writer, route::RouteMatch::kSafeRegex, matcher.text);
      break;
    case model::Matcher::Path::kConnect:
      writer.add_message(route::RouteMatch::kConnectMatcher, std::string());
      break;
  }
}

// The methods as one regex: they are tokens, so the alternation needs no escaping beyond what is refused here.
std::string methods_regex(const model::Matcher& matcher, const model::ObjectRef& object,
                          model::Diagnostics& diagnostics) {
  std::string regex;
  for (size_t i = 0; i < matcher.methods.size(); ++i) {
    const std::string& method = matcher.methods[i];
    check_regex(method, matcher.path + "/methods/" + std::to_string(i), object, diagnostics);
    if (!regex.empty()) regex += '|';
    regex += method;
  }
  return regex;
}

void check_path(const std::string& path, const std::string& field, const model::ObjectRef& object,
                model::Diagnostics& diagnostics) {
  if (const std::string fault = sdk::fault_of_path(path); !fault.empty()) {
    diagnostics.push_back({.reason = "InvalidRoutePath",
                           .object = object,
                           .field = field,
                           .message = "the path " + fault,
                           .found = path});
  } else if (!path.starts_with('/')) {
    diagnostics.push_back({.severity = model::Severity::kWarning,
                           .reason = "PathWithoutSlash",
                           .object = object,
                           .field = field,
                           .message = "no request path matches this: every path starts with a slash",
                           .found = path,
                           .expected = "/" + path});
  }
}

void check(const model::Matcher& matcher, const model::ObjectRef& object, model::Diagnostics& diagnostics) {
  if (matcher.kind == model::Matcher::Path::kRegex) {
    check_regex(matcher.text, matcher.path + "/regex", object, diagnostics);
  } else if (matcher.kind != model::Matcher::Path::kConnect) {
    const bool prefix = matcher.kind == model::Matcher::Path::kPrefix;
    check_path(matcher.text, matcher.path + (prefix ? "/prefix" : "/exact"), object, diagnostics);
  }
  for (size_t i = 0; i < matcher.headers.size(); ++i) {
    const auto& header = matcher.headers[i];
    const std::string field = matcher.path + "/headers/" + std::to_string(i);
    if (header.regex) check_regex(header.value, field + "/value", object, diagnostics);
    if (header.name.empty()) {
      diagnostics.push_back({.reason = "MissingField",
                             .object = object,
                             .field = field + "/name",
                             .message = "a header matcher needs the header's name"});
    }
  }
  for (size_t i = 0; i < matcher.query_parameters.size(); ++i) {
    const auto& parameter = matcher.query_parameters[i];
    const std::string field = matcher.path + "/queryParameters/" + std::to_string(i);
    if (parameter.regex) check_regex(parameter.value, field + "/value", object, diagnostics);
    if (parameter.name.empty()) {
      diagnostics.push_back({.reason = "MissingField",
                             .object = object,
                             .field = field + "/name",
                             .message = "a query parameter matcher needs the parameter's name"});
    }
  }
}

std::string route_match(const model::Matcher& matcher, const model::ObjectRef& object,
                        model::Diagnostics& diagnostics) {
  check(matcher, object, diagnostics);
  std::string out;
  protozero::pbf_writer writer(out);
  append_path(writer, matcher);
  if (matcher.case_sensitive) {
    protozero::pbf_writer wrapper(writer, route::RouteMatch::kCaseSensitive);
    wrapper.add_bool(1, *matcher.case_sensitive);
  }
  for (const auto& header : matcher.headers) append_header(writer, header);
  if (!matcher.methods.empty()) {
    protozero::pbf_writer match(writer, route::RouteMatch::kHeaders);
    match.add_string(route::HeaderMatcher::kName, ":method");
    append_string_match(match, route::HeaderMatcher::kStringMatch, methods_regex(matcher, object, diagnostics), true);
  }
  for (const auto& parameter : matcher.query_parameters) append_query_parameter(writer, parameter);
  return out;
}

void build(Translation& t, Reader& reader, const RoutePartKey& key, const std::string& text, RouteMatchResult& result) {
  const model::ObjectRef owner = route_ref(key.ns);
  auto decoded =
      decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_route(owner, text, catalog); });
  result.diagnostics = std::move(decoded.diagnostics);
  result.refused = !decoded.value.has_value();
  if (result.refused) return;
  for (const auto& matcher : decoded.value->matchers) {
    result.matches.push_back(route_match(matcher, owner, result.diagnostics));
  }
  for (size_t i = 0; i < result.matches.size() && !has_error(result.diagnostics); ++i) {
    std::string whole;
    protozero::pbf_writer writer(whole);
    writer.add_message(route::Route::kMatch, result.matches[i]);
    append_any_action(writer);
    append_refusal(t, owner, whole, result.diagnostics);
  }
  result.bad = has_error(result.diagnostics);
}

}  // namespace

std::shared_ptr<RouteMatchResult> build_route_match(Translation& t, Reader& reader, const RoutePartKey& key,
                                                    const std::string& text) {
  auto result = std::make_shared<RouteMatchResult>();
  build(t, reader, key, text, *result);
  uint64_t hash = hash_part(*result);
  for (const auto& match : result->matches) hash = base::hash_combine(hash, base::hash_bytes(match));
  result->hash = hash;
  return result;
}

}  // namespace solder::engine

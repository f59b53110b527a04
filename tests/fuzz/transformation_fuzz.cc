// Bodies, headers and configurations from anywhere, through what Envoy's module runs: nothing may crash or hang, and
// what comes out must be usable. Input: a byte that picks one of the configurations below, or (7) the configuration
// itself up to a zero byte; then a header's value up to a zero byte; then the body.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "plugins/transformation/rendering/program.h"
#include "tests/unit/transformation/fake_message.h"

namespace {

using solder::transformation::FakeMessage;
using solder::transformation::Program;
using solder::transformation::Transformation;

constexpr const char* kConfigs[] = {
    R"j({"requestTransforms":[{"requestTransformation":{"transformationTemplate":{"extractors":{"a.b":{"header":"x","regex":"(\\w+).*","subgroup":1}},"mergeExtractorsToBody":{}}}}]})j",
    R"j({"requestTransforms":[{"requestTransformation":{"transformationTemplate":{"body":{"text":"{% for k, v in context() %}{{ k }}={{ v }}{% if isString(v) %}{{ upper(v) }}{{ base64_decode(v) }}{% endif %}{% endfor %}"},"headers":{":path":{"text":"{{ default(p, \"/\") }}"}}}}}]})j",
    R"j({"requestTransforms":[{"requestTransformation":{"transformationTemplate":{"escapeCharacters":true,"mergeJsonKeys":{"jsonKeys":{"k":{"tmpl":{"text":"{{ a }}"}},"n":{"tmpl":{"text":"[{{ word_count(context()) }}]"}}}}}}}]})j",
    R"j({"requestTransforms":[{"requestTransformation":{"transformationTemplate":{"parseBodyBehavior":"DontParse","extractors":{"m":{"body":{},"regex":"[a-z]+","mode":"REPLACE_ALL","replacementText":"<$&>"}},"body":{"text":"{{ m }}{{ raw_string(header(\"x\")) }}"}}}}]})j",
    R"j({"requestTransforms":[{"requestTransformation":{"headerBodyTransform":{"addRequestMetadata":true}}}]})j",
    R"j({"requestTransforms":[{"requestTransformation":{"transformationTemplate":{"advancedTemplates":true,"ignoreErrorOnParse":true,"body":{"text":"{{ sort(default(l, [])) }}{{ length(body()) }}{{ default(a/0/b, 1) + 1 }}"},"dynamicMetadataValues":[{"key":"k","jsonToProto":true,"value":{"text":"{{ body() }}"}}]}}}]})j",
    R"j({"requestTransforms":[{"matcher":{"regex":".*a.*","headers":[{"name":"x","value":"(a|b)*","regex":true}],"queryParameters":[{"name":"q"}]},"requestTransformation":{"transformationTemplate":{"headers":{"x-y":{"text":"{{ header(\"x\") }}"}}}}}]})j",
};

std::string_view take(std::string_view& from) {
  const std::string_view part = from.substr(0, from.find('\0'));
  from.remove_prefix(part.size() < from.size() ? part.size() + 1 : part.size());
  return part;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void apply(const Transformation& what, std::string_view value, std::string_view body, Transformation::Of of) {
  FakeMessage message(
      FakeMessage::Headers{{":path", "/a?q=" + std::string(value)}, {":method", "POST"}, {"x", std::string(value)}});
  const FakeMessage before = message;
  const auto result = what.apply(message, body, of);
  if (!result.ok) {
    require(!result.error.empty() && message.all == before.all && message.set.empty());
    return;
  }
  for (const auto& [name, text] : message.all) {
    const bool changed = std::find(before.all.begin(), before.all.end(), std::pair(name, text)) == before.all.end();
    require(!changed || solder::transformation::header_problem(name, text).empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t pick = data[0] % (std::size(kConfigs) + 1);
  const std::string_view config = pick < std::size(kConfigs) ? kConfigs[pick] : take(rest);
  std::string error;
  const auto program = Program::read(config, error);
  require(program.has_value() || !error.empty());
  if (!program) return 0;
  const std::string_view value = take(rest);
  FakeMessage request(
      FakeMessage::Headers{{":path", "/a?q=" + std::string(value)}, {":method", "POST"}, {"x", std::string(value)}});
  const Program::Request* found = program->find(request);
  if (found != nullptr && found->request) apply(*found->request, value, rest, Transformation::Of::kRequest);
  if (found != nullptr && found->response) apply(*found->response, value, rest, Transformation::Of::kResponse);
  if (const auto* response = program->find_response(request))
    apply(*response, value, rest, Transformation::Of::kBareResponse);
  return 0;
}

#include "program.h"

#include "json.h"

namespace solder::transformation {

namespace {

constexpr size_t kConfigBytes = 64 << 20;

void compile_into(std::optional<Transformation>& out, const Value& config, const char* key, const std::string& field,
                  ConfigProblems& problems) {
  if (const Value* one = config.find(key)) out = Transformation::compile(*one, field + "/" + key, problems);
}

}  // namespace

Program Program::of(const Value& config, const std::string& field, ConfigProblems& problems) {
  Program out;
  const auto requests = config.get("requestTransforms").list();
  for (size_t i = 0; i < requests.size(); ++i) {
    const Value& one = requests[i];
    const std::string at = field + "/requestTransforms/" + std::to_string(i);
    Request made;
    if (const Value* matcher = one.find("matcher"))
      made.matcher = RequestMatcher::of(*matcher, at + "/matcher", problems);
    compile_into(made.request, one, "requestTransformation", at, problems);
    compile_into(made.response, one, "responseTransformation", at, problems);
    made.clear_route_cache = one.get("clearRouteCache").truth();
    made.refusal = one.get("refusal").string();
    // As in Gloo, an entry without transformations is as good as none.
    if (made.request || made.response || !made.refusal.empty()) out.requests_.push_back(std::move(made));
  }
  const auto responses = config.get("responseTransforms").list();
  for (size_t i = 0; i < responses.size(); ++i) {
    const Value& one = responses[i];
    const std::string at = field + "/responseTransforms/" + std::to_string(i);
    ResponseMatcher matcher = ResponseMatcher::of(one, at, problems);
    std::optional<Transformation> response;
    compile_into(response, one, "responseTransformation", at, problems);
    if (response) out.responses_.push_back({std::move(matcher), std::move(*response)});
  }
  return out;
}

std::optional<Program> Program::read(std::string_view json, std::string& error) {
  Arena arena(kConfigBytes);
  JsonError problem;
  const auto config = read_json(arena, json.empty() ? "{}" : json, problem);
  if (!config || !config->is_object()) {
    error = std::string("the configuration is not a JSON object: ") + problem.what;
    return std::nullopt;
  }
  ConfigProblems problems;
  Program out = of(*config, "", problems);
  if (problems.empty()) return out;
  error = problems.front().field + ": " + problems.front().message;
  return std::nullopt;
}

const Program::Request* Program::find(const Message& request) const {
  for (const Request& one : requests_) {
    if (!one.matcher || one.matcher->matches(request)) return &one;
  }
  return nullptr;
}

const Transformation* Program::find_response(const Message& response) const {
  for (const Response& one : responses_) {
    if (one.matcher.matches(response)) return &one.response;
  }
  return nullptr;
}

}  // namespace solder::transformation

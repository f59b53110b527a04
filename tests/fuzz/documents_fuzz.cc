// Any bytes as a file: they are read within the bounds, and what comes out can be decoded and reported. The first byte
// chooses YAML or JSON. Run by `make fuzz`; seeds lie in corpus/documents.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/config/decode.h"
#include "core/config/documents.h"

namespace {

using namespace solder;

const config::SchemaCatalog& catalog() {
  static const auto made = config::SchemaCatalog::make(
      {{"fuzz", "upstream_type", "static", R"({"type":"object","additionalProperties":true})"},
       {"fuzz", "route", "timeout", R"({"type":"string","format":"duration"})"}});
  if (!made.ok()) std::abort();
  return **made;
}

// What the engine calls for the object; a value and an error never come together.
template <typename T>
void check(const config::Decoded<T>& decoded, model::Diagnostics& all) {
  for (const auto& problem : decoded.diagnostics) {
    if (decoded.value && problem.severity == model::Severity::kError) std::abort();
    all.push_back(problem);
  }
  if (!decoded.value && decoded.diagnostics.empty()) std::abort();
}

void decode(const model::Object& object, model::Diagnostics& all) {
  if (object.ref.kind == "Upstream") check(config::decode_upstream(object, catalog()), all);
  if (object.ref.kind == "VirtualService") check(config::decode_virtual_service(object, catalog()), all);
  if (object.ref.kind == "Gateway") check(config::decode_gateway(object, catalog()), all);
  if (object.ref.kind == "Settings") check(config::decode_settings(object, catalog()), all);
  if (object.ref.kind == "Secret") check(config::decode_secret(object, catalog()), all);
  if (!config::known_kind(object.ref.kind)) all.push_back(config::unknown_kind(object));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  config::Limits limits;
  limits.max_expanded_nodes = 20'000;
  limits.max_alias_growth = 5'000;
  const auto documents = config::parse_documents(text, data[0] == 'j' ? "f.json" : "f.yaml", limits);
  model::Diagnostics all = documents.problems;
  for (const auto& object : documents.objects) {
    if (nlohmann::json::parse(object->json).dump() != object->json) std::abort();
    decode(*object, all);
  }
  // Reports are printed as JSON: dump() throws, and so ends the run, on a text that is not UTF-8.
  for (const auto& problem : all) {
    const nlohmann::json report = {problem.message, problem.found, problem.expected, problem.field};
    if (report.dump().empty() || problem.reason.empty() || problem.message.empty()) std::abort();
  }
  return 0;
}

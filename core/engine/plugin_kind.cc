// Objects that are not the core's own: those of the kinds that manifests list, as plugins read them, and those that
// plugins derive from others. Tested by tests/unit/engine/plugin_kinds_test.cc.
#include <algorithm>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/config/documents.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/schema_reads.h"
#include "core/engine/translation.h"
#include "solder/kinds/discovery.h"

namespace solder::engine {

namespace {

// The derived object, or null and why not in `problem`.
model::ObjectPtr read_object(const model::ObjectRef& source, const std::string& text, std::string& problem) {
  auto documents = config::parse_documents(text, "derived.json");
  if (documents.objects.size() != 1 || !documents.problems.empty()) {
    problem = documents.problems.empty() ? "it is no single object" : documents.problems.front().message;
    return nullptr;
  }
  auto object = std::make_shared<model::Object>(*documents.objects.front());
  object->source = {};
  if (!config::known_kind(object->ref.kind))
    problem = "its kind is " + object->ref.kind + ", which Solder does not serve";
  if (object->ref == source) problem = "it is its own source";
  return problem.empty() ? object : nullptr;
}

void derive(Translation& t, Reader& reader, host::Plugin& plugin, const model::ObjectRef& source,
            const std::string& source_text, DerivedResult& result) {
  const solder_object input{sizeof(solder_object), 0, view(source), view(source_text)};
  const host::Subject subject{source, ""};
  auto outputs = call_plugin(t, reader, plugin, host::Operation::kDerive, {&input, 1, sizeof(input)}, {&subject, 1});
  host::ItemOutput& output = outputs.front();
  std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(result.diagnostics));
  for (const std::string& text : output.objects) {
    std::string problem;
    if (auto object = read_object(source, text, problem)) {
      result.objects.push_back(std::move(object));
      continue;
    }
    result.diagnostics.push_back(
        {.reason = "BadDerivedObject",
         .object = source,
         .message = "plugin " + t.plugins->name(plugin) + " derives an object that cannot be used: " + problem,
         .plugin = t.plugins->name(plugin)});
  }
}

// What failed is about what is derived, not about the source: the source may be right, and others may read it.
void demote(model::Diagnostics& diagnostics) {
  for (auto& problem : diagnostics) {
    if (problem.severity == model::Severity::kError) problem.severity = model::Severity::kWarning;
  }
}

}  // namespace

std::shared_ptr<const PluginKindResult> build_plugin_kind(Translation& t, Reader& reader, const model::ObjectRef& ref) {
  auto result = std::make_shared<PluginKindResult>();
  const auto object = t.objects.read(reader, ref);
  if (!object) return result;
  auto decoded =
      decode_with_schemas(t, reader, [&](const auto& catalog) { return config::decode_plugin_kind(object, catalog); });
  result->diagnostics = std::move(decoded.diagnostics);
  result->ok = decoded.value.has_value();
  if (!result->ok) {
    const auto good = t.last_good.read(reader, ref);
    if (good) {
      decoded = decode_with_schemas(t, reader,
                                    [&](const auto& catalog) { return config::decode_plugin_kind(good, catalog); });
    }
  }
  if (decoded.value) result->json = std::move(*decoded.value);
  result->hash = result->json ? base::hash_combine(1, base::hash_bytes(*result->json)) : 0;
  return result;
}

std::shared_ptr<const DerivedResult> build_derived(Translation& t, Reader& reader, const model::ObjectRef& source) {
  auto result = std::make_shared<DerivedResult>();
  const auto kind = t.object_kinds.read(reader, source.kind);
  const std::string* text = look_up(t, reader, source);
  if (text == nullptr || !kind) return result;
  for (host::Plugin* plugin : kind->derivers) derive(t, reader, *plugin, source, *text, *result);
  auto& objects = result->objects;
  std::stable_sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a->ref < b->ref; });
  objects.erase(
      std::unique(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a->ref == b->ref; }),
      objects.end());
  demote(result->diagnostics);
  for (const auto& object : objects) result->hash = base::hash_combine(result->hash, object->hash);
  return result;
}

}  // namespace solder::engine

// The Settings that count: the one named "default" in the write namespace, else the first by name.
#include <algorithm>
#include <iterator>

#include "core/base/hash.h"
#include "core/config/decode.h"
#include "core/engine/plugin_calls.h"
#include "core/engine/route_part.h"
#include "core/engine/schema_reads.h"
#include "core/engine/translation.h"

namespace solder::engine {

const model::ObjectRef& chosen_settings(const RefList& list) {
  const auto at =
      std::find_if(list.refs.begin(), list.refs.end(), [](const auto& ref) { return ref.name == "default"; });
  return at == list.refs.end() ? list.refs.front() : *at;
}

namespace {

// What plugins make of their keys, once for all listeners.
void call_options(Translation& t, Reader& reader, SettingsResult& result) {
  OptionCalls calls(t, reader, result.settings.ref);
  calls.add(kSettingsScope, result.settings.options, 0, 0);
  calls.run([&](size_t, host::ItemOutput output) {
    for (const Fragment& fragment : output.fragments) {
      result.hash = base::hash_combine(result.hash, hash_fragment(fragment));
    }
    // Listeners repeat some of them.
    for (const auto& problem : output.diagnostics)
      result.hash = base::hash_combine(result.hash, hash_diagnostic(problem));
    result.fragments.push_back(std::move(output.fragments));
    std::move(output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(result.diagnostics));
  });
}

}  // namespace

std::shared_ptr<const SettingsResult> build_settings(Translation& t, Reader& reader) {
  auto result = std::make_shared<SettingsResult>();
  const auto list = t.kinds.read(reader, "Settings");
  if (!list || list->refs.empty()) return result;
  const model::ObjectRef chosen = chosen_settings(*list);
  for (const model::ObjectRef& ref : list->refs) {
    if (ref == chosen) continue;
    result->diagnostics.push_back({.severity = model::Severity::kWarning,
                                   .reason = "UnusedSettings",
                                   .object = ref,
                                   .message = "only one Settings object counts: " + to_string(chosen),
                                   .related = chosen});
  }
  const auto object = t.objects.read(reader, chosen);
  uint64_t hash = object->hash;
  auto decoded = decode_with_schemas(
      t, reader, [&](const auto& catalog) { return config::decode_settings(*object, catalog); }, &hash);
  result->diagnostics.insert(result->diagnostics.end(), decoded.diagnostics.begin(), decoded.diagnostics.end());
  result->ok = decoded.value.has_value();
  if (!decoded.value) {
    if (const auto good = t.last_good.read(reader, chosen)) {
      hash = good->hash;
      decoded = decode_with_schemas(
          t, reader, [&](const auto& catalog) { return config::decode_settings(*good, catalog); }, &hash);
    }
  }
  if (decoded.value) {
    result->settings = std::move(*decoded.value);
    result->hash = hash;
    call_options(t, reader, *result);
    result->ok = result->ok && !has_error(result->diagnostics);
  }
  return result;
}

}  // namespace solder::engine

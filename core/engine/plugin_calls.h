// Calls plugins with batches: collects the options of one object, groups them by owner, calls each owner once, and
// gives the outputs back in the order of the inputs. What an input looks up becomes the running cell's dependency.
// Tested by tests/unit/engine/plugin_calls_test.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/translation.h"
#include "core/host/plugin_set.h"
#include "core/model/options.h"

namespace solder::engine {

// A scope of the contract (kinds/options.h) with the word that manifests use for it.
struct Scope {
  uint32_t number;
  std::string_view word;
};
extern const Scope kSettingsScope, kGatewayScope, kHttpGatewayScope, kTcpGatewayScope, kSslScope, kVirtualHostScope,
    kRouteScope, kWeightedDestinationScope, kUpstreamScope;
extern const std::string_view kUpstreamTypeScope, kServiceScope;

// Who owns a key now, or null; recorded as a read, so that the cell runs again when another plugin does, or another
// generation of it.
host::Plugin* owner_of(Translation& translation, Reader& reader, std::string_view scope, std::string_view key);

solder_str view(std::string_view text);
solder_ref view(const model::ObjectRef& ref);

class OptionCalls {
 public:
  OptionCalls(Translation& translation, Reader& reader, const model::ObjectRef& object)
      : translation_(translation), reader_(reader), object_(object) {}

  // Adds every option of `options`; `target` comes back with each output. All arguments must outlive run().
  void add(const Scope& scope, const model::OptionSet& options, uint32_t action, size_t target);
  // Calls the owners. `use(target, output)` for every input, in order of adding; a key without owner gives a
  // diagnostic.
  template <typename F>
  void run(F&& use) {
    std::vector<host::ItemOutput> outputs = call();
    for (size_t i = 0; i < outputs.size(); ++i) use(inputs_[i].target, std::move(outputs[i]));
  }

 private:
  struct Input {
    const Scope* scope;
    const model::OptionValue* value;
    const model::OptionSet* options;
    uint32_t action;
    size_t target;
  };
  std::vector<host::ItemOutput> call();

  Translation& translation_;
  Reader& reader_;
  const model::ObjectRef& object_;
  std::vector<Input> inputs_;
};

// Of a list that is not empty, the Settings that count.
const model::ObjectRef& chosen_settings(const RefList& list);

// What a plugin's lookup gives for `ref`, recorded as a read; null: there is none. Secrets come without values.
// Settings without a name are those that count.
const std::string* look_up(Translation& translation, Reader& reader, const model::ObjectRef& ref);
// PluginSet::call() on behalf of the running cell.
std::vector<host::ItemOutput> call_plugin(Translation& translation, Reader& reader, host::Plugin& plugin,
                                          host::Operation operation, solder_span in,
                                          std::span<const host::Subject> subjects);
// How plugins read other objects on behalf of the running cell. Both arguments must outlive the call.
host::Lookup lookup_for(Translation& translation, Reader& reader);
// Whether plugins read objects of the kind by a manifest's word, and not by the core's.
bool is_plugin_kind(const Translation& translation, const std::string& kind);

}  // namespace solder::engine

// A set of plugins at one time: what was loaded, what was refused and why, and who owns which key. Loading runs gate →
// dlopen of a private copy → negotiation (docs/plugins/loading.md). Sets are never changed: a plugin that comes, goes
// or is replaced makes a new one, which shares all other plugins with the old. Any thread. Tested by tests/plugin.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/engine/fragment.h"
#include "core/host/isolation/options.h"
#include "core/host/trust.h"
#include "core/model/diagnostic.h"
#include "solder/abi.h"

namespace solder::host {

struct ClaimInfo {
  // scope "upstream_type", "service" for keys of serviceSpec, "destination" for what routes say to either; "kind" for
  // the objects that a schema checks
  std::string plugin, capability, scope, key, schema_json;
};

class FileRunners;

struct LoadOptions {
  std::vector<std::string> directories;  // searched in order; a name that was seen already is refused
  std::string copy_directory;  // where private copies go; made with mode 0700; empty: below the temporary directory
  // Operator's choice for a key that two plugins claim: "route:timeout" → plugin name.
  std::vector<std::pair<std::string, std::string>> key_owners;
  // Plugin name → its configuration as JSON.
  std::vector<std::pair<std::string, std::string>> configurations;
  // What a call may take before the plugin is named slow. Generous: it finds plugins that hang, not busy machines.
  std::chrono::nanoseconds call_deadline = std::chrono::seconds(2);
  // Says whether a claim's schema can be used; not ok: BadManifest. The catalog of schemas stands above this folder.
  std::function<base::Status(const ClaimInfo&)> check_claim{};
  Trust trust{};
  std::shared_ptr<FileRunners> runners{};  // where none: files that are no libraries are no plugins
  isolation::IsolationOptions isolation{};
};

// Refusal reasons are stable words: refusal.h lists them, docs/plugins/loading.md explains them.
struct Refused {
  std::string file;
  std::string name;  // from the manifest, where one could be read
  std::string reason;
  std::string message;  // one sentence
};

// Of a plugin that a process of its own serves.
struct IsolationInfo {
  int pid = 0;                   // 0: none now
  std::vector<int> more_pids{};  // of instances that work by themselves: discoveries, sources of objects
  uint64_t deaths = 0;
  bool down = false;                  // what it gave before stays, and nothing new comes
  bool parked = false;                // until somebody revives it
  size_t kept_from_it = 0;            // inputs that it ended in
  std::string why{};                  // what happened last, where that still matters
  std::vector<std::string> guards{};  // what keeps it in
};

struct PluginInfo {
  std::string name, version, summary, file;
  // "loaded"; "gone": taken away, what it last gave stays; "degraded", "parked": of its own process
  std::string state;
  std::string sha256;  // of the file's content
  std::vector<std::string> capabilities;
  std::vector<ClaimInfo> claims;      // the keys that it owns
  std::vector<Refused> partial;       // keys of this plugin that another one owns: KeyClaimed
  std::vector<std::string> warnings;  // about the plugin itself: its configuration, a call that overran (PluginSlow)
  std::optional<IsolationInfo> isolation;
};

enum class Operation { kClusters, kDestinations, kEndpoints, kOptions, kDerive };

// To whom input i of a batch belongs: diagnostics and provenance are given in its terms.
struct Subject {
  model::ObjectRef object;
  std::string path;  // JSON pointer; a plugin's `field` is below it
};

// What a call gave for one input.
struct ItemOutput {
  std::vector<engine::Fragment> fragments;
  std::vector<engine::SecretUse> secret_uses;
  std::vector<engine::SecretField> secret_fields;
  std::vector<std::string> objects;  // derived ones, as JSON
  model::Diagnostics diagnostics;
};

// Which objects a plugin lists: those of `kind` in `ns` with the text `value` at the declared index `field`.
struct Selector {
  std::string kind, ns, field, value;

  auto operator<=>(const Selector&) const = default;
};
struct Listed {
  model::ObjectRef ref;
  const std::string* json;
};

// How a plugin reads other objects during call(), for input `index`.
struct Lookup {
  // JSON of the object, or null where there is none.
  using Find = std::function<const std::string*(size_t index, const model::ObjectRef& ref)>;
  // In order of name; nothing where no manifest declares the kind and index.
  using List = std::function<std::optional<std::vector<Listed>>(size_t index, const Selector& selector)>;

  Lookup() = default;
  template <typename F>
  requires std::constructible_from<Find, F> Lookup(
      F find_one, List list_all = nullptr)  // NOLINT: a function that finds is a whole one
      : find(std::move(find_one)), list(std::move(list_all)) {}

  Find find;
  List list;
};

class Plugin;
using PluginPtr = std::shared_ptr<Plugin>;

// A kind of objects that plugins read, as all manifests together declare it.
struct ObjectKind {
  std::string api_version;
  std::vector<std::string> index;  // JSON pointers, sorted
  std::vector<Plugin*> derivers;   // in order of name
  bool status = false;             // objects have a report where nothing is wrong with them, too

  bool operator==(const ObjectKind&) const = default;
};

class PluginSet {
 public:
  // Never fails as a whole: what cannot be loaded is in refused().
  static std::unique_ptr<PluginSet> load(const LoadOptions& options);
  // Of plugins that are there; of `options` only key_owners and call_deadline count.
  static std::unique_ptr<PluginSet> make(std::vector<PluginPtr> plugins, std::vector<Refused> refused,
                                         const LoadOptions& options);
  virtual ~PluginSet() = default;

  [[nodiscard]] virtual std::vector<PluginInfo> loaded() const = 0;
  [[nodiscard]] virtual const std::vector<Refused>& refused() const = 0;

  // Choices of the operator that could not be followed, in words.
  [[nodiscard]] virtual const std::vector<std::string>& problems() const = 0;

  // The owner, or null. The pointers live as long as the set.
  [[nodiscard]] virtual Plugin* upstream_type(std::string_view key) const = 0;
  [[nodiscard]] virtual Plugin* option(std::string_view scope, std::string_view key) const = 0;
  // Every key that has an owner, as "scope:key".
  [[nodiscard]] virtual const std::map<std::string, Plugin*>& owners() const = 0;
  // By kind. A second API version of a kind is not read: that of the first plugin by name counts.
  [[nodiscard]] virtual const std::map<std::string, ObjectKind>& kinds() const = 0;
  [[nodiscard]] virtual const std::string& name(const Plugin& plugin) const = 0;
  // Another number for each generation of each plugin.
  [[nodiscard]] virtual uint64_t generation(const Plugin& plugin) const = 0;
  // Whether the plugin brings the operation at all. [any thread]
  [[nodiscard]] virtual bool has(const Plugin& plugin, Operation operation) const = 0;

  // Calls an operation with a batch. `in` holds the contract's input structs, `subjects` as many. Gives one output for
  // each input, always. A call that fails or throws becomes an error diagnostic on every input (PluginFailed,
  // PluginThrew) and no fragments; a bad item (BadItem, SlotNotAllowed) one on its input, or on all where it does not
  // say whose it is. One that overruns is a warning about the plugin, once. `lookup` must not call the same plugin.
  // [any thread]
  virtual std::vector<ItemOutput> call(Plugin& plugin, Operation operation, solder_span in,
                                       std::span<const Subject> subjects, const Lookup& lookup) = 0;
};

}  // namespace solder::host

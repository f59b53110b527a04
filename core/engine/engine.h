// Objects in, snapshots and reports out. Holds the world, translates what a batch of changes touches, and keeps every
// part that nothing touched (graph.h). Not thread-safe: one thread owns it. Tested by tests/unit/engine and
// tests/golden.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/schema_catalog.h"
#include "core/engine/kept_versions.h"
#include "core/host/plugin_set.h"
#include "core/host/services/id_tokens.h"
#include "core/model/diagnostic.h"
#include "core/model/object.h"
#include "core/model/object_change.h"
#include "core/services/message_types.h"
#include "core/store/store.h"
#include "core/xds/snapshot.h"

namespace solder::engine {

struct EngineOptions {
  std::string write_namespace = "gloo-system";  // where default gateways live; Settings.discoveryNamespace overrides
  // Where last good versions are kept over restarts; empty: only in memory. Offline runs give `keep_last_good = false`.
  std::string last_good_directory;
  bool keep_last_good = true;
  // Routes on one listener above which those who can take them are served as scopes (route_layout.h); none: never.
  std::optional<size_t> scoped_above = 300;
  // So many new objects at once are translated on several threads; the outcome is the same.
  size_t threads = 0;  // 0: as many as there are processors, up to 8
  size_t worth_threads = 256;
  // The routes of a scope are loaded by those who need them.
  bool scopes_on_demand = false;
  // Instead of scopes, virtual hosts that are loaded by those who need them.
  bool virtual_hosts_on_demand = false;
};

class ServedPlaces;  // served_places.h

// Who set a field of a resource: for `solder explain`, NACK tracing and the golden cases.
struct ResourceProvenance {
  xds::ResourceType type;
  std::string resource;
  std::vector<std::pair<std::string, Origin>> fields;  // field path → origin, sorted
};

// What connected Envoys refuse: a part of a route configuration or a whole resource.
struct RefusedPart {
  xds::ResourceType type{};
  std::string name;                // of the virtual host, or of the resource
  std::string words;               // Envoy's
  std::vector<std::string> nodes;  // that refuse it, sorted
  size_t connected = 0;            // nodes of their role
};

struct Output {
  std::shared_ptr<const xds::SnapshotsByRole> snapshots;
  // Every object (and file) whose content or whose diagnostics are new since the last translation.
  std::vector<model::ObjectChange> changes;
  std::shared_ptr<const ServedPlaces> places;
  // What all Solders on one store are to serve in the place of what is not good; the same pointer while it is the same.
  std::shared_ptr<const KeptVersions> kept;
  // The ID tokens that clusters want now, by a name of the engine's: see set_tokens().
  std::map<std::string, host::GoogleSource> tokens;
};

// What an engine was told, for a second one: pieces of the world, and what changed since the last of them.
struct EngineInputs {
  struct Told {
    model::ObjectRef ref;
    model::ObjectPtr object;  // null: the stores tell of none
    model::ObjectPtr good;    // the last good version
  };
  std::vector<Told> objects;
  bool more = false;  // of the world is to come
  // All of these there are.
  model::Diagnostics problems{};  // of files
  std::vector<RefusedPart> refused{};
  host::IdTokenStates tokens{};
  SharedVersions shared{};
  bool whole_world = false;
};

class Engine {
 public:
  // All three must outlive the engine, or the plugins the next use_plugins().
  Engine(const services::MessageTypes& types, host::PluginSet& plugins, config::SchemaCatalogPtr catalog,
         EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Takes changes in; nothing is translated yet.
  void apply(const store::Batch& batch);
  // All that Envoys refuse now, in the place of what they refused before. It becomes diagnostics of the objects at
  // fault with the next translation.
  void set_refused(const std::vector<RefusedPart>& refused);
  // What became of the ID tokens that were wanted; nothing is translated yet.
  void set_tokens(const host::IdTokenStates& tokens);
  // Brings everything up to date and tells what is new; equal parts are the same pointers as before.
  Output translate();
  // Waits until the last good versions that are kept over restarts are on their way to the disk: a thread writes them.
  void flush_last_good();
  // From now on these; nothing is translated yet. They must outlive the engine or the next call. What used a key, a
  // schema or a kind that is now another plugin's, or another generation's, is translated again, and nothing else.
  void use_plugins(host::PluginSet& plugins, config::SchemaCatalogPtr catalog);
  // As translate(), but what turns out good does not become last good: for a look at plugins that may be taken back.
  Output try_out();
  // Other plugins without standing still: a second engine with them is told all that this one was told, translates it
  // on another thread, and takes its place. From begin_telling() to end_telling(), or change_places(), this one serves
  // as always and remembers what is new to the second. How many steps use_plugins() would have to run again, at least:
  [[nodiscard]] size_t reach(host::PluginSet& plugins, const config::SchemaCatalog& catalog) const;
  // How many steps a second engine would have to run, about.
  [[nodiscard]] size_t size() const;
  // Knows nothing yet. What of it is good is not kept over restarts before it is in place. [any thread]
  [[nodiscard]] std::unique_ptr<Engine> second(host::PluginSet& plugins, config::SchemaCatalogPtr catalog) const;
  void begin_telling();
  [[nodiscard]] EngineInputs tell(size_t most);
  void end_telling();
  // Of the second engine, which is not used otherwise but by try_out().
  void take(const EngineInputs& inputs);
  // Every object that has another report in the second engine. Both must be translated and know the same.
  [[nodiscard]] std::vector<model::ObjectChange> compare(const Engine& second) const;
  // Afterwards `second` is what this one was, and serves nothing.
  void change_places(Engine& second);
  // What these changes of objects would bring: every object whose diagnostics would be others, or that would come or
  // go. Afterwards everything is as before. What was applied must have been translated.
  std::vector<model::ObjectChange> try_changes(const std::vector<store::Change>& changes);
  // All objects that have a report, derived ones and default gateways included, sorted by ref: those that plugins only
  // read are left out unless something is wrong with them.
  [[nodiscard]] std::vector<model::ObjectPtr> objects() const;
  [[nodiscard]] size_t object_count() const;
  // As the stores tell it; null where they do not.
  [[nodiscard]] model::ObjectPtr find(const model::ObjectRef& ref) const;
  // The spec of the Settings that count, in one form; "{}" where there are none.
  [[nodiscard]] std::string settings_json() const;
  // Steps of translation that ran since the start: what a change costs, for tests and metrics.
  [[nodiscard]] uint64_t computed() const;
  // All that is wrong now, with objects and files.
  [[nodiscard]] model::Diagnostics diagnostics() const;
  [[nodiscard]] std::vector<ResourceProvenance> provenance() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace solder::engine

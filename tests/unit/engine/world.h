// An engine over a world that a test writes as YAML, with the shipped plugins and the echo plugins of the golden cases.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/engine.h"

namespace solder::engine::testing {

class World {
 public:
  // As in EngineOptions; no directory: last good versions are kept in memory. With `worth_threads` on four threads.
  explicit World(std::string last_good_directory = "", std::optional<size_t> scoped_above = 2000,
                 std::optional<size_t> worth_threads = std::nullopt, bool scopes_on_demand = false,
                 bool virtual_hosts_on_demand = false);

  // Adds or replaces the objects of a YAML text. A text that cannot be read fails the test.
  World& put(std::string_view yaml);
  World& remove(const model::ObjectRef& ref);
  // As Engine::set_refused().
  World& refuse(const std::vector<RefusedPart>& refused);
  // As Engine::set_tokens().
  World& give(const host::IdTokenStates& tokens);
  // From the next translate() on: all plugins but `without`, in their first or their second generation, which give the
  // same. A world begins with all of the first.
  World& use_plugins(const std::set<std::string>& without, bool second = false);
  // The same by a second engine that takes the first one's place. It is made on another thread, in small pieces, and
  // `meanwhile`, where there is one, is called between them; what it puts is translated at once. Not `taken`: only up
  // to where it could take its place.
  World& change_engines(const std::set<std::string>& without, bool second, const std::function<void()>& meanwhile,
                        bool taken = true);
  // As translate(), without taking anything as last good.
  const Output& try_out();
  // Brings the engine up to date with what was put and removed. The first call tells it that the world is whole.
  const Output& translate();
  // Waits until the directory of last good versions has them.
  void flush_last_good() { engine_->flush_last_good(); }

  // As Engine::reach().
  [[nodiscard]] size_t reach(const std::set<std::string>& without, bool second) const;

  // Of the last translation. The proxy is "gateway-proxy" in gloo-system.
  [[nodiscard]] const xds::ResourceSet& set(xds::ResourceType type) const;
  // What delta clients of ADS get.
  [[nodiscard]] const xds::ResourceSet& scoped_set(xds::ResourceType type) const;
  [[nodiscard]] xds::ResourcePtr resource(xds::ResourceType type, std::string_view name) const;
  // Protobuf JSON, or "" where the resource is not there.
  [[nodiscard]] std::string json(xds::ResourceType type, std::string_view name) const;
  [[nodiscard]] std::string scoped_json(xds::ResourceType type, std::string_view name) const;
  [[nodiscard]] model::State state(const model::ObjectRef& ref) const;
  [[nodiscard]] std::vector<std::string> reasons(const model::ObjectRef& ref) const;
  [[nodiscard]] model::Diagnostics problems(const model::ObjectRef& ref) const;
  [[nodiscard]] const Output& output() const { return output_; }
  [[nodiscard]] std::vector<model::ObjectReport> reports() const;
  // Steps of translation that the last translate() ran.
  [[nodiscard]] uint64_t computed() const { return computed_; }

 private:
  const Output& run(bool trial);

  std::shared_ptr<host::PluginSet> plugins_;
  std::unique_ptr<Engine> engine_;
  store::Batch batch_;
  Output output_;
  bool told_ = false;
  uint64_t computed_ = 0;
};

// A self-signed certificate and its key; the same for the same number.
const std::pair<std::string, std::string>& key_pair(size_t number);

inline constexpr const char* kHttpRoutes = "listener-::-8080-routes";
inline constexpr const char* kHttpListener = "listener-::-8080";
inline constexpr const char* kHttpsListener = "listener-::-8443";

// A static upstream and a virtual service in gloo-system; `more` is put below `virtualHost` with four spaces.
std::string upstream(const std::string& name, int port);
std::string virtual_service(const std::string& name, const std::string& domain, const std::string& upstream_name,
                            const std::string& more = "");

}  // namespace solder::engine::testing

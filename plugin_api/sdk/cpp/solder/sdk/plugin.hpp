// solder/sdk/plugin.hpp - a plugin class as the contract's tables. The methods that a class may have, found by
// concepts:
//
//   Class(Host, std::string_view config_json) or Class(Host) or Class()
//   void clusters(const UpstreamInput&, Out&)          owns an Upstream type          ("solder.upstream-type/1")
//   void destinations(const DestinationInput&, Out&)   with clusters(), optional; alone: owns a key of serviceSpec
//   void endpoints(const UpstreamInput&, Out&)         with clusters(), optional
//   void derive(const SourceInput&, Out&)              objects from other objects     ("solder.discovery/1")
//   void follow(const UpstreamInput&, Out&)            finds functions of upstreams, of its types or, without
//   void forget(const Ref&)                            clusters(), of others'  ("solder.function-discovery/1",
//                                                      "solder.endpoint-discovery/1")
//   void watch(const std::vector<WatchedKind>&)        brings objects from elsewhere  ("solder.config-watcher/1")
//   void status(const Ref&, std::string_view json)     with watch(), optional
//   void share(const std::vector<SharedEntry>&)        with watch() and a lease, optional
//   bool change(const StoreChange&)                    with watch(), optional: false where no store is set up
//   void options(const OptionInput&, Out&)             claims option keys             ("solder.options/1")
//   std::string save() const                           what the next generation is to know  ("solder.state/1")
//   void restore(std::string_view version, std::string_view state)   with save(); an exception keeps the old generation
//
// Each is called for one item; the batch loop stands here. An exception becomes the problem PluginThrew of that item
// and the batch goes on. The tables are constant data, so that the library can be unmapped. Tested by tests/unit/sdk.
#ifndef SOLDER_SDK_PLUGIN_HPP_
#define SOLDER_SDK_PLUGIN_HPP_

#include <concepts>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "solder/kinds/config_watcher.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/endpoint_discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/state.h"
#include "solder/kinds/upstream_type.h"
#include "solder/sdk/inputs.hpp"
#include "solder/sdk/out.hpp"

namespace solder::sdk {

template <typename P>
concept HasClusters = requires(P plugin, const UpstreamInput& in, Out& out) {
  plugin.clusters(in, out);
};
template <typename P>
concept HasDestinations = requires(P plugin, const DestinationInput& in, Out& out) {
  plugin.destinations(in, out);
};
template <typename P>
concept HasEndpoints = requires(P plugin, const UpstreamInput& in, Out& out) {
  plugin.endpoints(in, out);
};
template <typename P>
concept HasDerive = requires(P plugin, const SourceInput& in, Out& out) {
  plugin.derive(in, out);
};
template <typename P>
concept HasFollow = requires(P plugin, const UpstreamInput& in, Out& out, const Ref& ref) {
  plugin.follow(in, out);
  plugin.forget(ref);
};
template <typename P>
concept HasWatch = requires(P plugin, const std::vector<WatchedKind>& kinds) {
  plugin.watch(kinds);
};
template <typename P>
concept HasStatus = requires(P plugin, const Ref& ref, std::string_view json) {
  plugin.status(ref, json);
};
template <typename P>
concept HasShare = requires(P plugin, const std::vector<SharedEntry>& entries) {
  plugin.share(entries);
};
template <typename P>
concept HasChange = requires(P plugin, const StoreChange& change) {
  plugin.change(change);
};
template <typename P>
concept HasOptions = requires(P plugin, const OptionInput& in, Out& out) {
  plugin.options(in, out);
};
template <typename P>
concept HasState = requires(P plugin, std::string_view version, std::string_view state) {
  { plugin.save() } -> std::convertible_to<std::string>;
  plugin.restore(version, state);
};
template <typename P>
concept AnyPlugin = (HasClusters<P> || HasDestinations<P> || HasOptions<P> || HasWatch<P> || HasDerive<P> ||
                     HasFollow<P>)&&(HasClusters<P> || !HasEndpoints<P>);

namespace internal {

template <typename Input, typename F>
solder_status for_each(const solder_call* call, const solder_out* out, F&& method) noexcept {
  for (uint64_t i = 0; i < call->in.count; ++i) {
    Out item(call, out, i);
    try {
      const Input input(*SOLDER_AT(typename Input::C, call->in, i));
      method(input, item);
    } catch (const std::exception& thrown) {
      item.error({.field = "", .reason = "PluginThrew", .message = thrown.what()});
    } catch (...) {
      item.error({.field = "", .reason = "PluginThrew", .message = "the plugin threw what is not a std::exception"});
    }
  }
  return SOLDER_OK;
}

template <typename P>
std::unique_ptr<P> make(const solder_host* host, std::string_view config_json) {
  if constexpr (std::constructible_from<P, Host, std::string_view>)
    return std::make_unique<P>(Host(host), config_json);
  else if constexpr (std::constructible_from<P, Host>)
    return std::make_unique<P>(Host(host));
  else
    return std::make_unique<P>();
}

template <typename P>
struct Instance {
  Host host;
  std::unique_ptr<P> plugin;

  // Why not, for who reads what became of a state.
  void tell(std::string_view what, std::string_view words) const noexcept {
    try {
      host.log(SOLDER_LOG_ERROR, std::string(what) + ": " + std::string(words));
    } catch (...) {
    }
  }
};

template <AnyPlugin P>
struct Tables {
  static P& of(void* self) { return *static_cast<Instance<P>*>(self)->plugin; }

  static solder_status clusters(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<UpstreamInput>(call, out,
                                   [self](const UpstreamInput& in, Out& item) { of(self).clusters(in, item); });
  }
  static solder_status destinations(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<DestinationInput>(
        call, out, [self](const DestinationInput& in, Out& item) { of(self).destinations(in, item); });
  }
  static solder_status endpoints(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<UpstreamInput>(call, out,
                                   [self](const UpstreamInput& in, Out& item) { of(self).endpoints(in, item); });
  }
  static solder_status derive(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<SourceInput>(call, out, [self](const SourceInput& in, Out& item) { of(self).derive(in, item); });
  }
  static solder_status follow(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<UpstreamInput>(call, out,
                                   [self](const UpstreamInput& in, Out& item) { of(self).follow(in, item); });
  }
  static solder_status forget(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<SourceInput>(call, out, [self](const SourceInput& in, Out&) { of(self).forget(in.ref); });
  }
  // All kinds at once: one that is left out does not count any more.
  static solder_status watch(void* self, const solder_call* call, const solder_out* out) noexcept {
    try {
      std::vector<WatchedKind> kinds;
      for (uint64_t i = 0; i < call->in.count; ++i) {
        const auto& each = *SOLDER_AT(solder_watched_kind, call->in, i);
        kinds.push_back({std::string(text(each.kind)), std::string(text(each.api_version))});
      }
      of(self).watch(kinds);
      return SOLDER_OK;
    } catch (const std::exception& thrown) {
      if (call->in.count > 0) {
        Out(call, out, 0).error({.field = "", .reason = "PluginThrew", .message = thrown.what()});
        return SOLDER_OK;
      }
    } catch (...) {
    }
    return SOLDER_INTERNAL;
  }
  static solder_status statuses(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<SourceInput>(call, out, [self](const SourceInput& in, Out&) { of(self).status(in.ref, in.json); });
  }
  // All of them at once, too.
  static solder_status share(void* self, const solder_call* call, const solder_out*) noexcept {
    try {
      std::vector<SharedEntry> entries;
      for (uint64_t i = 0; i < call->in.count; ++i) {
        const auto& each = *SOLDER_AT(solder_object, call->in, i);
        entries.push_back({std::string(text(each.ref.name)), std::string(text(each.json))});
      }
      of(self).share(entries);
      return SOLDER_OK;
    } catch (...) {
      return SOLDER_INTERNAL;
    }
  }
  static solder_status change(void* self, const solder_call* call, const solder_out* out) noexcept {
    bool there = true;
    const solder_status status =
        for_each<StoreChange>(call, out, [&](const StoreChange& in, Out&) { there = of(self).change(in) && there; });
    return there ? status : SOLDER_UNAVAILABLE;
  }
  static solder_status options(void* self, const solder_call* call, const solder_out* out) noexcept {
    return for_each<OptionInput>(call, out, [self](const OptionInput& in, Out& item) { of(self).options(in, item); });
  }

  static solder_status save(void* self, void* ctx, void (*write)(void* ctx, solder_str bytes)) noexcept {
    try {
      const std::string state = of(self).save();
      write(ctx, str(state));
      return SOLDER_OK;
    } catch (const std::exception& thrown) {
      static_cast<Instance<P>*>(self)->tell("save", thrown.what());
    } catch (...) {
    }
    return SOLDER_INTERNAL;
  }
  static solder_status restore(void* self, solder_str version, solder_str state) noexcept {
    try {
      of(self).restore(text(version), text(state));
      return SOLDER_OK;
    } catch (const std::exception& thrown) {
      static_cast<Instance<P>*>(self)->tell("restore", thrown.what());
    } catch (...) {
    }
    return SOLDER_INVALID_ARGUMENT;
  }

  static solder_status create(const solder_host* host, solder_str config, void** self, const solder_out* out) noexcept {
    Out problems(nullptr, out, 0);
    try {
      auto instance = std::make_unique<Instance<P>>(Instance<P>{Host(host), make<P>(host, text(config))});
      *self = instance.release();
      return SOLDER_OK;
    } catch (const std::exception& thrown) {
      problems.error({.field = "", .reason = "BadConfiguration", .message = thrown.what()});
    } catch (...) {
      problems.error({.field = "", .reason = "BadConfiguration", .message = "the plugin's constructor threw"});
    }
    return SOLDER_INVALID_ARGUMENT;
  }
  static void destroy(void* self) noexcept { std::unique_ptr<Instance<P>>(static_cast<Instance<P>*>(self)).reset(); }

  static const void* capability(void*, solder_str id) noexcept {
    if constexpr (HasClusters<P> || HasDestinations<P>) {
      static constexpr solder_op kClusters = [] {
        if constexpr (HasClusters<P>)
          return &clusters;
        else
          return solder_op{nullptr};
      }();
      static constexpr solder_op kDestinations = [] {
        if constexpr (HasDestinations<P>)
          return &destinations;
        else
          return solder_op{nullptr};
      }();
      static constexpr solder_op kEndpoints = [] {
        if constexpr (HasEndpoints<P>)
          return &endpoints;
        else
          return solder_op{nullptr};
      }();
      static constexpr solder_cap_upstream_type kTable = {sizeof kTable, 0, kClusters, kDestinations, kEndpoints};
      if (solder_str_eq(id, SOLDER_CAP_UPSTREAM_TYPE)) return &kTable;
    }
    if constexpr (HasDerive<P>) {
      static constexpr solder_cap_discovery kTable = {sizeof kTable, 0, &derive};
      if (solder_str_eq(id, SOLDER_CAP_DISCOVERY)) return &kTable;
    }
    if constexpr (HasFollow<P>) {
      static constexpr solder_cap_function_discovery kTable = {sizeof kTable, 0, &follow, &forget};
      if (solder_str_eq(id, SOLDER_CAP_FUNCTION_DISCOVERY) || solder_str_eq(id, SOLDER_CAP_ENDPOINT_DISCOVERY)) {
        return &kTable;
      }
    }
    if constexpr (HasWatch<P>) {
      static constexpr solder_op kStatuses = [] {
        if constexpr (HasStatus<P>)
          return &statuses;
        else
          return solder_op{nullptr};
      }();
      static constexpr solder_op kShare = [] {
        if constexpr (HasShare<P>)
          return &share;
        else
          return solder_op{nullptr};
      }();
      static constexpr solder_op kChange = [] {
        if constexpr (HasChange<P>)
          return &change;
        else
          return solder_op{nullptr};
      }();
      static constexpr solder_cap_config_watcher kTable = {sizeof kTable, 0, &watch, kStatuses, kShare, kChange};
      if (solder_str_eq(id, SOLDER_CAP_CONFIG_WATCHER)) return &kTable;
    }
    if constexpr (HasOptions<P>) {
      static constexpr solder_cap_options kTable = {sizeof kTable, 0, &options};
      if (solder_str_eq(id, SOLDER_CAP_OPTIONS)) return &kTable;
    }
    if constexpr (HasState<P>) {
      static constexpr solder_cap_state kTable = {sizeof kTable, 0, &save, &restore};
      if (solder_str_eq(id, SOLDER_CAP_STATE)) return &kTable;
    }
    return nullptr;
  }
};

}  // namespace internal
}  // namespace solder::sdk

#endif

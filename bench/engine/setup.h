// Plugins and their schemas, as a server would load them. Outlives the engines that are made from it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config/schema_catalog.h"
#include "core/host/plugin_set.h"
#include "core/services/message_types.h"

namespace solder::bench {

struct Setup {
  explicit Setup(const std::string& plugin_directory) {
    options.directories = {plugin_directory};
    plugins = host::PluginSet::load(options);
    std::vector<config::Claim> claims;
    for (const auto& plugin : plugins->loaded()) {
      for (const auto& claim : plugin.claims) {
        claims.push_back({claim.plugin, claim.scope, claim.key, claim.schema_json});
      }
    }
    auto made = config::SchemaCatalog::make(claims);
    if (made.ok()) catalog = *made;
  }

  host::LoadOptions options;
  services::MessageTypes types;
  std::unique_ptr<host::PluginSet> plugins;
  config::SchemaCatalogPtr catalog;
};

}  // namespace solder::bench

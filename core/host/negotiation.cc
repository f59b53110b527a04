#include "core/host/negotiation.h"

#include <algorithm>
#include <cstring>
#include <exception>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

constexpr uint32_t kMaxTableSize = 1u << 16;

std::string in_quotes(std::string_view text) { return "\"" + printable(text) + "\""; }

// Copies what both sides know of a table that starts with its size.
template <typename Table>
std::optional<std::string> copy_table(const void* theirs, uint32_t least, const char* what, Table& ours) {
  uint32_t size = 0;
  std::memcpy(&size, theirs, sizeof(size));
  if (size < least || size > kMaxTableSize) {
    return std::string(what) + " says its size is " + std::to_string(size) + " bytes; right is sizeof, at least " +
           std::to_string(least);
  }
  ours = Table{};
  std::memcpy(&ours, theirs, std::min<size_t>(size, sizeof(ours)));
  return std::nullopt;
}

std::optional<Refusal> check_table(const LibraryPlugin& plugin) {
  const solder_plugin& table = plugin.table;
  if (table.abi_minor_min > SOLDER_ABI_MINOR) {
    return Refusal{reason::kAbiMinor, "its table needs plugin ABI 1." + std::to_string(table.abi_minor_min) +
                                          "; this Solder has 1." + std::to_string(SOLDER_ABI_MINOR)};
  }
  if (table.create == nullptr || table.destroy == nullptr || table.capability == nullptr) {
    return Refusal{reason::kBadTable, "its table lacks create, destroy or capability"};
  }
  std::string_view name, version;
  if (read_text(table.name, name) != nullptr || read_text(table.version, version) != nullptr) {
    return Refusal{reason::kBadTable, "the name or version in its table cannot be read"};
  }
  if (name != plugin.manifest.name || version != plugin.manifest.version) {
    return Refusal{reason::kNameMismatch, "its table says " + in_quotes(name) + " " + in_quotes(version) +
                                              ", its manifest " + in_quotes(plugin.manifest.name) + " " +
                                              in_quotes(plugin.manifest.version)};
  }
  return std::nullopt;
}

// What create() says about its configuration.
struct CreateProblems {
  std::vector<std::string> errors, warnings;
};

solder_status refuse_item(void*, const solder_item*) { return SOLDER_UNIMPLEMENTED; }

void take_diag(void* ctx, const solder_diag* diag) {
  auto& problems = *static_cast<CreateProblems*>(ctx);
  try {
    solder_diag own{};
    if (diag == nullptr || diag->size < SOLDER_DIAG_SIZE_1_0 || diag->size > kMaxTableSize) {
      problems.errors.emplace_back("it reported a problem that cannot be read");
      return;
    }
    std::memcpy(&own, diag, std::min<size_t>(diag->size, sizeof(own)));
    std::string_view field, message;
    if (read_bytes(own.field, field) != nullptr || read_bytes(own.message, message) != nullptr)
      message = "(unreadable)";
    std::string text = (field.empty() ? "" : printable(field) + ": ") + printable(message);
    (own.severity >= SOLDER_SEVERITY_ERROR ? problems.errors : problems.warnings).push_back(std::move(text));
  } catch (...) {
    // Out of memory; nothing may be thrown into a plugin.
  }
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : "; ") + part;
  return out;
}

std::optional<Refusal> create(LibraryPlugin& plugin, const std::string& config_json, const ServicesPtr& services) {
  plugin.config_json = config_json;
  plugin.services = services;
  plugin.host = std::make_unique<HostTable>(plugin.identity(), plugin.mutex, services);
  CreateProblems problems;
  const solder_out out{sizeof(solder_out), 0, &problems, &refuse_item, &take_diag};
  solder_status status = SOLDER_OK;
  try {
    status = plugin.table.create(plugin.host->get(), view(config_json), &plugin.self, &out);
  } catch (const std::exception& error) {
    return Refusal{reason::kCreateFailed, "create threw an exception: " + printable(error.what())};
  } catch (...) {
    return Refusal{reason::kCreateFailed, "create threw an exception"};
  }
  plugin.created = status == SOLDER_OK;
  for (std::string& warning : problems.warnings) plugin.warn(std::move(warning));
  if (status == SOLDER_OK && problems.errors.empty()) return std::nullopt;
  std::string message =
      status == SOLDER_OK ? "create reported errors" : "create returned status " + std::to_string(status);
  if (!problems.errors.empty()) message += ": " + joined(problems.errors);
  return Refusal{reason::kCreateFailed, std::move(message)};
}

// Whoever owns a type makes its clusters; a key of serviceSpec is for destinations alone.
bool lacks_operation(const LibraryPlugin& plugin) {
  for (const ManifestCapability& capability : plugin.manifest.provides) {
    for (const ManifestClaim& claim : capability.claims) {
      if (claim.scope == "upstream_type" && plugin.upstream_type.clusters == nullptr) return true;
      if (claim.scope == "service" && plugin.upstream_type.destinations == nullptr) return true;
    }
  }
  return false;
}

std::optional<Refusal> take_capability(LibraryPlugin& plugin, const std::string& id, const void* theirs) {
  std::optional<std::string> problem;
  bool complete = true;
  if (id == SOLDER_CAP_UPSTREAM_TYPE) {
    problem = copy_table(theirs, SOLDER_CAP_UPSTREAM_TYPE_SIZE_1_0, id.c_str(), plugin.upstream_type);
    complete = !lacks_operation(plugin);
  } else if (id == SOLDER_CAP_OPTIONS) {
    problem = copy_table(theirs, SOLDER_CAP_OPTIONS_SIZE_1_0, id.c_str(), plugin.options);
    complete = plugin.options.apply != nullptr;
  } else if (id == SOLDER_CAP_DISCOVERY) {
    problem = copy_table(theirs, SOLDER_CAP_DISCOVERY_SIZE_1_0, id.c_str(), plugin.discovery);
    complete = plugin.discovery.derive != nullptr;
  } else if (id == SOLDER_CAP_FUNCTION_DISCOVERY || id == SOLDER_CAP_ENDPOINT_DISCOVERY) {
    if (plugin.discovers()) return Refusal{reason::kBadTable, "it discovers both functions and endpoints"};
    plugin.finds_endpoints = id == SOLDER_CAP_ENDPOINT_DISCOVERY;
    problem = copy_table(theirs, SOLDER_CAP_FUNCTION_DISCOVERY_SIZE_1_0, id.c_str(), plugin.function_discovery);
    complete = plugin.function_discovery.follow != nullptr && plugin.function_discovery.forget != nullptr;
  } else if (id == SOLDER_CAP_CONFIG_WATCHER) {
    problem = copy_table(theirs, SOLDER_CAP_CONFIG_WATCHER_SIZE_1_0, id.c_str(), plugin.config_watcher);
    complete = plugin.config_watcher.watch != nullptr;
  } else if (id == SOLDER_CAP_STATE) {
    problem = copy_table(theirs, SOLDER_CAP_STATE_SIZE_1_0, id.c_str(), plugin.state_table);
    complete = plugin.state_table.save != nullptr && plugin.state_table.restore != nullptr;
  } else if (id == SOLDER_CAP_PLUGIN_FILES) {
    problem = copy_table(theirs, SOLDER_CAP_PLUGIN_FILES_SIZE_1_0, id.c_str(), plugin.plugin_files);
    complete = plugin.plugin_files.describe != nullptr && plugin.plugin_files.entry != nullptr;
  }
  if (problem) return Refusal{reason::kBadTable, *problem};
  if (!complete) return Refusal{reason::kBadTable, "its table of " + id + " lacks its operation"};
  return std::nullopt;
}

// Ids that this host does not know are asked for all the same: a promise is a promise.
std::optional<Refusal> take_capabilities(LibraryPlugin& plugin) {
  for (const ManifestCapability& capability : plugin.manifest.provides) {
    const void* theirs = nullptr;
    try {
      theirs = plugin.table.capability(plugin.self, view(capability.id));
    } catch (...) {
      return Refusal{reason::kMissingCapability, "capability(\"" + capability.id + "\") threw an exception"};
    }
    if (theirs == nullptr) {
      return Refusal{reason::kMissingCapability,
                     "its manifest promises " + capability.id + ", but capability() gives NULL for it"};
    }
    if (auto refusal = take_capability(plugin, capability.id, theirs)) return refusal;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> negotiate(LibraryPlugin& plugin, const std::string& config_json, const ServicesPtr& services) {
  const auto entry = plugin.library->get<const solder_plugin*(uint32_t)>("solder_plugin_entry_v1");
  const solder_plugin* theirs = nullptr;
  try {
    theirs = entry(SOLDER_ABI_MINOR);
  } catch (...) {
    return Refusal{reason::kDeclined, "its entry threw an exception"};
  }
  if (theirs == nullptr) {
    return Refusal{reason::kDeclined, "its entry returned NULL: it says that it cannot work in plugin ABI 1." +
                                          std::to_string(SOLDER_ABI_MINOR)};
  }
  return negotiate_table(plugin, theirs, config_json, services);
}

std::optional<Refusal> negotiate_table(LibraryPlugin& plugin, const solder_plugin* theirs,
                                       const std::string& config_json, const ServicesPtr& services) {
  if (auto problem = copy_table(theirs, SOLDER_PLUGIN_SIZE_1_0, "its table", plugin.table)) {
    return Refusal{reason::kBadTable, *problem};
  }
  if (auto refusal = check_table(plugin)) return refusal;
  if (auto refusal = create(plugin, config_json, services)) return refusal;
  return take_capabilities(plugin);
}

}  // namespace solder::host

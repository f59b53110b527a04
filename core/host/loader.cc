#include "core/host/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/gate.h"
#include "core/host/negotiation.h"
#include "core/host/private_copy.h"
#include "core/host/registry.h"

namespace solder::host {

namespace {

// dlerror() begins with the path of the private copy, which means nothing to the operator.
std::string loader_words(const std::string& copy) {
  const char* words = ::dlerror();
  std::string text = words == nullptr ? "the dynamic loader gave no reason" : words;
  if (text.rfind(copy + ": ", 0) == 0) text.erase(0, copy.size() + 2);
  return text;
}

std::optional<Refusal> open_library(const std::string& copy, bool can_unmap, boost::dll::shared_library& library) {
  // NODELETE: what may not be unmapped stays, however often it is closed. Boost hands the mode's bits on to dlopen.
  const int flags =
      boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local | (can_unmap ? 0 : RTLD_NODELETE);
  boost::dll::fs::error_code error;
  library.load(copy, error, static_cast<boost::dll::load_mode::type>(flags));
  if (!error) return std::nullopt;
  const std::string words = loader_words(copy);
  const bool undefined = words.find("undefined symbol") != std::string::npos;
  return Refusal{undefined ? reason::kUndefinedSymbols : reason::kOpenFailed,
                 "the dynamic loader refused it: " + words};
}

// The table's flag and the manifest must both allow it.
void keep_mapped(const std::string& copy) {
  if (void* handle = ::dlopen(copy.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE)) ::dlclose(handle);
}

std::string configuration_of(const std::string& name, const LoadOptions& options) {
  for (const auto& [plugin, json] : options.configurations) {
    if (plugin == name) return json;
  }
  return "{}";
}

std::optional<Refusal> check_claims(const Manifest& manifest, const LoadOptions& options) {
  if (!options.check_claim) return std::nullopt;
  std::vector<ClaimInfo> claims;
  for (const ManifestCapability& capability : manifest.provides) {
    for (const ManifestClaim& claim : capability.claims)
      claims.push_back({manifest.name, capability.id, claim.scope, claim.key, claim.schema_json});
  }
  for (const ManifestKind& kind : manifest.kinds)
    claims.push_back({manifest.name, "", std::string(kKindScope), kind.kind, kind.schema_json});
  for (const ClaimInfo& claim : claims) {
    const base::Status status = options.check_claim(claim);
    if (!status.ok()) {
      return Refusal{reason::kBadManifest,
                     "its schema of " + claim.scope + ":" + claim.key + " cannot be used: " + status.message()};
    }
  }
  return std::nullopt;
}

std::variant<std::unique_ptr<Plugin>, Refusal> open_plugin(const std::string& file, Gated gated, std::string_view bytes,
                                                           const LoadOptions& options) {
  const base::Result<std::string> copy = private_copy(options.copy_directory, gated.manifest.name, bytes);
  if (!copy.ok()) return Refusal{reason::kCopyFailed, "its private copy could not be made: " + copy.status().message()};
  auto plugin = std::make_unique<Plugin>(std::move(gated.manifest), file);
  plugin->library = std::make_unique<boost::dll::shared_library>();
  const Activity activity("opening", plugin->file, options.call_deadline);
  if (auto refusal = open_library(*copy, gated.can_unmap, *plugin->library)) return *refusal;
  if (auto refusal = negotiate(*plugin, configuration_of(plugin->manifest.name, options))) return *refusal;
  if (!plugin->manifest.in_process) {
    plugin->warnings.emplace_back(
        "it asks for a process of its own, which this Solder cannot give; it runs in Solder's");
  }
  if (gated.can_unmap && (plugin->table.flags & SOLDER_PLUGIN_UNLOADABLE) == 0) keep_mapped(*copy);
  return plugin;
}

std::variant<std::unique_ptr<Plugin>, Refusal> try_load(const std::string& file, const LoadOptions& options,
                                                        std::set<std::string>& names, std::string& name) {
  auto bytes = read_plugin_file(file);
  if (auto* refusal = std::get_if<Refusal>(&bytes)) return *refusal;
  auto gated = gate(std::get<std::string>(bytes), name);
  if (auto* refusal = std::get_if<Refusal>(&gated)) return *refusal;
  if (auto refusal = check_claims(std::get<Gated>(gated).manifest, options)) return *refusal;
  if (names.count(name) != 0) {
    return Refusal{reason::kDuplicateName, "a plugin of the name " + name + " was loaded from another file before"};
  }
  return open_plugin(file, std::move(std::get<Gated>(gated)), std::get<std::string>(bytes), options);
}

}  // namespace

std::vector<std::string> find_plugin_files(const std::vector<std::string>& directories, std::vector<Refused>& refused) {
  std::vector<std::string> all;
  for (const std::string& directory : directories) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      // A leading dot: still being copied by rsync and the like.
      if (name.size() > 3 && name.front() != '.' && name.ends_with(".so")) files.push_back(entry->path().string());
    }
    if (error) {
      refused.push_back({directory, "", std::string(reason::kNotReadable),
                         "the plugin directory cannot be read: " + error.message()});
    }
    std::sort(files.begin(), files.end());
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

std::variant<std::unique_ptr<Plugin>, Refused> load_plugin(const std::string& file, const LoadOptions& options,
                                                           std::set<std::string>& names) {
  std::string name;
  auto loaded = try_load(file, options, names, name);
  if (auto* refusal = std::get_if<Refusal>(&loaded)) {
    return Refused{file, printable(name), std::string(refusal->reason), printable(refusal->message)};
  }
  names.insert(name);
  return std::move(std::get<std::unique_ptr<Plugin>>(loaded));
}

}  // namespace solder::host

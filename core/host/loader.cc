#include "core/host/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/file_runners.h"
#include "core/host/isolation/isolated_plugin.h"
#include "core/host/library_plugin.h"
#include "core/host/negotiation.h"
#include "core/host/private_copy.h"
#include "core/host/program_file.h"
#include "core/host/registry.h"
#include "core/host/trust.h"

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

std::variant<PluginPtr, Refusal> open_copy(const Candidate& candidate, const LoadOptions& options,
                                           const ServicesPtr& services) {
  const base::Result<std::string> copy = copy_candidate(candidate, options.copy_directory);
  if (!copy.ok()) return Refusal{reason::kCopyFailed, "its private copy could not be made: " + copy.status().message()};
  if (isolation::is_isolated(candidate.gated.manifest, options.isolation))
    return isolation::open_isolated(candidate, *copy, options, services);
  if (candidate.gated.manifest.program)
    return Refusal{reason::kOpenFailed, "it is a program, which needs a process of its own, and there is none here"};
  if (candidate.ending != kLibraryEnding) return options.runners->open(candidate, *copy, options, services);
  auto plugin = std::make_shared<LibraryPlugin>(candidate.gated.manifest, candidate.file, candidate.sha256);
  plugin->library = std::make_unique<boost::dll::shared_library>();
  plugin->copy = *copy;
  plugin->apart = options.isolation.shut_in;
  const Gated& gated = candidate.gated;
  const Activity activity("opening", candidate.file, options.call_deadline);
  if (auto refusal = open_library(*copy, gated.can_unmap, *plugin->library)) return *refusal;
  if (auto refusal = negotiate(*plugin, configuration_of(plugin->manifest.name, options), services)) return *refusal;
  plugin->can_unmap = gated.can_unmap && (plugin->table.flags & SOLDER_PLUGIN_UNLOADABLE) != 0;
  if (!plugin->can_unmap) keep_mapped(*copy);
  return PluginPtr(std::move(plugin));
}

std::optional<Refusal> check_services_apart(const Manifest& manifest, const isolation::IsolationOptions& options) {
  if (!isolation::is_isolated(manifest, options)) return std::nullopt;
  const std::string missing = isolation::missing_apart(manifest);
  if (missing.empty()) return std::nullopt;
  return Refusal{reason::kMissingService, "it needs " + missing + ", which a plugin that is a program is not given"};
}

// A wish for a process of its own that is not met is told.
void warn_of_isolation(Plugin& plugin, const isolation::IsolationOptions& options) {
  const Manifest& manifest = plugin.manifest;
  if (options.inside) return;
  const auto chosen = options.plugins.find(manifest.name);
  if (manifest.program && chosen != options.plugins.end() && chosen->second == isolation::Mode::kInProcess)
    plugin.warn("it is a program, which has a process of its own whatever pluginIsolation says");
  const bool wanted =
      chosen == options.plugins.end() ? !manifest.in_process : chosen->second == isolation::Mode::kProcess;
  if (!wanted || isolation::is_isolated(manifest, options)) return;
  if (!manifest.files.empty()) {
    plugin.warn("it has no process of its own: each of the files that it runs may have one");
  } else if (options.program.path.empty()) {
    plugin.warn("it asks for a process of its own, which this Solder cannot give; it runs in Solder's");
  }
}

// Trust comes first where reading the manifest may run the file.
std::variant<Gated, Refusal> gate_and_trust(Candidate& out, const LoadOptions& options, const std::string& file,
                                            std::string& name) {
  const auto trust = [&]() -> std::optional<Refusal> {
    auto trusted = check_trust(options.trust, file, out.bytes, out.sha256);
    if (auto* refusal = std::get_if<Refusal>(&trusted)) return *refusal;
    out.trusted_by = std::get<std::string>(trusted);
    return std::nullopt;
  };
  const bool program = out.ending == kProgramEnding;
  if (program || out.ending == kLibraryEnding || !options.runners) {
    if (!program) out.ending = kLibraryEnding;
    auto gated = program ? gate_program(out.bytes, name) : gate(out.bytes, name);
    if (std::holds_alternative<Refusal>(gated)) return gated;
    if (auto refusal = trust()) return *refusal;
    return gated;
  }
  if (auto refusal = trust()) return *refusal;
  return options.runners->gate_file({out.bytes, out.file, out.ending}, out.sha256, options, name);
}

std::variant<Candidate, Refusal> inspect(const std::string& file, const LoadOptions& options,
                                         const std::string& original, std::string& name) {
  auto bytes = read_plugin_file(file);
  if (auto* refusal = std::get_if<Refusal>(&bytes)) return *refusal;
  Candidate out;
  out.file = original;
  out.ending = ending_of(file);
  out.bytes = std::move(std::get<std::string>(bytes));
  out.sha256 = content_hash(out.bytes);
  auto gated = gate_and_trust(out, options, file, name);
  if (auto* refusal = std::get_if<Refusal>(&gated)) return *refusal;
  out.gated = std::move(std::get<Gated>(gated));
  if (auto refusal = check_claims(out.gated.manifest, options)) return *refusal;
  if (auto refusal = check_services_apart(out.gated.manifest, options.isolation)) return *refusal;
  if (options.runners && !out.gated.manifest.files.empty()) options.runners->offer(out, options);
  return out;
}

// A leading dot: still being copied by rsync and the like.
std::vector<std::string> find_files(const std::vector<std::string>& directories, const std::set<std::string>& endings,
                                    std::vector<Refused>& refused) {
  std::vector<std::string> all;
  for (const std::string& directory : directories) {
    std::vector<std::string> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (name.front() != '.' && endings.count(ending_of(name)) != 0) files.push_back(entry->path().string());
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

}  // namespace

std::string configuration_of(const std::string& name, const LoadOptions& options) {
  for (const auto& [plugin, json] : options.configurations) {
    if (plugin == name) return json;
  }
  return "{}";
}

std::vector<std::string> find_plugin_files(const std::vector<std::string>& directories, std::vector<Refused>& refused) {
  return find_files(directories, {std::string(kLibraryEnding), std::string(kProgramEnding)}, refused);
}

std::vector<std::string> find_run_files(const std::vector<std::string>& directories, const FileRunners& runners) {
  std::vector<Refused> told_already;
  return find_files(directories, runners.endings(), told_already);
}

base::Result<std::string> copy_candidate(const Candidate& candidate, const std::string& directory) {
  return private_copy(directory, candidate.gated.manifest.name, candidate.bytes, candidate.sha256, candidate.ending);
}

std::variant<Candidate, Refused> inspect_plugin(const std::string& file, const LoadOptions& options,
                                                const std::string& original) {
  std::string name;
  const std::string& where = original.empty() ? file : original;
  auto found = inspect(file, options, where, name);
  if (auto* candidate = std::get_if<Candidate>(&found)) return std::move(*candidate);
  const auto& refusal = std::get<Refusal>(found);
  return Refused{where, printable(name), std::string(refusal.reason), printable(refusal.message)};
}

std::variant<PluginPtr, Refused> open_plugin(const Candidate& candidate, const LoadOptions& options,
                                             const ServicesPtr& services) {
  auto opened = open_copy(candidate, options, services);
  if (auto* plugin = std::get_if<PluginPtr>(&opened)) {
    warn_of_isolation(**plugin, options.isolation);
    return std::move(*plugin);
  }
  const auto& refusal = std::get<Refusal>(opened);
  return refused(candidate, refusal.reason, refusal.message);
}

Refused refused(const Candidate& candidate, std::string_view reason, const std::string& message) {
  return {candidate.file, printable(candidate.gated.manifest.name), std::string(reason), printable(message)};
}

std::variant<PluginPtr, Refused> load_plugin(const std::string& file, const LoadOptions& options,
                                             std::set<std::string>& names) {
  auto found = inspect_plugin(file, options);
  if (auto* refusal = std::get_if<Refused>(&found)) return std::move(*refusal);
  const auto& candidate = std::get<Candidate>(found);
  const std::string& name = candidate.gated.manifest.name;
  if (names.count(name) != 0) {
    return refused(candidate, reason::kDuplicateName,
                   "a plugin of the name " + name + " was loaded from another file before");
  }
  auto opened = open_plugin(candidate, options);
  if (std::holds_alternative<PluginPtr>(opened)) names.insert(name);
  return opened;
}

}  // namespace solder::host

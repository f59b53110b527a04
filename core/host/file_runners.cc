#include "core/host/file_runners.h"

#include <algorithm>

#include "core/host/abi_text.h"
#include "core/host/activity.h"
#include "core/host/library_plugin.h"
#include "core/host/negotiation.h"

namespace solder::host {

namespace {

// Files that people drop in before their runner is there: they are told what is missing.
constexpr std::pair<std::string_view, std::string_view> kWellKnown[] = {{"py", "python"}};

// What a runner says of one file.
struct Words {
  std::string manifest, problems;
  bool refused = false;

  void problem(std::string_view words) {
    refused = true;
    problems += (problems.empty() ? "" : "; ") + printable(words);
  }
};

solder_status take_item(void* ctx, const solder_item* item) noexcept {
  auto& words = *static_cast<Words*>(ctx);
  try {
    if (item == nullptr || item->type != SOLDER_ITEM_OBJECT || item->size < SOLDER_ITEM_OBJECT_SIZE_1_0) {
      return SOLDER_UNIMPLEMENTED;
    }
    std::string_view json;
    if (read_text(reinterpret_cast<const solder_item_object*>(item)->json, json) != nullptr) {
      return SOLDER_INVALID_ARGUMENT;
    }
    words.manifest = json;
    return SOLDER_OK;
  } catch (...) {
    return SOLDER_INTERNAL;
  }
}

void take_problem(void* ctx, const solder_diag* diag) noexcept {
  auto& words = *static_cast<Words*>(ctx);
  try {
    std::string_view message;
    if (diag == nullptr || diag->size < SOLDER_DIAG_SIZE_1_0 || read_bytes(diag->message, message) != nullptr) {
      message = "it reported a problem that cannot be read";
    }
    if (diag == nullptr || diag->severity >= SOLDER_SEVERITY_ERROR) words.problem(message);
  } catch (...) {
    words.refused = true;
  }
}

solder_plugin_file input(const RunFile& file, const Manifest* manifest) {
  const auto text = [&](const std::string Manifest::*member) {
    return manifest == nullptr ? solder_str{nullptr, 0} : view(manifest->*member);
  };
  return {sizeof(solder_plugin_file), 0, view(file.content), view(file.original), text(&Manifest::name),
          text(&Manifest::version)};
}

std::string directory_of(const std::string& file) { return file.substr(0, file.rfind('/')); }

// Runs something of the runner; false where it threw.
template <typename F>
bool guarded(const F& call) {
  try {
    call();
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

std::string ending_of(std::string_view file) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string() : std::string(name.substr(dot + 1));
}

void FileRunners::offer(const Candidate& candidate, const LoadOptions& options) {
  const Manifest& manifest = candidate.gated.manifest;
  for (const std::string& ending : manifest.files) {
    const auto known = known_.find(ending);
    if (known != known_.end() && (known->second.opened || known->second.runner.name < manifest.name)) continue;
    const auto copy = copy_candidate(candidate, options.copy_directory);
    if (!copy.ok()) continue;  // loading the runner itself says so
    known_[ending].runner = {manifest.name, *copy, configuration_of(manifest.name, options)};
  }
}

std::string FileRunners::take(const FileRunner& runner) {
  LoadOptions options;
  options.copy_directory = directory_of(runner.file);
  options.configurations = {{runner.name, runner.config_json}};
  const auto found = inspect_plugin(runner.file, options);
  if (const auto* refused = std::get_if<Refused>(&found)) return "the plugin that runs it: " + refused->message;
  offer(std::get<Candidate>(found), options);
  return "";
}

std::set<std::string> FileRunners::endings() const {
  std::set<std::string> out;
  for (const auto& [ending, plugin] : kWellKnown) out.emplace(ending);
  for (const auto& [ending, known] : known_) out.insert(ending);
  return out;
}

std::optional<FileRunner> FileRunners::runner_of(std::string_view ending) const {
  const auto at = known_.find(ending);
  return at == known_.end() ? std::nullopt : std::optional(at->second.runner);
}

std::variant<LibraryPlugin*, Refusal> FileRunners::instance(const std::string& ending, const LoadOptions& options) {
  Known& known = known_.at(ending);
  if (known.opened) return known.opened.get();
  LoadOptions own = options;
  own.trust = {};  // a private copy was trusted when it was made
  own.copy_directory = directory_of(known.runner.file);
  own.configurations = {{known.runner.name, known.runner.config_json}};
  own.runners.reset();
  const auto wrong = [&](const std::string& words) {
    return Refusal{reason::kNoRunner,
                   "the plugin " + known.runner.name + ", which runs ." + ending + " files, cannot be used: " + words};
  };
  auto found = inspect_plugin(known.runner.file, own);
  if (const auto* refused = std::get_if<Refused>(&found)) return wrong(refused->message);
  auto opened = open_plugin(std::get<Candidate>(found), own);
  if (const auto* refused = std::get_if<Refused>(&opened)) return wrong(refused->message);
  auto library = std::dynamic_pointer_cast<LibraryPlugin>(std::get<PluginPtr>(opened));
  if (!library || library->plugin_files.describe == nullptr) return wrong("it is not in this process");
  known.opened = std::move(library);
  return known.opened.get();
}

std::variant<std::string, Refusal> FileRunners::describe_here(const RunFile& file, const LoadOptions& options) {
  auto runner = instance(file.ending, options);
  if (auto* refusal = std::get_if<Refusal>(&runner)) return *refusal;
  LibraryPlugin& plugin = *std::get<LibraryPlugin*>(runner);
  const Activity activity("reading the manifest of", file.original, options.call_deadline);
  Words words;
  const solder_plugin_file in = input(file, nullptr);
  solder_call call{};
  call.size = sizeof call;
  call.in = {&in, 1, sizeof in};
  const solder_out out{sizeof(solder_out), 0, &words, &take_item, &take_problem};
  solder_status status = SOLDER_INTERNAL;
  if (!guarded([&] { status = plugin.plugin_files.describe(plugin.self, &call, &out); })) {
    words.problem(plugin.manifest.name + " threw an exception");
  }
  if (words.refused) return Refusal{reason::kBadFile, words.problems};
  if (status == SOLDER_OK && !words.manifest.empty()) return words.manifest;
  return Refusal{reason::kBadFile, plugin.manifest.name + " does not tell its manifest"};
}

std::variant<Gated, Refusal> FileRunners::gate_file(const RunFile& file, const std::string& sha256,
                                                    const LoadOptions& options, std::string& name) {
  const auto runner = runner_of(file.ending);
  if (!runner) {
    const auto* known = std::find_if(std::begin(kWellKnown), std::end(kWellKnown),
                                     [&](const auto& each) { return each.first == file.ending; });
    const std::string which =
        known == std::end(kWellKnown) ? "" : "; the plugin " + std::string(known->second) + " does";
    return Refusal{reason::kNoRunner, "no plugin that is there runs ." + file.ending + " files" + which};
  }
  Manifested& last = manifests_[file.original];
  if (last.sha256 != sha256) {
    auto told = describe_ ? describe_(*runner, file) : describe_here(file, options);
    if (auto* refusal = std::get_if<Refusal>(&told)) return *refusal;
    last = {sha256, std::get<std::string>(told)};
  }
  auto manifest = accept_manifest(last.manifest, name);
  if (auto* refusal = std::get_if<Refusal>(&manifest)) return *refusal;
  return Gated{std::move(std::get<Manifest>(manifest)), true};
}

std::variant<PluginPtr, Refusal> FileRunners::open(const Candidate& candidate, const std::string& copy,
                                                   const LoadOptions& options, const ServicesPtr& services) {
  auto runner = instance(candidate.ending, options);
  if (auto* refusal = std::get_if<Refusal>(&runner)) return *refusal;
  LibraryPlugin& brings = *std::get<LibraryPlugin*>(runner);
  auto plugin = std::make_shared<LibraryPlugin>(candidate.gated.manifest, candidate.file, candidate.sha256);
  plugin->runner = known_.at(candidate.ending).opened;
  plugin->copy = copy;
  plugin->apart = options.isolation.shut_in;
  plugin->can_unmap = true;  // nothing of it is mapped
  const Activity activity("opening", candidate.file, options.call_deadline);
  Words words;
  const solder_out out{sizeof(solder_out), 0, &words, &take_item, &take_problem};
  const solder_plugin_file in = input({candidate.bytes, candidate.file, candidate.ending}, &plugin->manifest);
  const solder_plugin* table = nullptr;
  guarded([&] { table = brings.plugin_files.entry(brings.self, &in, &out); });
  if (table == nullptr) {
    return Refusal{reason::kDeclined, words.refused ? words.problems : brings.manifest.name + " gives no table for it"};
  }
  const std::string configuration = configuration_of(plugin->manifest.name, options);
  if (auto refusal = negotiate_table(*plugin, table, configuration, services)) return *refusal;
  return PluginPtr(std::move(plugin));
}

}  // namespace solder::host

#include <dlfcn.h>

#include <array>
#include <cstring>

#include "core/conformance/checks.h"
#include "core/host/abi_text.h"

namespace solder::conformance {

namespace {

constexpr uint32_t kNewerHosts = 8;

// The file as the loader takes it, no instance made.
class Opened {
 public:
  explicit Opened(const std::string& copy) : handle_(::dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL)) {}
  ~Opened() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  [[nodiscard]] bool ok() const { return handle_ != nullptr; }
  [[nodiscard]] solder_plugin_entry_fn entry() const {
    return reinterpret_cast<solder_plugin_entry_fn>(::dlsym(handle_, "solder_plugin_entry_v1"));
  }

 private:
  void* handle_;
};

}  // namespace

Verdict check_opens(Trial& trial) {
  if (const auto* refused = std::get_if<host::Refused>(&trial.looked))
    return skipped("it is refused: " + refused->message);
  if (!trial.library) return passed();
  const auto copy = host::copy_candidate(trial.candidate(), trial.load.copy_directory);
  if (!copy.ok()) return failed("its private copy could not be made: " + copy.status().message());
  trial.phase("being opened");
  const Opened opened(*copy);
  if (opened.ok()) {
    trial.phase("being closed");
    return passed();
  }
  const char* said = ::dlerror();
  std::string words = said == nullptr ? "no reason given" : said;
  if (words.starts_with(*copy + ": ")) words.erase(0, copy->size() + 2);  // means nothing to anybody
  return failed("the dynamic loader refused it: " + words);
}

Verdict check_negotiates(Trial& trial) {
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  trial.phase("being ended");
  session = host::Refused{};
  return passed();
}

// What the manifest, the table and the linker say about unmapping is one thing.
Verdict check_unload_wish(Trial& trial) {
  const bool wished = trial.candidate().gated.manifest.unload_allowed;
  if (!wished) return passed();
  if (std::get<host::ElfFile>(trial.elf).no_delete)
    return failed("its manifest says that it may be unmapped, but it is linked with -z nodelete");
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  const bool flag = (std::get<0>(session)->plugin().table.flags & SOLDER_PLUGIN_UNLOADABLE) != 0;
  return flag ? passed()
              : failed("its manifest says that it may be unmapped, but its table lacks SOLDER_PLUGIN_UNLOADABLE");
}

Verdict check_newer_hosts(Trial& trial) {
  const auto copy = host::copy_candidate(trial.candidate(), trial.load.copy_directory);
  const Opened opened(*copy);
  const auto entry = opened.entry();
  for (uint32_t minor = trial.candidate().gated.manifest.abi_minor; minor <= SOLDER_ABI_MINOR + kNewerHosts; ++minor) {
    if (entry(minor) == nullptr)
      return failed("its entry returns NULL to a host of plugin ABI 1." + std::to_string(minor) +
                    ", which has all that 1." + std::to_string(trial.candidate().gated.manifest.abi_minor) + " has");
  }
  return passed();
}

Verdict check_unknown_capabilities(Trial& trial) {
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  auto& plugin = std::get<0>(session)->plugin();
  std::vector<std::string> ids = {"", "solder.nothing/1", "solder.options", "solder."};
  for (const auto& capability : plugin.manifest.provides) {
    ids.push_back(capability.id + "x");                                // 1x
    ids.push_back(capability.id + "0");                                // 10
    ids.push_back(capability.id.substr(0, capability.id.size() - 1));  // no revision
    ids.push_back(capability.id.substr(0, capability.id.size() - 1) + "2");
  }
  for (const auto& id : ids) {
    if (plugin.table.capability(plugin.self, host::view(id)) != nullptr)
      return failed("capability(\"" + id + "\") gives a table; nobody knows what that is");
  }
  return passed();
}

Verdict check_odd_configuration(Trial& trial) {
  auto session = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&session)) return failed(refused->message);
  auto& plugin = std::get<0>(session)->plugin();
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  const std::string texts[] = {
      R"({"unknown":1})",
      R"({"":null,"a":[],"b":{}})",
      R"({"name":"ключ ☃","list":[1,"2",null,{"three":3.5}]})",
      R"({"number":-1e308,"big":18446744073709551615,"text":")" + std::string(100000, 'a') + "\"}",
      "{\"deep\":" + deep + "}",
      "[]",
      "null",
      "\"text\"",
      "{}"};
  for (const auto& config : texts) {
    trial.phase("making an instance with a configuration that it does not know");
    void* self = nullptr;
    if (create_instance(plugin, plugin.host->get(), host::view(config), &self) == SOLDER_OK) plugin.table.destroy(self);
  }
  return passed();
}

}  // namespace solder::conformance

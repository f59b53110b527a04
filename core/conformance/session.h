// The plugin as checks use it: opened in this process, asked in batches of any shape, its answers as texts that can be
// compared. Tested by tests/plugin/conformance_test.py.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/conformance/isolated.h"
#include "core/conformance/questions.h"
#include "core/host/elf_file.h"
#include "core/host/library_plugin.h"
#include "core/host/loader.h"
#include "core/services/message_types.h"

namespace solder::conformance {

// What all checks of one file share.
struct Trial {
  std::string file;
  host::LoadOptions load;
  std::variant<host::ElfFile, host::Refusal> elf;  // of a library
  bool library = false;
  bool program = false;
  std::variant<host::Candidate, host::Refused> looked;  // by the host
  std::vector<CaseFile> files;
  Questions questions;
  Indexes indexes;
  uint64_t seed = 1;
  bool update = false;  // write what cases expect
  Phase phase = [](const char*) {};

  [[nodiscard]] const host::Candidate& candidate() const { return std::get<host::Candidate>(looked); }
};

// How a batch is made.
struct Asking {
  Memory* memory = nullptr;         // null: plain
  GuardedMemory* frozen = nullptr;  // the same, not to be written while the plugin is called
  size_t beyond = 0;                // bytes behind each input
  size_t together = 64;             // inputs of one call
  bool backwards = false;
};

class Session {
 public:
  // `copies`: where its private copy is; empty: where all are.
  static std::variant<std::unique_ptr<Session>, host::Refused> open(const Trial& trial, const std::string& copies = "");

  [[nodiscard]] host::LibraryPlugin& plugin() { return *plugin_; }
  [[nodiscard]] const std::string& config() const { return config_; }

  using Each = std::function<void(const Probe&, host::Site, const host::ItemOutput&)>;
  // In the order of calls. What the plugin has no operation for is left out.
  void ask(const std::vector<Probe>& probes, const Asking& how, const Each& each);
  // One text for each probe.
  std::vector<std::string> answers(const std::vector<Probe>& probes, const Asking& how = {});

  // Another instance in place of the one that is there, until this ends.
  class Instance {
   public:
    // `host`: what create() is given; null: the same as the first.
    explicit Instance(Session& session, const solder_host* host = nullptr);
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;
    [[nodiscard]] bool made() const { return made_; }

   private:
    Session& session_;
    void* first_ = nullptr;
    bool made_ = false;
  };

 private:
  explicit Session(const Trial& trial) : trial_(trial) {}
  const Trial& trial_;
  std::shared_ptr<host::LibraryPlugin> plugin_;
  std::string config_;
};

// create() of a plugin; what it says is not kept.
solder_status create_instance(host::LibraryPlugin& plugin, const solder_host* host, solder_str config, void** self);

std::string text_of(const host::ItemOutput& output);
// The first probe whose answers differ, in words; empty: none.
std::string first_difference(const std::vector<Probe>& probes, const std::vector<std::string>& before,
                             const std::vector<std::string>& after);
std::string words_for(const Probe& probe);

}  // namespace solder::conformance

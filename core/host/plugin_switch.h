// Which generation of each plugin runs, and how one takes the place of another: private copy → a try in a process of
// its own → the new beside the old, with its state → a look at what it would change → both change places between two
// translations → the old waits until it is certain that nobody goes back to it. Every step can fail, and then the old
// one runs on. One thread, but for listing() and plugins(). Tested by tests/plugin/manager_test.cc.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/base/status.h"
#include "core/host/dropped_files.h"
#include "core/host/loader.h"
#include "core/host/plugin.h"
#include "core/host/plugin_record.h"
#include "core/host/preflight.h"
#include "core/host/retired_plugins.h"

namespace solder::host {

// Other plugins for the translation.
struct Proposal {
  std::shared_ptr<PluginSet> plugins;
  std::string plugin;  // that is another one
  bool judge = true;   // not to be taken where objects that are right now would be rejected
};
struct Verdict {
  bool taken = true;
  bool ended = false;                 // not taken because everything ends: nobody's fault
  std::string message{};              // why not
  std::vector<std::string> diff{};    // what changes, for people
  std::set<std::string> resources{};  // that change: xds::plural(type) + " " + name
  StoodStill pause{};
};
// Does it at once, or waits until it can be done.
using Propose = std::function<Verdict(const Proposal&)>;

struct SwitchOptions {
  LoadOptions load;        // the copy directory is that of the record
  ServicesPtr services{};  // what plugins may ask the host for
  bool keep_removed = true;
  bool isolate_crashed = true;  // what Solder crashed in gets a process of its own
  std::chrono::milliseconds probation = std::chrono::seconds(60);
  std::chrono::milliseconds patience_with_missing = std::chrono::milliseconds(100);
};

class PluginSwitch {
 public:
  // Both must outlive the switch. Without `preflight` nothing is tried elsewhere.
  PluginSwitch(SwitchOptions options, PluginRecord& record, Preflight* preflight);
  ~PluginSwitch();

  // Loads what is there, before anything is translated.
  void start(const std::vector<DroppedFile>& files);
  // From now on changes are proposed.
  void serve(Propose propose) { propose_ = std::move(propose); }
  // Makes the plugins those of the files. True where it must be called again soon.
  bool follow(const std::vector<DroppedFile>& files);
  // Ends probations and generations that are due. True where it must be called again soon.
  bool tick();

  // By hand; `by` says whose. The message says what was done, or what is in the way.
  base::Result<std::string> reload(const std::string& name, bool force, const std::string& by);
  base::Result<std::string> roll_back(const std::string& name, const std::string& to, const std::string& by,
                                      const std::string& why = "");
  base::Result<std::string> forget(const std::string& name, const std::string& by);
  // Starts the process of one that failed too often.
  base::Result<std::string> revive(const std::string& name, const std::string& by);
  // Resources as in Verdict. A plugin on probation that changed one of them goes back.
  void refused_by_envoy(const std::set<std::string>& resources, const std::string& words);

  // What serves, and the same with all that is refused, for people. [any thread]
  [[nodiscard]] std::shared_ptr<PluginSet> plugins() const;
  [[nodiscard]] std::shared_ptr<PluginSet> listing() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Slot {
    PluginPtr current;
    PluginPtr previous;  // to go back to while on probation
    std::string file;
    bool gone = false;
    std::optional<Clock::time_point> missing_since, probation_end;
    std::set<std::string> changed;   // by the last switch
    std::string tried;               // a content that was not taken
    std::optional<Refused> problem;  // why
    std::string told_state;          // of its own process, as the history has it
  };

  void load_at_start(const DroppedFile& file);
  void fall_back(const std::string& name, const std::string& file);
  void take_kept(const std::string& name);
  void note_crash();
  [[nodiscard]] LoadOptions options_for(const Candidate& candidate) const;
  [[nodiscard]] std::variant<PluginPtr, Refused> open(const Candidate& candidate) const;
  // True where a plugin has a process to look after.
  bool tend();
  void ask_again(const std::string& name, Slot& slot, const std::string& by);
  void try_elsewhere(const std::vector<DroppedFile>& files);
  [[nodiscard]] std::optional<Candidate> copy_of(const std::string& name, const std::string& sha256,
                                                 const std::string& original) const;
  [[nodiscard]] std::string passed_key(const std::string& name, const std::string& sha256) const;
  [[nodiscard]] PreflightItem preflight_item(const Candidate& candidate, const std::string& copy) const;

  // Nothing: it was taken, or it cannot be decided any more.
  std::optional<Refused> upgrade(const DroppedFile& file, const std::string& by, bool force);
  std::optional<Refused> replace(Slot& slot, const Candidate& candidate, const std::string& by, bool force,
                                 const char* event, const std::string& why);
  void choose_state(const Plugin& current, const Candidate& candidate, const std::optional<std::string>& saved,
                    PreflightItem& item) const;
  void remove(const std::string& name, const std::string& by);
  Verdict propose(const std::string& name, const PluginPtr& plugin, bool judge);
  void commit(const std::string& name, Slot& slot, PluginPtr next, const Verdict& verdict, PluginEvent event);
  static PluginEvent refusal(const DroppedFile& file, const Refused& problem, const std::string& by);
  void tell_bad(const std::vector<DroppedFile>& files);
  void refuse(const std::string& name, const DroppedFile& file, const Refused& problem, const std::string& by);
  [[nodiscard]] std::shared_ptr<PluginSet> set_with(const std::string& name, const PluginPtr& plugin) const;
  void show();

  const SwitchOptions options_;
  PluginRecord& record_;
  Preflight* preflight_;
  Propose propose_;
  std::map<std::string, Slot> slots_;
  std::vector<DroppedFile> files_;
  RetiredPlugins retired_;
  std::map<std::string, Refused> failed_at_start_;  // by file

  mutable std::mutex mutex_;
  std::shared_ptr<PluginSet> plugins_, listing_;
};

}  // namespace solder::host

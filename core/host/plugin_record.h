// What the host remembers of plugins over restarts, in the directory of their private copies: which generation of each
// ran last, which was found bad, what those that were taken away last gave, and the history: one line of JSON for each
// thing that happened, which is the audit log as well. Any thread. Tested by tests/plugin/manager_test.cc.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace solder::host {

// For how long translation stood still at one go, in milliseconds on the clock, and for how long its thread ran then:
// the rest it waited for a processor.
struct StoodStill {
  double clock = 0, processor = 0;
};

// One line of the history. Members that are empty are left out.
struct PluginEvent {
  // loaded, reloaded, refused, removed, forgotten, rolled_back, crashed; degraded, parked, recovered, revived
  std::string event{};
  std::string plugin{}, version{}, sha256{};
  std::string file{}, owner{};  // the file's user
  std::string requested_by{};   // "directory", "start", "probation", or who asked the admin pages
  std::string trusted_by{};
  std::string before{};  // sha256 of the generation that ran
  std::string reason{}, message{};
  std::vector<std::string> diff{};
  StoodStill pause{};
};

class PluginRecord {
 public:
  // `directory` is there. What cannot be read is as good as not there.
  explicit PluginRecord(std::string directory);

  struct Generation {
    std::string sha256, version, file;
    bool probation = false;
  };
  // The generation that runs, kept at once.
  void running(const std::string& name, const Generation& generation);
  void not_running(const std::string& name);
  [[nodiscard]] std::optional<Generation> last(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> names() const;

  // A content that must not be taken for this plugin until somebody asks for it.
  void block(const std::string& name, const std::string& sha256, const std::string& why);
  void unblock(const std::string& name);
  // Why, or nothing.
  [[nodiscard]] std::optional<std::string> blocked(const std::string& name, const std::string& sha256) const;

  // A content that Solder crashed in: it gets a process of its own.
  void isolate(const std::string& name, const std::string& sha256);
  [[nodiscard]] bool isolated(const std::string& name, const std::string& sha256) const;

  // Contents that were tried in a process of their own and passed.
  void passed(const std::string& key);
  [[nodiscard]] bool has_passed(const std::string& key) const;

  void keep(const std::string& name, const std::string& bytes);
  void forget(const std::string& name);
  [[nodiscard]] std::optional<std::string> kept(const std::string& name) const;

  // State that a generation saved, for the day when somebody goes back to it.
  void state(const std::string& name, const std::string& sha256, const std::string& bytes);
  [[nodiscard]] std::optional<std::string> state(const std::string& name, const std::string& sha256) const;

  void tell(const PluginEvent& event);
  // The last events, of one plugin or of all, the newest last: {"events":[...]}.
  [[nodiscard]] std::string history_json(const std::string& name) const;
  // Generations that ran, the newest last, each once.
  [[nodiscard]] std::vector<Generation> generations(const std::string& name) const;

  // Removes copies that nobody can go back to.
  void clean() const;
  // Where a crash leaves the plugin's name (activity.h).
  [[nodiscard]] std::string crash_file() const { return directory_ + "/crashed"; }
  // What the process before this one crashed in, or empty; told once.
  std::string take_crash();

 private:
  [[nodiscard]] std::string path(const std::string& file) const { return directory_ + "/" + file; }
  void read_state();
  void write_state() const;

  const std::string directory_;
  mutable std::mutex mutex_;
  std::map<std::string, Generation> running_;
  std::map<std::string, std::map<std::string, std::string>> blocked_;  // name → sha256 → why
  std::set<std::string> passed_;
  std::map<std::string, std::set<std::string>> isolated_;  // name → sha256
  std::vector<std::string> lines_;                         // of the history
};

}  // namespace solder::host

// Keeps one plugin served: its process, what it last gave, whom to suspect when it ends, and when to try again. Calls
// come from the engine and never take longer than they may; what takes time (starting it again, finding out which input
// it cannot bear) is done in tend(), by another thread. Tested by tests/plugin/isolation_test.cc.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/host/isolation/child.h"
#include "core/host/isolation/memory.h"
#include "core/host/isolation/options.h"
#include "core/host/isolation/patience.h"
#include "core/host/sample_book.h"

namespace solder::host::isolation {

// Of the time of a call, this part is not told to the plugin: one that ends its calls itself, as Python's bridge does,
// can say where it was.
inline constexpr int kSpare = 8;

class Keeper {
 public:
  using Clock = Channel::Clock;

  // Nothing: it serves, and `ready` says what.
  Keeper(const IsolationOptions& options, Start start);
  std::optional<NotStarted> open(Ready& ready);

  // Plugin::call for operations that the plugin has. True in `struck`: it failed, by a fault of its own.
  std::vector<ItemOutput> call(Operation operation, solder_span in, std::span<const Subject> subjects,
                               const Lookup& lookup, std::chrono::nanoseconds deadline, bool& struck);
  // Plugin's functions of the same names. [any thread]
  base::Result<std::optional<std::string>> save();
  base::Status restore(const std::string& version, const std::string& state);
  [[nodiscard]] std::vector<std::string> samples() const { return book_.all(); }
  void serve(bool serving);
  bool tend();
  void revive();
  void begin_round();
  void end_round();
  // [any thread, never waits for a call]
  [[nodiscard]] IsolationInfo info() const;

 private:
  // An input that the process ended in, or did not come back from.
  struct Suspect {
    std::string frame;  // of a call with it alone
    std::string words;  // what happened
    int tries = 0;
    Clock::time_point due{};
    bool wanted = true;  // asked for in this round
  };
  struct Exchange {
    Operation operation;
    solder_span in;
    std::span<const Subject> subjects;
    const Lookup& lookup;
    Clock::time_point end;
    std::vector<std::string> keys;
    std::vector<size_t> live;  // inputs that are sent
    std::string frame{};
  };
  // What is found out about suspects in a process for that.
  struct Trial {
    bool was_down = false;
    std::string witness;
    std::map<std::string, Suspect> suspects;
    std::chrono::nanoseconds patience{};
    std::shared_ptr<const Restore> state{};
    ChildPtr child{};
    Ready ready{};
    std::set<std::string> cleared{};
    std::map<std::string, std::string> guilty{};  // with what happened
    std::optional<NotStarted> failed{};
    uint64_t deaths = 0;
  };

  void tell_serving();
  std::optional<Failure> have_child(Clock::time_point end);
  std::optional<Failure> try_once(Exchange& exchange, std::vector<ItemOutput>& outputs);
  std::optional<Failure> listen(Exchange& exchange, const std::vector<KnownAnswer>& known,
                                std::vector<ItemOutput>& outputs);
  [[nodiscard]] std::vector<KnownAnswer> answers_for(Exchange& exchange);
  void remember(Exchange& exchange, const std::vector<KnownAnswer>& known, const std::vector<uint32_t>& used,
                const std::vector<Question>& asked, std::vector<ItemOutput>& outputs);
  void answer_from_memory(Exchange& exchange, size_t index, const std::string& why, ItemOutput& output);
  void suspect(const Exchange& exchange, size_t index, const std::string& words);
  // What a failure means for the time to come; `in_use`: a call had to do without.
  void failed(const Failure& failure, bool in_use);
  void lost_while_idle();
  void watch_cpu();
  [[nodiscard]] std::optional<Trial> trial_due();
  void run(Trial& trial) const;
  bool begin(Trial& trial) const;
  void judge(Trial& trial);
  void publish();

  const IsolationOptions options_;
  const Start start_;

  std::mutex mutex_;  // of everything below but the information
  ChildPtr child_;
  std::shared_ptr<const Restore> state_;  // what every process of it begins with, if anything
  Memory memory_;
  SampleBook book_;
  Patience patience_;
  std::map<std::string, Suspect> suspects_;  // by the input's key
  std::string witness_;                      // a call that worked
  std::chrono::nanoseconds call_patience_ = std::chrono::seconds(2);
  bool serving_ = false;    // its timers fire
  bool down_ = false;       // calls are answered from memory until tend() says otherwise
  bool own_fault_ = false;  // the last failure; else others ended it
  bool changed_ = false;    // it went down or came back: everything is to be asked again
  std::string why_;
  Clock::time_point minute_{};
  std::chrono::nanoseconds cpu_before_{};

  mutable std::mutex info_mutex_;
  IsolationInfo info_;
};

}  // namespace solder::host::isolation

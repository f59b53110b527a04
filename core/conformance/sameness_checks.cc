// What comes out depends on what goes in, and on nothing else.
#include <cstring>
#include <filesystem>
#include <thread>

#include "core/conformance/checks.h"
#include "core/host/abi_text.h"
#include "core/host/private_copy.h"

namespace solder::conformance {

namespace {

constexpr size_t kBeyond = 64;
constexpr int kInstances = 100, kProcesses = 10;  // of a program each instance is a process
constexpr int kNoMeaningInOrder = 0xa5;

// Asks once, does something else, asks again.
template <typename F>
Verdict same_after(Trial& trial, const F& again) {
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  Session& session = *std::get<0>(opened);
  const auto& given = trial.questions.given;
  const auto before = session.answers(given);
  std::string problem;
  const auto after = again(session, problem);
  if (!problem.empty()) return failed(problem);
  if (after.empty() && !before.empty()) return skipped("");
  const std::string difference = first_difference(given, before, after);
  trial.phase("being ended");
  opened = host::Refused{};
  return difference.empty() ? passed() : failed(difference);
}

// A struct of the contract as a newer host has it: longer, with something behind what we know.
template <typename T>
class Longer {
 public:
  explicit Longer(const T& known) {
    std::memset(bytes_, kNoMeaningInOrder, sizeof bytes_);
    T longer = known;
    longer.size = static_cast<uint32_t>(sizeof bytes_);
    std::memcpy(bytes_, &longer, sizeof longer);
  }
  [[nodiscard]] const T* get() const { return reinterpret_cast<const T*>(bytes_); }

 private:
  alignas(T) unsigned char bytes_[sizeof(T) + kBeyond];
};

// Stands in the place of an operation and calls it with longer structs. One for each operation: a table has no room
// for anything but the function.
template <int>
struct Lengthened {
  static inline solder_op operation = nullptr;
  static solder_status call(void* self, const solder_call* call, const solder_out* out) {
    return operation(self, Longer<solder_call>(*call).get(), Longer<solder_out>(*out).get());
  }
  static void put(solder_op& member) {
    if (member == nullptr) return;
    operation = member;
    member = &Lengthened::call;
  }
};

}  // namespace

Verdict check_repeatable(Trial& trial) {
  return same_after(trial, [&](Session& session, std::string&) { return session.answers(trial.questions.given); });
}

Verdict check_order(Trial& trial) {
  const Verdict alone = same_after(
      trial, [&](Session& session, std::string&) { return session.answers(trial.questions.given, {.together = 1}); });
  if (alone.state != State::kPassed) return failed("asked one by one " + alone.message);
  const Verdict backwards = same_after(trial, [&](Session& session, std::string&) {
    return session.answers(trial.questions.given, {.together = 5, .backwards = true});
  });
  return backwards.state == State::kPassed ? passed() : failed("asked in another order " + backwards.message);
}

Verdict check_longer_structs(Trial& trial) {
  return same_after(trial, [&](Session& session, std::string& problem) -> std::vector<std::string> {
    auto& plugin = session.plugin();
    const Longer<solder_host> host(*plugin.host->get());
    const Session::Instance instance(session, host.get());
    if (!instance.made()) {
      problem = "create() fails where the host's table is longer than what the plugin knows";
      return {};
    }
    Lengthened<0>::put(plugin.options.apply);
    Lengthened<1>::put(plugin.upstream_type.clusters);
    Lengthened<2>::put(plugin.upstream_type.destinations);
    Lengthened<3>::put(plugin.upstream_type.endpoints);
    Lengthened<4>::put(plugin.discovery.derive);
    return session.answers(trial.questions.given, {.beyond = kBeyond});
  });
}

Verdict check_instances(Trial& trial) {
  return same_after(trial, [&](Session& session, std::string& problem) -> std::vector<std::string> {
    trial.phase("being made and ended again and again");
    for (int i = 0; i < (trial.program ? kProcesses : kInstances) && problem.empty(); ++i)
      if (!Session::Instance(session).made()) problem = "create() fails for another instance beside the first";
    if (!problem.empty()) return {};
    std::vector<std::string> second;
    {
      const Session::Instance other(session);
      second = session.answers(trial.questions.given);
    }
    const auto first = session.answers(trial.questions.given);
    const std::string difference = first_difference(trial.questions.given, first, second);
    if (!difference.empty()) problem = "two instances answer differently " + difference;
    return first;
  });
}

Verdict check_any_thread(Trial& trial) {
  return same_after(trial, [&](Session& session, std::string&) {
    std::vector<std::string> out;
    std::thread([&] { out = session.answers(trial.questions.given); }).join();
    return out;
  });
}

Verdict check_state(Trial& trial) {
  return same_after(trial, [&](Session& session, std::string& problem) -> std::vector<std::string> {
    auto& plugin = session.plugin();
    const auto state = plugin.save();
    if (!state.ok()) problem = state.status().message();
    if (!state.ok() || !*state) return session.answers(trial.questions.given);
    const Session::Instance next(session);
    trial.phase("taking over the state");
    if (const auto status = plugin.restore(plugin.manifest.version, **state); !status.ok())
      problem = "it does not take what it saved: " + status.message();
    return session.answers(trial.questions.given);
  });
}

// A generation of another version may have saved anything.
Verdict check_odd_state(Trial& trial) {
  auto opened = Session::open(trial);
  if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
  Session& session = *std::get<0>(opened);
  if (session.plugin().state_table.restore == nullptr) return skipped("it keeps no state");
  const auto saved = session.plugin().save();
  const std::string state = saved.ok() && *saved ? **saved : "";
  for (const std::string& odd : {std::string(), std::string("x"), std::string(10000, '\0'),
                                 state.substr(0, state.size() / 2), state + state, std::string("{\"version\":99}")}) {
    const Session::Instance next(session);
    trial.phase("taking over a state that another version saved");
    // Whether it takes it is its own affair.
    if (!session.plugin().restore("0.0.1", odd).ok()) continue;
    session.answers(trial.questions.given);
  }
  return passed();
}

Verdict check_side_by_side(Trial& trial) {
  return same_after(trial, [&](Session& session, std::string& problem) -> std::vector<std::string> {
    const std::string other = trial.load.copy_directory + "/beside";
    if (auto status = host::prepare_copy_directory(other); !status.ok()) problem = status.message();
    auto beside = Session::open(trial, other);
    if (const auto* refused = std::get_if<host::Refused>(&beside)) {
      problem = "a second image of it beside the first: " + refused->message;
      return {};
    }
    const auto answers = std::get<0>(beside)->answers(trial.questions.given);
    const auto first = session.answers(trial.questions.given);
    const std::string difference = first_difference(trial.questions.given, first, answers);
    if (!difference.empty()) problem = "two images answer differently " + difference;
    return first;
  });
}

}  // namespace solder::conformance

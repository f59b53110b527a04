#include "core/conformance/bench.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <tuple>

#include "core/conformance/isolated.h"

namespace solder::conformance {

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::array<size_t, 2> kBatches = {1, 64};
constexpr size_t kWarmUp = 20, kMostCalls = 20000, kLeastCalls = 20;
constexpr auto kDeadline = std::chrono::seconds(10);
constexpr std::array kOperations = {"clusters", "destinations", "endpoints", "options", "derive"};

using Group = std::tuple<host::Operation, std::string, std::string>;  // operation, scope, key

// Scopes by their words are the manifest's; a probe has the number.
std::string scope_of(const Probe& probe, const host::Manifest& manifest) {
  if (probe.operation != host::Operation::kOptions) return "";
  for (const auto& claim : claims_of(manifest))
    if (claim.key == probe.key && probe_of(claim.scope, claim.key, nullptr).scope == probe.scope) return claim.scope;
  return "";
}

double at_part(std::vector<double>& times, double part) {
  const auto nth = times.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), nth, times.end());
  return *nth;
}

Timing time_calls(host::LibraryPlugin& plugin, const Batch& batch, std::chrono::milliseconds for_each) {
  const auto call = [&] {
    const auto start = Clock::now();
    const auto outputs = plugin.call(batch.operation(), batch.in(), batch.subjects(), batch.lookup(), kDeadline);
    const std::chrono::duration<double, std::micro> took = Clock::now() - start;
    return took.count();
  };
  for (size_t i = 0; i < kWarmUp; ++i) call();
  std::vector<double> times;
  const auto end = Clock::now() + for_each;
  while (times.size() < kMostCalls && (times.size() < kLeastCalls || Clock::now() < end)) times.push_back(call());
  return {"", "", "", batch.subjects().size(), times.size(), at_part(times, 0.5), at_part(times, 0.99)};
}

solder_status do_nothing(void*, const solder_call*, const solder_out*) { return SOLDER_OK; }

std::vector<const Probe*> filled(const std::vector<const Probe*>& some, size_t count) {
  std::vector<const Probe*> out;
  for (size_t i = 0; i < count; ++i) out.push_back(some[i % some.size()]);
  return out;
}

std::vector<Timing> measure(Session& session, Trial& trial, std::chrono::milliseconds for_each) {
  auto& plugin = session.plugin();
  std::map<Group, std::vector<const Probe*>> groups;
  for (const Probe& probe : trial.questions.given)
    if (plugin.has(probe.operation))
      groups[{probe.operation, scope_of(probe, plugin.manifest), probe.key}].push_back(&probe);
  std::vector<Timing> out;
  const auto add = [&](const std::vector<const Probe*>& probes, const Group& group, const char* operation) {
    for (const size_t count : kBatches) {
      PlainMemory memory;
      const Batch batch(filled(probes, count), trial.indexes, memory);
      Timing timing = time_calls(plugin, batch, for_each);
      timing.operation = operation;
      std::tie(std::ignore, timing.scope, timing.key) = group;
      out.push_back(std::move(timing));
    }
  };
  for (const auto& [group, probes] : groups) add(probes, group, kOperations[static_cast<size_t>(std::get<0>(group))]);
  if (groups.empty()) return out;
  const solder_op options = std::exchange(plugin.options.apply, &do_nothing);
  Probe nothing = probe_of("route", "nothing", nullptr);
  add({&nothing}, {}, "host");
  plugin.options.apply = options;
  return out;
}

json to_value(const Timing& timing) {
  const auto inputs = static_cast<double>(timing.inputs);
  return {{"operation", timing.operation},
          {"scope", timing.scope},
          {"key", timing.key},
          {"inputs", timing.inputs},
          {"calls", timing.calls},
          {"call_us", {{"median", timing.median}, {"p99", timing.p99}}},
          {"input_us", {{"median", timing.median / inputs}, {"p99", timing.p99 / inputs}}}};
}

Timing from_value(const json& value) {
  return {value.at("operation"),        value.at("scope"), value.at("key"),
          value.at("inputs"),           value.at("calls"), value.at("call_us").at("median"),
          value.at("call_us").at("p99")};
}

}  // namespace

std::variant<std::vector<Timing>, std::string> bench(Trial& trial, std::chrono::milliseconds for_each) {
  if (const auto* refused = std::get_if<host::Refused>(&trial.looked)) return refused->message;
  const auto patience = std::chrono::minutes(1) + for_each * 4 * static_cast<int>(trial.questions.given.size() + 1);
  const Verdict verdict = run_isolated(
      [&](const Phase& phase) {
        trial.phase = phase;
        auto opened = Session::open(trial);
        if (const auto* refused = std::get_if<host::Refused>(&opened)) return failed(refused->message);
        json rows = json::array();
        for (const Timing& timing : measure(*std::get<0>(opened), trial, for_each)) rows.push_back(to_value(timing));
        return Verdict{State::kPassed, rows.dump()};
      },
      patience);
  if (verdict.state != State::kPassed) return verdict.message;
  std::vector<Timing> out;
  for (const json& row : json::parse(verdict.message)) out.push_back(from_value(row));
  return out;
}

std::string to_table(const std::vector<Timing>& timings) {
  std::array<char, 256> line{};
  std::string out;
  const auto add = [&](auto... values) {
    std::snprintf(line.data(), line.size(), values...);
    out += line.data();
  };
  add("%-14s %-20s %-28s %6s %8s %12s %12s %12s\n", "OPERATION", "SCOPE", "KEY", "INPUTS", "CALLS", "CALL MEDIAN",
      "CALL P99", "PER INPUT");
  for (const Timing& each : timings)
    add("%-14s %-20s %-28s %6zu %8zu %9.2f us %9.2f us %9.3f us\n", each.operation.c_str(),
        each.scope.empty() ? "-" : each.scope.c_str(), each.key.empty() ? "-" : each.key.c_str(), each.inputs,
        each.calls, each.median, each.p99, each.median / static_cast<double>(each.inputs));
  return out;
}

std::string to_json(const std::string& plugin, const std::vector<Timing>& timings) {
  json rows = json::array();
  for (const Timing& timing : timings) rows.push_back(to_value(timing));
  return json{{"plugin", plugin}, {"timings", std::move(rows)}}.dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace solder::conformance

#include "core/host/listing.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/host/abi_text.h"

namespace solder::host {

namespace {

constexpr size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : separator) + word;
  return out;
}

std::string file_name(const std::string& path) { return printable(path.substr(path.rfind('/') + 1)); }

// "route:timeout", and for many keys the first three and how many more.
std::string keys(const PluginInfo& plugin) {
  std::vector<std::string> words;
  for (const ClaimInfo& claim : plugin.claims) words.push_back(claim.scope + ":" + claim.key);
  constexpr size_t kShown = 3;
  const size_t more = words.size() > kShown ? words.size() - kShown : 0;
  words.resize(words.size() - more);
  return joined(words, ",") + (more == 0 ? "" : " +" + std::to_string(more));
}

std::string printed(const std::vector<Row>& rows) {
  std::array<size_t, kColumns> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < kColumns; ++i) {
      line += row[i];
      if (i + 1 < kColumns) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += line + "\n";
  }
  return out;
}

// "served by process 4711; 3 of its processes ended before; one of its inputs is kept from it: ..."
std::string in_words(const IsolationInfo& info) {
  std::string out = info.parked    ? "parked: it failed too often, and is started again by `solder plugin revive`"
                    : info.pid > 0 ? "served by process " + std::to_string(info.pid)
                                   : "its process is being started again";
  for (const int pid : info.more_pids) out += "; what works by itself by process " + std::to_string(pid);
  if (info.deaths > 0) out += "; processes of it that ended before: " + std::to_string(info.deaths);
  if (info.kept_from_it > 0) out += "; inputs that are kept from it: " + std::to_string(info.kept_from_it);
  return out + (info.why.empty() ? "" : "; " + printable(info.why));
}

nlohmann::json to_json_value(const IsolationInfo& info) {
  return {{"mode", "process"},
          {"pid", info.pid},
          {"morePids", info.more_pids},
          {"deaths", info.deaths},
          {"degraded", info.down},
          {"parked", info.parked},
          {"inputsKeptFromIt", info.kept_from_it},
          {"why", info.why},
          {"guards", info.guards}};
}

nlohmann::json to_json_value(const Refused& refused) {
  return {{"name", refused.name}, {"reason", refused.reason}, {"message", refused.message}, {"file", refused.file}};
}

}  // namespace

std::string to_table(const PluginSet& plugins) {
  std::vector<Row> rows = {{"NAME", "VERSION", "STATE", "CAPABILITIES", "KEYS/REASON", "FILE"}};
  std::string notes;
  for (const PluginInfo& plugin : plugins.loaded()) {
    const bool noted =
        !plugin.partial.empty() || !plugin.warnings.empty() || plugin.state != "loaded" || plugin.isolation;
    rows.push_back({plugin.name, plugin.version, plugin.state + (noted ? "*" : ""), joined(plugin.capabilities, ","),
                    keys(plugin), file_name(plugin.file)});
    for (const Refused& lost : plugin.partial)
      notes += "* " + plugin.name + ": " + lost.reason + ": " + lost.message + "\n";
    if (plugin.isolation) notes += "* " + plugin.name + ": " + in_words(*plugin.isolation) + "\n";
    for (const std::string& warning : plugin.warnings) notes += "* " + plugin.name + ": " + warning + "\n";
  }
  for (const Refused& refused : plugins.refused()) {
    rows.push_back(
        {refused.name.empty() ? "-" : refused.name, "-", "refused", "-", refused.reason, file_name(refused.file)});
    notes += "- " + printable(refused.file) + ": " + refused.reason + ": " + refused.message + "\n";
  }
  return printed(rows) + (notes.empty() ? "" : "\n" + notes);
}

std::string to_json(const PluginSet& plugins) {
  nlohmann::json list = nlohmann::json::array();
  for (const PluginInfo& plugin : plugins.loaded()) {
    nlohmann::json claims = nlohmann::json::array(), partial = nlohmann::json::array();
    for (const ClaimInfo& claim : plugin.claims) claims.push_back({{"scope", claim.scope}, {"key", claim.key}});
    for (const Refused& lost : plugin.partial) partial.push_back(to_json_value(lost));
    list.push_back(
        {{"name", plugin.name},
         {"version", plugin.version},
         {"summary", plugin.summary},
         {"state", plugin.state},
         {"sha256", plugin.sha256},
         {"capabilities", plugin.capabilities},
         {"claims", std::move(claims)},
         {"partial", std::move(partial)},
         {"warnings", plugin.warnings},
         {"isolation", plugin.isolation ? to_json_value(*plugin.isolation) : nlohmann::json{{"mode", "in_process"}}},
         {"file", plugin.file}});
  }
  for (const Refused& refused : plugins.refused()) {
    nlohmann::json entry = to_json_value(refused);
    entry["state"] = "refused";
    list.push_back(std::move(entry));
  }
  // A file name need not be UTF-8.
  return nlohmann::json{{"plugins", std::move(list)}}.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace solder::host

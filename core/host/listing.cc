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

std::string text(const nlohmann::json& value, const char* key) {
  const auto at = value.find(key);
  return at != value.end() && at->is_string() ? at->get<std::string>() : "";
}

std::vector<std::string> texts(const nlohmann::json& value, const char* key) {
  std::vector<std::string> out;
  for (const auto& each : value.value(key, nlohmann::json::array())) {
    if (each.is_string()) out.push_back(each);
  }
  return out;
}

// "route:timeout", and for many keys the first three and how many more.
std::string keys(const nlohmann::json& plugin) {
  std::vector<std::string> words;
  for (const auto& claim : plugin.value("claims", nlohmann::json::array()))
    words.push_back(text(claim, "scope") + ":" + text(claim, "key"));
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
std::string in_words(const nlohmann::json& info) {
  const int pid = info.value("pid", 0);
  std::string out = info.value("parked", false)
                        ? "parked: it failed too often, and is started again by `solder plugin revive`"
                    : pid > 0 ? "served by process " + std::to_string(pid)
                              : "its process is being started again";
  for (const auto& more : info.value("morePids", nlohmann::json::array()))
    out += "; what works by itself by process " + more.dump();
  const auto deaths = info.value("deaths", uint64_t{0}), kept = info.value("inputsKeptFromIt", uint64_t{0});
  if (deaths > 0) out += "; processes of it that ended before: " + std::to_string(deaths);
  if (kept > 0) out += "; inputs that are kept from it: " + std::to_string(kept);
  const std::string why = text(info, "why");
  return out + (why.empty() ? "" : "; " + printable(why));
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

std::string to_table(const PluginSet& plugins) { return to_table(nlohmann::json::parse(to_json(plugins))); }

std::string to_table(const nlohmann::json& listing) {
  std::vector<Row> rows = {{"NAME", "VERSION", "STATE", "CAPABILITIES", "KEYS/REASON", "FILE"}};
  std::string notes;
  for (const auto& plugin : listing.value("plugins", nlohmann::json::array())) {
    const std::string name = text(plugin, "name"), state = text(plugin, "state"), file = text(plugin, "file");
    if (state == "refused") {
      const std::string reason = text(plugin, "reason");
      rows.push_back({name.empty() ? "-" : name, "-", state, "-", reason, file_name(file)});
      notes += "- " + printable(file) + ": " + reason + ": " + text(plugin, "message") + "\n";
      continue;
    }
    std::string more;
    for (const auto& lost : plugin.value("partial", nlohmann::json::array()))
      more += "* " + name + ": " + text(lost, "reason") + ": " + text(lost, "message") + "\n";
    const auto isolation = plugin.value("isolation", nlohmann::json::object());
    if (text(isolation, "mode") == "process") more += "* " + name + ": " + in_words(isolation) + "\n";
    for (const auto& warning : texts(plugin, "warnings")) more += "* " + name + ": " + warning + "\n";
    const bool noted = state != "loaded" || !more.empty();
    rows.push_back({name, text(plugin, "version"), state + (noted ? "*" : ""),
                    joined(texts(plugin, "capabilities"), ","), keys(plugin), file_name(file)});
    notes += more;
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

#include "core/host/plugin_record.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/replace_file.h"
#include "core/host/private_copy.h"

namespace solder::host {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr size_t kMostLines = 2000;
constexpr size_t kMostBack = 5;  // generations that one can go back to

std::string now_text() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const std::string milliseconds = std::to_string(1000 + now.tv_nsec / 1'000'000);
  return text + ("." + milliseconds.substr(1)) + "Z";
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void write_file(const std::string& path, const std::string& bytes) {
  const auto status = base::replace_file(path, path + ".tmp", bytes, 0600);
  if (!status.ok()) spdlog::error("{}; what it says of plugins is lost at the next start", status.message());
}

std::string dump(const OrderedJson& json) { return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

OrderedJson to_json(const PluginEvent& event) {
  OrderedJson out{{"time", now_text()}, {"event", event.event}};
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) out[key] = value;
  };
  add("plugin", event.plugin);
  add("version", event.version);
  add("sha256", event.sha256);
  add("before", event.before);
  add("file", event.file);
  add("owner", event.owner);
  add("requestedBy", event.requested_by);
  add("trustedBy", event.trusted_by);
  add("reason", event.reason);
  add("message", event.message);
  const auto rounded = [](double milliseconds) { return std::round(milliseconds * 1000) / 1000; };
  if (event.pause.clock > 0) {
    out["pauseMs"] = rounded(event.pause.clock);
    out["pauseCpuMs"] = rounded(event.pause.processor);
  }
  if (!event.diff.empty()) out["diff"] = event.diff;
  return out;
}

}  // namespace

PluginRecord::PluginRecord(std::string directory) : directory_(std::move(directory)) {
  read_state();
  std::ifstream history(path("history.jsonl"), std::ios::binary);
  for (std::string line; std::getline(history, line);) lines_.push_back(std::move(line));
  if (lines_.size() <= kMostLines) return;
  lines_.erase(lines_.begin(), lines_.end() - kMostLines / 2);
  std::string all;
  for (const auto& line : lines_) all += line + "\n";
  write_file(path("history.jsonl"), all);
}

void PluginRecord::read_state() {
  const auto text = read_file(path("state.json"));
  const OrderedJson state = text ? OrderedJson::parse(*text, nullptr, false) : OrderedJson();
  if (!state.is_object()) return;
  try {
    const OrderedJson running = state.value("running", OrderedJson::object()),
                      blocked = state.value("blocked", OrderedJson::object());
    for (const auto& [name, generation] : running.items()) {
      running_[name] = {generation.value("sha256", ""), generation.value("version", ""), generation.value("file", ""),
                        generation.value("probation", false)};
    }
    for (const auto& [name, contents] : blocked.items()) {
      for (const auto& [sha256, why] : contents.items()) blocked_[name][sha256] = why.get<std::string>();
    }
    for (const auto& key : state.value("passed", OrderedJson::array())) passed_.insert(key.get<std::string>());
    const OrderedJson isolated = state.value("isolated", OrderedJson::object());
    for (const auto& [name, contents] : isolated.items()) isolated_[name] = contents.get<std::set<std::string>>();
  } catch (const OrderedJson::exception& error) {
    spdlog::warn("{}: {}", path("state.json"), error.what());
  }
}

void PluginRecord::write_state() const {
  OrderedJson running = OrderedJson::object();
  for (const auto& [name, generation] : running_) {
    running[name] = {{"sha256", generation.sha256},
                     {"version", generation.version},
                     {"file", generation.file},
                     {"probation", generation.probation}};
  }
  const OrderedJson all{{"running", running}, {"blocked", blocked_}, {"passed", passed_}, {"isolated", isolated_}};
  write_file(path("state.json"), all.dump(1));
}

void PluginRecord::running(const std::string& name, const Generation& generation) {
  const std::lock_guard lock(mutex_);
  running_[name] = generation;
  write_state();
}

void PluginRecord::not_running(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (running_.erase(name) != 0) write_state();
}

std::optional<PluginRecord::Generation> PluginRecord::last(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto at = running_.find(name);
  return at == running_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<std::string> PluginRecord::names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [name, generation] : running_) out.push_back(name);
  return out;
}

void PluginRecord::block(const std::string& name, const std::string& sha256, const std::string& why) {
  const std::lock_guard lock(mutex_);
  blocked_[name][sha256] = why;
  write_state();
}

void PluginRecord::unblock(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (blocked_.erase(name) != 0) write_state();
}

std::optional<std::string> PluginRecord::blocked(const std::string& name, const std::string& sha256) const {
  const std::lock_guard lock(mutex_);
  const auto contents = blocked_.find(name);
  if (contents == blocked_.end()) return std::nullopt;
  const auto at = contents->second.find(sha256);
  return at == contents->second.end() ? std::nullopt : std::optional(at->second);
}

void PluginRecord::isolate(const std::string& name, const std::string& sha256) {
  const std::lock_guard lock(mutex_);
  isolated_[name].insert(sha256);
  write_state();
}

bool PluginRecord::isolated(const std::string& name, const std::string& sha256) const {
  const std::lock_guard lock(mutex_);
  const auto at = isolated_.find(name);
  return at != isolated_.end() && at->second.count(sha256) != 0;
}

void PluginRecord::passed(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (passed_.insert(key).second) write_state();
}

bool PluginRecord::has_passed(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  return passed_.count(key) != 0;
}

void PluginRecord::keep(const std::string& name, const std::string& bytes) { write_file(path(name + ".kept"), bytes); }

void PluginRecord::forget(const std::string& name) {
  std::error_code error;
  std::filesystem::remove(path(name + ".kept"), error);
}

std::optional<std::string> PluginRecord::kept(const std::string& name) const { return read_file(path(name + ".kept")); }

void PluginRecord::state(const std::string& name, const std::string& sha256, const std::string& bytes) {
  write_file(copy_path(directory_, name, sha256) + ".state", bytes);
}

std::optional<std::string> PluginRecord::state(const std::string& name, const std::string& sha256) const {
  return read_file(copy_path(directory_, name, sha256) + ".state");
}

void PluginRecord::tell(const PluginEvent& event) {
  std::string line = dump(to_json(event));
  const std::lock_guard lock(mutex_);
  std::ofstream out(path("history.jsonl"), std::ios::binary | std::ios::app);
  out << line << "\n";
  if (!out.flush()) spdlog::error("{} cannot be written", path("history.jsonl"));
  lines_.push_back(std::move(line));
}

std::string PluginRecord::history_json(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  OrderedJson events = OrderedJson::array();
  for (const auto& line : lines_) {
    OrderedJson event = OrderedJson::parse(line, nullptr, false);
    if (!event.is_object()) continue;
    if (name.empty() || event.value("plugin", "") == name) events.push_back(std::move(event));
  }
  return OrderedJson{{"events", std::move(events)}}.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

std::vector<PluginRecord::Generation> PluginRecord::generations(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  std::vector<Generation> out;
  for (const auto& line : lines_) {
    const OrderedJson event = OrderedJson::parse(line, nullptr, false);
    if (!event.is_object() || event.value("plugin", "") != name) continue;
    const std::string what = event.value("event", "");
    if (what != "loaded" && what != "reloaded" && what != "rolled_back") continue;
    Generation generation{event.value("sha256", ""), event.value("version", ""), event.value("file", ""), false};
    std::erase_if(out, [&](const Generation& other) { return other.sha256 == generation.sha256; });
    out.push_back(std::move(generation));
  }
  return out;
}

void PluginRecord::clean() const {
  std::set<std::string> wanted;
  for (const auto& name : names()) {
    const auto all = generations(name);
    for (size_t i = all.size() > kMostBack ? all.size() - kMostBack : 0; i < all.size(); ++i)
      wanted.insert(copy_path(directory_, name, all[i].sha256, ""));
    if (const auto now = last(name)) wanted.insert(copy_path(directory_, name, now->sha256, ""));
  }
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string file = entry->path().string();
    const std::string stem = copy_stem(file);
    if (!file.ends_with(".tmp") && (stem.empty() || wanted.count(stem) != 0)) continue;
    std::error_code ignored;
    std::filesystem::remove(entry->path(), ignored);
  }
}

std::string PluginRecord::take_crash() {
  auto text = read_file(crash_file());
  if (!text || text->empty()) return "";
  std::error_code error;
  std::filesystem::remove(crash_file(), error);
  while (!text->empty() && (text->back() == '\n' || text->back() == '\0')) text->pop_back();
  return *text;
}

}  // namespace solder::host

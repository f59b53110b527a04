#include "cli/envoy_modules.h"

#include <filesystem>

namespace solder::cli {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

std::string file_of(const std::string& name, const std::vector<std::string>& directories) {
  std::error_code ignored;
  for (const std::string& directory : directories) {
    const fs::path file = fs::path(directory) / ("lib" + name + ".so");
    if (fs::exists(file, ignored)) return file.string();
  }
  return "";
}

}  // namespace

std::vector<std::string> envoy_module_directories(const std::vector<std::string>& plugin_directories) {
  std::vector<std::string> out;
  for (const std::string& directory : plugin_directories) {
    std::error_code problem;
    const fs::path beside = fs::weakly_canonical(fs::path(directory) / ".." / "envoy", problem);
    if (!problem && fs::is_directory(beside, problem)) out.push_back(beside.string());
  }
  return out;
}

void name_module_files(Json& config, const std::vector<std::string>& directories) {
  if (config.is_array()) {
    for (Json& item : config) name_module_files(item, directories);
  }
  if (!config.is_object()) return;
  for (auto& [key, member] : config.items()) {
    if (key != "dynamicModuleConfig" || !member.is_object()) {
      name_module_files(member, directories);
      continue;
    }
    const std::string file = file_of(member.value("name", ""), directories);
    if (file.empty()) continue;
    member.erase("name");
    member["module"] = {{"local", {{"filename", file}}}};
  }
}

}  // namespace solder::cli

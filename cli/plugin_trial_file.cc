#include "cli/plugin_trial_file.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace solder::cli {

namespace {

namespace fs = std::filesystem;

// testdata/ beside the file, or where its folder was built from.
std::string find_testdata(const std::string& file) {
  std::error_code error;
  fs::path directory = fs::absolute(file, error).parent_path();
  for (int above = 0; above < 2; ++above, directory = directory.parent_path())
    if (fs::is_directory(directory / "testdata", error)) return (directory / "testdata").string();
  return "";
}

base::Result<std::string> read_config(const std::string& file) {
  std::ifstream in(file);
  if (!in) return base::not_found(file + " cannot be read");
  const auto parsed = nlohmann::json::parse(in, nullptr, false);
  if (!parsed.is_object()) return base::invalid_argument(file + " holds no JSON object");
  return parsed.dump();
}

}  // namespace

void add_trial_file(CLI::App& command, TrialFile& file) {
  command.add_option("FILE", file.path, "The plugin's file")->type_name("FILE")->required();
  command
      .add_option("--testdata", file.testdata,
                  "Directory with cases (*.json). Default: testdata beside the file or one directory above")
      ->type_name("DIR");
  command.add_option("--config", file.config_file, "The operator's configuration of the plugin, as a JSON file")
      ->type_name("FILE");
  add_plugin_directories(command, file.directories);
}

base::Result<conformance::Trial> prepare_trial(const TrialFile& file, PluginInspector& inspector) {
  std::error_code error;
  if (!fs::exists(file.path, error)) return base::not_found(file.path + ": there is no such file");
  if (!file.testdata.empty() && !fs::is_directory(file.testdata, error))
    return base::not_found(file.testdata + ": there is no such directory");
  const std::string testdata = file.testdata.empty() ? find_testdata(file.path) : file.testdata;
  auto trial = conformance::prepare(file.path, testdata, inspector.load_options_for(file.path), file.seed);
  if (!trial.ok() || file.config_file.empty()) return trial;
  const auto config = read_config(file.config_file);
  if (!config.ok()) return config.status();
  if (const auto* candidate = std::get_if<host::Candidate>(&trial->looked))
    trial->load.configurations = {{candidate->gated.manifest.name, *config}};
  return trial;
}

}  // namespace solder::cli

// A discovery that lists a directory: each file NAME in it, with lines HOST:PORT, is an Upstream NAME. Files that come,
// change and go do so within a second. The operator configures {"directory": "/etc/solder/upstreams", "namespace":
// "gloo-system"}.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/timer.hpp"

namespace sdk = solder::sdk;
namespace fs = std::filesystem;

class UpstreamsFolder {
 public:
  UpstreamsFolder(sdk::Host host, std::string_view config) : objects_(host), timer_(host) {
    const sdk::Json wanted = sdk::parse_json(config);
    for (const auto& [name, value] : wanted.items()) {
      if ((name != "directory" && name != "namespace") || !value.is_string())
        throw std::invalid_argument("unknown or of the wrong type: " + name + "; right are directory and namespace");
      (name == "directory" ? directory_ : namespace_) = value.get<std::string>();
    }
  }

  // Which kinds count is of no matter: Upstreams always do.
  void watch(const std::vector<sdk::WatchedKind>&) { list(); }

 private:
  // Short, since nothing else of this instance runs meanwhile: a directory of some hundred small files.
  void list() {
    std::vector<std::string> words;  // texts of the problems
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error))
      if (at->path().filename().string().front() != '.') files.push_back(at->path());
    if (error) {
      // It may be on its way: what is known of it stays.
      objects_.keep("Upstream", namespace_);
      words.push_back("the directory " + directory_ + " cannot be listed: " + error.message());
    } else {
      std::sort(files.begin(), files.end());
      objects_.begin("Upstream", namespace_);
      for (const fs::path& file : files) put(file, words);
      objects_.end("Upstream", namespace_);
    }
    objects_.complete();
    std::vector<sdk::Problem> problems;
    for (const std::string& each : words)
      problems.push_back({.field = "", .reason = "BadUpstreamFile", .message = each});
    objects_.report(problems);
    timer_.start(std::chrono::seconds(1), [this] { list(); });
  }

  void put(const fs::path& file, std::vector<std::string>& words) const {
    sdk::Json hosts = sdk::Json::array();
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      const size_t colon = line.rfind(':');
      const std::string port = colon == std::string::npos ? "" : line.substr(colon + 1);
      const bool number = !port.empty() && port.size() < 6 && port.find_first_not_of("0123456789") == std::string::npos;
      if (number && colon > 0) {
        hosts.push_back({{"addr", line.substr(0, colon)}, {"port", std::stoi(port)}});
      } else if (!line.empty()) {
        words.push_back(file.string() + ": a line is no host:port and left out: " + line);
      }
    }
    const sdk::Json metadata = {{"name", file.filename().string()}, {"namespace", namespace_}};
    objects_.put(sdk::Json{{"apiVersion", "gloo.solo.io/v1"},
                           {"kind", "Upstream"},
                           {"metadata", metadata},
                           {"spec", {{"static", {{"hosts", hosts}}}}}}
                     .dump());
  }

  sdk::Objects objects_;
  sdk::Timer timer_;
  std::string directory_ = "/etc/solder/upstreams", namespace_ = "gloo-system";
};

SOLDER_PLUGIN(UpstreamsFolder, "upstreams_folder", "1.0.0")

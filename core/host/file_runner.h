// A plugin that runs other plugins' files (file_runners.h), as another process can open it.
#pragma once

#include <string>

namespace solder::host {

struct FileRunner {
  std::string name;
  std::string file;  // its private copy
  std::string config_json;

  bool operator==(const FileRunner&) const = default;
};

}  // namespace solder::host

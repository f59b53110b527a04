// A directory of its own for a test, and manifests to put into it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace solder::store {

class TempDirectory {
 public:
  TempDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "solder-store-XXXXXX").string();
    path_ = std::filesystem::canonical(::mkdtemp(name.data())).string();
  }
  ~TempDirectory() { std::filesystem::remove_all(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  [[nodiscard]] std::string at(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const { return path_; }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(at(name), std::ios::binary | std::ios::trunc) << text;
  }
  void make(const std::string& name) const { std::filesystem::create_directories(at(name)); }
  void rename(const std::string& from, const std::string& to) const { std::filesystem::rename(at(from), at(to)); }
  void remove(const std::string& name) const { std::filesystem::remove_all(at(name)); }
  void link(const std::string& target, const std::string& name) const {
    std::filesystem::create_symlink(target, at(name));
  }

 private:
  std::string path_;
};

// One Upstream; `port` makes contents differ.
inline std::string upstream(const std::string& name, int port = 80) {
  return "apiVersion: gloo.solo.io/v1\nkind: Upstream\nmetadata:\n  name: " + name +
         "\n  namespace: default\nspec:\n  static:\n    hosts:\n    - addr: 10.0.0.1\n      port: " +
         std::to_string(port) + "\n";
}

}  // namespace solder::store

// Asks the real Envoy whether it takes a configuration.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace solder::cli {

inline ::testing::AssertionResult envoy_accepts(const std::string& configuration) {
  std::string path = ::testing::TempDir() + "solder-bootstrap-XXXXXX.yaml";
  const int file = mkstemps(path.data(), 5);
  if (file < 0) return ::testing::AssertionFailure() << "no temporary file";
  close(file);
  std::ofstream(path) << configuration;
  const std::string command = std::string(SOLDER_ENVOY_BINARY) + " --mode validate -l error -c " + path + " 2>&1";
  std::string said;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) said += buffer.data();
  const int status = pclose(pipe);
  unlink(path.c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << said << "\nof:\n" << configuration;
}

}  // namespace solder::cli

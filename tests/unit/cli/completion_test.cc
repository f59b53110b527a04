// The completion script, tried in a real bash.
#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "cli/command_line.h"

namespace solder::cli::completion_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What bash would offer for the words; the last one is being typed.
std::string offered(const std::string& words) {
  Action action;
  const auto app = make_command_line(action);
  std::string path = ::testing::TempDir() + "solder-completion-XXXXXX";
  close(mkstemp(path.data()));
  std::ofstream(path) << bash_completion(*app) << "COMP_WORDS=(" << words << ")\n"
                      << "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_solder\nprintf ' %s' \"${COMPREPLY[@]}\"\necho ' '\n";
  std::string out;
  FILE* pipe = popen(("cd / && bash " + path + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (fgets(buffer.data(), buffer.size(), pipe) != nullptr) out += buffer.data();
  pclose(pipe);
  unlink(path.c_str());
  return out;
}

TEST(CompletionTest, Commands) {
  EXPECT_THAT(offered("solder tr"), HasSubstr(" translate "));
  EXPECT_THAT(offered("solder ''"), HasSubstr(" serve "));
  EXPECT_THAT(offered("solder plugin ''"), HasSubstr(" list "));
  EXPECT_THAT(offered("solder plugin ''"), Not(HasSubstr(" serve ")));
}

TEST(CompletionTest, Options) {
  EXPECT_THAT(offered("solder translate --st"), HasSubstr(" --static "));
  EXPECT_THAT(offered("solder serve --x"), HasSubstr(" --xds-address "));
  EXPECT_THAT(offered("solder serve --x"), Not(HasSubstr("--static")));
}

TEST(CompletionTest, Values) {
  EXPECT_THAT(offered("solder translate -o j"), HasSubstr(" json "));
  EXPECT_THAT(offered("solder serve --log-level d"), HasSubstr(" debug "));
  EXPECT_THAT(offered("solder serve --config-dir et"), HasSubstr(" etc "));
  EXPECT_THAT(offered("solder check et"), HasSubstr(" etc "));
}

}  // namespace
}  // namespace solder::cli::completion_test

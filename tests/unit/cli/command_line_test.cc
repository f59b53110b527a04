// The command line as a whole: what is understood, and what is said to somebody who mistyped.
#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "cli/exit_codes.h"

namespace solder::cli::command_line_test {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::CaptureStdout;
using ::testing::internal::GetCapturedStderr;
using ::testing::internal::GetCapturedStdout;

struct Ran {
  int code;
  std::string out, err;
};

Ran solder(const std::vector<std::string>& arguments) {
  CaptureStdout();
  CaptureStderr();
  const int code = run(arguments);
  return {code, GetCapturedStdout(), GetCapturedStderr()};
}

void for_each_command(const CLI::App& app, const std::function<void(const CLI::App&)>& visit) {
  visit(app);
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    for_each_command(*command, visit);
}

TEST(CommandLineTest, HelpAndVersion) {
  const auto help = solder({"--help"});
  EXPECT_EQ(kOk, help.code);
  for (const char* word : {"serve", "bootstrap", "check", "translate", "get", "plugin", "completion", "Examples:"}) {
    EXPECT_THAT(help.out, HasSubstr(word));
  }
  const auto version = solder({"--version"});
  EXPECT_EQ(kOk, version.code);
  EXPECT_THAT(version.out, HasSubstr("solder 0."));
}

TEST(CommandLineTest, EveryCommandHasHelpWithExamples) {
  Action action;
  const auto app = make_command_line(action);
  for_each_command(*app, [](const CLI::App& command) {
    EXPECT_THAT(command.help(), HasSubstr("Examples:")) << command.get_name();
    EXPECT_FALSE(command.get_description().empty()) << command.get_name();
    for (const auto* option : command.get_options())
      EXPECT_FALSE(option->get_description().empty()) << option->get_name();
  });
}

TEST(CommandLineTest, UnknownCommandsNameTheNearest) {
  const auto wrong = solder({"translat", "x.yaml"});
  EXPECT_EQ(kUsage, wrong.code);
  EXPECT_EQ("", wrong.out);
  EXPECT_THAT(wrong.err, HasSubstr("there is no command \"solder translat\"; did you mean \"translate\"?"));
  EXPECT_THAT(solder({"plugin", "lst"}).err, HasSubstr("\"solder plugin lst\"; did you mean \"list\"?"));
  EXPECT_THAT(solder({"xyzzy"}).err, HasSubstr("there is no command \"solder xyzzy\"\n"));
}

TEST(CommandLineTest, UnknownOptionsNameTheNearest) {
  const auto wrong = solder({"check", "--plugin-dri", "x", "y"});
  EXPECT_EQ(kUsage, wrong.code);
  EXPECT_THAT(wrong.err, HasSubstr("solder check has no option --plugin-dri; did you mean \"--plugin-dir\"?"));
  EXPECT_THAT(wrong.err, HasSubstr("Try \"solder check --help\""));
  EXPECT_THAT(solder({"serve", "--xds-adress=1"}).err, HasSubstr("did you mean \"--xds-address\"?"));
  EXPECT_THAT(solder({"get", "-z"}).err, HasSubstr("solder get has no option -z"));
}

TEST(CommandLineTest, MissingAndWrongValues) {
  EXPECT_EQ(kUsage, solder({}).code);
  EXPECT_EQ(kUsage, solder({"check"}).code);
  EXPECT_EQ(kUsage, solder({"plugin"}).code);
  EXPECT_EQ(kUsage, solder({"translate", "-o", "xml", "x"}).code);
  EXPECT_EQ(kUsage, solder({"translate", "--with-secrets", "x"}).code);
  EXPECT_EQ(kUsage, solder({"bootstrap", "--role", "x"}).code);
  EXPECT_EQ(kUsage, solder({"serve", "--xds-address", "nowhere"}).code);
}

TEST(CommandLineTest, ARepeatedOptionTakesOneValueEachTime) {
  Action action;
  const auto app = make_command_line(action);
  // "path" is what to check, not one more directory.
  EXPECT_NO_THROW(app->parse(std::vector<std::string>{"path", "b", "--plugin-dir", "a", "--plugin-dir", "check"}));
}

TEST(CommandLineTest, WhatIsNotThereCannotBeRun) {
  const auto ran = solder({"check", "/nowhere/at/all"});
  EXPECT_EQ(kCannotRun, ran.code);
  EXPECT_THAT(ran.err, HasSubstr("/nowhere/at/all: there is no such file or directory"));
  EXPECT_EQ(kCannotRun, solder({"serve", "--config", "/nowhere.yaml"}).code);
  EXPECT_EQ(kCannotRun, solder({"get", "--admin-address", "127.0.0.1:1"}).code);
  EXPECT_EQ(kCannotRun, solder({"get", "--state-dir", "/nowhere"}).code);
}

}  // namespace
}  // namespace solder::cli::command_line_test

// Plugins that are Python files, through the real bridge: what they give, how what is wrong with them is told, and that
// they come, change and go while others stay.
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "tests/plugin/python_files.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// What a plugin says to each value of one batch.
std::vector<std::string> told(PluginSet& plugins, const std::vector<std::string>& values) {
  std::vector<std::string> out;
  for (const auto& output : call_option(plugins, "swap", values)) {
    std::string words;
    for (const auto& problem : output.diagnostics) words += problem.reason + ": " + problem.message;
    out.push_back(words);
  }
  return out;
}

TEST(Python, AFileBesideItsBridgeIsAPlugin) {
  PythonFiles world;
  world.drop_python(gives("1.2.3", "one"));
  const auto plugins = world.directory.load();
  ASSERT_THAT(names(*plugins), ElementsAre("python", "swap")) << plugins->refused()[0].message;
  EXPECT_EQ(plugins->loaded()[1].version, "1.2.3");
  EXPECT_EQ(plugins->loaded()[1].file, world.path());
  const auto outputs = call_option(*plugins, "swap", {"1", "2"});
  ASSERT_EQ(outputs.size(), 2u);
  for (const auto& output : outputs) {
    ASSERT_EQ(output.fragments.size(), 1u);
    EXPECT_THAT(output.fragments[0].bytes, HasSubstr("one"));
  }
}

TEST(Python, WhatIsWrongWithAFileIsToldWithItsLine) {
  PythonFiles world;
  world.drop_python("import solder\ndef broken(:\n", "a_syntax.py");
  world.drop_python("import solder\n\nimport not_there\n", "b_import.py");
  world.drop_python("import solder\n@solder.option(\"rout\", \"x\", schema=True)\ndef x(item, out): ...\n",
                    "c_scope.py");
  world.drop_python("import sys\nsys.exit(7)\n", "d_exit.py");
  world.drop_python("print('I declare nothing')\n", "e_nothing.py");
  world.drop_python(gives("1.0", "one"), "f_version.py");
  world.drop_python(std::string("x = 1\0", 6), "g_null.py");
  world.drop_python(gives("1.0.0", "one"));
  const auto plugins = world.directory.load();
  EXPECT_THAT(names(*plugins), ElementsAre("python", "swap"));
  std::vector<std::string> all;
  for (const auto& refused : plugins->refused()) all.push_back(refused.reason + " " + refused.message);
  EXPECT_THAT(all,
              ElementsAre(HasSubstr("BadFile " + world.path("a_syntax.py") + ":2: SyntaxError: invalid syntax"),
                          HasSubstr("BadFile " + world.path("b_import.py") +
                                    ":3: ModuleNotFoundError: No module named 'not_there'"),
                          HasSubstr("BadFile " + world.path("c_scope.py") + ":2: ValueError: the scope is 'rout'"),
                          HasSubstr("BadFile " + world.path("d_exit.py") + ":2: SystemExit: 7"),
                          HasSubstr("BadManifest /provides is empty"), HasSubstr("BadManifest /version is \"1.0\""),
                          HasSubstr("BadFile " + world.path("g_null.py") +
                                    ":1: SyntaxError: source code string cannot contain null bytes")));
}

TEST(Python, AnExceptionIsTheProblemOfItsItem) {
  PythonFiles world;
  world.drop_python(swap("1.0.0", "out.fragment(\"route\", {\"stat_prefix\": \"x\" * (10 // item.value)})"));
  const auto plugins = world.directory.load();
  const auto outputs = call_option(*plugins, "swap", {"1", "0", "2"});
  EXPECT_EQ(outputs[0].fragments.size() + outputs[2].fragments.size(), 2u);
  ASSERT_EQ(outputs[1].diagnostics.size(), 1u);
  EXPECT_EQ(outputs[1].diagnostics[0].reason, "PluginThrew");
  EXPECT_THAT(outputs[1].diagnostics[0].message,
              HasSubstr(world.path() + ":5: ZeroDivisionError: integer division or modulo by zero"));
}

TEST(Python, WhatIsPrintedGoesToTheLog) {
  PythonFiles world;
  world.drop_python(
      swap("1.0.0", "import sys; print('value', item.value, 'and\\nmore'); print('wrong', file=sys.stderr)"));
  const auto plugins = world.directory.load();
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_mt>(log, true)));
  call_option(*plugins, "swap", {"7"});
  spdlog::set_default_logger(before);
  EXPECT_THAT(log.str(), HasSubstr("[info] [swap] value 7 and\n"));
  EXPECT_THAT(log.str(), HasSubstr("[info] [swap] more\n"));
  EXPECT_THAT(log.str(), HasSubstr("[warning] [swap] wrong\n"));
}

TEST(Python, ALoopIsEndedAndTheOthersOfItsBatchAreTold) {
  PythonFiles world;
  auto options = world.directory.options();
  options.call_deadline = std::chrono::milliseconds(300);
  world.drop_python(swap("1.0.0", "\n    while item.value == 1:\n        try: pass\n        except Exception: pass"));
  const auto plugins = PluginSet::load(options);
  const auto all = told(*plugins, {"0", "1", "0"});
  EXPECT_EQ(all[0], "");
  EXPECT_THAT(all[1], HasSubstr("PluginThrew: " + world.path() + ":"));
  EXPECT_THAT(all[1], HasSubstr("it took too long, and was ended here"));
  EXPECT_THAT(all[2], HasSubstr("an item before this one used up the time"));
  EXPECT_THAT(plugins->loaded()[1].warnings, ElementsAre(HasSubstr("PluginSlow"))) << "as of any plugin";
  EXPECT_THAT(told(*plugins, {"0"}), ElementsAre("")) << "it goes on";
}

TEST(Python, ConfigurationAndState) {
  PythonFiles world;
  const std::string body =
      "import solder\nsolder.plugin(name='swap', version='1.0.0')\nseen = 0\nword = ''\n"
      "@solder.configure\ndef take(config):\n    global word\n    word = config['word']\n"
      "@solder.option('route', 'swap', schema=True)\ndef swap(item, out):\n    global seen\n    seen += 1\n"
      "    out.fragment('route', {'stat_prefix': f'{word}{seen}'})\n"
      "@solder.save\ndef keep(): return {'seen': seen}\n"
      "@solder.restore\ndef again(version, state):\n    global seen\n    seen = state['seen'] + 100\n";
  world.options.plugins.load.configurations = {{"swap", "{\"word\": \"w\"}"}};
  world.options.plugins.load.call_deadline = std::chrono::seconds(5);
  world.start();
  world.drop_python(body);
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("w"));
  world.drop_python(body + "# another\n");
  Reloading::until([&] { return world.now().find("w10") != std::string::npos; }, "the state of the one before");
  // A configuration that it does not take.
  world.manager.reset();
  world.options.plugins.load.configurations = {{"swap", "{}"}};
  world.start();
  EXPECT_THAT(world.message(), HasSubstr(world.path() + ":8: KeyError: 'word'"));
}

TEST(Python, DroppedReplacedRolledBackRemoved) {
  PythonFiles world;
  world.start();
  world.drop_python(gives("1.0.0", "one"));
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.drop_python(gives("2.0.0", "two"));
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
  ASSERT_TRUE(world.manager->roll_back("swap", "", "a test").ok());
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  std::filesystem::remove(world.directory.plugins() / "swap.py");
  world.until_version("1.0.0 gone");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.start();
  EXPECT_EQ(world.version(), "1.0.0 gone") << "its name is that of a file that is not there any more";
  EXPECT_THAT(world.now(), HasSubstr("one"));
}

TEST(Python, WhatIsBrokenKeepsTheOldOne) {
  PythonFiles world;
  world.options.preflight_patience = std::chrono::seconds(10);
  world.drop_python(gives("1.0.0", "one"));
  world.start();
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one")) << "which is asked of the next one too";
  world.drop_python("import solder\nwhat is it this\n");
  world.until_message(world.path() + ":2: SyntaxError: invalid syntax: what is it this");
  EXPECT_EQ(world.refused(), "BadFile");
  world.drop_python("import os, solder\nos.abort()\n");
  world.until_message("it ended by Aborted while being read");
  // Looping where nothing can be raised: only a process can be ended.
  world.drop_python("import re\nre.match('(a*)*b', 'a' * 40)\n");
  world.until_message("it did not come back from being read within 10000 ms");
  world.drop_python(swap("2.0.0", "import os; os.abort()"));
  world.until_message("Aborted while translating what the old one was asked");
  EXPECT_EQ(world.version(), "1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("one"));
  world.drop_python(gives("3.0.0", "three"));
  world.until_version("3.0.0");
  world.until_refused("");
}

TEST(Python, OneIsReloadedWhileTheOthersStay) {
  PythonFiles world;
  world.drop_python(
      "import solder\ncalls = []\n@solder.option('route', 'other', schema=True)\ndef other(item, out):\n"
      "    calls.append(1)\n    out.fragment('route', {'stat_prefix': str(len(calls))})\n",
      "other.py");
  world.drop_python(gives("1.0.0", "one"));
  world.start();
  const auto other = [&] { return call_option(*world.manager->plugins(), "other", {"1"})[0].fragments[0].bytes; };
  Plugin* before = world.manager->plugins()->option("route", "other");
  EXPECT_THAT(other(), HasSubstr("1"));
  world.drop_python(gives("2.0.0", "two"));
  world.until_version("2.0.0");
  EXPECT_EQ(world.manager->plugins()->option("route", "other"), before);
  EXPECT_THAT(other(), HasSubstr("2")) << "the same module goes on";
}

TEST(Python, PackagesOfAnEnvironmentBesideTheFile) {
  PythonFiles world;
  const auto packages = world.directory.plugins() / "swap.venv/lib" / SOLDER_PYTHON_VERSION / "site-packages";
  std::filesystem::create_directories(packages);
  std::ofstream(packages / "third_party_words.py") << "WORD = 'from the environment'\n";
  world.drop_python(
      "import solder, third_party_words\nsolder.plugin(version='1.0.0')\n@solder.option('route', 'swap', schema=True)\n"
      "def swap(item, out): out.fragment('route', {'stat_prefix': third_party_words.WORD})\n");
  world.start();
  world.until_version("1.0.0");
  EXPECT_THAT(world.now(), HasSubstr("from the environment"));
}

TEST(Python, WhatABatchCosts) {
  PythonFiles world;
  world.drop_python(swap("1.0.0", "out.fragment(\"route\", {\"stat_prefix\": item.value[\"word\"]})"));
  const auto plugins = world.directory.load();
  const std::vector<std::string> values(64, "{\"word\": \"w\"}");
  std::vector<double> micros;
  for (int i = 0; i < 200; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const auto outputs = call_option(*plugins, "swap", values);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    ASSERT_EQ(outputs.back().fragments.size(), 1u);
    micros.push_back(took.count() / static_cast<double>(values.size()));
  }
  std::sort(micros.begin(), micros.end());
  std::printf("a route's option in a batch of 64: %.1f us (median)\n", micros[micros.size() / 2]);
  RecordProperty("microseconds", std::to_string(micros[micros.size() / 2]));
}

TEST(Python, AnotherBridgeIsTakenAtTheNextStart) {
  PythonFiles world;
  world.drop_python(gives("1.0.0", "one"));
  world.start();
  world.until_version("1.0.0");
  world.directory.write(".new", PluginDirectory::read(SOLDER_PYTHON_BRIDGE) + "another");
  std::filesystem::rename(world.directory.plugins() / ".new", world.directory.plugins() / "python.so");
  const auto warnings = [&] { return world.manager->listing()->loaded()[0].warnings; };
  Reloading::until([&] { return !warnings().empty(); }, "the newer bridge");
  EXPECT_THAT(warnings(), ElementsAre(HasSubstr("files go on with that until Solder starts again")));
  world.drop_python(gives("2.0.0", "two"));
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("two"));
}

TEST(Python, ModulesInCAreFound) {
  PythonFiles world;
  world.drop_python(
      swap("1.0.0", "import _ctypes, ssl; out.fragment(\"route\", {\"stat_prefix\": ssl.OPENSSL_VERSION})"));
  EXPECT_THAT(Reloading::ask(*world.directory.load()), HasSubstr("OpenSSL"));
}

}  // namespace
}  // namespace solder::host

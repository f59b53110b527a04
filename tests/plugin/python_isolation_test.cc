// Plugins in Python with processes of their own: the same as in Solder's, and what one does to its process is its own
// affair.
#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "tests/plugin/isolation.h"
#include "tests/plugin/python_files.h"

namespace solder::host {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class IsolatedFiles : public PythonFiles {
 public:
  IsolatedFiles() {
    options.plugins.load.isolation.program = plugin_host();
    options.plugins.load.isolation.others = isolation::Mode::kProcess;
    options.plugins.load.isolation.first_wait = std::chrono::milliseconds(20);
  }

  [[nodiscard]] PluginInfo info(const std::string& name) const {
    for (const auto& plugin : manager->listing()->loaded()) {
      if (plugin.name == name) return plugin;
    }
    ADD_FAILURE() << name << " does not run: " << message();
    return {};
  }
  // The process of one that runs; 0: Solder's.
  [[nodiscard]] int pid(const std::string& name) const {
    const auto plugin = info(name);
    return plugin.isolation ? plugin.isolation->pid : 0;
  }
  [[nodiscard]] std::vector<ItemOutput> give(const std::string& key, const std::vector<std::string>& values) const {
    return call_option(*manager->plugins(), key, values);
  }
  [[nodiscard]] std::string problem(const std::string& key, const std::string& value) const {
    const auto outputs = give(key, {value});
    if (outputs.empty() || outputs[0].diagnostics.empty()) return "";
    return outputs[0].diagnostics[0].reason + ": " + outputs[0].diagnostics[0].message;
  }
};

// The plugin NAME with an option of that name.
std::string option(const std::string& name, const std::string& body) {
  return "import os, solder\n@solder.option('route', '" + name + "', schema=True)\ndef " + name + "(item, out):\n    " +
         body + "\n";
}
std::string word(const std::string& what) { return "out.fragment('route', {'stat_prefix': str(" + what + ")})"; }

TEST(PythonIsolation, EachFileHasAProcess) {
  IsolatedFiles world;
  world.drop_python(option("one", word("os.getpid()")), "one.py");
  world.drop_python(option("two", word("os.getpid()")), "two.py");
  world.options.plugins.load.isolation.plugins["three"] = isolation::Mode::kInProcess;
  world.drop_python(option("three", word("os.getpid()")), "three.py");
  world.start();
  for (const char* name : {"one", "two"}) {
    EXPECT_GT(world.pid(name), 0) << name;
    EXPECT_THAT(world.give(name, {"1"})[0].fragments[0].bytes, HasSubstr(std::to_string(world.pid(name))));
    EXPECT_EQ(world.info(name).file, world.path(std::string(name) + ".py"));
  }
  EXPECT_NE(world.pid("one"), world.pid("two"));
  EXPECT_EQ(world.pid("three"), 0);
  EXPECT_THAT(world.give("three", {"1"})[0].fragments[0].bytes, HasSubstr(std::to_string(::getpid())));
  EXPECT_EQ(world.pid("python"), 0) << "what runs files is opened where they are";
}

TEST(PythonIsolation, AFileMayAskForIt) {
  IsolatedFiles world;
  world.options.plugins.load.isolation.others = isolation::Mode::kAsManifestSays;
  world.drop_python(option("apart", word("1")) + "solder.plugin(isolation='process')\n", "apart.py");
  world.drop_python(option("here", word("1")), "here.py");
  world.start();
  EXPECT_GT(world.pid("apart"), 0);
  EXPECT_EQ(world.pid("here"), 0);
}

TEST(PythonIsolation, WhatEndsOneLeavesTheOther) {
  IsolatedFiles world;
  world.drop_python(option("one", "os.abort() if item.value == 'end' else " + word("item.value")), "one.py");
  world.drop_python(option("two", word("item.value")), "two.py");
  world.start();
  const int two = world.pid("two");
  EXPECT_THAT(world.give("one", {"\"a\""})[0].fragments[0].bytes, HasSubstr("a"));
  EXPECT_THAT(world.problem("one", "\"end\""), HasSubstr("PluginUnavailable: the plugin one, which brings this, does "
                                                         "not answer: its process ended by Aborted while in a call"));
  EXPECT_THAT(world.give("two", {"\"b\""})[0].fragments[0].bytes, HasSubstr("b"));
  until([&] { return !world.info("one").isolation->down; }, "it is back");
  EXPECT_THAT(world.give("one", {"\"c\""})[0].fragments[0].bytes, HasSubstr("c"));
  EXPECT_EQ(world.pid("two"), two);
}

// Python ends its own loops a moment before Solder would end the process.
TEST(PythonIsolation, ExceptionsAndLoopsAreToldWithTheirLine) {
  IsolatedFiles world;
  world.drop_python(option("one", "10 // item.value") + "    while item.value == 7: pass\n", "one.py");
  world.start();
  const int before = world.pid("one");
  EXPECT_THAT(world.problem("one", "0"), HasSubstr(world.path("one.py") + ":4: ZeroDivisionError"));
  EXPECT_THAT(world.problem("one", "7"), HasSubstr(world.path("one.py") + ":5: "));
  EXPECT_EQ(world.problem("one", "1"), "");
  EXPECT_EQ(world.pid("one"), before);
}

TEST(PythonIsolation, WhatIsPrintedGoesToTheLog) {
  IsolatedFiles world;
  world.drop_python(option("one", "print('value', item.value)"), "one.py");
  world.start();
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_mt>(log, true)));
  static_cast<void>(world.give("one", {"7"}));
  spdlog::set_default_logger(before);
  EXPECT_THAT(log.str(), HasSubstr("[info] [one] value 7\n"));
}

TEST(PythonIsolation, AReloadTakesItsStateAlong) {
  IsolatedFiles world;
  const auto text = [](const std::string& version) {
    return "import solder\nsolder.plugin(version='" + version +
           "')\nseen = 0\n@solder.option('route', 'swap', schema=True)\ndef swap(item, out):\n    global seen\n"
           "    seen += 1\n    out.fragment('route', {'stat_prefix': f'seen {seen}'})\n"
           "@solder.save\ndef keep(): return {'seen': seen}\n"
           "@solder.restore\ndef again(version, state):\n    global seen\n    seen = state['seen'] + 100\n";
  };
  world.drop_python(text("1.0.0"));
  world.start();
  const int before = world.pid("swap");
  EXPECT_THAT(world.now(), HasSubstr("seen "));
  world.drop_python(text("2.0.0"));
  world.until_version("2.0.0");
  EXPECT_THAT(world.now(), HasSubstr("seen 10")) << "a hundred and what the first one saw";
  until([&] { return world.pid("swap") != before && world.pid("swap") > 0; }, "another process");
}

// A file cannot be read, run or reached beyond its limits, and neither when its manifest is read nor in a try.
TEST(PythonIsolation, ItIsShutInFromItsFirstLine) {
  IsolatedFiles world;
  world.drop_python("import os, solder\nif os.fork() == 0: os._exit(0)\n" + option("forks", word("1")), "forks.py");
  world.drop_python("import socket, solder\nsocket.socket()\n" + option("reaches", word("1")), "reaches.py");
  world.drop_python("import solder\nopen('/etc/passwd')\n" + option("reads", word("1")), "reads.py");
  world.drop_python(option("fine", "open(__file__)\n    " + word("1")), "fine.py");
  world.start();
  std::vector<std::string> all;
  for (const auto& refused : world.manager->listing()->refused()) all.push_back(refused.message);
  EXPECT_THAT(all, Contains(HasSubstr(world.path("forks.py") + ":2: PermissionError")));
  EXPECT_THAT(all, Contains(HasSubstr(world.path("reaches.py") + ":2: PermissionError")));
  if (std::vector<std::string> guards = world.info("fine").isolation->guards;
      std::find(guards.begin(), guards.end(), "landlock") != guards.end()) {
    EXPECT_THAT(all, Contains(HasSubstr(world.path("reads.py") + ":2: PermissionError")));
  }
  EXPECT_EQ(world.problem("fine", "1"), "") << "what stands in a plugin directory it may read";
}

TEST(PythonIsolation, PackagesOfAnEnvironmentBesideTheFile) {
  IsolatedFiles world;
  const auto packages = world.directory.plugins() / "one.venv/lib" / SOLDER_PYTHON_VERSION / "site-packages";
  std::filesystem::create_directories(packages);
  std::ofstream(packages / "third_party_words.py") << "WORD = 'from the environment'\n";
  world.drop_python(option("one", "import third_party_words; " + word("third_party_words.WORD")), "one.py");
  world.start();
  ASSERT_FALSE(world.give("one", {"1"})[0].fragments.empty()) << world.problem("one", "1");
  EXPECT_THAT(world.give("one", {"1"})[0].fragments[0].bytes, HasSubstr("from the environment"));
}

TEST(PythonIsolation, ABridgeThatIsToHaveAProcessSaysThatItHasNone) {
  IsolatedFiles world;
  world.options.plugins.load.isolation.plugins["python"] = isolation::Mode::kProcess;
  world.drop_python(option("one", word("1")), "one.py");
  world.start();
  EXPECT_THAT(world.info("python").warnings, Contains(HasSubstr("each of the files that it runs may have one")));
  EXPECT_GT(world.pid("one"), 0);
}

}  // namespace
}  // namespace solder::host

// Calls into plugins: what goes in, what comes out, what the host says about itself, and what happens when a plugin
// fails, throws, is slow, or leaves.
#include <gmock/gmock.h>

#include <thread>

#include "core/host/refusal.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kThrew = "plugin throws threw an exception";

TEST(Calls, FragmentsComeBackWholeAndWithTheirOrigin) {
  PluginDirectory directory;
  directory.add("good_reader");
  const auto plugins = directory.load();
  const auto outputs = call_option(*plugins, "reader", {"1"});
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].fragments.size(), 1u);
  const engine::Fragment& fragment = outputs[0].fragments[0];
  EXPECT_EQ(fragment.slot, "http_filter/cors");
  EXPECT_EQ(fragment.name, "envoy.filters.http.cors");
  EXPECT_EQ(fragment.type_url, "type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors");
  EXPECT_EQ(fragment.encoding, engine::Encoding::kWire);
  EXPECT_THAT(fragment.clear, ElementsAre("a.b", "c"));
  EXPECT_EQ(fragment.weight, -1);
  EXPECT_EQ(fragment.origin, (engine::Origin{"reader", {"VirtualService", "ns", "vs"}, "/spec/option/allow"}));
}

TEST(Calls, DiagnosticsComeBackInTheObjectsTerms) {
  PluginDirectory directory;
  directory.add("good_reader");
  const auto plugins = directory.load();
  const auto outputs = call_option(*plugins, "reader", {"1"});
  ASSERT_EQ(outputs[0].diagnostics.size(), 1u);
  model::Diagnostic expected;
  expected.severity = model::Severity::kWarning;
  expected.reason = "Strange";
  expected.object = {"VirtualService", "ns", "vs"};
  expected.field = "/spec/option/allow/0";
  expected.message = "looks strange";
  expected.found = "x";
  expected.expected = "y";
  expected.plugin = "reader";
  expected.related = {"Secret", "ns", "s"};
  EXPECT_EQ(outputs[0].diagnostics[0], expected);
}

TEST(Calls, APluginSeesItsHostAndItsConfiguration) {
  PluginDirectory directory;
  directory.add("good_reader");
  LoadOptions options = directory.options();
  options.configurations = {{"other", "{}"}, {"reader", R"({"colour":"red"})"}};
  const auto plugins = PluginSet::load(options);
  EXPECT_EQ(call_option(*plugins, "reader", {"1"})[0].fragments[0].bytes,
            "solder {\"colour\":\"red\"} no service 1.0 5  ");
  EXPECT_THAT(plugins->loaded()[0].warnings, ElementsAre("/colour: is no longer used"));
}

TEST(Calls, LookupsAreMadeForTheInputThatAsks) {
  PluginDirectory directory;
  directory.add("good_reader");
  const auto plugins = directory.load();
  std::vector<std::pair<size_t, model::ObjectRef>> asked;
  const auto outputs = call_option(*plugins, "reader", {"1", "2", "3"}, [&](size_t index, const model::ObjectRef& ref) {
    asked.emplace_back(index, ref);
    static std::string text;  // overwritten by the next lookup: the plugin must have a copy of its own
    text = "{\"of\":" + std::to_string(index) + "}";
    return index == 1 ? nullptr : &text;
  });
  const model::ObjectRef wanted{"Upstream", "ns", "wanted"};
  EXPECT_THAT(asked,
              ElementsAre(std::pair(size_t{0}, wanted), std::pair(size_t{1}, wanted), std::pair(size_t{2}, wanted)));
  EXPECT_THAT(outputs[0].fragments[0].bytes, HasSubstr(" 0 wanted {\"of\":0}"));
  EXPECT_THAT(outputs[1].fragments[0].bytes, HasSubstr(" 5  "));
  EXPECT_THAT(outputs[2].fragments[0].bytes, HasSubstr(" 0 wanted {\"of\":2}"));
}

// A host may know more members than the plugin: elements are longer than the plugin's struct.
TEST(Calls, BatchesAreReadByTheirStride) {
  PluginDirectory directory;
  directory.add("good_tls");
  const auto plugins = directory.load();
  struct Longer {
    solder_option_input input;
    char more[40];
  };
  std::vector<Longer> inputs(3);
  std::vector<Subject> subjects;
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].input = {};
    inputs[i].input.size = sizeof(Longer);
    inputs[i].input.scope = SOLDER_SCOPE_SSL;
    subjects.push_back({{"VirtualService", "ns", std::to_string(i)}, "/spec/sslConfig"});
  }
  const auto outputs = plugins->call(*plugins->option("virtual_service", "sslConfig"), Operation::kOptions,
                                     {inputs.data(), inputs.size(), sizeof(Longer)}, subjects, {});
  ASSERT_EQ(outputs.size(), 3u);
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_TRUE(outputs[i].diagnostics.empty());
    ASSERT_EQ(outputs[i].secret_uses.size(), 1u);
    const engine::SecretUse& use = outputs[i].secret_uses[0];
    EXPECT_EQ(use.sds_name, "ns.cert");
    EXPECT_EQ(use.secret, (model::ObjectRef{"Secret", "ns", "cert"}));
    EXPECT_EQ(use.form, engine::SecretForm::kTlsCertificate);
    EXPECT_EQ(use.origin, (engine::Origin{"tls", subjects[i].object, "/spec/sslConfig/secretRef"}));
  }
}

TEST(Calls, AnEmptyBatchGivesNothing) {
  PluginDirectory directory;
  directory.add("good");
  const auto plugins = directory.load();
  EXPECT_TRUE(plugins->call(*plugins->option("route", "good"), Operation::kOptions, {nullptr, 0, 0}, {}, {}).empty());
}

// The plugin has no such operation: an error on the input, not a crash.
TEST(Calls, AnOperationThatThePluginHasNot) {
  PluginDirectory directory;
  directory.add("good");
  const auto plugins = directory.load();
  const Subject subject{{"Upstream", "ns", "u"}, "/spec/good"};
  const auto outputs =
      plugins->call(*plugins->option("route", "good"), Operation::kClusters, {&subject, 1, 1}, {&subject, 1}, {});
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].diagnostics.size(), 1u);
  EXPECT_EQ(outputs[0].diagnostics[0].reason, "PluginFailed");
}

TEST(Calls, ExceptionsStopAtTheBoundary) {
  PluginDirectory directory;
  directory.add("bad_throws");
  directory.add("good");
  auto plugins = directory.load();
  for (const auto& [value, message] :
       {std::pair<std::string, std::string>{"\"text\"", kThrew + ": cannot handle \"text\""},
        std::pair<std::string, std::string>{"\"number\"", kThrew}}) {
    const auto outputs = call_option(*plugins, "throws", {value, value});
    ASSERT_EQ(outputs.size(), 2u);
    for (const ItemOutput& output : outputs) {
      EXPECT_TRUE(output.fragments.empty()) << "what came before the exception counts for nothing";
      ASSERT_EQ(output.diagnostics.size(), 1u);
      EXPECT_EQ(output.diagnostics[0].reason, "PluginThrew");
      EXPECT_EQ(output.diagnostics[0].severity, model::Severity::kError);
      EXPECT_EQ(output.diagnostics[0].message, message);
      EXPECT_EQ(output.diagnostics[0].plugin, "throws");
      EXPECT_EQ(output.diagnostics[0].field, "/spec/option");
    }
  }
  EXPECT_EQ(call_option(*plugins, "good", {"1"})[0].fragments.size(), 1u);
  plugins.reset();  // its destroy throws as well
}

TEST(Calls, AnOverrunIsNotedOnce) {
  PluginDirectory directory;
  directory.add("bad_slow");
  LoadOptions options = directory.options();
  options.call_deadline = std::chrono::milliseconds(1);
  const auto plugins = PluginSet::load(options);
  EXPECT_TRUE(plugins->loaded()[0].warnings.empty());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(call_option(*plugins, "slow", {"1"})[0].diagnostics.empty());
  const auto warnings = plugins->loaded()[0].warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0], HasSubstr("PluginSlow: a call with 1 inputs took "));
}

TEST(Calls, ManyThreadsMayCall) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("good_reader");
  const auto plugins = directory.load();
  std::vector<std::thread> threads;
  std::vector<size_t> fragments(4);
  for (size_t t = 0; t < fragments.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        for (const auto& output : call_option(*plugins, t % 2 == 0 ? "good" : "reader", {"1", "2"}))
          fragments[t] += output.fragments.size();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(fragments, ElementsAre(100u, 100u, 100u, 100u));
}

bool mapped(const std::filesystem::path& directory) {
  return PluginDirectory::read("/proc/self/maps").find(directory.string()) != std::string::npos;
}

// Only a manifest that allows it together with a table that says the code can bear it lets a library go.
TEST(Calls, ALibraryLeavesWithItsSetWhereItMay) {
  for (const auto& [plugin, stays] :
       {std::pair{"good", false}, std::pair{"good_resident", true}, std::pair{"good_unflagged", true}}) {
    PluginDirectory directory;
    directory.add(plugin);
    auto plugins = directory.load();
    EXPECT_TRUE(mapped(directory.root())) << plugin;
    plugins.reset();
    EXPECT_EQ(mapped(directory.root()), stays) << plugin;
  }
}

TEST(Calls, AProcessOfItsOwnIsNotToBeHad) {
  PluginDirectory directory;
  directory.add("good_unflagged");
  EXPECT_THAT(directory.load()->loaded()[0].warnings, ElementsAre(HasSubstr("asks for a process of its own")));
}

// What is opened is the private copy: the original may be overwritten while it runs.
TEST(Calls, TheOriginalMayBeOverwritten) {
  PluginDirectory directory;
  directory.add("good");
  const auto plugins = directory.load();
  directory.write("good.so", std::string(100000, '\0'));
  EXPECT_EQ(call_option(*plugins, "good", {"1"})[0].fragments.size(), 1u);
}

// Two generations of one plugin live side by side.
TEST(Calls, TwoSetsAtATime) {
  PluginDirectory directory;
  directory.add("good");
  auto first = directory.load();
  std::filesystem::remove(directory.plugins() / "good.so");
  directory.add("good_twin", "good");
  const auto second = directory.load();
  EXPECT_EQ(call_option(*first, "good", {"1"}).size(), 1u);
  EXPECT_EQ(call_option(*second, "twin", {"1"}).size(), 1u);
  EXPECT_EQ(second->option("route", "good"), nullptr);
  first.reset();
  EXPECT_EQ(call_option(*second, "twin", {"1"}).size(), 1u);
}

TEST(Calls, LoadingAgainAndAgain) {
  PluginDirectory directory;
  directory.add("good");
  directory.add("bad_throws");
  directory.add("bad_declined");
  for (int i = 0; i < 200; ++i) {
    const auto plugins = directory.load();
    ASSERT_EQ(plugins->loaded().size(), 2u);
    ASSERT_EQ(call_option(*plugins, "good", {"1"})[0].fragments.size(), 1u);
  }
  EXPECT_FALSE(mapped(directory.root()));
}

}  // namespace
}  // namespace solder::host

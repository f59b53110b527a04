// After any sequence of changes, those of plugins included, the engine serves and says what one would that is told the
// whole world at once and has the same last good versions.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "core/report/reporter.h"
#include "world.h"

namespace solder::engine::property_test {
namespace {

using testing::World;

constexpr const char* kPlain = "gloo-system";
constexpr const char* kOther = "elsewhere";

// Objects as YAML that somebody edits without end: names are few, so that objects meet.
class Editor {
 public:
  explicit Editor(uint32_t seed) : random_(seed) {}

  // One change; applied to both the engine that follows and the text of the whole world.
  void step(World& world) {
    switch (pick(14)) {
      case 13:
        return pick(4) == 0 && !changing_ ? other_plugins(world) : put(world, route_table());
      case 0:
      case 1:
        return put(world, upstream());
      case 2:
      case 3:
      case 4:
        return put(world, virtual_service());
      case 5:
        return put(world, gateway());
      case 6:
        return put(world, pick(4) == 0 ? settings() : secret());
      case 7:
      case 8:
        return put(world, route_table());
      case 9:
        return put(world, pick(2) == 0 ? route_option() : upstream_group());
      case 10:
        return rename_one(world);
      default:
        return remove_one(world);
    }
  }

  void tell_all(World& world) const {
    world.use_plugins(without_, second_);
    for (const auto& [ref, yaml] : objects_) world.put(yaml);
  }

 private:
  struct Text {
    model::ObjectRef ref;
    std::string yaml;
  };

  size_t pick(size_t count) { return random_() % count; }
  std::string number(size_t count) { return std::to_string(pick(count)); }
  std::string ns() { return pick(5) == 0 ? kOther : kPlain; }

  void put(World& world, const Text& text) {
    objects_[text.ref] = text.yaml;
    world.put(text.yaml);
  }

  // Plugins come, go, and are replaced by generations that give the same.
  void other_plugins(World& world) {
    static constexpr std::array kNames = {"echo_a", "echo_b", "routing", "static", "tls", "kubernetes", "headers"};
    without_.clear();
    for (const char* name : kNames) {
      if (pick(6) == 0) without_.insert(name);
    }
    second_ = pick(2) == 0;
    if (pick(2) == 0) return other_engine(world);
    world.use_plugins(without_, second_);
    // One that is taken back leaves no trace.
    if (pick(3) != 0) return;
    world.translate();
    world.use_plugins({"echo_a", "static"}, !second_).try_out();
    world.use_plugins(without_, second_);
  }

  // The same with an engine that takes the other's place, while objects go on to be edited.
  void other_engine(World& world) {
    changing_ = true;
    const auto edit = [&] {
      if (pick(2) == 0) step(world);
    };
    if (pick(4) == 0) world.change_engines({"echo_a", "static"}, !second_, edit, false);
    world.change_engines(without_, second_, edit);
    changing_ = false;
  }

  void remove_one(World& world) {
    if (objects_.empty()) return;
    auto at = objects_.begin();
    std::advance(at, static_cast<long>(pick(objects_.size())));
    world.remove(at->first);
    objects_.erase(at);
  }

  // Its content under another name, which may be taken; whoever referred to it goes on to do so.
  void rename_one(World& world) {
    if (objects_.empty()) return;
    auto at = objects_.begin();
    std::advance(at, static_cast<long>(pick(objects_.size())));
    if (at->first.kind == "Settings") return;
    Text text{at->first, at->second};
    text.ref.name = text.ref.name.substr(0, 1) + number(6);
    const std::string before = "{name: " + at->first.name + ",";
    text.yaml.replace(text.yaml.find(before), before.size(), "{name: " + text.ref.name + ",");
    world.remove(at->first);
    objects_.erase(at);
    put(world, text);
  }

  static std::string head(const model::ObjectRef& ref, const char* api) {
    return "apiVersion: " + std::string(api) + "\nkind: " + ref.kind + "\nmetadata: {name: " + ref.name +
           ", namespace: " + ref.ns + "}\n";
  }

  Text upstream() {
    const model::ObjectRef ref{"Upstream", ns(), "u" + number(6)};
    static constexpr std::array kSpecs = {
        "static: {hosts: [{addr: 127.0.0.1, port: 80}]}",
        "static: {hosts: [{addr: 127.0.0.1, port: 81}]}",
        "static: {hosts: [{addr: 127.0.0.1, prot: 82}]}",
        "static: {hosts: []}",
        "echoA: [{slot: cluster, json: {type: EDS}}, {slot: load_assignment, json: {endpoints: []}}]",
        "static: {hosts: [{addr: 127.0.0.1, port: 80}]}, sslConfig: {secretRef: {name: s0, namespace: gloo-system}}",
        "echoA: [{slot: cluster, json: {type: STATIC}}, {slot: resource/extra, type: "
        "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer, json: {maxRequestBytes: 7}}]"};
    return {ref, head(ref, "gloo.solo.io/v1") + "spec: {" + kSpecs[pick(kSpecs.size())] + "}\n"};
  }

  std::string route() {
    const std::string to = "routeAction: {single: {upstream: {name: u" + number(6) + ", namespace: " + ns() + "}}}";
    switch (pick(10)) {
      case 6:
      case 7:
        return "{matchers: [{prefix: /}], delegateAction: {ref: {name: t" + number(4) + ", namespace: " + ns() + "}}}";
      case 8:
        return "{options: {timeout: " + number(3) + "s}, delegateAction: {selector: {labels: {x: l" + number(2) +
               "}}}}";
      case 9:
        return pick(2) == 0 ? "{routeAction: {upstreamGroup: {name: g" + number(2) + ", namespace: gloo-system}}}"
                            : "{optionsConfigRefs: {delegateOptions: [{name: o" + number(2) +
                                  ", namespace: gloo-system}]}, " + to + "}";
      case 0:
        return "{matchers: [{prefix: /a}], directResponseAction: {status: " + number(600) + "}}";
      case 1:
        return "{matchers: [{regex: '/b" + std::string(pick(2) == 0 ? "[" : "") + "'}], " + to + "}";
      case 2:
        return "{name: named, matchers: [{prefix: /c}], " + to + "}";
      case 3:
        return "{options: {timeout: " + number(3) + "s, echoA: [{slot: http_filter/authz, name: f" + number(2) +
               ", type: type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer, json: {maxRequestBytes: " +
               number(3) + "}}]}, " + to + "}";
      case 4:
        return "{options: {echoB: [{slot: route_action, json: {timeout: 9s}}], timeout: 1s}, " + to + "}";
      default:
        return "{" + to + "}";
    }
  }

  Text virtual_service() {
    const model::ObjectRef ref{"VirtualService", ns(), "v" + number(5)};
    std::string routes;
    for (size_t i = pick(4); i > 0; --i) routes += (routes.empty() ? "" : ", ") + route();
    std::string spec = "virtualHost: {domains: [d" + number(6) + ".test], routes: [" + routes + "]}";
    if (pick(4) == 0) {
      spec += ", sslConfig: {sniDomains: [d" + number(3) + ".test], secretRef: {name: s" + number(2) +
              ", namespace: gloo-system}}";
    }
    if (pick(8) == 0) spec += ", nonsense: 1";
    return {ref, head(ref, "gateway.solo.io/v1") + "spec: {" + spec + "}\n"};
  }

  Text route_table() {
    const model::ObjectRef ref{"RouteTable", ns(), "t" + number(4)};
    std::string routes;
    for (size_t i = pick(3); i > 0; --i) routes += (routes.empty() ? "" : ", ") + route();
    if (pick(12) == 0) routes = "{matchers: [{prefix: /nothing}]}";
    return {ref, "apiVersion: gateway.solo.io/v1\nkind: RouteTable\nmetadata: {name: " + ref.name +
                     ", namespace: " + ref.ns + ", labels: {x: l" + number(2) + "}}\nspec: {weight: " + number(2) +
                     ", routes: [" + routes + "]}\n"};
  }

  Text route_option() {
    const model::ObjectRef ref{"RouteOption", kPlain, "o" + number(2)};
    return {ref, head(ref, "gateway.solo.io/v1") + "spec: {options: {" +
                     (pick(4) == 0 ? "timeout: soon" : "timeout: " + number(4) + "s") + "}}\n"};
  }

  Text upstream_group() {
    const model::ObjectRef ref{"UpstreamGroup", kPlain, "g" + number(2)};
    return {ref, head(ref, "gloo.solo.io/v1") + "spec: {destinations: [{weight: " + number(3) +
                     ", destination: {upstream: {name: u" + number(6) + ", namespace: " + ns() + "}}}]}\n"};
  }

  Text gateway() {
    const model::ObjectRef ref{"Gateway", ns(), "g" + number(2)};
    static constexpr std::array kOptions = {"", "echoA: [{slot: hcm, json: {server_name: one}}]",
                                            "echoA: [{slot: hcm, json: {server_name: two}}]",
                                            "echoA: [{diag: {severity: error}}]"};
    const bool ssl = pick(3) == 0;
    return {ref, head(ref, "gateway.solo.io/v1") + "spec: {bindAddress: '" + (pick(6) == 0 ? "nowhere" : "::") +
                     "', bindPort: " + std::to_string(8080 + pick(2)) + ", ssl: " + (ssl ? "true" : "false") +
                     ", proxyNames: [" + (pick(3) == 0 ? "other-proxy" : "gateway-proxy") +
                     "], httpGateway: {options: {" + kOptions[pick(kOptions.size())] + "}}}\n"};
  }

  Text settings() {
    const model::ObjectRef ref{"Settings", kPlain, "default"};
    static constexpr std::array kSpecs = {
        "{}", "{watchNamespaces: [gloo-system]}", "{gateway: {readGatewaysFromAllNamespaces: true}}",
        "{gloo: {invalidConfigPolicy: {replaceInvalidRoutes: true, invalidRouteResponseCode: 410}}}"};
    return {ref, head(ref, "gloo.solo.io/v1") + "spec: " + kSpecs[pick(kSpecs.size())] + "\n"};
  }

  Text secret() {
    const model::ObjectRef ref{"Secret", kPlain, "s" + number(2)};
    const auto& pair = testing::key_pair(pick(3));
    const std::string key = pick(6) == 0 ? "nonsense" : pair.second;
    return {ref, head(ref, "v1") + "type: kubernetes.io/tls\nstringData:\n  tls.crt: |\n" + indented(pair.first) +
                     "  tls.key: |\n" + indented(key)};
  }
  static std::string indented(const std::string& text) {
    std::string out = "    ";
    for (char c : text) {
      out += c;
      if (c == '\n') out += "    ";
    }
    return out + "\n";
  }

  std::mt19937 random_;
  std::map<model::ObjectRef, std::string> objects_;
  std::set<std::string> without_;
  bool second_ = false;
  bool changing_ = false;
};

void view(const std::string& role, const xds::Snapshot& snapshot, std::vector<std::string>& out) {
  for (const auto& type : snapshot.types) {
    for (const auto& resource : type) {
      out.push_back(role + " " + resource->name + " " + std::to_string(resource->hash) + " " +
                    resource->message.flatten());
    }
    out.push_back(role + " " + std::to_string(type.hash()));
  }
}

// Everything that one can see of an engine, as text.
std::vector<std::string> view(const World& world) {
  std::vector<std::string> out;
  for (const auto& [role, snapshot] : *world.output().snapshots) {
    view(role, *snapshot, out);
    if (snapshot->scoped) view(role + " scoped", *snapshot->scoped, out);
  }
  for (const auto& report : world.reports()) out.push_back(report::to_json(report));
  return out;
}

// So few that listeners change over all the time.
constexpr size_t kScopedAbove = 4;

void check_against_scratch(const Editor& editor, const World& world, const std::filesystem::path& journal, int step,
                           bool on_demand, bool virtual_hosts) {
  const auto copy = journal.parent_path() / (journal.filename().string() + "-copy");
  std::filesystem::remove_all(copy);
  std::filesystem::copy(journal, copy, std::filesystem::copy_options::recursive);
  World scratch(copy.string(), kScopedAbove, step % 20 == 0 ? std::optional<size_t>(1) : std::nullopt, on_demand,
                virtual_hosts);
  editor.tell_all(scratch);
  scratch.translate();
  const auto followed = view(world);
  const auto fresh = view(scratch);
  ASSERT_EQ(followed.size(), fresh.size()) << "after step " << step;
  for (size_t i = 0; i < fresh.size(); ++i) ASSERT_EQ(followed[i], fresh[i]) << "after step " << step;
}

// SOLDER_PROPERTY_STEPS=10000 makes it the long one.
int steps() {
  if (const char* given = std::getenv("SOLDER_PROPERTY_STEPS")) return std::atoi(given);
#ifdef SOLDER_SANITIZED
  return 400;
#else
  return 2500;
#endif
}

class AnySequenceOfChanges : public ::testing::TestWithParam<uint32_t> {};

TEST_P(AnySequenceOfChanges, EqualsAFreshTranslation) {
  const auto directory =
      std::filesystem::path(::testing::TempDir()) / ("solder-property-" + std::to_string(GetParam()));
  std::filesystem::remove_all(directory);
  const auto journal = directory / "last_good";
  std::filesystem::create_directories(journal);
  Editor editor(GetParam());
  const bool on_demand = GetParam() % 2 == 0;
  const bool virtual_hosts = GetParam() % 3 == 0;
  // Some changes in turn, and some on several threads.
  World world(journal.string(), kScopedAbove, 3, on_demand, virtual_hosts);
  std::mt19937 random(GetParam());
  for (int step = 0; step < steps(); ++step) {
    editor.step(world);
    if (random() % 3 == 0) continue;  // several changes come together
    world.translate();
    // Last good versions that this translation found count from the next one on.
    if (step % 10 == 0) {
      world.translate();
      world.flush_last_good();
      check_against_scratch(editor, world, journal, step, on_demand, virtual_hosts);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  std::filesystem::remove_all(directory);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnySequenceOfChanges, ::testing::Values(1u, 2u, 3u, 4u));

}  // namespace
}  // namespace solder::engine::property_test

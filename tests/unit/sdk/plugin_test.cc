// A plugin class through the C tables that SOLDER_PLUGIN makes of it, with a host that writes down what it is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "solder/sdk.hpp"

namespace {

using solder::sdk::text;

// Options whose values say what to do.
class Obedient {
 public:
  Obedient(solder::sdk::Host host, std::string_view config) {
    if (config == "bad") throw std::runtime_error("the configuration is bad");
    host.log(SOLDER_LOG_INFO, std::string("configured with ") + std::string(config));
  }
  void options(const solder::sdk::OptionInput& in, solder::sdk::Out& out) {
    out.fragment("route", solder::sdk::Message().add_string(14, in.json), "/name");
    if (in.json == "throw") throw std::runtime_error("told to");
    if (in.json == "throw 1") throw 1;
    if (in.json == "everything") everything(out);
    if (in.json == "lookup") out.info({"", "Found", out.lookup({"Secret", "ns", "s"}).value_or("nothing")});
  }

  std::string save() const {
    if (known_ == "unsaid") throw std::runtime_error("it cannot be said");
    return known_;
  }
  void restore(std::string_view version, std::string_view state) {
    if (version == "0.1") throw std::runtime_error("0.1 is too old");
    known_ = state;
  }

 private:
  std::string known_ = "nothing";
  static void everything(solder::sdk::Out& out) {
    const solder::sdk::Message message;
    out.fragment("transport_socket/tls", "type.googleapis.com/a.B", message);
    out.fragment_json("route", "{}", "", "/j");
    out.filter("cors", "f", "type.googleapis.com/a.F", message, -1);
    out.upstream_filter("route", "u", "type.googleapis.com/a.U", message, 2);
    out.per_filter("f", "type.googleapis.com/a.P", message);
    out.per_filter_json("f", "type.googleapis.com/a.P", "{}");
    out.metadata("ns", message);
    out.clear("route", {"a.b", "c"});
    out.secret_use({.sds_name = "sds", .ref = {"Secret", "ns", "s"}, .form = SOLDER_SECRET_GENERIC, .key = "k"});
    out.warning({.field = "/w", .reason = "W", .message = "m", .related = {"Secret", "ns", "s"}});
  }
};

// What a host would see, as lines.
struct Recorder {
  std::vector<std::string> lines;
  solder_status answer = SOLDER_OK;
  solder_out out{sizeof(solder_out), 0, this, &emit, &diag};

  static solder_status emit(void* ctx, const solder_item* item) {
    auto* self = static_cast<Recorder*>(ctx);
    if (item->type == SOLDER_ITEM_FRAGMENT) {
      const auto& f = *reinterpret_cast<const solder_item_fragment*>(item);
      std::string line = std::to_string(f.index) + " " + std::string(text(f.slot));
      if (f.name.len != 0) line += " name=" + std::string(text(f.name));
      if (f.message.type_url.len != 0) line += " type=" + std::string(text(f.message.type_url));
      if (f.message.encoding == SOLDER_ENCODING_JSON) line += " json=" + std::string(text(f.message.bytes));
      if (f.weight != 0) line += " weight=" + std::to_string(f.weight);
      if (f.field.len != 0) line += " field=" + std::string(text(f.field));
      for (uint64_t i = 0; i < f.clear.count; ++i)
        line += " clear=" + std::string(text(*SOLDER_AT(solder_str, f.clear, i)));
      self->lines.push_back(line);
    } else {
      const auto& use = *reinterpret_cast<const solder_item_secret_use*>(item);
      self->lines.push_back(std::to_string(use.index) + " secret " + std::string(text(use.sds_name)) + " " +
                            std::string(text(use.ref.name)) + " form=" + std::to_string(use.form) +
                            " key=" + std::string(text(use.key)));
    }
    return self->answer;
  }
  static void diag(void* ctx, const solder_diag* diag) {
    static_cast<Recorder*>(ctx)->lines.push_back(
        std::to_string(diag->index) + " " +
        (diag->severity == SOLDER_SEVERITY_ERROR     ? "error"
         : diag->severity == SOLDER_SEVERITY_WARNING ? "warning"
                                                     : "info") +
        " " + std::string(text(diag->field)) + " " + std::string(text(diag->reason)) + ": " +
        std::string(text(diag->message)) +
        (diag->related.name.len != 0 ? " (" + std::string(text(diag->related.name)) + ")" : ""));
  }
};

}  // namespace

SOLDER_PLUGIN(Obedient, "obedient", "1.2.3")

namespace {

class Plugin : public ::testing::Test {
 protected:
  Plugin() {
    host_.size = sizeof host_;
    host_.ctx = &log_;
    host_.log = [](void* ctx, uint32_t, solder_str line) { *static_cast<std::string*>(ctx) = text(line); };
    status_ = create("{}", recorder_);
  }
  ~Plugin() override { table_->destroy(self_); }

  solder_status create(std::string_view config, Recorder& recorder) {
    return table_->create(&host_, solder::sdk::str(config), &self_, &recorder.out);
  }

  std::vector<std::string> options(const std::vector<std::string>& values) {
    std::vector<solder_option_input> inputs;
    for (const std::string& value : values) {
      solder_option_input input{};
      input.size = sizeof input;
      input.value = solder::sdk::str(value);
      inputs.push_back(input);
    }
    const auto lookup = [](void*, uint64_t index, const solder_ref* ref, solder_object* found) -> solder_status {
      if (index != 0 || text(ref->kind) != "Secret") return SOLDER_NOT_FOUND;
      found->json = SOLDER_STR("{}");
      return SOLDER_OK;
    };
    const solder_call call{sizeof call, 0,      0,      {inputs.data(), inputs.size(), sizeof(solder_option_input)},
                           nullptr,     lookup, nullptr};
    const auto* cap = static_cast<const solder_cap_options*>(table_->capability(self_, SOLDER_STR(SOLDER_CAP_OPTIONS)));
    EXPECT_EQ(cap->apply(self_, &call, &recorder_.out), SOLDER_OK);
    return recorder_.lines;
  }

  const solder_plugin* table_ = solder_plugin_entry_v1(0);
  solder_host host_{};
  std::string log_;
  Recorder recorder_;
  void* self_ = nullptr;
  solder_status status_ = SOLDER_UNKNOWN;
};

using ::testing::ElementsAre;

TEST_F(Plugin, TableSaysWhoItIs) {
  EXPECT_EQ(status_, SOLDER_OK);
  EXPECT_EQ(table_->size, sizeof(solder_plugin));
  EXPECT_EQ(text(table_->name), "obedient");
  EXPECT_EQ(text(table_->version), "1.2.3");
  EXPECT_EQ(table_->flags, SOLDER_PLUGIN_UNLOADABLE);
  EXPECT_EQ(log_, "configured with {}");
}

TEST_F(Plugin, HasTheCapabilitiesThatItsMethodsAre) {
  EXPECT_NE(table_->capability(self_, SOLDER_STR(SOLDER_CAP_OPTIONS)), nullptr);
  EXPECT_EQ(table_->capability(self_, SOLDER_STR(SOLDER_CAP_UPSTREAM_TYPE)), nullptr);
  EXPECT_EQ(table_->capability(self_, SOLDER_STR("solder.options/2")), nullptr);
}

TEST_F(Plugin, AStateIsSavedAndRestored) {
  const auto* state = static_cast<const solder_cap_state*>(table_->capability(self_, SOLDER_STR(SOLDER_CAP_STATE)));
  ASSERT_NE(state, nullptr);
  std::string saved;
  const auto write = [](void* ctx, solder_str bytes) { *static_cast<std::string*>(ctx) += text(bytes); };
  EXPECT_EQ(state->save(self_, &saved, write), SOLDER_OK);
  EXPECT_EQ(state->restore(self_, SOLDER_STR("1.0"), SOLDER_STR("much")), SOLDER_OK);
  EXPECT_EQ(state->save(self_, &saved, write), SOLDER_OK);
  EXPECT_EQ(saved, "nothingmuch");
  // Why not is in the log, where the host finds it.
  EXPECT_EQ(state->restore(self_, SOLDER_STR("0.1"), SOLDER_STR("")), SOLDER_INVALID_ARGUMENT);
  EXPECT_EQ(log_, "restore: 0.1 is too old");
  EXPECT_EQ(state->restore(self_, SOLDER_STR("1.0"), SOLDER_STR("unsaid")), SOLDER_OK);
  EXPECT_EQ(state->save(self_, &saved, write), SOLDER_INTERNAL);
  EXPECT_EQ(log_, "save: it cannot be said");
}

TEST_F(Plugin, AnInstanceWithABadConfigurationIsNotMade) {
  Recorder recorder;
  void* const before = self_;
  EXPECT_EQ(create("bad", recorder), SOLDER_INVALID_ARGUMENT);
  EXPECT_EQ(self_, before);
  EXPECT_THAT(recorder.lines, ElementsAre("0 error  BadConfiguration: the configuration is bad"));
}

TEST_F(Plugin, AThrowConcernsItsItemAlone) {
  EXPECT_THAT(
      options({"a", "throw", "throw 1", "b"}),
      ElementsAre("0 route field=/name", "1 route field=/name", "1 error  PluginThrew: told to", "2 route field=/name",
                  "2 error  PluginThrew: the plugin threw what is not a std::exception", "3 route field=/name"));
}

TEST_F(Plugin, EverythingReachesTheHostAsItWasSaid) {
  EXPECT_THAT(
      options({"x", "everything"}),
      ElementsAre("0 route field=/name", "1 route field=/name", "1 transport_socket/tls type=type.googleapis.com/a.B",
                  "1 route json={} field=/j", "1 http_filter/cors name=f type=type.googleapis.com/a.F weight=-1",
                  "1 upstream_filter/route name=u type=type.googleapis.com/a.U weight=2",
                  "1 per_filter/f type=type.googleapis.com/a.P", "1 per_filter/f type=type.googleapis.com/a.P json={}",
                  "1 metadata/ns", "1 route clear=a.b clear=c", "1 secret sds s form=3 key=k",
                  "1 warning /w W: m (s)"));
}

TEST_F(Plugin, LookupsCarryTheirItem) {
  EXPECT_THAT(options({"lookup", "lookup"}),
              ElementsAre("0 route field=/name", "0 info  Found: {}", "1 route field=/name", "1 info  Found: nothing"));
}

// Inputs of an older, shorter and of a newer, longer host are read by the host's stride.
TEST_F(Plugin, ReadsByTheHostsStride) {
  struct Longer {
    solder_option_input input;
    uint64_t later = 0;
  };
  Longer inputs[2] = {};
  const std::string first = "a", second = "throw";
  inputs[0].input.value = solder::sdk::str(first);
  inputs[1].input.value = solder::sdk::str(second);
  const solder_call call{sizeof call, 0, 0, {inputs, 2, sizeof(Longer)}, nullptr, nullptr, nullptr};
  const auto* cap = static_cast<const solder_cap_options*>(table_->capability(self_, SOLDER_STR(SOLDER_CAP_OPTIONS)));
  EXPECT_EQ(cap->apply(self_, &call, &recorder_.out), SOLDER_OK);
  EXPECT_THAT(recorder_.lines,
              ElementsAre("0 route field=/name", "1 route field=/name", "1 error  PluginThrew: told to"));
}

TEST_F(Plugin, ARefusedItemIsFalseToThePlugin) {
  recorder_.answer = SOLDER_PERMISSION_DENIED;
  const solder_call call{sizeof call, 0, 0, {}, nullptr, nullptr, nullptr};
  solder::sdk::Out out(&call, &recorder_.out, 0);
  EXPECT_FALSE(out.fragment("elsewhere", {}));
  EXPECT_FALSE(out.lookup({"Secret", "ns", "s"}).has_value());
  EXPECT_FALSE(out.failed());
  out.error({"", "E", "m"});
  EXPECT_TRUE(out.failed());
}

// Only methods count, and endpoints are nothing without clusters; destinations alone are those of a service.
struct OnlyEndpoints {
  void endpoints(const solder::sdk::UpstreamInput&, solder::sdk::Out&) {}
};
struct OnlyDestinations {
  void destinations(const solder::sdk::DestinationInput&, solder::sdk::Out&) {}
};
struct Upstreams {
  void clusters(const solder::sdk::UpstreamInput&, solder::sdk::Out&) {}
};
static_assert(!solder::sdk::AnyPlugin<OnlyEndpoints>);
static_assert(solder::sdk::AnyPlugin<OnlyDestinations>);
static_assert(solder::sdk::AnyPlugin<Upstreams>);

TEST(Tables, ClustersMayBeMissing) {
  const auto* cap = static_cast<const solder_cap_upstream_type*>(
      solder::sdk::internal::Tables<OnlyDestinations>::capability(nullptr, SOLDER_STR(SOLDER_CAP_UPSTREAM_TYPE)));
  ASSERT_NE(cap, nullptr);
  EXPECT_EQ(cap->clusters, nullptr);
  EXPECT_NE(cap->destinations, nullptr);
}

TEST(Tables, DestinationsMayBeMissing) {
  const auto* cap = static_cast<const solder_cap_upstream_type*>(
      solder::sdk::internal::Tables<Upstreams>::capability(nullptr, SOLDER_STR(SOLDER_CAP_UPSTREAM_TYPE)));
  ASSERT_NE(cap, nullptr);
  EXPECT_NE(cap->clusters, nullptr);
  EXPECT_EQ(cap->destinations, nullptr);
}

}  // namespace

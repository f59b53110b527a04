// What Solder and a process that serves a plugin say to each other comes over as it was; what makes no sense is told
// apart, whatever it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/host/abi_text.h"
#include "core/host/isolation/messages.h"
#include "core/host/sink.h"

namespace solder::host::isolation {
namespace {

using ::testing::ElementsAre;

std::string text_of(solder_str text) { return {text.data == nullptr ? "" : text.data, text.len}; }

TEST(IsolationWire, StartsAndTheirAnswers) {
  const Start start{"name",
                    "/copies/name.so",
                    "/plugins/name.so",
                    R"({"a":1})",
                    {.memory_mb = 1, .cpu_seconds = 2, .open_files = 3, .readable_paths = {"/a", "/b"}}};
  Start got;
  ASSERT_TRUE(read(to_frame(start), got));
  EXPECT_EQ(got, start);
  Start run_by_another = start;
  run_by_another.runner = FileRunner{"python", "/copies/python.so", "{}"};
  ASSERT_TRUE(read(to_frame(run_by_another), got));
  EXPECT_EQ(got, run_by_another);
  ASSERT_TRUE(read(to_frame(start), got));
  EXPECT_EQ(got, start) << "nothing is left of what was read before";
  Start program = start;
  program.program = true;
  ASSERT_TRUE(read(to_frame(program), got));
  EXPECT_EQ(got, program);
  Ready ready;
  ASSERT_TRUE(read(to_frame(Ready{5, {"old"}, {"seccomp"}}), ready));
  EXPECT_EQ(ready.operations, 5u);
  EXPECT_THAT(ready.warnings, ElementsAre("old"));
  EXPECT_THAT(ready.guards, ElementsAre("seccomp"));
  Refusing refusing;
  ASSERT_TRUE(read(to_frame(Refusing{"CreateFailed", "no"}), refusing));
  EXPECT_EQ(refusing.message, "no");
  EXPECT_FALSE(read(to_frame(start), ready)) << "a frame of another kind";
}

// Frames that programs read are on record: their layout is docs/plugins/protocol.md.
TEST(IsolationWire, WhatProgramsBeginWith) {
  EXPECT_THAT(read_confined(confined_frame({"seccomp", "landlock"})).value(), ElementsAre("seccomp", "landlock"));
  EXPECT_FALSE(read_confined(begin_frame({})));
  const std::string expected("\x0d\1\0\0\0\1\0\0\0n\1\0\0\0f\1\0\0\0o\2\0\0\0{}\7\0\0\0", 30);
  EXPECT_EQ(begin_frame({"n", "f", "o", "{}", {.memory_mb = 7}}), expected);
}

TEST(IsolationWire, QuestionsAndAnswers) {
  const Question find{7, false, {"Upstream", "ns", "u"}, {}}, list{8, true, {}, {"Kind", "ns", "/field", "value"}};
  for (const Question& question : {find, list}) {
    Question got;
    ASSERT_TRUE(read(to_frame(question), got));
    EXPECT_EQ(got, question);
  }
  const Told told{true, {{{"Upstream", "ns", "u"}, "{}"}, {{"Upstream", "ns", "v"}, ""}}};
  Told got;
  ASSERT_TRUE(read(to_frame(told), got));
  EXPECT_EQ(got, told);
}

TEST(IsolationWire, StatesOfAnyBytes) {
  const std::string bytes("\0\xff state", 8);
  for (const Saved& saved : {Saved(std::optional(bytes)), Saved(std::optional<std::string>())}) {
    const auto got = read_saved(saved_frame(saved));
    ASSERT_TRUE(got && got->ok());
    EXPECT_EQ(**got, *saved);
  }
  const auto failed = read_saved(saved_frame(base::internal_error("no")));
  ASSERT_TRUE(failed && !failed->ok());
  EXPECT_EQ(failed->status().message(), "no");
  EXPECT_FALSE(read_saved(save_frame()));
  Restore restore;
  ASSERT_TRUE(read(to_frame(Restore{"1.0", bytes}), restore));
  EXPECT_EQ(restore.state, bytes);
  EXPECT_TRUE(read_restored(restored_frame({}))->ok());
  EXPECT_EQ(read_restored(restored_frame(base::internal_error("no")))->message(), "no");
}

// Of each operation's inputs every member comes over, in the order of `which`; what neighbours share is sent once.
TEST(IsolationWire, InputsOfEveryOperation) {
  const std::string shared(10000, 'o');
  std::vector<solder_option_input> options;
  for (uint32_t i = 0; i < 3; ++i) {
    options.push_back({sizeof(solder_option_input),
                       i,
                       2,
                       0,
                       {view("Kind"), view("ns"), view("name")},
                       view("key"),
                       view("/path"),
                       view(i == 1 ? "one" : "other"),
                       view(shared)});
  }
  const std::vector<size_t> which{2, 1};
  const KnownAnswer known{{1, false, {"K", "n", "x"}, {}}, {true, {{{"K", "n", "x"}, "{}"}}}};
  std::string frame = call_frame(Operation::kOptions, 1, {options.data(), 3, sizeof(options[0])}, which, {known});
  EXPECT_LT(frame.size(), 2 * shared.size());
  renew_deadline(frame, 99);
  ReceivedCall call;
  ASSERT_TRUE(read(frame, call));
  EXPECT_EQ(call.deadline_ns, 99u);
  ASSERT_EQ(call.in.count, 2u);
  const auto& first = *SOLDER_AT(solder_option_input, call.in, 0);
  const auto& second = *SOLDER_AT(solder_option_input, call.in, 1);
  EXPECT_EQ(first.scope, 2u);
  EXPECT_EQ(first.action, 2u);
  EXPECT_EQ(text_of(first.value), "other");
  EXPECT_EQ(text_of(second.value), "one");
  EXPECT_EQ(text_of(second.object.name), "name");
  EXPECT_EQ(text_of(second.options), shared);
  ASSERT_EQ(call.known.size(), 1u);
  EXPECT_EQ(call.known[0].told, known.told);

  const solder_upstream_input upstream{sizeof upstream,
                                       0,
                                       {view("Upstream"), view("a"), view("b")},
                                       view("static"),
                                       view("/spec/static"),
                                       view("{}"),
                                       view("{s}"),
                                       view("b_a")};
  const std::vector<size_t> one{0};
  for (const auto operation : {Operation::kClusters, Operation::kEndpoints}) {
    ASSERT_TRUE(read(frame = call_frame(operation, 0, {&upstream, 1, sizeof upstream}, one, {}), call));
    EXPECT_EQ(call.operation, operation);
    const auto& got = *SOLDER_AT(solder_upstream_input, call.in, 0);
    EXPECT_EQ(text_of(got.spec), "{s}");
    EXPECT_EQ(text_of(got.cluster_name), "b_a");
  }
  const solder_destination_input destination{sizeof destination,
                                             1,
                                             {view("Route"), view("ns"), {}},
                                             view("/p"),
                                             {view("Upstream"), view("a"), view("b")},
                                             view("{u}"),
                                             view("{d}"),
                                             view("c"),
                                             view("k")};
  ASSERT_TRUE(
      read(frame = call_frame(Operation::kDestinations, 0, {&destination, 1, sizeof destination}, one, {}), call));
  const auto& got = *SOLDER_AT(solder_destination_input, call.in, 0);
  EXPECT_EQ(got.weighted, 1u);
  EXPECT_EQ(text_of(got.upstream_value) + text_of(got.destination_spec) + text_of(got.cluster_name), "{u}{d}c");
  EXPECT_EQ(text_of(got.key), "k");
  const solder_object object{sizeof object, 0, {view("K"), view("n"), view("o")}, view("{j}")};
  ASSERT_TRUE(read(frame = call_frame(Operation::kDerive, 0, {&object, 1, sizeof object}, one, {}), call));
  EXPECT_EQ(text_of(SOLDER_AT(solder_object, call.in, 0)->json), "{j}");
}

struct Emitted {
  std::vector<ItemOutput> outputs;
  bool whole;
};

// Read as Solder reads it, for two route options that stand at 0 and 1 of three.
Emitted emit(std::string_view frame) {
  static const std::string plugin = "p";
  const std::vector<solder_option_input> inputs(
      3, {sizeof(solder_option_input), SOLDER_SCOPE_UPSTREAM, 0, 0, {}, {}, {}, {}, {}});
  const std::vector<Subject> subjects{{{"Upstream", "ns", "a"}, "/spec/x"}, {{"Upstream", "ns", "b"}, "/spec/y"}, {}};
  Emitted out{std::vector<ItemOutput>(3), false};
  Sink sink(plugin, Operation::kOptions, {inputs.data(), inputs.size(), sizeof(inputs[0])}, subjects, out.outputs);
  const std::vector<size_t> which{0, 1};
  std::vector<uint32_t> used;
  out.whole = emit_done(frame, which, *sink.out(), used);
  return out;
}

std::vector<ItemOutput> everything() {
  std::vector<ItemOutput> out(2);
  engine::Fragment fragment{"cluster", "",    "",    "{\"a\":1}", engine::Encoding::kJson, {"x.y"},
                            -2,        false, false, false,       {"", {}, "/f"}};
  out[0].fragments = {fragment, fragment};
  out[0].secret_uses.push_back(
      {"sds", {"Secret", "ns", "s"}, engine::SecretForm::kGeneric, "key", "patch", {"", {}, "/g"}, "", {}});
  out[1].secret_fields.push_back({"res", "a.b", {"Secret", "ns", "s"}, "key", {"", {}, "/h"}});
  model::Diagnostic problem;
  problem.reason = "Strange";
  problem.field = "/i";
  problem.message = "is strange";
  problem.found = "x";
  problem.expected = "y";
  problem.related = {"Secret", "ns", "s"};
  out[1].diagnostics.push_back(problem);
  return out;
}

TEST(IsolationWire, WhatComesOutIsInTheObjectsTerms) {
  const auto [outputs, whole] = emit(done_frame(everything(), {}));
  ASSERT_TRUE(whole);
  ASSERT_EQ(outputs[0].fragments.size(), 2u);
  const auto& fragment = outputs[0].fragments[1];
  EXPECT_EQ(fragment.slot, "cluster");
  EXPECT_EQ(fragment.bytes, "{\"a\":1}");
  EXPECT_EQ(fragment.encoding, engine::Encoding::kJson);
  EXPECT_THAT(fragment.clear, ElementsAre("x.y"));
  EXPECT_EQ(fragment.weight, -2);
  EXPECT_EQ(fragment.origin, (engine::Origin{"p", {"Upstream", "ns", "a"}, "/spec/x/f"}));
  ASSERT_EQ(outputs[0].secret_uses.size(), 1u);
  EXPECT_EQ(outputs[0].secret_uses[0].patch, "patch");
  EXPECT_EQ(outputs[0].secret_uses[0].form, engine::SecretForm::kGeneric);
  ASSERT_EQ(outputs[1].secret_fields.size(), 1u);
  EXPECT_EQ(outputs[1].secret_fields[0].path, "a.b");
  ASSERT_EQ(outputs[1].diagnostics.size(), 1u);
  const auto& problem = outputs[1].diagnostics[0];
  EXPECT_EQ(problem.field, "/spec/y/i");
  EXPECT_EQ(problem.object, (model::ObjectRef{"Upstream", "ns", "b"}));
  EXPECT_EQ(problem.related, (model::ObjectRef{"Secret", "ns", "s"}));
}

// Every prefix, and every frame with one byte changed, is refused or read as something; nothing else happens.
TEST(IsolationWire, FramesThatWereDamaged) {
  const std::string good = done_frame(everything(), {1, 2});
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(emit(std::string_view(good).substr(0, size)).whole) << size;
  EXPECT_FALSE(emit(good + "x").whole) << "something behind it";
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bad = good;
    bad[random() % bad.size()] = static_cast<char>(random());
    emit(bad);
  }
}

// A count for which the frame has no room costs no memory.
TEST(IsolationWire, CountsThatCannotBe) {
  Packer out;
  out.u8(static_cast<uint8_t>(Message::kDone));
  out.u32(2);
  out.u32(0xFFFFFFF0u);
  EXPECT_FALSE(emit(out.take()).whole);
  Packer told;
  told.u8(static_cast<uint8_t>(Message::kTold));
  told.u8(1);
  told.u32(0x7FFFFFFFu);
  Told got;
  EXPECT_FALSE(read(told.take(), got));
}

}  // namespace
}  // namespace solder::host::isolation

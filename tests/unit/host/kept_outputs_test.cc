#include "core/host/kept_outputs.h"

#include <gtest/gtest.h>

namespace solder::host {
namespace {

const engine::Origin kOrigin{"auth", {"VirtualService", "ns", "web"}, "/spec/virtualHost/options/auth"};

ItemOutput written_and_read(const ItemOutput& output) {
  KeptOutputs outputs;
  outputs["key"] = output;
  auto read = read_outputs(dump_outputs("/plugins/auth.so", "abc", 5, outputs));
  EXPECT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->file, "/plugins/auth.so");
  EXPECT_EQ(read->operations, 5U);
  return read->outputs.at("key");
}

TEST(KeptOutputs, AFragmentComesBackWhole) {
  for (const unsigned flags : {0U, 1U, 2U, 4U, 7U}) {
    engine::Fragment fragment;
    fragment.slot = "http_filter/auth";
    fragment.name = "envoy.filters.http.rbac";
    fragment.type_url = "type.googleapis.com/x";
    fragment.bytes = std::string("\0\xff\x01", 3);
    fragment.encoding = engine::Encoding::kJson;
    fragment.clear = {"a", "b.c"};
    fragment.weight = -3;
    fragment.origin = kOrigin;
    engine::set_filter_flags(fragment, flags);
    ItemOutput output;
    output.fragments = {fragment};
    const ItemOutput back = written_and_read(output);
    ASSERT_EQ(back.fragments.size(), 1U);
    const engine::Fragment& one = back.fragments.front();
    EXPECT_EQ(one.slot, fragment.slot);
    EXPECT_EQ(one.name, fragment.name);
    EXPECT_EQ(one.type_url, fragment.type_url);
    EXPECT_EQ(one.bytes, fragment.bytes);
    EXPECT_EQ(one.encoding, fragment.encoding);
    EXPECT_EQ(one.clear, fragment.clear);
    EXPECT_EQ(one.weight, fragment.weight);
    EXPECT_EQ(one.origin, fragment.origin);
    EXPECT_EQ(engine::filter_flags(one), flags) << "a filter that stood disabled would guard, or block, everybody";
  }
}

TEST(KeptOutputs, WhatIsSaidComesBack) {
  ItemOutput output;
  output.diagnostics = {{.severity = model::Severity::kWarning,
                         .reason = "Why",
                         .object = kOrigin.object,
                         .field = "/spec",
                         .message = "message",
                         .found = "found",
                         .expected = "expected",
                         .plugin = "auth",
                         .related = {"Secret", "ns", "key"}}};
  output.objects = {"{}"};
  const ItemOutput back = written_and_read(output);
  EXPECT_EQ(back.diagnostics, output.diagnostics);
  EXPECT_EQ(back.objects, output.objects);
}

TEST(KeptOutputs, GarbageIsAnErrorAndNothingElse) {
  KeptOutputs outputs;
  outputs["key"].fragments.emplace_back();
  const std::string good = dump_outputs("f", "s", 1, outputs);
  for (size_t length = 0; length < good.size(); ++length) EXPECT_FALSE(read_outputs(good.substr(0, length)).ok());
  EXPECT_FALSE(read_outputs("garbage").ok());
}

}  // namespace
}  // namespace solder::host

// Properties over random messages: the merge is protobuf's own where no rule of ours differs, is the same however its
// input is cut into fragments, and gives one form.
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>

#include "core/engine/merge_tree.h"
#include "tests/unit/engine/merge_fixture.h"

namespace solder::engine::testing::merge_property_test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  // `plain`: only what protobuf merges as we do: no leaf messages, no oneofs.
  void fill(Message& message, int depth, bool plain) {
    const Descriptor& descriptor = *message.GetDescriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const FieldDescriptor& field = *descriptor.field(i);
      if (number(4) != 0 || (plain && field.real_containing_oneof() != nullptr)) continue;
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !fits(*field.message_type(), depth, plain)) continue;
      const int times = field.is_repeated() ? number(3) : 1;
      for (int n = 0; n < times; ++n) set(message, field, depth, plain);
    }
  }

 private:
  int number(int end) { return static_cast<int>(random_() % static_cast<uint32_t>(end)); }

  static bool fits(const Descriptor& type, int depth, bool plain) {
    if (depth <= 0 || type.well_known_type() == Descriptor::WELLKNOWNTYPE_ANY) return false;
    if (type.options().map_entry() && type.map_value()->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return false;
    return !plain || !tree::is_leaf_message(type);
  }

  void set(Message& message, const FieldDescriptor& field, int depth, bool plain) {
    const Reflection& reflection = *message.GetReflection();
    const bool list = field.is_repeated();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message& child = list ? *reflection.AddMessage(&message, &field) : *reflection.MutableMessage(&message, &field);
        fill(child, depth - 1, plain);
        if (field.is_map()) {  // distinct keys, so that entries are not joined
          const auto& key = *field.message_type()->map_key();
          if (key.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
            child.GetReflection()->SetString(&child, &key, std::string(1, static_cast<char>('a' + number(26))));
          }
        }
        return;
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = "t" + std::to_string(number(3));
        list ? reflection.AddString(&message, &field, text) : reflection.SetString(&message, &field, text);
        return;
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        list ? reflection.AddBool(&message, &field, true) : reflection.SetBool(&message, &field, true);
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        list ? reflection.AddUInt32(&message, &field, value()) : reflection.SetUInt32(&message, &field, value());
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        // Negative, which is ten bytes on the wire, but not where nanoseconds have to agree with their seconds.
        list ? reflection.AddInt32(&message, &field, -5)
             : reflection.SetInt32(&message, &field, field.name() == "nanos" ? 5 : -5);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        list ? reflection.AddInt64(&message, &field, value()) : reflection.SetInt64(&message, &field, value());
        return;
      case FieldDescriptor::CPPTYPE_UINT64:
        list ? reflection.AddUInt64(&message, &field, value()) : reflection.SetUInt64(&message, &field, value());
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        list ? reflection.AddDouble(&message, &field, 1.5) : reflection.SetDouble(&message, &field, 1.5);
        return;
      case FieldDescriptor::CPPTYPE_FLOAT:
        list ? reflection.AddFloat(&message, &field, 2.5F) : reflection.SetFloat(&message, &field, 2.5F);
        return;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* any = field.enum_type()->value(number(field.enum_type()->value_count()));
        list ? reflection.AddEnum(&message, &field, any) : reflection.SetEnum(&message, &field, any);
        return;
      }
    }
  }

  uint32_t value() { return 1 + static_cast<uint32_t>(number(1000)); }

  std::mt19937 random_;
};

class OverTypes : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Message> fresh() { return std::unique_ptr<Message>(factory_.GetPrototype(&type(GetParam()))->New()); }
  std::unique_ptr<Message> random(uint32_t seed, bool plain) {
    auto message = fresh();
    Generator(seed).fill(*message, 4, plain);
    return message;
  }
  static Fragment wire(const Message& message, std::string plugin) {
    Fragment out;
    out.bytes = message.SerializeAsString();
    out.origin.plugin = std::move(plugin);
    return out;
  }
  google::protobuf::DynamicMessageFactory factory_;
};

constexpr uint32_t kRounds = 150;

TEST_P(OverTypes, PlainMessagesMergeAsProtobufMergesThem) {
  for (uint32_t round = 0; round < kRounds; ++round) {
    const auto a = random(round, true);
    const auto b = random(round + kRounds, true);
    const auto c = random(round + 2 * kRounds, true);
    const Merged merged = merge_all(type(GetParam()), {wire(*a, "a"), wire(*b, "b"), wire(*c, "c")});
    ASSERT_TRUE(merged.bad.empty()) << merged.bad[0].problem;
    const auto expected = fresh();
    expected->MergeFrom(*a);
    expected->MergeFrom(*b);
    expected->MergeFrom(*c);
    const auto actual = fresh();
    ASSERT_TRUE(actual->ParseFromString(merged.bytes));
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*actual, *expected))
        << "merged: " << actual->ShortDebugString() << "\nexpected: " << expected->ShortDebugString();
  }
}

TEST_P(OverTypes, OneFragmentKeepsItsContentAndItsFormIsFinal) {
  for (uint32_t round = 0; round < kRounds; ++round) {
    const auto message = random(round, false);
    const Merged once = merge_all(type(GetParam()), {wire(*message, "a")});
    ASSERT_TRUE(once.bad.empty()) << once.bad[0].problem;
    const auto actual = fresh();
    ASSERT_TRUE(actual->ParseFromString(once.bytes));
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*actual, *message));
    Fragment again;
    again.bytes = once.bytes;
    ASSERT_EQ(merge_all(type(GetParam()), {again}).bytes, once.bytes);
  }
}

TEST_P(OverTypes, ConcatenatedBytesAndFragmentsOfOneEachGiveTheSame) {
  for (uint32_t round = 0; round < kRounds; ++round) {
    const auto message = random(round, false);
    std::vector<Fragment> parts;
    std::vector<const FieldDescriptor*> fields;
    message->GetReflection()->ListFields(*message, &fields);
    for (const auto* keep : fields) {  // one fragment a field, the last field first
      const std::unique_ptr<Message> part(message->New());
      part->CopyFrom(*message);
      for (const auto* field : fields) {
        if (field != keep) part->GetReflection()->ClearField(part.get(), field);
      }
      parts.insert(parts.begin(), wire(*part, keep->name()));
    }
    Fragment whole;
    for (const Fragment& part : parts) whole.bytes += part.bytes;
    const Merged in_parts = merge_all(type(GetParam()), parts);
    ASSERT_EQ(in_parts.bytes, merge_all(type(GetParam()), {whole}).bytes);
    ASSERT_TRUE(in_parts.conflicts.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Envoy, OverTypes,
                         ::testing::Values(kCluster, kRoute, kAction, kHcm, "envoy.config.listener.v3.Listener",
                                           "envoy.config.endpoint.v3.ClusterLoadAssignment",
                                           "envoy.config.route.v3.VirtualHost",
                                           "envoy.extensions.transport_sockets.tls.v3.CommonTlsContext",
                                           "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                                           "google.protobuf.Struct"));

}  // namespace
}  // namespace solder::engine::testing::merge_property_test

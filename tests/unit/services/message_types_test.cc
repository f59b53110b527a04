// The compiled-in descriptors: everything of the release is there, and any thread may use it.
#include "core/services/message_types.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "core/services/descriptor_set.h"
#include "core/services/field_rules.h"

namespace solder::services::message_types_test {
namespace {

TEST(MessageTypes, AreFoundByNameAndByUrl) {
  const MessageTypes types;
  const auto* cluster = types.find("envoy.config.cluster.v3.Cluster");
  ASSERT_NE(cluster, nullptr);
  EXPECT_EQ(types.find("type.googleapis.com/envoy.config.cluster.v3.Cluster"), cluster);
  EXPECT_EQ(types.find("envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector")
                ->containing_type()
                ->containing_type(),
            cluster);
  for (const char* unknown : {"", "/", "envoy.config.cluster.v3", "envoy.config.cluster.v3.Clusters",
                              "envoy.config.cluster.v3.Cluster.DiscoveryType", "a/b/"}) {
    EXPECT_EQ(types.find(unknown), nullptr) << unknown;
  }
}

TEST(MessageTypes, HoldWhatTheShippedPluginsNeed) {
  const MessageTypes types;
  for (const char* name :
       {"google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.UInt32Value", "google.protobuf.Duration",
        "google.protobuf.Timestamp", "google.protobuf.FieldMask", "google.protobuf.Empty",
        "envoy.service.discovery.v3.DeltaDiscoveryResponse", "envoy.config.bootstrap.v3.Bootstrap",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "envoy.extensions.filters.http.aws_lambda.v3.Config",
        "envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter",
        "envoy.extensions.filters.http.router.v3.Router",
        "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "envoy.extensions.transport_sockets.tls.v3.Secret", "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector", "xds.type.v3.TypedStruct"}) {
    EXPECT_NE(types.find(name), nullptr) << name;
  }
}

// Every message that can be reached from the listener and the cluster: rules are read and an empty message is judged.
void visit(const google::protobuf::Descriptor& type, const RuleBook& book,
           std::set<const google::protobuf::Descriptor*>& seen) {
  if (!seen.insert(&type).second) return;
  const MessageRules& rules = book.of(type);
  EXPECT_EQ(rules.fields.size(), static_cast<size_t>(type.field_count()));
  for (const auto& rule : rules.fields) {
    const bool readable = rule == nullptr || rule->pattern == nullptr || rule->pattern->ok();
    EXPECT_TRUE(readable) << type.full_name();
  }
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != nullptr) visit(*type.field(i)->message_type(), book, seen);
  }
}

TEST(MessageTypes, HaveRulesThatCanBeRead) {
  const DescriptorSet set;
  const RuleBook book(set);
  std::set<const google::protobuf::Descriptor*> seen;
  visit(*set.find("envoy.config.bootstrap.v3.Bootstrap"), book, seen);
  EXPECT_GT(seen.size(), 200u);
}

TEST(MessageTypes, MayBeUsedByAnyThread) {
  const MessageTypes types;  // nothing is loaded yet: the threads race for the first use
  std::atomic<int> fine = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (const char* name :
           {"envoy.config.route.v3.Route", "envoy.config.cluster.v3.Cluster", "envoy.config.listener.v3.Listener"}) {
        const auto* type = types.find(name);
        const auto wire = types.json_to_wire(*type, R"({"name":"x"})");
        if (!wire.ok() || !types.wire_to_json(*type, wire->bytes).ok()) continue;
        if (types.check(*type, wire->bytes).ok() == (type->name() != "Route")) ++fine;  // a route needs its match
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fine, 24);
}

}  // namespace
}  // namespace solder::services::message_types_test

// What a discovery may publish: whole lists, of upstreams that it was told to follow.
#include "core/host/services/publications.h"

#include <gmock/gmock.h>

#include "core/host/abi_text.h"

namespace solder::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Listener : DiscoveryListener {
  base::Status published(const std::string& plugin, const PublishedList& list) override {
    told.push_back(plugin + " " + to_string(list.object) + " " + list.field + " " + list.key + " " + list.items_json);
    return answer;
  }
  void reported(const std::string&, const model::ObjectRef& object, model::Diagnostics problems) override {
    told.push_back(to_string(object) + " " + std::to_string(problems.size()));
    for (const auto& each : problems) told.push_back(each.reason + " " + each.field + " " + each.message);
  }
  std::vector<std::string> told;
  base::Status answer;
};

class PublicationsTest : public ::testing::Test {
 protected:
  PublicationsTest() { publications.follow({"Upstream", "ns", "u"}); }
  solder_status list(const char* name, const char* field, const char* key, const char* items) {
    const solder_published what{sizeof what, 0,         {view("Upstream"), view("ns"), view(name)},
                                view(field), view(key), view(items)};
    return publications.table()->list(publications.table()->ctx, &what);
  }
  solder_status report(const char* name, const std::vector<solder_diag>& problems) {
    const solder_ref ref{view("Upstream"), view("ns"), view(name)};
    return publications.table()->report(publications.table()->ctx, &ref,
                                        {problems.data(), problems.size(), sizeof(solder_diag)});
  }

  const std::string plugin = "p";
  Listener listener;
  Publications publications{plugin, &listener};
};

TEST_F(PublicationsTest, AList) {
  EXPECT_EQ(list("u", "/spec/a/b", "k", R"([{"k": "1"}])"), SOLDER_OK);
  EXPECT_THAT(listener.told, ElementsAre("p Upstream ns/u /spec/a/b k [{\"k\": \"1\"}]"));
  listener.answer = base::unavailable("no room");
  EXPECT_EQ(list("u", "/spec/a/b", "k", "[]"), SOLDER_UNAVAILABLE);
}

TEST_F(PublicationsTest, OnlyOfWhatIsFollowed) {
  EXPECT_EQ(list("other", "/spec/a", "k", "[]"), SOLDER_PERMISSION_DENIED);
  EXPECT_EQ(report("other", {}), SOLDER_PERMISSION_DENIED);
  publications.forget({"Upstream", "ns", "u"});
  EXPECT_EQ(list("u", "/spec/a", "k", "[]"), SOLDER_PERMISSION_DENIED);
  EXPECT_THAT(listener.told, IsEmpty());
  Publications nobody(plugin, nullptr);
  EXPECT_EQ(nobody.table()->report(nobody.table()->ctx, nullptr, {}), SOLDER_INVALID_ARGUMENT);
}

TEST_F(PublicationsTest, WhatCannotBeKept) {
  for (const char* items :
       {"", "{}", "[1]", "[{}]", R"([{"k": 1}])", R"([{"k": "1"}, {"k": "1"}])", "[{\"k\": \"\xff\"}]"})
    EXPECT_EQ(list("u", "/spec/a", "k", items), SOLDER_INVALID_ARGUMENT) << items;
  EXPECT_EQ(list("u", "/metadata/labels", "k", "[]"), SOLDER_INVALID_ARGUMENT);
  EXPECT_EQ(list("u", "/spec/a", "", "[]"), SOLDER_INVALID_ARGUMENT);
  EXPECT_EQ(publications.table()->list(publications.table()->ctx, nullptr), SOLDER_INVALID_ARGUMENT);
  solder_published old{};
  old.size = 8;
  EXPECT_EQ(publications.table()->list(publications.table()->ctx, &old), SOLDER_INVALID_ARGUMENT);
  EXPECT_THAT(listener.told, IsEmpty());
}

TEST_F(PublicationsTest, Problems) {
  solder_diag one{};
  one.size = sizeof one;
  one.severity = SOLDER_SEVERITY_WARNING;
  one.index = 77;
  one.field = view("/spec/a");
  one.reason = view("Bad");
  one.message = view("it is bad");
  EXPECT_EQ(report("u", {one}), SOLDER_OK);
  EXPECT_THAT(listener.told, ElementsAre("Upstream ns/u 1", "Bad /spec/a it is bad"));
  EXPECT_EQ(report("u", {}), SOLDER_OK);
  EXPECT_EQ(listener.told.back(), "Upstream ns/u 0");
  EXPECT_EQ(report("u", std::vector<solder_diag>(101, one)), SOLDER_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace solder::host

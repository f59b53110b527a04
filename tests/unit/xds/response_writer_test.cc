#include "core/xds/response_writer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/hash.h"
#include "core/xds/slices.h"
#include "tests/feature/xds/test_client.h"

namespace solder::xds::testing::response_writer_test {
namespace {

constexpr auto kRoute = ResourceType::kRoute;

ResourcePtr resource(const std::string& name, const std::string& value) {
  return make_resource(name, base::Bytes(make_message(kRoute, name, value)));
}

bool shares(const base::Bytes& bytes, const ResourcePtr& part) {
  const auto wanted = part->message.pieces().front();
  const auto pieces = bytes.pieces();
  return std::count(pieces.begin(), pieces.end(), wanted) == 1;
}

TEST(ResponseWriter, WritesWhatAClientReads) {
  Outgoing out;
  const std::vector<ResourcePtr> parts = {resource("small", "1"), resource("", "2"),
                                          resource("large", std::string(100'000, 'x'))};
  const std::vector<std::string> removed = {"gone", "lost"};
  out.content = make_content(parts, removed);
  out.version = 0xabcdef;
  for (const bool delta : {false, true}) {
    const auto bytes = write_response(delta, kRoute, out, "n-1", nullptr);
    EXPECT_EQ(bytes.size(), bytes.flatten().size());
    const auto response = TestClient(delta).read(bytes.flatten());
    EXPECT_EQ(response.type, kRoute);
    EXPECT_EQ(response.nonce, "n-1");
    EXPECT_EQ(response.version, "0000000000abcdef");
    EXPECT_EQ(response.resources, (Values{{"small", "1"}, {"", "2"}, {"large", std::string(100'000, 'x')}}));
    EXPECT_EQ(response.removed, delta ? removed : std::vector<std::string>{});
    if (delta) {
      EXPECT_EQ(response.versions.at("small"), base::hash_text(parts[0]->hash));
    }
    EXPECT_TRUE(shares(bytes, parts[2])) << "a large piece was copied";
    EXPECT_LE(bytes.pieces().size(), 3U) << "small pieces were not gathered";
  }
}

TEST(ResponseWriter, AnEmptyResponseIsWhole) {
  for (const bool delta : {false, true}) {
    const auto bytes = write_response(delta, kRoute, {}, "n", nullptr);
    const auto response = TestClient(delta).read(bytes.flatten());
    EXPECT_EQ(response.type, kRoute);
    EXPECT_TRUE(response.resources.empty());
  }
}

// Lengths of one, two and three bytes, so that every size that is written ahead is right.
TEST(ResponseWriter, EverySizeIsRight) {
  for (const size_t size : {0, 1, 20, 100, 126, 127, 128, 129, 4000, 4095, 4096, 16'383, 16'384, 70'000}) {
    Outgoing out;
    out.content = make_content({resource("before", "1"), resource("n", std::string(size, 'x')), resource("z", "2")});
    for (const bool delta : {false, true}) {
      const auto bytes = write_response(delta, kRoute, out, "n", nullptr);
      const auto response = TestClient(delta).read(bytes.flatten());
      EXPECT_EQ(response.resources.at("n").size(), size);
      EXPECT_EQ(response.resources.at("z"), "2");
    }
  }
}

TEST(ResponseWriter, ManySmallResourcesAreFewPieces) {
  std::vector<ResourcePtr> resources;
  for (int i = 0; i < 10'000; ++i) resources.push_back(resource("route-" + std::to_string(i), "value"));
  Outgoing out;
  out.content = make_content(std::move(resources));
  const auto bytes = write_response(true, kRoute, out, "n", nullptr);
  EXPECT_LT(bytes.pieces().size(), bytes.size() / 60'000 + 2);
  EXPECT_EQ(TestClient(true).read(bytes.flatten()).resources.size(), 10'000U);
}

TEST(Slices, ShareThePiecesUntilTheyAreDone) {
  base::Bytes bytes("one");
  bytes.append(std::string(50'000, 'x'));
  const auto piece = bytes.pieces()[1];
  const auto uses = piece.use_count();
  {
    const auto buffer = to_buffer(bytes);
    EXPECT_EQ(piece.use_count(), uses + 1);
    std::vector<grpc::Slice> slices;
    ASSERT_TRUE(buffer.Dump(&slices).ok());
    ASSERT_EQ(slices.size(), 2U);
    EXPECT_EQ(static_cast<const void*>(slices[1].begin()), piece->data());
    EXPECT_EQ(to_text(buffer).value(), bytes.flatten());
  }
  EXPECT_EQ(piece.use_count(), uses);
}

}  // namespace
}  // namespace solder::xds::testing::response_writer_test

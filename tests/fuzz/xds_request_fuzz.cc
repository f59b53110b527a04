// Requests of any client: a stream of them, cut from the input, between publishes and the passing of time. Nothing may
// crash or grow without bound, and every response that goes out must be readable.
// Input: a byte for the kind of stream, then records: a byte that says what happens, a byte of length, as many bytes.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

#include "core/xds/stream.h"
#include "tests/feature/xds/test_client.h"

namespace {

using namespace solder::xds;

void require(bool holds) {
  if (!holds) std::abort();
}

SnapshotPtr world(uint8_t variant) {
  testing::World world;
  for (size_t i = 0; i < kResourceTypeCount; ++i) {
    auto& values = world[static_cast<ResourceType>(i)];
    if ((variant & 1) != 0) values["a"] = "eds" + std::to_string(variant);
    if ((variant & 2) != 0) values["b"] = "constant";
    if ((variant & 4) != 0) values["c"] = std::string(5000, 'x');
  }
  return testing::make_snapshot(world);
}

class Input {
 public:
  Input(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::string_view record() {
    const auto text = rest_.substr(0, byte());
    rest_.remove_prefix(std::min(rest_.size(), text.size()));
    return text;
  }

 private:
  std::string_view rest_;
};

// A request about a served type that is well-formed, so that the input reaches the subscriptions as well.
std::string plausible(testing::TestClient& client, Input& input) {
  static const char* const kNames[] = {"a", "b", "c", "*", "missing", "-a", "-b", "-*"};
  const uint8_t choice = input.byte();
  const auto type = static_cast<ResourceType>(choice % kResourceTypeCount);
  if ((choice & 0x80) != 0)
    return client.acknowledge(type, (choice & 0x40) != 0 ? std::optional<std::string>("no") : std::nullopt);
  std::vector<std::string> names;
  for (uint8_t bits = input.byte(), i = 0; i < 8; ++i) {
    if ((bits >> i & 1) != 0) names.emplace_back(kNames[i]);
  }
  return client.ask(type, names, (choice & 0x40) != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  spdlog::set_level(spdlog::level::off);
  Input input(data, size);
  const uint8_t kind = input.byte();
  const bool delta = (kind & 1) != 0;
  const std::optional<ResourceType> only =
      (kind & 2) != 0 ? std::optional(static_cast<ResourceType>((kind >> 2) % kResourceTypeCount)) : std::nullopt;
  StreamLimits limits;
  limits.max_subscriptions = 1000;
  Counters counters;
  Stream stream({delta, only}, 1, limits, counters);
  testing::TestClient client(delta);
  auto now = Clock::time_point() + std::chrono::hours(1);
  bool alive = true;
  while (alive && !input.empty()) {
    switch (input.byte() % 5) {
      case 0:
        alive = stream.receive(input.record(), now).ok();
        break;
      case 1:
        stream.set_snapshot(world(input.byte()));
        break;
      case 2:
        now += std::chrono::milliseconds(200 * input.byte());
        break;
      default:
        alive = stream.receive(plausible(client, input), now).ok();
    }
    int responses = 0;
    while (const auto bytes = stream.next(now)) {
      const auto response = client.read(bytes->flatten());
      require(!response.nonce.empty() && bytes->size() == bytes->flatten().size());
      require(++responses < 100);  // one event never makes an endless stream of responses
    }
    for (const auto& refusal : stream.take_refusals()) require(!refusal.message.empty());
    const auto status = stream.status();
    require(status.acked.size() == kResourceTypeCount);
  }
  return 0;
}

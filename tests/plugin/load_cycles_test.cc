// Two hundred loads and ends of plugins in one process leave nothing behind: no mapping, no open file, no memory. Under
// AddressSanitizer what is leaked is counted by the byte.
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/plugin/isolation.h"

extern "C" size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));  // NOLINT: the sanitizer's name

namespace solder::host {
namespace {

constexpr int kWarmUp = 20;  // tables of the loader and the allocator come to their size
constexpr int kCycles = 200;
constexpr int64_t kMayGrow =
    100 << 10;  // bytes over all cycles: less than one a cycle would cost that keeps its manifest

struct Held {
  size_t mappings = 0, files = 0;
  int64_t bytes = 0;
};

Held held() {
  Held out;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    // The allocator's own pieces have no name, and come and go.
    if (line.find('/') != std::string::npos) ++out.mappings;
  }
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++out.files;
  out.bytes = static_cast<int64_t>(__sanitizer_get_current_allocated_bytes != nullptr
                                       ? __sanitizer_get_current_allocated_bytes()
                                       : mallinfo2().uordblks + mallinfo2().hblkhd);
  return out;
}

void expect_nothing_left(const std::function<void()>& cycle, int cycles = kCycles) {
  for (int i = 0; i < kWarmUp; ++i) cycle();
  const Held before = held();
  for (int i = 0; i < cycles; ++i) cycle();
  const Held after = held();
  EXPECT_EQ(after.mappings, before.mappings);
  EXPECT_EQ(after.files, before.files);
  EXPECT_LT(after.bytes - before.bytes, kMayGrow);
}

class LoadCycles : public ::testing::TestWithParam<const char*> {};

TEST_P(LoadCycles, OfAShippedPluginLeaveNothing) {
  PluginDirectory directory;
  const std::string file = std::string(GetParam()) + ".so";
  std::filesystem::copy_file(std::filesystem::path(SOLDER_SHIPPED_PLUGINS) / file, directory.plugins() / file);
  expect_nothing_left([&] {
    const auto plugins = directory.load();
    ASSERT_EQ(plugins->loaded().size(), 1u);
  });
}
INSTANTIATE_TEST_SUITE_P(Shipped, LoadCycles, ::testing::Values("routing", "static", "headers", "kubernetes"));

TEST(LoadCycles, OfOneThatIsCalledLeaveNothing) {
  PluginDirectory directory;
  directory.add("good");
  expect_nothing_left([&] {
    const auto plugins = directory.load();
    ASSERT_EQ(call_option(*plugins, "good", {"1"})[0].fragments.size(), 1u);
  });
}

TEST(LoadCycles, OfOneInAProcessOfItsOwnLeaveNothing) {
  PluginDirectory directory;
  directory.add("good");
  LoadOptions options = directory.options();
  options.isolation.program = plugin_host();
  options.isolation.others = isolation::Mode::kProcess;
  expect_nothing_left(
      [&] {
        const auto plugins = PluginSet::load(options);
        ASSERT_EQ(call_option(*plugins, "good", {"1"})[0].fragments.size(), 1u);
      },
      50);
}

}  // namespace
}  // namespace solder::host

// docs/plugins/loading.md has a table of refusal reasons: it must be the code's list, in the code's order.
#include <gmock/gmock.h>

#include <regex>

#include "core/host/refusal.h"
#include "tests/plugin/plugin_directory.h"

namespace solder::host {
namespace {

TEST(Reasons, TheDocumentedOnesAreTheCodes) {
  const std::string text = PluginDirectory::read(SOLDER_LOADING_DOCUMENT);
  std::vector<std::string> documented;
  const std::regex row("\n\\| `([A-Za-z]+)` \\|");
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) documented.push_back((*at)[1]);
  const std::vector<std::string> known(kRefusalReasons.begin(), kRefusalReasons.end());
  EXPECT_EQ(documented, known);
}

}  // namespace
}  // namespace solder::host

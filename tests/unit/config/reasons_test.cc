// docs/reference/reasons.md lists every reason that core/config gives: operators search for these words.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace solder::config {
namespace {

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(Reasons, AreListedInTheReference) {
  const std::filesystem::path source = SOURCE_DIR;
  const std::string reference = text_of_file(source / "docs/reference/reasons.md");
  const std::regex given(
      R"re((?:reason = |problem\(|fail\(|problem\([a-z_]+, |problems?_?\.push_back\(\s*\{|add_problem\(\{)"([A-Z][A-Za-z0-9]+)")re");
  std::set<std::string> reasons;
  for (const auto& entry : std::filesystem::directory_iterator(source / "core/config")) {
    if (entry.path().extension() != ".cc") continue;
    const std::string text = text_of_file(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), given), end; at != end; ++at) reasons.insert((*at)[1]);
  }
  EXPECT_GE(reasons.size(), 15u) << "the expression above no longer finds them";
  for (const auto& reason : reasons) {
    EXPECT_NE(reference.find("`" + reason + "`"), std::string::npos) << reason;
  }
}

}  // namespace
}  // namespace solder::config

#include "core/engine/label_selector.h"

#include <gtest/gtest.h>

namespace solder::engine::label_selector_test {
namespace {

const Labels kLabels{{"app", "web"}, {"size", "7"}};

struct Case {
  model::SelectorExpression expression;
  bool holds;
  std::string fault;
};

class LabelExpressions : public ::testing::TestWithParam<Case> {};

TEST_P(LabelExpressions, HoldAsKubernetesSays) {
  EXPECT_EQ(fault_of(GetParam().expression), GetParam().fault);
  if (GetParam().fault.empty()) {
    EXPECT_EQ(holds(GetParam().expression, kLabels), GetParam().holds);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, LabelExpressions,
    ::testing::Values(Case{{"app", "In", {"api", "web"}}, true, ""}, Case{{"app", "In", {"api"}}, false, ""},
                      Case{{"app", "In", {}}, false, "In needs at least one value"},
                      Case{{"app", "NotIn", {"api"}}, true, ""}, Case{{"gone", "NotIn", {"api"}}, true, ""},
                      Case{{"app", "NotIn", {"web"}}, false, ""}, Case{{"app", "Equals", {"web"}}, true, ""},
                      Case{{"app", "DoubleEquals", {"api"}}, false, ""},
                      Case{{"app", "Equals", {}}, false, "Equals needs exactly one value"},
                      Case{{"app", "NotEquals", {"web"}}, false, ""}, Case{{"gone", "NotEquals", {"web"}}, true, ""},
                      Case{{"app", "Exists", {}}, true, ""}, Case{{"gone", "Exists", {}}, false, ""},
                      Case{{"app", "Exists", {"x"}}, false, "Exists takes no values"},
                      Case{{"gone", "DoesNotExist", {}}, true, ""}, Case{{"app", "DoesNotExist", {}}, false, ""},
                      Case{{"size", "GreaterThan", {"6"}}, true, ""}, Case{{"size", "GreaterThan", {"7"}}, false, ""},
                      Case{{"size", "LessThan", {"8"}}, true, ""}, Case{{"app", "LessThan", {"8"}}, false, ""},
                      Case{{"size", "LessThan", {"8x"}}, false, "LessThan needs an integer"},
                      Case{{"size", "LessThan", {"99999999999999999999"}}, false, "LessThan needs an integer"},
                      Case{{"", "Exists", {}}, false, "an expression needs a key"}));

TEST(LabelSelector, EveryLabelHasToBeThere) {
  EXPECT_TRUE(holds(Labels{}, kLabels));
  EXPECT_TRUE(holds(Labels{{"app", "web"}}, kLabels));
  EXPECT_FALSE(holds(Labels{{"app", "api"}}, kLabels));
  EXPECT_FALSE(holds(Labels{{"app", "web"}, {"more", ""}}, kLabels));
}

}  // namespace
}  // namespace solder::engine::label_selector_test

// Answers to first requests: which resources of a world stand under the names that are asked for. A thousand clients
// that connect at once ask for the same, so the search is done for the first of them. What it holds is bounded, and
// gone when something new is published. Any thread. Tested by tests/unit/xds/first_answers_test.cc.
#pragma once

#include <cstddef>

#include "core/xds/name_list.h"
#include "core/xds/recent_results.h"
#include "core/xds/response_content.h"

namespace solder::xds {

// All of a world; with names, those that it has, and as removed those that it has not.
ResponseContentPtr first_answer(const NameList* names, const ResourceSet& world);

class FirstAnswers {
 public:
  // As first_answer(). `names` may be null: all. Only one stream searches; others that ask for the same wait for it.
  ResponseContentPtr get(const NameListPtr& names, const ResourceSet& world);
  void clear() { answers_.clear(); }
  [[nodiscard]] size_t size() const { return answers_.size(); }

 private:
  struct Question {
    NameListPtr names;
    ResourceSet world;

    bool operator==(const Question& other) const { return names == other.names && world.same(other.world); }
  };

  RecentResults<Question, ResponseContentPtr> answers_;
};

}  // namespace solder::xds

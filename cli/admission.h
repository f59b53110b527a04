// The verdict on a change before it is stored: the very translation that serves is asked what would come of it, and put
// back as it was. What was let in a moment ago counts although no store has told of it yet, so that a batch is judged
// as a whole. Tested by tests/unit/cli/admission_test.cc and tests/e2e/kubernetes_admission_test.py.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/admission/review.h"
#include "core/engine/engine.h"
#include "core/model/diagnostic.h"

namespace solder::cli {

// Settings.gateway.validation, with Gloo's defaults.
struct AdmissionPolicy {
  bool always_accept = true;
  bool allow_warnings = true;
};
AdmissionPolicy admission_policy(const std::string& settings_spec_json);

// One thread: the engine's.
class Admission {
 public:
  using Clock = std::chrono::steady_clock;
  using Known = std::map<model::ObjectRef, model::ObjectReport>;

  // `known`: what is wrong now. Both must be up to date.
  admission::Verdict judge(const admission::Review& review, engine::Engine& engine, const Known& known,
                           Clock::time_point now = Clock::now());

 private:
  void forget(const engine::Engine& engine, Clock::time_point now);

  // Let in, and not seen in a store yet.
  std::map<model::ObjectRef, std::pair<model::ObjectPtr, Clock::time_point>> let_in_;
};

}  // namespace solder::cli

// What an admission webhook is asked and what it answers: AdmissionReview of admission.k8s.io/v1. Of an object, or of a
// list of objects, what the world would be with it; what the answer is, is decided elsewhere. Pure; any thread.
// Source: Kubernetes, "Dynamic Admission Control". Tested by tests/unit/admission/review_test.cc and
// tests/e2e/kubernetes_admission_test.py.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/model/diagnostic.h"
#include "core/store/store.h"

namespace solder::admission {

struct Review {
  std::string uid;
  bool dry_run = false;  // whatever is answered, nothing will be stored
  // What it would change; empty: nothing that anybody here reads.
  std::vector<store::Change> changes;
  model::Diagnostics problems;  // with what could not be read
};

base::Result<Review> read_review(std::string_view body);

struct Verdict {
  bool allowed = true;
  std::string message;                // why not, one problem a line
  std::vector<std::string> warnings;  // shown to the user, allowed or not
};
std::string answer(const std::string& uid, const Verdict& verdict);

}  // namespace solder::admission

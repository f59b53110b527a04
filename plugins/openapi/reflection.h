// Asks a gRPC server what it has, by server reflection v1 or else v1alpha: its services first, then the files that they
// are in, then what those import. Reflection is a stream, but who sends all its questions at once and ends may read all
// answers: a request like others. Tested by tests/e2e/grpc_discovery_test.py.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "budget.h"
#include "reflection_messages.h"
#include "solder/sdk/json.hpp"
#include "url.h"

namespace solder::plugins::openapi {

class Reflection {
 public:
  struct Outcome {
    std::string why;                    // not empty: there is no such service, or it cannot be asked
    sdk::Json transcoder;               // serviceSpec.grpcJsonTranscoder
    std::vector<std::string> problems;  // of single services
  };
  using Then = std::function<void(const Outcome&)>;

  explicit Reflection(Budget& budget) : budget_(budget) {}
  ~Reflection() { give_up(); }
  Reflection(const Reflection&) = delete;
  Reflection& operator=(const Reflection&) = delete;

  // `then` runs once, later. What was under way is given up.
  void ask(const Url& base, std::string secret_ns, std::string secret_name, Then then);
  void give_up();

 private:
  using Answers = std::vector<ReflectionAnswer>;
  void send(const std::vector<ReflectionQuestion>& questions, void (Reflection::*take)(const Answers&));
  void take_services(const Answers& answers);
  void take_files(const Answers& answers);
  void end(Outcome outcome);

  Budget& budget_;
  Url base_;
  std::string secret_ns_, secret_name_;
  Then then_;
  Budget::Ticket under_way_ = 0;
  size_t version_ = 0;
  std::vector<std::string> services_;
  std::set<std::string> asked_;
  FileSet files_;
  std::vector<std::string> problems_;
};

}  // namespace solder::plugins::openapi

#include "reflection.h"

#include <array>

#include "document_set.h"
#include "shown.h"
#include "solder/sdk/base64.hpp"

namespace solder::plugins::openapi {

using sdk::Json;

namespace {

constexpr std::array<const char*, 2> kReflectionPaths = {
    "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"};
constexpr std::string_view kOwn = "grpc.reflection.";
constexpr std::string_view kUnimplemented = "12";
constexpr size_t kMostServices = 1000, kMostFiles = 5000;

// Why an answer is none of reflection's; empty where it is one.
std::string problem_with(const sdk::HttpAnswer& answer, const std::optional<std::vector<ReflectionAnswer>>& read) {
  if (answer.status != SOLDER_OK || answer.code != sdk::status::kOk) return problem_of(answer);
  const std::string_view status = answer.header("grpc-status");
  if (!status.empty() && status != "0")
    return "reflection is answered with the gRPC status " + shown(status, 20) + " " +
           shown(answer.header("grpc-message"));
  if (!answer.header("content-type").starts_with("application/grpc")) return "it does not speak gRPC";
  return read && !read->empty() ? "" : "the answer is none of server reflection";
}

}  // namespace

void Reflection::ask(const Url& base, std::string secret_ns, std::string secret_name, Then then) {
  give_up();
  base_ = base;
  secret_ns_ = std::move(secret_ns);
  secret_name_ = std::move(secret_name);
  then_ = std::move(then);
  version_ = 0;
  services_.clear();
  asked_.clear();
  problems_.clear();
  files_ = {};
  send({{}}, &Reflection::take_services);
}

void Reflection::give_up() {
  if (under_way_ != 0) budget_.cancel(under_way_);
  under_way_ = 0;
}

void Reflection::send(const std::vector<ReflectionQuestion>& questions, void (Reflection::*take)(const Answers&)) {
  Request request{.method = "POST",
                  .url = base_.origin() + "/" + kReflectionPaths[version_],
                  .headers = {{"content-type", "application/grpc"}, {"te", "trailers"}, {"user-agent", "solder"}},
                  .body = reflection_body(questions),
                  .secret_ns = secret_ns_,
                  .secret_name = secret_name_,
                  .http2 = true};
  under_way_ = budget_.send(std::move(request), [this, questions, take](const sdk::HttpAnswer& answer) {
    under_way_ = 0;
    // Who does not know a method may end the stream before its question was heard out, which looks like a fault.
    const bool unknown = answer.status != SOLDER_OK || answer.code == sdk::status::kNotFound ||
                         answer.header("grpc-status") == kUnimplemented;
    if (unknown && version_ + 1 < kReflectionPaths.size()) {
      ++version_;
      return send(questions, take);
    }
    const auto read = read_reflection(answer.body);
    if (std::string why = problem_with(answer, read); !why.empty()) return end({why, {}, {}});
    (this->*take)(*read);
  });
}

void Reflection::take_services(const Answers& answers) {
  std::vector<ReflectionQuestion> questions;
  for (const std::string& service : answers.front().services) {
    if (service.starts_with(kOwn)) continue;
    services_.push_back(service);
    questions.push_back({ReflectionQuestion::Kind::kFileOfSymbol, service});
  }
  if (!answers.front().error.empty()) return end({"reflection says: " + shown(answers.front().error), {}, {}});
  if (services_.size() > kMostServices) return end({"it has more than 1000 services", {}, {}});
  if (questions.empty()) return end({"", Json::object(), {}});
  send(questions, &Reflection::take_files);
}

void Reflection::take_files(const Answers& answers) {
  for (const ReflectionAnswer& answer : answers) {
    if (!answer.error.empty()) problems_.push_back("reflection says: " + shown(answer.error));
    for (const std::string& file : answer.files) {
      if (!files_.add(file)) problems_.push_back("a file of its descriptors cannot be read");
    }
  }
  std::vector<ReflectionQuestion> questions;
  for (const std::string& file : files_.missing()) {
    if (asked_.size() < kMostFiles && asked_.insert(file).second)
      questions.push_back({ReflectionQuestion::Kind::kFileOfName, file});
  }
  if (!questions.empty()) return send(questions, &Reflection::take_files);
  const auto whole = files_.whole(services_);
  for (const auto& [service, lacking] : whole.incomplete)
    problems_.push_back("the service " + service + " is left out: its descriptors lack " + shown(lacking));
  Outcome out{"", Json::object(), problems_};
  if (!whole.services.empty()) {
    // Methods without an annotation are POST /package.Service/Method.
    out.transcoder = {{"protoDescriptorBin", sdk::encode_base64(whole.descriptors)},
                      {"services", whole.services},
                      {"matchIncomingRequestRoute", true},
                      {"autoMapping", true}};
  }
  end(std::move(out));
}

void Reflection::end(Outcome outcome) {
  const Then then = std::exchange(then_, nullptr);
  then(outcome);
}

}  // namespace solder::plugins::openapi

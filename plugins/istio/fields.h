// Reading Istio's objects member by member: what is of another type than Istio says is reported and counts as absent,
// and so is every member that nobody asked for, since it would have no effect. Paths are JSON pointers in the object.
// Source: the JSON form of istio.io/api networking/v1. Tested by plugins/istio/testdata.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::istio {

using sdk::Json;

// What is said about the object at hand; each thing once. Of objects that are only looked up nothing is said here: they
// are told of it themselves.
class Report {
 public:
  explicit Report(sdk::Out* out) : out_(out) {}

  void warning(const sdk::Problem& problem) {
    if (first(problem)) out_->warning(problem);
  }
  void info(const sdk::Problem& problem) {
    if (first(problem)) out_->info(problem);
  }
  void cannot(const std::string& field, const std::string& message, const std::string& found = "",
              const std::string& expected = "");

 private:
  bool first(const sdk::Problem& problem) {
    return out_ != nullptr && said_.emplace(std::string(problem.field), std::string(problem.message)).second;
  }

  sdk::Out* out_;
  std::set<std::pair<std::string, std::string>> said_;
};

// A member of a map, or null.
const Json& part(const Json& json, const char* name);
// Text as reports show it.
std::string shown(const Json& value);
// "1h", "1m30s", "250ms", "1.5s" as "90s", "0.25s"; nothing where it is no duration.
std::optional<std::string> seconds(std::string_view text);

class Fields {
 public:
  // `object` may be null: a map without members. Both outlive this.
  Fields(const Json* object, std::string path, Report& report);

  [[nodiscard]] bool present() const { return object_ != nullptr; }
  [[nodiscard]] bool has(const char* name) const;
  [[nodiscard]] std::string at(const char* name) const { return path_ + sdk::pointer_step(name); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Report& report() const { return report_; }

  std::string text(const char* name);
  std::optional<bool> flag(const char* name);
  std::optional<uint64_t> number(const char* name);
  std::optional<double> real(const char* name);
  std::optional<std::string> duration(const char* name);  // in seconds: "0.5s"
  std::vector<std::string> texts(const char* name);
  std::vector<std::pair<std::string, std::string>> map(const char* name);
  Fields object(const char* name);
  // A list of maps, each with its path.
  std::vector<Fields> objects(const char* name);
  const Json* raw(const char* name);

  // Is read elsewhere, or says nothing that matters to a gateway.
  void pass(std::initializer_list<const char*> names) {
    for (const char* name : names) used_.insert(name);
  }
  // Reports the member, where it is there.
  void cannot(const char* name, const std::string& message, const std::string& expected = "");
  // Reports what was not asked for.
  void rest();

 private:
  const Json* take(const char* name);
  const Json* typed(const char* name, bool (Json::*is)() const noexcept, const char* what);

  const Json* object_;
  std::string path_;
  Report& report_;
  std::set<std::string, std::less<>> used_;
};

}  // namespace solder::plugins::istio

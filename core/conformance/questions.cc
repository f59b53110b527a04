#include "core/conformance/questions.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/config/schema.h"
#include "core/conformance/value_maker.h"

namespace solder::conformance {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kTries = 200;
constexpr size_t kMade = 32;  // for each claim

std::string claim_key(const std::string& scope, const std::string& key) { return scope + ":" + key; }

// Values of one claim that pass its schema, in canonical form.
class Values {
 public:
  explicit Values(const host::ClaimInfo& claim) : text_(json::parse(claim.schema_json)) {
    if (auto schema = config::compile_schema(text_); schema.ok()) schema_ = *schema;
  }
  [[nodiscard]] const json& text() const { return text_; }

  void take(const json& value) {
    if (!schema_) return;
    model::Diagnostics problems;
    json canonical = config::check_value(*schema_, value, "", {}, problems);
    if (problems.empty() && seen_.insert(canonical.dump()).second) values_.push_back(std::move(canonical));
  }
  [[nodiscard]] const std::vector<json>& all() const { return values_; }

 private:
  json text_;
  config::SchemaPtr schema_;
  std::set<std::string> seen_;
  std::vector<json> values_;
};

// An upstream type's other operations are asked for the same values.
void add_upstream(const Probe& probe, std::vector<Probe>& to) {
  to.push_back(probe);
  if (probe.operation != host::Operation::kClusters) return;
  to.push_back(probe);
  to.back().operation = host::Operation::kEndpoints;
  Probe route = probe_of("destination", probe.key, nullptr);
  route.value = probe.value;
  route.objects = probe.objects;
  to.push_back(std::move(route));
}

// What a service says stands in an upstream of some type, and is read for destinations alone.
void add_service(const std::string& key, const std::vector<json>& values, std::vector<Probe>& to) {
  for (const json& value : values) {
    Probe route = probe_of("destination", key, nullptr);
    route.value = json{{"serviceSpec", {{key, value}}}}.dump();
    to.push_back(std::move(route));
  }
}

void add_claim(const host::ClaimInfo& claim, uint64_t seed, bool has_case, Questions& to) {
  Values examples(claim), made(claim);
  if (claim.scope == "destination") return;  // asked with its upstreams
  if (examples.text().is_object())
    for (const json& example : examples.text().value("examples", json::array())) examples.take(example);
  ValueMaker maker(made.text(), seed);
  for (int i = 0; i < kTries && made.all().size() < kMade; ++i) made.take(maker.make());
  if (claim.scope == "service") return add_service(claim.key, made.all(), to.made);
  for (const json& value : examples.all()) add_upstream(probe_of(claim.scope, claim.key, value), to.given);
  for (const json& value : made.all()) add_upstream(probe_of(claim.scope, claim.key, value), to.made);
  if (!has_case && examples.all().empty() && !made.all().empty())
    add_upstream(probe_of(claim.scope, claim.key, made.all().front()), to.given);
}

void add_kind(const host::ManifestKind& kind, uint64_t seed, Questions& to) {
  if (!kind.derive) return;
  ValueMaker maker(json::parse(kind.schema_json), seed);
  for (size_t i = 0; i < kMade; ++i) {
    json object = maker.make();
    if (!object.is_object()) continue;
    const std::string name = "made-" + std::to_string(i);
    // A kind that ends in its group is called so by Solder alone; "*" stands for any version.
    const std::string group = kind.api_version.substr(0, kind.api_version.find('/'));
    const bool marked = kind.kind.ends_with("." + group);
    object["apiVersion"] = kind.api_version.ends_with("/*") ? group + "/v1" : kind.api_version;
    object["kind"] = marked ? kind.kind.substr(0, kind.kind.size() - group.size() - 1) : kind.kind;
    if (!object.contains("metadata") || !object["metadata"].is_object()) object["metadata"] = json::object();
    object["metadata"]["name"] = name;
    object["metadata"]["namespace"] = "ns";
    Probe probe;
    probe.operation = host::Operation::kDerive;
    probe.object = {kind.kind, "ns", name};
    probe.value = object.dump();
    to.made.push_back(std::move(probe));
  }
}

}  // namespace

base::Result<std::vector<CaseFile>> read_case_files(const std::string& directory) {
  std::vector<CaseFile> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path());
    CaseFile file{entry.path().string(), ordered_json::parse(in, nullptr, false)};
    if (!file.cases.is_array())
      return base::invalid_argument(file.path +
                                    ": it is no list of cases: [{\"case\": ..., \"key\": ..., \"value\": ...}]");
    out.push_back(std::move(file));
  }
  std::sort(out.begin(), out.end(), [](const CaseFile& a, const CaseFile& b) { return a.path < b.path; });
  return out;
}

std::vector<host::ClaimInfo> claims_of(const host::Manifest& manifest) {
  std::vector<host::ClaimInfo> out;
  for (const auto& capability : manifest.provides)
    for (const auto& claim : capability.claims)
      out.push_back({manifest.name, capability.id, claim.scope, claim.key, claim.schema_json});
  return out;
}

base::Result<Questions> questions_for(const host::Manifest& manifest, const std::vector<CaseFile>& files,
                                      uint64_t seed) {
  Questions out;
  const auto claims = claims_of(manifest);
  std::set<std::string> with_case;
  for (const CaseFile& file : files) {
    for (const ordered_json& one : file.cases) {
      const std::string words = file.path + ": " + (one.is_object() ? one.value("case", "a case") : "a case") + ": ";
      try {
        auto question = read_case(claims, one);
        if (!question.ok()) return base::invalid_argument(words + question.status().message());
        if (one.contains("key")) with_case.insert(claim_key(one.value("scope", "upstream_type"), one.at("key")));
        if (question->problems.empty()) out.given.push_back(std::move(question->probe));
      } catch (const json::exception& wrong) {
        return base::invalid_argument(words + wrong.what());
      }
    }
  }
  for (const auto& claim : claims) add_claim(claim, seed, with_case.count(claim_key(claim.scope, claim.key)) != 0, out);
  for (const auto& kind : manifest.kinds) add_kind(kind, seed, out);
  return out;
}

}  // namespace solder::conformance

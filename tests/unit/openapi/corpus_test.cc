// 150 documents as generators write them, of all three versions, in JSON and YAML: every operation becomes a function
// or is named, both forms give the same, and the engine that runs the functions takes every one.
#include <gtest/gtest.h>

#include <random>

#include "plugins/openapi/document.h"
#include "plugins/openapi/functions.h"
#include "plugins/transformation/rendering/json.h"
#include "plugins/transformation/rendering/program.h"

namespace solder::plugins::openapi::corpus_test {
namespace {

using sdk::Json;

const Url kDocument = *parse_url("http://own/openapi.json");
constexpr const char* kNouns[] = {"pets", "orders", "users", "invoices", "files", "events", "teams", "builds"};
constexpr const char* kTypes[] = {"string", "integer", "number", "boolean", "array", "object"};

class Generator {
 public:
  Generator(int version, unsigned seed) : version_(version), random_(seed) {}

  Json make() {
    Json out = version_ == 2 ? Json{{"swagger", "2.0"}, {"basePath", pick(2) == 0 ? "/" : "/api/v2"}}
                             : Json{{"openapi", version_ == 30 ? "3.0.3" : "3.1.0"}};
    out["info"] = {{"title", "made"}, {"version", "1"}};
    if (version_ != 2 && pick(2) == 0) out["servers"] = Json::array({Json{{"url", "/v" + std::to_string(pick(9))}}});
    for (size_t i = 0; i < 5 + pick(12); ++i) add_path(out["paths"]);
    Json schemas{
        {"Base",
         {{"type", "object"},
          {"properties", {{"id", {{"type", "integer"}, {"readOnly", true}}}, {"kind", {{"type", "string"}}}}}}},
        {"Node",
         {{"type", "object"},
          {"properties", {{"next", {{"$ref", schema_place() + "Node"}}}, {"text", {{"type", "string"}}}}}}},
        {"Whole",
         {{"allOf", Json::array({Json{{"$ref", schema_place() + "Base"}}, Json{{"$ref", schema_place() + "Node"}}})}}}};
    Json parameters{{"limit", query("limit", "integer")}};
    if (version_ == 2) {
      out["definitions"] = schemas;
      out["parameters"] = parameters;
    } else {
      out["components"] = {{"schemas", schemas}, {"parameters", parameters}};
    }
    return out;
  }
  size_t operations = 0;  // in what was made

 private:
  size_t pick(size_t below) { return random_() % below; }
  [[nodiscard]] std::string schema_place() const { return version_ == 2 ? "#/definitions/" : "#/components/schemas/"; }

  Json query(const std::string& name, const std::string& type) {
    Json out{{"name", name}, {"in", "query"}};
    if (version_ == 2) {
      out["type"] = type;
      if (type == "array") out["collectionFormat"] = pick(2) == 0 ? "multi" : "pipes";
    } else {
      out["schema"] = {{"type", type}};
      if (pick(3) == 0) out["style"] = pick(2) == 0 ? "deepObject" : "form";
    }
    return out;
  }

  Json schema() {
    if (pick(3) == 0) return {{"$ref", schema_place() + (pick(2) == 0 ? "Whole" : "Node")}};
    if (pick(5) == 0) return {{"type", "array"}, {"items", {{"type", "string"}}}};
    Json out{{"type", "object"}};
    for (size_t i = 0; i < pick(30); ++i) {
      Json type = kTypes[pick(6)];
      if (version_ == 31 && pick(3) == 0) type = Json::array({type, "null"});
      out["properties"]["field_" + std::to_string(i)] = {{"type", type}};
    }
    if (pick(6) == 0) out["additionalProperties"] = true;
    return out;
  }

  void add_path(Json& paths) {
    std::string path;
    Json parameters = Json::array();
    for (size_t i = 0; i <= pick(3); ++i) {
      path += std::string("/") + kNouns[pick(8)] + std::to_string(pick(1000));
      if (pick(2) == 0) continue;
      const std::string name = "id" + std::to_string(i);
      path += "/{" + name + "}";
      Json parameter{{"name", name}, {"in", "path"}, {"required", true}};
      version_ == 2 ? parameter["type"] = "string" : parameter["schema"] = {{"type", "string"}};
      parameters.push_back(parameter);
    }
    if (paths.contains(path)) return;
    Json item{{"parameters", parameters}};
    for (const char* method : {"get", "post", "put", "delete", "patch"}) {
      if (pick(2) != 0) continue;
      item[method] = operation(method);
      ++operations;
    }
    paths[path] = item;
  }

  Json operation(const std::string& method) {
    Json out{{"responses", {{"200", {{"description", "well"}}}}}, {"parameters", Json::array()}};
    if (pick(3) != 0) out["operationId"] = method + "_" + std::to_string(random_());
    const size_t count = pick(4);
    for (size_t i = 0; i < count; ++i) {
      const std::string name = pick(4) == 0 ? "filter[" + std::to_string(i) + "]" : "q" + std::to_string(i);
      out["parameters"].push_back(query(name, kTypes[pick(5)]));
    }
    if (pick(4) == 0)
      out["parameters"].push_back({{"name", "X-Trace-Id"}, {"in", "header"}, {"schema", {{"type", "string"}}}});
    if (version_ != 2 && pick(5) == 0) out["parameters"].push_back({{"name", "session"}, {"in", "cookie"}});
    if (pick(4) == 0)
      out["parameters"].push_back({{"$ref", version_ == 2 ? "#/parameters/limit" : "#/components/parameters/limit"}});
    if (method == "get" || method == "delete") return out;
    if (version_ == 2) {
      out["parameters"].push_back({{"name", "body"}, {"in", "body"}, {"schema", schema()}});
    } else {
      const char* types[] = {"application/json", "application/x-www-form-urlencoded", "multipart/form-data",
                             "application/json; charset=utf-8"};
      out["requestBody"] = {{"content", {{types[pick(4)], {{"schema", schema()}}}}}};
    }
    return out;
  }

  const int version_;
  std::mt19937 random_;
};

// As generators indent it.
void write_yaml(const Json& value, const std::string& indent, std::string& out) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [name, member] : value.items()) {
      out += "\n" + indent + Json(name).dump() + ":";
      write_yaml(member, indent + "  ", out);
    }
  } else if (value.is_array() && !value.empty()) {
    for (const auto& item : value) {
      out += "\n" + indent + "-";
      write_yaml(item, indent + "  ", out);
    }
  } else {
    out += " " + value.dump();
  }
}

Functions functions_of(const std::string& text) {
  std::string why;
  auto document = read_document(text, why);
  EXPECT_TRUE(document) << why << text.substr(0, 500);
  if (!document) return {};
  return read_functions({{kDocument.text(), std::move(*document)}}, kDocument, kDocument);
}

class Corpus : public ::testing::TestWithParam<int> {};
TEST_P(Corpus, EveryOperationIsAFunctionOrIsNamed) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    Generator generator(GetParam(), seed);
    const Json document = generator.make();
    const Functions found = functions_of(document.dump());
    EXPECT_EQ("", found.error);
    EXPECT_EQ(generator.operations, found.operations);
    EXPECT_EQ(generator.operations, found.transformations.size() + found.skipped.size()) << document.dump(1);
    EXPECT_TRUE(found.skipped.empty()) << found.skipped.front().operation << ": " << found.skipped.front().why;
    std::string yaml;
    write_yaml(document, "", yaml);
    EXPECT_EQ(found.transformations, functions_of(yaml.substr(1)).transformations);
    for (const auto& [name, function] : found.transformations.items()) {
      std::string error;
      const Json stage{{"requestTransforms", {{{"requestTransformation", {{"transformationTemplate", function}}}}}}};
      EXPECT_TRUE(transformation::Program::read(stage.dump(), error)) << name << ": " << error << "\n"
                                                                      << function.dump(1);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Versions, Corpus, ::testing::Values(2, 30, 31));

}  // namespace
}  // namespace solder::plugins::openapi::corpus_test

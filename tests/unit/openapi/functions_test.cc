// Operations as functions: what each part of a document comes to, and the reason where an operation can be none.
#include "plugins/openapi/functions.h"

#include <gtest/gtest.h>

#include "plugins/openapi/document.h"

namespace solder::plugins::openapi::functions_test {
namespace {

using sdk::Json;

const Url kDocument = *parse_url("http://pets:8080/openapi.json");

Functions functions_of(const std::string& text) {
  std::string why;
  auto document = read_document(text, why);
  EXPECT_TRUE(document) << why;
  if (!document) return {};
  const Documents documents{{kDocument.text(), std::move(*document)}};
  return read_functions(documents, kDocument, *parse_url("http://pets:8080/"));
}

// "METHOD path | body | header: text ..." of a function, or "operation: why" where there is none.
std::string shown(const Functions& found, const std::string& name) {
  if (!found.transformations.contains(name)) {
    std::string out = found.error;
    for (const auto& one : found.skipped) out += one.operation + ": " + one.why;
    return out;
  }
  const Json& function = found.transformations[name];
  const Json& headers = function["headers"];
  std::string out = headers[":method"]["text"].get<std::string>() + " " + headers[":path"]["text"].get<std::string>();
  out += function.contains("passthrough") ? " | as it is" : " | " + function["body"]["text"].get<std::string>();
  for (const auto& [header, value] : headers.items()) {
    if (header.front() != ':' && header != "content-type")
      out += " | " + header + ": " + value["text"].get<std::string>();
    if (header == "content-type") out += " | " + value["text"].get<std::string>();
  }
  return out;
}

struct Case {
  const char* what;
  const char* document;  // YAML of version 3.0 without its head, or a whole one
  const char* function;  // of the name "f"
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.what; }
class Operations : public ::testing::TestWithParam<Case> {};
TEST_P(Operations, BecomeFunctions) {
  const std::string text = GetParam().document;
  const bool whole = text.starts_with("swagger") || text.starts_with("openapi");
  EXPECT_EQ(GetParam().function, shown(functions_of(whole ? text : "openapi: 3.0.3\n" + text), "f"));
}

INSTANTIATE_TEST_SUITE_P(
    Parameters, Operations,
    ::testing::ValuesIn(std::vector<Case>{
        {"the path's, query's, headers' and cookies'",
         "paths: {'/a/{id}/b': {get: {operationId: f, parameters: [{name: id, in: path}, {name: q, in: query}, {name: "
         "X-H, in: header}, {name: c, in: cookie}]}}}",
         "GET /a/{{ required(\"id\") }}/b?{{ query_string(\"q\") }} |  | X-H: {{ parameter(\"X-H\", header(\"X-H\")) "
         "}} | "
         "cookie: {{ cookies(\"c\") }}"},
        {"of the path item, which an operation's take the place of",
         "paths: {'/a/{id}': {parameters: [{name: id, in: path}, {name: q, in: query, style: pipeDelimited}], get: "
         "{operationId: f, parameters: [{name: q, in: query, style: spaceDelimited}]}}}",
         "GET /a/{{ required(\"id\") }}?{{ query_string(\"q:ssv\") }} | "},
        {"by reference",
         "paths: {/a: {get: {operationId: f, parameters: [{$ref: '#/components/parameters/q'}]}}}\ncomponents: "
         "{parameters: {q: {name: q, in: query}}}",
         "GET /a?{{ query_string(\"q\") }} | "},
        {"lists in their styles",
         "paths: {/a: {get: {operationId: f, parameters: [{name: a, in: query, explode: false, schema: {type: array}}, "
         "{name: b, in: query, style: deepObject}, {name: c, in: query, style: form, explode: true}]}}}",
         "GET /a?{{ query_string(\"a:csv\", \"b:deep\", \"c\") }} | "},
        {"lists as version 2.0 has them",
         "swagger: '2.0'\npaths: {/a: {get: {operationId: f, parameters: [{name: a, in: query, type: array}, {name: b, "
         "in: query, type: array, collectionFormat: multi}, {name: c, in: query, type: array, collectionFormat: ssv}, "
         "{name: d, in: query, type: string}]}}}",
         "GET /a?{{ query_string(\"a:csv\", \"b\", \"c:ssv\", \"d\") }} | "},
        {"with a colon in the name", "paths: {/a: {get: {operationId: f, parameters: [{name: 'a:csv', in: query}]}}}",
         "GET /a?{{ query_string(\"a:csv:deep\") }} | "},
        {"which OpenAPI leaves to others",
         "paths: {/a: {get: {operationId: f, parameters: [{name: Authorization, in: header}, {name: accept, in: "
         "header}]}}}",
         "GET /a | "},
        {"that no list has, but the path", "paths: {'/a/{x-y}': {get: {operationId: f}}}",
         "GET /a/{{ required(\"x-y\") }} | "},
        {"with quotes in their names",
         "paths: {/a: {get: {operationId: f, parameters: [{name: 'a\"}}b', in: query}]}}}",
         "GET /a?{{ query_string(\"a\\\"}}b\") }} | "},
    }));

INSTANTIATE_TEST_SUITE_P(
    Bodies, Operations,
    ::testing::ValuesIn(std::vector<Case>{
        {"an object of known members",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: {type: object, "
         "properties: {n: {type: integer}, s: {type: string}, any: {}}}}}}}}}",
         "POST /a | {{ json_object(\"any\", \"n:integer\", \"s:string\") }} | application/json"},
        {"of allOf, references and a cycle",
         "paths: {/a: {put: {operationId: f, requestBody: {$ref: '#/components/requestBodies/b'}}}}\ncomponents:\n  "
         "requestBodies: {b: {content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/d'}}}}}\n"
         "  schemas:\n    p: {type: object, properties: {name: {type: string}, parent: {$ref: "
         "'#/components/schemas/p'}}}\n    d: {allOf: [{$ref: '#/components/schemas/p'}, {$ref: "
         "'#/components/schemas/d'}, {properties: {bark: {type: boolean}}}]}\n",
         "PUT /a | {{ json_object(\"bark:boolean\", \"name:string\", \"parent:object\") }} | application/json"},
        {"types of version 3.1",
         "openapi: 3.1.0\npaths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: "
         "{type: [object, 'null'], properties: {a: {type: ['null', number]}, b: {type: [string, number]}}}}}}}}}",
         "POST /a | {{ json_object(\"a:number\", \"b\") }} | application/json"},
        {"of version 2.0",
         "swagger: '2.0'\npaths: {/a: {post: {operationId: f, parameters: [{name: whatever, in: body, schema: {$ref: "
         "'#/definitions/o'}}]}}}\ndefinitions: {o: {properties: {a: {type: array}}}}",
         "POST /a | {{ json_object(\"a:array\") }} | application/json"},
        {"a form",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/x-www-form-urlencoded: {schema: "
         "{type: object, properties: {a: {type: string}}}}}}}}}",
         "POST /a | {{ query_string(\"a\") }} | application/x-www-form-urlencoded"},
        {"a form of version 2.0",
         "swagger: '2.0'\npaths: {/a: {post: {operationId: f, parameters: [{name: a, in: formData, type: string}]}}}",
         "POST /a | {{ query_string(\"a\") }} | application/x-www-form-urlencoded"},
        {"a file of version 2.0",
         "swagger: '2.0'\npaths: {/a: {post: {operationId: f, parameters: [{name: a, in: formData, type: file}]}}}",
         "POST /a | as it is"},
        {"what is no object of known members: a list",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: {type: array}}}}}}}",
         "POST /a | as it is"},
        {"... one of several",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: {oneOf: [{type: "
         "object}]}}}}}}}",
         "POST /a | as it is"},
        {"... with others beside",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: {properties: {a: {}}, "
         "additionalProperties: {type: string}}}}}}}}",
         "POST /a | as it is"},
        {"... XML",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/xml: {schema: {type: object, "
         "properties: {a: {}}}}}}}}}",
         "POST /a | as it is"},
        {"... that takes no JSON",
         "swagger: '2.0'\nconsumes: [application/xml]\npaths: {/a: {post: {operationId: f, parameters: [{name: b, in: "
         "body, schema: {properties: {a: {}}}}]}}}",
         "POST /a | as it is"},
        {"what nobody may write is left out",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: {properties: {a: "
         "{readOnly: true}, b: {}}}}}}}}}",
         "POST /a | {{ json_object(\"b\") }} | application/json"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Servers, Operations,
    ::testing::ValuesIn(std::vector<Case>{
        {"none", "paths: {/a: {get: {operationId: f}}}", "GET /a | "},
        {"a path", "servers: [{url: /v1/}]\npaths: {/a: {get: {operationId: f}}}", "GET /v1/a | "},
        {"with variables",
         "servers: [{url: '/{stage}/x', variables: {stage: {default: live}}}]\npaths: {/a: {get: {operationId: f}}}",
         "GET /live/x/a | "},
        {"the upstream among others",
         "servers: [{url: 'https://api.example.com/public'}, {url: 'http://pets:8080/own'}]\npaths: {/a: {get: "
         "{operationId: f}}}",
         "GET /own/a | "},
        {"this machine, as generators say",
         "servers: [{url: 'http://localhost:1234/x'}]\npaths: {/a: {get: {operationId: f}}}", "GET /x/a | "},
        {"of the operation",
         "servers: [{url: /v1}]\npaths: {/a: {servers: [{url: /v2}], get: {operationId: f, servers: [{url: /v3}]}}}",
         "GET /v3/a | "},
        {"base path of version 2.0",
         "swagger: '2.0'\nbasePath: /v2/\nhost: pets:8080\npaths: {/a: {get: {operationId: f}}}", "GET /v2/a | "},
        {"blanks and signs in paths", "paths: {'/a b/é?x=1#y': {get: {operationId: f}}}",
         "GET /a%20b/%C3%A9?x=1%23y | "},
        {"of an operation, elsewhere",
         "paths: {/a: {get: {operationId: f, servers: [{url: 'http://169.254.169.254/latest'}]}}}",
         "GET /a: its server http://169.254.169.254/latest is another host, and is not called"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Impossible, Operations,
    ::testing::ValuesIn(std::vector<Case>{
        {"a path of dots", "paths: {/a/../../b: {get: {operationId: f}}}",
         "GET /a/../../b: its path has parts of dots, which lead elsewhere"},
        {"a path without a slash", "paths: {a: {get: {operationId: f}}}",
         "GET a: its path does not begin with a slash"},
        {"open braces", "paths: {'/a/{b': {get: {operationId: f}}}",
         "GET /a/{b: the braces of its path do not close around names"},
        {"a parameter of no place", "paths: {/a: {get: {operationId: f, parameters: [{name: x, in: matrix}]}}}",
         "GET /a: the parameter x is in \"matrix\", which is no place for one"},
        {"a parameter that is not in the path",
         "paths: {/a: {get: {operationId: f, parameters: [{name: x, in: path}]}}}",
         "GET /a: its path has no place for the parameter x"},
        {"a header that frames",
         "paths: {/a: {get: {operationId: f, parameters: [{name: Transfer-Encoding, in: header}]}}}",
         "GET /a: the parameter Transfer-Encoding cannot be a header"},
        {"a header with a line break",
         "paths: {/a: {get: {operationId: f, parameters: [{name: \"a\\r\\nb\", in: header}]}}}",
         "GET /a: the parameter a\r\nb cannot be a header"},
        {"a pseudo header", "paths: {/a: {get: {operationId: f, parameters: [{name: ':authority', in: header}]}}}",
         "GET /a: the parameter :authority cannot be a header"},
        {"a reference to another host",
         "paths: {/a: {get: {operationId: f, parameters: [{$ref: 'http://evil/p.json'}]}}}",
         "GET /a: the reference http://evil/p.json is on another host, and is not followed"},
        {"a body's reference to nothing",
         "paths: {/a: {post: {operationId: f, requestBody: {content: {application/json: {schema: {$ref: '#/x'}}}}}}}",
         "POST /a: the reference #/x leads to nothing"},
        {"a path item's reference to itself", "paths: {/a: {$ref: '#/paths/~1a'}}",
         "/a: the reference #/paths/~1a leads to itself"},
        {"TRACE", "paths: {/a: {trace: {operationId: f}}}", "TRACE /a: TRACE is not passed on by Envoy"},
        {"what is no operation", "paths: {/a: {get: 5}}", "GET /a: it is no object"},
        {"another version", "openapi: 4.0.0\npaths: {}",
         "it is of a version that is not known: openapi: 4.0.0; known are swagger: \"2.0\", openapi: 3.0.x and 3.1.x"},
        {"no version", "info: {title: x}\npaths: {}", ""},
        {"no paths", "openapi: 3.0.0", "it has no paths"},
        {"paths that are a list", "openapi: 3.1.0\npaths: [1]", "it has no paths"},
    }));

TEST(Functions, AreNamedByIdOrByMethodAndPath) {
  const auto found = functions_of(
      "swagger: 2.0\npaths:\n  /a/{b}: {get: {}, post: {operationId: make}}\n  /c: {get: {operationId: make}, delete: "
      "{operationId: 5}}\n  x-other: {get: {}}\n");
  EXPECT_EQ("", found.error);
  std::set<std::string> names;
  for (const auto& [name, function] : found.transformations.items()) names.insert(name);
  EXPECT_EQ(std::set<std::string>({"delete.c", "get.a.{b}", "get.c", "make"}), names);
  EXPECT_EQ(4u, found.operations);
}

TEST(Functions, ADocumentsOwnForeignServerIsNamedAndNotCalled) {
  const auto found = functions_of(
      "openapi: 3.0.0\nservers: [{url: 'https://api.example.com/v7'}]\npaths: {/a: {get: {operationId: f}}}");
  EXPECT_EQ("GET /v7/a | ", shown(found, "f"));
  EXPECT_EQ(std::set<std::string>({"https://api.example.com/v7"}), found.foreign);
  const auto old =
      functions_of("swagger: '2.0'\nhost: api.example.com\nbasePath: /v7\npaths: {/a: {get: {operationId: f}}}");
  EXPECT_EQ("GET /v7/a | ", shown(old, "f"));
  EXPECT_EQ(std::set<std::string>({"http://api.example.com"}), old.foreign);
}

}  // namespace
}  // namespace solder::plugins::openapi::functions_test

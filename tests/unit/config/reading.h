// Short forms for tests of documents: a problem as one line, an object as its reference.
#pragma once

#include <string>
#include <vector>

#include "core/config/documents.h"

namespace solder::config {

// "DuplicateKey VirtualService default/a /spec/x 3:5"
inline std::string line_of(const model::Diagnostic& problem) {
  const std::string object =
      problem.object.kind == "File" ? "File " + problem.object.name : model::to_string(problem.object);
  return problem.reason + " " + object + " " + (problem.field.empty() ? "-" : problem.field) + " " +
         std::to_string(problem.where.line) + ":" + std::to_string(problem.where.column);
}

inline std::vector<std::string> lines_of(const model::Diagnostics& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(line_of(problem));
  return lines;
}

inline std::vector<std::string> names_of(const Documents& documents) {
  std::vector<std::string> names;
  for (const auto& object : documents.objects) names.push_back(model::to_string(object->ref));
  return names;
}

// A VirtualService of that name with `spec` as its indented lines.
inline std::string service(const std::string& name, const std::string& spec = "") {
  return "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata:\n  name: " + name + "\nspec:\n" + spec;
}

}  // namespace solder::config

#include "core/engine/table_selection.h"

#include <algorithm>
#include <utility>

#include "core/engine/label_selector.h"

namespace solder::engine {

namespace {

model::Diagnostic left_out(const std::string& reason, const std::string& message, const std::string& field = "") {
  return {.severity = model::Severity::kWarning,
          .reason = reason,
          .field = field,
          .message = message + "; the route is left out"};
}

std::optional<model::Diagnostic> fault(const model::TableSelector& selector) {
  if (!selector.labels.empty() && !selector.expressions.empty()) {
    return left_out("OneofConflict", "a selector has labels or expressions, not both", "/selector");
  }
  for (size_t i = 0; i < selector.expressions.size(); ++i) {
    const std::string why = fault_of(selector.expressions[i]);
    if (why.empty()) continue;
    return left_out("InvalidValue", "the expression of the selector cannot be used: " + why,
                    "/selector/expressions/" + std::to_string(i));
  }
  return std::nullopt;
}

bool takes(const model::TableSelector& selector, const RouteTableSummary& table) {
  const auto wanted = [&](const auto& expression) { return holds(expression, table.labels); };
  return table.present && holds(selector.labels, table.labels) &&
         std::all_of(selector.expressions.begin(), selector.expressions.end(), wanted);
}

bool names(const model::TableSelector& selector, const std::string& own, const std::string& ns) {
  const auto& wanted = selector.namespaces;
  if (wanted.empty()) return ns == own;
  return std::any_of(wanted.begin(), wanted.end(), [&](const auto& one) { return one == "*" || one == ns; });
}

TableSelection named(Translation& t, Reader& reader, const model::ObjectRef& ref) {
  TableSelection out;
  const auto& table = t.table_summaries.read(reader, ref);
  if (table->present) {
    out.tables[table->weight].push_back(ref);
    return out;
  }
  const std::string name = ref.ns + "/" + ref.name;
  out.problem = left_out("RouteTableNotFound", "RouteTable " + name + " is not there");
  out.problem->found = name;
  return out;
}

}  // namespace

TableSelection select_tables(Translation& t, Reader& reader, const std::string& ns,
                             const model::DelegateAction& action) {
  if (action.table) return named(t, reader, *action.table);
  TableSelection out;
  if (!action.selector) {
    out.problem = left_out("MissingField", "a delegation must say where it goes");
    out.problem->expected = "ref or selector";
    return out;
  }
  out.problem = fault(*action.selector);
  if (out.problem) return out;
  if (const auto list = t.kinds.read(reader, "RouteTable")) {
    for (const auto& ref : list->refs) {
      if (!names(*action.selector, ns, ref.ns)) continue;
      const auto& table = t.table_summaries.read(reader, ref);
      if (takes(*action.selector, *table)) out.tables[table->weight].push_back(ref);
    }
  }
  if (out.tables.empty()) out.problem = left_out("RouteTableNotFound", "no RouteTable is what the selector asks for");
  return out;
}

}  // namespace solder::engine

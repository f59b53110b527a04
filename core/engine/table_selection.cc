#include "core/engine/table_selection.h"

#include <algorithm>
#include <set>
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

// Whose tables it takes: of these namespaces, or TableGroup::kEverywhere.
std::set<std::string> namespaces_of(const model::TableSelector& selector, const std::string& own) {
  std::set<std::string> out(selector.namespaces.begin(), selector.namespaces.end());
  if (out.empty()) return {own};
  return out.count("*") != 0 ? std::set<std::string>{TableGroup::kEverywhere} : out;
}

// The groups of one namespace in which all tables stand that the selector may take. More than these may stand there.
std::vector<TableGroup> groups_of(const Translation& t, const model::TableSelector& selector, const std::string& ns) {
  std::vector<TableGroup> best{{ns, "", ""}};
  for (const auto& [label, value] : selector.labels) {
    const TableGroup group{ns, label, value};
    if (t.table_index.size(group) < t.table_index.size(best.front())) best.front() = group;
  }
  const auto lists = [](const auto& expression) {
    return expression.op == "In" || expression.op == "Equals" || expression.op == "DoubleEquals";
  };
  const auto listing = std::find_if(selector.expressions.begin(), selector.expressions.end(), lists);
  if (listing == selector.expressions.end()) return best;
  best.clear();
  for (const auto& value : listing->values) best.push_back({ns, listing->key, value});
  return best;
}

// All that the selector takes, by weight.
std::map<int32_t, std::vector<model::ObjectRef>> selected(Translation& t, Reader& reader,
                                                          const model::TableSelector& selector,
                                                          const std::string& own) {
  std::map<int32_t, std::vector<model::ObjectRef>> out;
  for (const auto& ns : namespaces_of(selector, own)) {
    for (const auto& group : groups_of(t, selector, ns)) {
      const auto members = t.table_groups.read(reader, group);
      for (const auto& ref : members->refs) {
        const auto& table = t.table_summaries.read(reader, ref);
        if (takes(selector, *table)) out[table->weight].push_back(ref);
      }
    }
  }
  // Groups of several values follow each other, and a table whose newest version is not good may stand in two.
  for (auto& [weight, refs] : out) {
    std::sort(refs.begin(), refs.end());
    refs.erase(std::unique(refs.begin(), refs.end()), refs.end());
  }
  return out;
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
  out.tables = selected(t, reader, *action.selector, ns);
  if (out.tables.empty()) out.problem = left_out("RouteTableNotFound", "no RouteTable is what the selector asks for");
  return out;
}

}  // namespace solder::engine

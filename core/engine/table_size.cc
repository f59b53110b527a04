#include "core/engine/table_size.h"

#include "core/engine/table_selection.h"

namespace solder::engine {

namespace {

// Without regard to matchers, by which a route may be left out.
class SizeCounter {
 public:
  SizeCounter(Translation& t, Reader& reader, const TableSizeKey& key) : t_(t), reader_(reader), key_(key) {}

  TableSize count() {
    const auto table = t_.route_tables.read(reader_, key_.table);
    if (!table->serving) return size_;
    for (const auto& text : table->routes) {
      ++size_.routes;
      if (text->find("elegate") != std::string::npos) follow(text);
      if (size_.routes > kMostVisited) break;
    }
    return size_;
  }

 private:
  void follow(const std::shared_ptr<const std::string>& text) {
    const auto known = read_outline(t_, reader_, key_.table, text);
    if (!known->outline || !known->outline->delegate) return;
    const auto selected = select_tables(t_, reader_, key_.table.ns, *known->outline->delegate);
    for (const auto& [weight, refs] : selected.tables) {
      for (const auto& ref : refs) {
        if (size_.routes <= kMostVisited) enter(ref);
      }
    }
  }

  void enter(const model::ObjectRef& ref) {
    if (key_.levels <= 1) {
      size_.endless = true;
      return;
    }
    const auto& below = t_.table_sizes.read(reader_, {ref, key_.levels - 1});
    size_.routes += below->routes;
    size_.endless = size_.endless || below->endless;
  }

  Translation& t_;
  Reader& reader_;
  const TableSizeKey& key_;
  TableSize size_;
};

}  // namespace

bool has_too_many_routes(Translation& t, Reader& reader, const model::ObjectRef& table, size_t levels) {
  const auto& size = t.table_sizes.read(reader, {table, levels});
  return !size->endless && size->routes > kMostVisited;
}

std::shared_ptr<const TableSize> build_table_size(Translation& t, Reader& reader, const TableSizeKey& key) {
  auto size = std::make_shared<TableSize>(SizeCounter(t, reader, key).count());
  size->hash = 2 * size->routes + (size->endless ? 1 : 0);
  return size;
}

}  // namespace solder::engine

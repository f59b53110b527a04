#include "core/engine/book_update.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace solder::engine {

namespace {

void set(DiagnosticBook& book, const char* step, const model::ObjectRef& ref, const model::Diagnostics& said) {
  book.set(step, ref, said);
}
void set(DiagnosticBook& book, const char* step, const std::string& key, const model::Diagnostics& said) {
  book.set(std::string(step) + " " + key, said);
}
void set(DiagnosticBook& book, const char* step, int, const model::Diagnostics& said) {
  book.set(std::string(step) + " ", said);
}

// Gives what was touched.
template <typename K, typename T>
std::vector<K> tell(const char* step, Memo<K, T>& family, DiagnosticBook& book) {
  auto keys = family.take_touched();
  for (const auto& key : keys) {
    const auto result = family.peek(key);
    set(book, step, key, result ? result->diagnostics : model::Diagnostics());
  }
  return keys;
}

void append(std::vector<model::ObjectRef>& into, std::vector<model::ObjectRef> refs) {
  std::move(refs.begin(), refs.end(), std::back_inserter(into));
}

void tell_services(Translation& translation, ServedServices& served, DiagnosticBook& book, Touched& touched) {
  auto services = translation.virtual_services.take_touched();
  touched.gateways = translation.plans.take_touched();
  for (const auto& gateway : touched.gateways) {
    const auto plan = translation.plans.peek(gateway);
    book.set("gateway", gateway, plan ? plan->diagnostics : model::Diagnostics());
  }
  if (!touched.gateways.empty()) {
    for (const auto& service : served.update(touched.gateways, translation.plans)) services.push_back({service, ""});
  }
  for (auto& key : services) {
    if (!key.gateway.empty()) continue;  // one for a single gateway says what the one that decides says
    const auto result = translation.virtual_services.peek(key);
    book.set("virtual service", key.ref, result ? served.tell(key.ref, result->diagnostics) : model::Diagnostics());
    touched.objects.push_back(std::move(key.ref));
  }
  append(touched.objects, touched.gateways);
}

}  // namespace

void update_book(Translation& translation, ServedServices& served, DiagnosticBook& book, Touched& touched) {
  touched.settings = !tell("settings", translation.settings, book).empty();
  append(touched.objects, tell("secret", translation.secrets, book));
  append(touched.objects, tell("plugin kind", translation.plugin_kinds, book));
  append(touched.objects, tell("route table", translation.route_tables, book));
  append(touched.objects, tell("options", translation.options_objects, book));
  append(touched.objects, tell("attached options", translation.attached_options, book));
  append(touched.objects, tell("upstream group", translation.upstream_groups, book));
  append(touched.objects, tell("matchable gateway", translation.matchable_gateways, book));
  tell_services(translation, served, book, touched);
  touched.listeners = tell("listener", translation.listeners, book);
  touched.proxies = tell("proxy", translation.proxies, book);
}

}  // namespace solder::engine

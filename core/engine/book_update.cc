#include "core/engine/book_update.h"

namespace solder::engine {

namespace {

std::string teller(const char* step, const model::ObjectRef& ref) { return told_by(step, ref); }
std::string teller(const char* step, const std::string& key) { return std::string(step) + " " + key; }
std::string teller(const char* step, int) { return std::string(step) + " "; }

template <typename K, typename T>
void tell(const char* step, Memo<K, T>& family, DiagnosticBook& book) {
  for (const auto& key : family.take_touched()) {
    const auto result = family.peek(key);
    book.set(teller(step, key), result ? result->diagnostics : model::Diagnostics());
  }
}

bool tell_services(Translation& translation, ServedServices& served, DiagnosticBook& book) {
  auto services = translation.virtual_services.take_touched();
  const auto gateways = translation.plans.take_touched();
  for (const auto& gateway : gateways) {
    const auto plan = translation.plans.peek(gateway);
    book.set(told_by("gateway", gateway), plan ? plan->diagnostics : model::Diagnostics());
  }
  if (!gateways.empty()) {
    for (const auto& service : served.update(gateways, translation.plans)) services.push_back({service, ""});
  }
  for (const auto& key : services) {
    if (!key.gateway.empty()) continue;  // one for a single gateway says what the one that decides says
    const auto result = translation.virtual_services.peek(key);
    book.set(told_by("virtual service", key.ref),
             result ? served.tell(key.ref, result->diagnostics) : model::Diagnostics());
  }
  return !gateways.empty();
}

}  // namespace

bool update_book(Translation& translation, ServedServices& served, DiagnosticBook& book) {
  tell("settings", translation.settings, book);
  tell("secret", translation.secrets, book);
  tell("plugin kind", translation.plugin_kinds, book);
  tell("route table", translation.route_tables, book);
  tell("options", translation.options_objects, book);
  tell("attached options", translation.attached_options, book);
  tell("upstream group", translation.upstream_groups, book);
  tell("matchable gateway", translation.matchable_gateways, book);
  const bool plans = tell_services(translation, served, book);
  tell("listener", translation.listeners, book);
  tell("proxy", translation.proxies, book);
  return plans;
}

}  // namespace solder::engine

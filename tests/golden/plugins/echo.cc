// A plugin for the golden cases: it emits the fragments that the input itself lists, so that every rule of the merge
// can be written down as YAML. Built several times under different names (ECHO_NAME), to have several plugins meet in a
// slot. An entry: {slot, name?, type?, json? | wire? (hex), clear?: [paths], weight?, diag?: {severity, field, reason,
// message}}.
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace {

using nlohmann::json;

solder_str view(const std::string& text) { return {text.data(), text.size()}; }

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

void emit_diag(const json& entry, uint64_t index, const solder_out* out) {
  const std::string field = entry.value("field", ""), reason = entry.value("reason", "Echo"),
                    message = entry.value("message", "as the input says");
  solder_diag diag{};
  diag.size = sizeof diag;
  diag.severity = entry.value("severity", "warning") == "error" ? SOLDER_SEVERITY_ERROR : SOLDER_SEVERITY_WARNING;
  diag.index = index;
  diag.field = view(field);
  diag.reason = view(reason);
  diag.message = view(message);
  out->diag(out->ctx, &diag);
}

void emit(const json& entry, uint64_t index, const std::string& field, const solder_out* out) {
  if (entry.contains("diag")) return emit_diag(entry["diag"], index, out);
  const std::string slot = entry.value("slot", ""), name = entry.value("name", ""), type = entry.value("type", "");
  const bool wire = entry.contains("wire");
  const std::string bytes = wire ? from_hex(entry["wire"]) : entry.contains("json") ? entry["json"].dump() : "{}";
  const auto clear_text = entry.value("clear", std::vector<std::string>{});
  std::vector<solder_str> clear;
  for (const auto& path : clear_text) clear.push_back(view(path));
  solder_item_fragment fragment{};
  fragment.head = {sizeof fragment, SOLDER_ITEM_FRAGMENT};
  fragment.index = index;
  fragment.slot = view(slot);
  fragment.name = view(name);
  fragment.message = {view(type), view(bytes), wire ? SOLDER_ENCODING_WIRE : SOLDER_ENCODING_JSON, 0};
  fragment.clear = {clear.data(), clear.size(), sizeof(solder_str)};
  fragment.weight = entry.value("weight", 0);
  fragment.field = view(field);
  out->emit(out->ctx, &fragment.head);
}

void emit_all(solder_str text, uint64_t index, const solder_out* out) {
  const json entries = json::parse(text.data, text.data + text.len);
  for (size_t i = 0; i < entries.size(); ++i) emit(entries[i], index, "/" + std::to_string(i), out);
}

solder_status options(void*, const solder_call* call, const solder_out* out) {
  for (uint64_t i = 0; i < call->in.count; ++i) emit_all(SOLDER_AT(solder_option_input, call->in, i)->value, i, out);
  return SOLDER_OK;
}

solder_status clusters(void*, const solder_call* call, const solder_out* out) {
  for (uint64_t i = 0; i < call->in.count; ++i) emit_all(SOLDER_AT(solder_upstream_input, call->in, i)->value, i, out);
  return SOLDER_OK;
}

// A destination's spec is a list of entries as well.
solder_status destinations(void*, const solder_call* call, const solder_out* out) {
  for (uint64_t i = 0; i < call->in.count; ++i) {
    const auto* input = SOLDER_AT(solder_destination_input, call->in, i);
    if (input->destination_spec.len != 0) emit_all(input->destination_spec, i, out);
  }
  return SOLDER_OK;
}

const solder_cap_options kOptions = {sizeof kOptions, 0, options};
const solder_cap_upstream_type kUpstreamType = {sizeof kUpstreamType, 0, clusters, destinations, nullptr};

solder_status create(const solder_host*, solder_str, void** self, const solder_out*) {
  *self = nullptr;
  return SOLDER_OK;
}
void destroy(void*) {}
const void* capability(void*, solder_str id) {
  if (solder_str_eq(id, SOLDER_CAP_OPTIONS)) return &kOptions;
  if (solder_str_eq(id, SOLDER_CAP_UPSTREAM_TYPE)) return &kUpstreamType;
  return nullptr;
}

const solder_plugin kPlugin = {sizeof(solder_plugin),
                               SOLDER_PLUGIN_UNLOADABLE,
                               0,
                               0,
                               SOLDER_STR(ECHO_NAME),
                               SOLDER_STR("1.0.0"),
                               create,
                               destroy,
                               capability};

}  // namespace

SOLDER_EXPORT const solder_plugin* solder_plugin_entry_v1(uint32_t) noexcept { return &kPlugin; }

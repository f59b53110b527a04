// Functions that ask the request: headers, body, extractions, metadata, environment.
#include <algorithm>

#include "characters.h"
#include "functions.h"
#include "json.h"
#include "renderer.h"

namespace solder::transformation {

namespace {

bool needs_name(Call& call, const Value& value, const char* function) {
  return value.is_string() ||
         call.fail(std::string(function) + "() takes a name as a string, found " + value.kind_name());
}

bool header(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_name(call, in[0], "header")) return false;
  return call.text(call.inputs.around->header(lower_case(in[0].string())).value_or(""), out);
}

bool request_header(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_name(call, in[0], "request_header")) return false;
  return call.text(call.inputs.around->request_header(lower_case(in[0].string())).value_or(""), out);
}

bool extraction(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_name(call, in[0], "extraction")) return false;
  const auto& known = call.inputs.extractions;
  const auto at = std::find_if(known.begin(), known.end(), [&](const auto& e) { return e.first == in[0].string(); });
  out = Value::of(at == known.end() ? std::string_view("") : at->second);
  return true;
}

bool body(Call& call, const Value*, size_t, Value& out) {
  out = Value::of(call.inputs.body);
  return true;
}

bool context(Call& call, const Value*, size_t, Value& out) {
  out = call.inputs.context;
  return true;
}

bool env(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_name(call, in[0], "env")) return false;
  return call.text(call.inputs.around->environment(in[0].string()).value_or(""), out);
}

// A text or a number as it is; true and false as words; lists and objects as JSON.
bool metadata(Call& call, MetadataOf of, const Value* in, size_t count, Value& out) {
  if (!needs_name(call, in[0], "metadata") || (count == 2 && !needs_name(call, in[1], "metadata"))) return false;
  const std::string_view name_space = count == 2 ? in[1].string() : kMetadataNamespace;
  const auto found = call.inputs.around->metadata(call.arena, of, name_space, in[0].string());
  out = found && !found->is_null() ? *found : Value::of(std::string_view(""));
  if (out.is_string() || out.is_number()) return true;
  std::string json;
  if (!write_json(out, json)) return call.fail("metadata that is not UTF-8");
  return call.text(json, out);
}
bool dynamic_metadata(Call& call, const Value* in, size_t count, Value& out) {
  return metadata(call, MetadataOf::kDynamic, in, count, out);
}
bool cluster_metadata(Call& call, const Value* in, size_t count, Value& out) {
  return metadata(call, MetadataOf::kCluster, in, count, out);
}
bool host_metadata(Call& call, const Value* in, size_t count, Value& out) {
  return metadata(call, MetadataOf::kHost, in, count, out);
}

// The older name: lists come as texts with commas between.
bool cluster_metadata_joined(Call& call, const Value* in, size_t, Value& out) {
  if (!needs_name(call, in[0], "clusterMetadata")) return false;
  const auto found = call.inputs.around->metadata(call.arena, MetadataOf::kCluster, kMetadataNamespace, in[0].string());
  if (!found || !found->is_array()) return metadata(call, MetadataOf::kCluster, in, 1, out);
  std::string text;
  for (uint32_t i = 0; i < found->size; ++i) {
    if (i > 0) text += ',';
    const Value& item = found->items[i];
    if (item.is_string()) {
      text += item.string();
    } else if (!item.is_null()) {
      (void)write_json(item, text);
    }
  }
  return call.text(text, out);
}

constexpr Function kRequestFunctions[] = {
    {"body", 0, 0, body, true},
    {"clusterMetadata", 1, 1, cluster_metadata_joined},
    {"cluster_metadata", 1, 2, cluster_metadata},
    {"context", 0, 0, context, true},
    {"dynamic_metadata", 1, 2, dynamic_metadata},
    {"env", 1, 1, env},
    {"extraction", 1, 1, extraction},
    {"header", 1, 1, header},
    {"host_metadata", 1, 2, host_metadata},
    {"request_header", 1, 1, request_header},
};

}  // namespace

const Function* request_functions(size_t& count) {
  count = std::size(kRequestFunctions);
  return kRequestFunctions;
}

}  // namespace solder::transformation

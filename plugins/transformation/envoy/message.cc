#include "message.h"

#include <sys/random.h>

#include <cstdlib>
#include <cstring>

namespace solder::transformation {

namespace {

abi::Buffer envoy_buffer(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const abi::Buffer& from) {
  return from.data == nullptr ? std::string_view("") : std::string_view(from.data, from.size);
}

std::optional<std::string_view> first(void* filter, abi::HeaderType type, std::string_view name) {
  abi::Buffer out{nullptr, 0};
  if (!envoy_dynamic_module_callback_http_get_header(filter, type, envoy_buffer(name), &out, 0, nullptr))
    return std::nullopt;
  return view(out);
}

// google.protobuf.Value and Struct on the wire.
void put_size(uint64_t size, std::string& out) {
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  out += static_cast<char>(size);
}
void put_bytes(char tag, std::string_view bytes, std::string& out) {
  out += tag;
  put_size(bytes.size(), out);
  out += bytes;
}
constexpr char tag_of(int field, int wire_type) { return static_cast<char>(field << 3 | wire_type); }

std::string wire_value(const Value& value);

std::string wire_struct(std::span<const Member> members) {
  std::string out;
  for (const Member& member : members) {
    std::string entry;
    put_bytes(tag_of(1, 2), member.key, entry);
    put_bytes(tag_of(2, 2), wire_value(member.value), entry);
    put_bytes(tag_of(1, 2), entry, out);
  }
  return out;
}

std::string wire_value(const Value& value) {
  std::string out;
  switch (value.kind) {
    case Value::Kind::kNull:
      out += {tag_of(1, 0), '\0'};
      break;
    case Value::Kind::kBool:
      out += {tag_of(4, 0), value.boolean ? '\1' : '\0'};
      break;
    case Value::Kind::kString:
      put_bytes(tag_of(3, 2), value.string(), out);
      break;
    case Value::Kind::kObject:
      put_bytes(tag_of(5, 2), wire_struct(value.entries()), out);
      break;
    case Value::Kind::kArray: {
      std::string list;
      for (const Value& item : value.list()) put_bytes(tag_of(1, 2), wire_value(item), list);
      put_bytes(tag_of(6, 2), list, out);
      break;
    }
    default: {
      const double number = value.as_double();
      out += tag_of(2, 1);
      out.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
  }
  return out;
}

}  // namespace

std::optional<std::string_view> EnvoyMessage::header(std::string_view name) const {
  return first(filter_, type_, name);
}

std::optional<std::string_view> EnvoyMessage::request_header(std::string_view name) const {
  return first(filter_, abi::kRequestHeaders, name);
}

std::optional<std::string> EnvoyMessage::joined_header(std::string_view name) const {
  abi::Buffer out{nullptr, 0};
  size_t count = 0;
  if (!envoy_dynamic_module_callback_http_get_header(filter_, type_, envoy_buffer(name), &out, 0, &count))
    return std::nullopt;
  std::string joined(view(out));
  for (size_t i = 1; i < count; ++i) {
    if (!envoy_dynamic_module_callback_http_get_header(filter_, type_, envoy_buffer(name), &out, i, nullptr)) break;
    joined.append(1, ',').append(view(out));
  }
  return joined;
}

std::vector<std::pair<std::string_view, std::string_view>> EnvoyMessage::headers() const {
  std::vector<abi::Header> all(envoy_dynamic_module_callback_http_get_headers_size(filter_, type_));
  std::vector<std::pair<std::string_view, std::string_view>> out;
  if (all.empty() || !envoy_dynamic_module_callback_http_get_headers(filter_, type_, all.data())) return out;
  for (const abi::Header& one : all)
    out.emplace_back(view({one.name, one.name_size}), view({one.value, one.value_size}));
  return out;
}

std::optional<Value> EnvoyMessage::metadata(Arena& arena, MetadataOf of, std::string_view name_space,
                                            std::string_view key) const {
  const abi::MetadataSource source = of == MetadataOf::kDynamic   ? abi::kDynamicMetadata
                                     : of == MetadataOf::kCluster ? abi::kClusterMetadata
                                                                  : abi::kHostMetadata;
  const abi::Buffer ns = envoy_buffer(name_space), name = envoy_buffer(key);
  abi::Buffer text{nullptr, 0};
  double number = 0;
  bool flag = false;
  size_t count = 0;
  // Envoy logs each question of the wrong type, so the likeliest come first.
  if (envoy_dynamic_module_callback_http_get_metadata_string(filter_, source, ns, name, &text))
    return Value::of(arena.copy(view(text)));
  if (envoy_dynamic_module_callback_http_get_metadata_number(filter_, source, ns, name, &number))
    return Value::of(number);
  if (!envoy_dynamic_module_callback_http_get_metadata_list_size(filter_, source, ns, name, &count)) {
    if (envoy_dynamic_module_callback_http_get_metadata_bool(filter_, source, ns, name, &flag)) return Value::of(flag);
    return std::nullopt;
  }
  Value* items = arena.make<Value>(count);
  if (items == nullptr) return std::nullopt;
  for (size_t i = 0; i < count; ++i) {
    if (envoy_dynamic_module_callback_http_get_metadata_list_string(filter_, source, ns, name, i, &text)) {
      items[i] = Value::of(arena.copy(view(text)));
    } else if (envoy_dynamic_module_callback_http_get_metadata_list_number(filter_, source, ns, name, i, &number)) {
      items[i] = Value::of(number);
    } else if (envoy_dynamic_module_callback_http_get_metadata_list_bool(filter_, source, ns, name, i, &flag)) {
      items[i] = Value::of(flag);
    } else {
      items[i] = Value();
    }
  }
  return Value::array(items, count);
}

std::optional<std::string_view> EnvoyMessage::environment(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return std::string_view(value);
}

void EnvoyMessage::random_bytes(char* out) const {
  size_t done = 0;
  while (done < 16) {
    const ssize_t got = getrandom(out + done, 16 - done, 0);
    if (got > 0) done += static_cast<size_t>(got);
  }
}

void EnvoyMessage::remove_header(std::string_view name) {
  envoy_dynamic_module_callback_http_set_header(filter_, type_, envoy_buffer(name), {nullptr, 0});
}
void EnvoyMessage::set_header(std::string_view name, std::string_view value) {
  envoy_dynamic_module_callback_http_set_header(filter_, type_, envoy_buffer(name), envoy_buffer(value));
}
void EnvoyMessage::add_header(std::string_view name, std::string_view value) {
  envoy_dynamic_module_callback_http_add_header(filter_, type_, envoy_buffer(name), envoy_buffer(value));
}

void EnvoyMessage::set_metadata(std::string_view name_space, std::string_view key, const Value& value) {
  if (value.is_string()) {
    envoy_dynamic_module_callback_http_set_dynamic_metadata_string(filter_, envoy_buffer(name_space), envoy_buffer(key),
                                                                   envoy_buffer(value.string()));
    return;
  }
  const Member one{key, value};
  const std::string bytes = wire_struct({&one, 1});
  envoy_dynamic_module_callback_http_set_dynamic_metadata_struct(filter_, envoy_buffer(name_space),
                                                                 envoy_buffer(bytes));
}

void EnvoyMessage::set_span_name(std::string_view name) {
  void* span = envoy_dynamic_module_callback_http_get_active_span(filter_);
  if (span != nullptr) envoy_dynamic_module_callback_http_span_set_operation(span, envoy_buffer(name));
}

std::string_view EnvoyMessage::response_code_details() const {
  abi::Buffer out{nullptr, 0};
  const bool found =
      envoy_dynamic_module_callback_http_filter_get_attribute_string(filter_, abi::kResponseCodeDetails, &out);
  return found ? view(out) : "";
}

}  // namespace solder::transformation

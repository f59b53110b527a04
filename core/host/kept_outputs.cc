#include "core/host/kept_outputs.h"

#include <nlohmann/json.hpp>

#include "core/host/private_copy.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host {

namespace {

using nlohmann::json;

class KeyText {
 public:
  KeyText& add(solder_str text) {
    text_ += std::to_string(text.len) + ':';
    if (text.len != 0) text_.append(text.data, text.len);
    return *this;
  }
  KeyText& add(const solder_ref& ref) { return add(ref.kind).add(ref.ns).add(ref.name); }
  KeyText& add(uint32_t number) {
    text_ += std::to_string(number) + ';';
    return *this;
  }
  [[nodiscard]] std::string hash() const { return content_hash(text_).substr(0, 32); }

 private:
  std::string text_;
};

json ref_json(const model::ObjectRef& ref) { return {ref.kind, ref.ns, ref.name}; }
model::ObjectRef ref_of(const json& value) { return {value.at(0), value.at(1), value.at(2)}; }

json origin_json(const engine::Origin& origin) { return {origin.plugin, ref_json(origin.object), origin.field}; }
engine::Origin origin_of(const json& value) { return {value.at(0), ref_of(value.at(1)), value.at(2)}; }

json binary(const std::string& bytes) { return json::binary({bytes.begin(), bytes.end()}); }
std::string bytes_of(const json& value) {
  const auto& bytes = value.get_binary();
  return {bytes.begin(), bytes.end()};
}

json to_json(const engine::Fragment& fragment) {
  return {fragment.slot,
          fragment.name,
          fragment.type_url,
          binary(fragment.bytes),
          fragment.clear,
          fragment.weight,
          fragment.encoding == engine::Encoding::kJson,
          origin_json(fragment.origin),
          engine::filter_flags(fragment)};
}

engine::Fragment fragment_of(const json& value) {
  engine::Fragment out;
  out.slot = value.at(0);
  out.name = value.at(1);
  out.type_url = value.at(2);
  out.bytes = bytes_of(value.at(3));
  out.clear = value.at(4).get<std::vector<std::string>>();
  out.weight = value.at(5);
  out.encoding = value.at(6).get<bool>() ? engine::Encoding::kJson : engine::Encoding::kWire;
  out.origin = origin_of(value.at(7));
  engine::set_filter_flags(out, value.at(8));
  return out;
}

json to_json(const engine::SecretUse& use) {
  return {use.sds_name, ref_json(use.secret), static_cast<int>(use.form),
          use.key,      binary(use.patch),    origin_json(use.origin)};
}

engine::SecretUse secret_use_of(const json& value) {
  engine::SecretUse out;
  out.sds_name = value.at(0);
  out.secret = ref_of(value.at(1));
  out.form = static_cast<engine::SecretForm>(value.at(2).get<int>());
  out.key = value.at(3);
  out.patch = bytes_of(value.at(4));
  out.origin = origin_of(value.at(5));
  return out;
}

json to_json(const engine::SecretField& field) {
  return {field.resource, field.path, ref_json(field.secret), field.key, origin_json(field.origin)};
}

engine::SecretField secret_field_of(const json& value) {
  return {value.at(0), value.at(1), ref_of(value.at(2)), value.at(3), origin_of(value.at(4))};
}

json to_json(const model::Diagnostic& problem) {
  return {static_cast<int>(problem.severity),
          problem.reason,
          ref_json(problem.object),
          problem.field,
          problem.message,
          problem.found,
          problem.expected,
          problem.plugin,
          ref_json(problem.related)};
}

model::Diagnostic diagnostic_of(const json& value) {
  model::Diagnostic out;
  out.severity = static_cast<model::Severity>(value.at(0).get<int>());
  out.reason = value.at(1);
  out.object = ref_of(value.at(2));
  out.field = value.at(3);
  out.message = value.at(4);
  out.found = value.at(5);
  out.expected = value.at(6);
  out.plugin = value.at(7);
  out.related = ref_of(value.at(8));
  return out;
}

template <typename T>
json list_json(const std::vector<T>& list) {
  json out = json::array();
  for (const auto& each : list) out.push_back(to_json(each));
  return out;
}

template <typename F>
auto list_of(const json& value, F&& read) {
  std::vector<decltype(read(value))> out;
  for (const auto& each : value) out.push_back(read(each));
  return out;
}

}  // namespace

std::string kept_key(Operation operation, solder_span in, uint64_t index) {
  KeyText text;
  text.add(static_cast<uint32_t>(operation));
  switch (operation) {
    case Operation::kOptions: {
      const auto& input = *SOLDER_AT(solder_option_input, in, index);
      text.add(input.scope).add(input.action).add(input.object).add(input.key).add(input.value).add(input.options);
      break;
    }
    case Operation::kClusters:
    case Operation::kEndpoints: {
      const auto& input = *SOLDER_AT(solder_upstream_input, in, index);
      text.add(input.upstream).add(input.key).add(input.value).add(input.spec).add(input.cluster_name);
      break;
    }
    case Operation::kDestinations: {
      const auto& input = *SOLDER_AT(solder_destination_input, in, index);
      text.add(input.weighted).add(input.object).add(input.upstream).add(input.upstream_value);
      text.add(input.key).add(input.destination_spec).add(input.cluster_name);
      break;
    }
    case Operation::kDerive: {
      const auto& input = *SOLDER_AT(solder_object, in, index);
      text.add(input.ref).add(input.json);
      break;
    }
  }
  return text.hash();
}

void rename(ItemOutput& output, const Subject& subject) {
  const auto move = [&](engine::Origin& origin) {
    origin.object = subject.object;
    if (origin.field.size() < subject.path.size() || origin.field.rfind(subject.path, 0) != 0)
      origin.field = subject.path;
  };
  for (auto& fragment : output.fragments) move(fragment.origin);
  for (auto& use : output.secret_uses) move(use.origin);
  for (auto& field : output.secret_fields) move(field.origin);
  for (auto& problem : output.diagnostics) {
    problem.object = subject.object;
    if (problem.field.rfind(subject.path, 0) != 0) problem.field = subject.path;
  }
}

std::string dump_outputs(const std::string& file, const std::string& sha256, uint32_t operations,
                         const KeptOutputs& outputs) {
  json list = json::object();
  for (const auto& [key, output] : outputs) {
    list[key] = {list_json(output.fragments), list_json(output.secret_uses), list_json(output.secret_fields),
                 output.objects, list_json(output.diagnostics)};
  }
  const auto bytes = json::to_cbor({{"file", file}, {"sha256", sha256}, {"operations", operations}, {"outputs", list}});
  return {bytes.begin(), bytes.end()};
}

base::Result<KeptFile> read_outputs(std::string_view bytes) {
  try {
    const json value = json::from_cbor(bytes.begin(), bytes.end());
    KeptFile out{value.at("file"), value.at("sha256"), value.at("operations"), {}};
    for (const auto& [key, output] : value.at("outputs").items()) {
      ItemOutput& each = out.outputs[key];
      each.fragments = list_of(output.at(0), fragment_of);
      each.secret_uses = list_of(output.at(1), secret_use_of);
      each.secret_fields = list_of(output.at(2), secret_field_of);
      each.objects = output.at(3).get<std::vector<std::string>>();
      each.diagnostics = list_of(output.at(4), diagnostic_of);
    }
    return out;
  } catch (const json::exception& error) {
    return base::internal_error(std::string("what a plugin last gave cannot be read: ") + error.what());
  }
}

}  // namespace solder::host

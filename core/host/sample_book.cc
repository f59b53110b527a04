#include "core/host/sample_book.h"

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/host/abi_text.h"
#include "core/host/plugin.h"
#include "solder/kinds/discovery.h"
#include "solder/kinds/options.h"
#include "solder/kinds/upstream_type.h"

namespace solder::host {

namespace {

using nlohmann::json;

constexpr size_t kMostSamples = 128;
constexpr int kMostAlike = 4;
constexpr size_t kMostBytes = 64 << 10;  // of one sample's value
constexpr auto kSamplePatience = std::chrono::seconds(5);

std::string_view text_of(solder_str text) { return {text.data == nullptr ? "" : text.data, text.len}; }
json ref_json(const solder_ref& ref) { return json::array({text_of(ref.kind), text_of(ref.ns), text_of(ref.name)}); }

// What makes inputs alike: where they stand and for which key, not what they say.
uint64_t alike(Operation operation, solder_span in, uint64_t index) {
  uint64_t hash = static_cast<uint64_t>(operation);
  if (operation != Operation::kOptions) return hash;
  const auto& input = *SOLDER_AT(solder_option_input, in, index);
  hash = base::hash_combine(hash, (uint64_t{input.scope} << 32) + input.action);
  return base::hash_combine(hash, base::hash_bytes(text_of(input.key)));
}

json option_json(const solder_option_input& input) {
  return {{"scope", input.scope},         {"action", input.action},      {"owner", ref_json(input.object)},
          {"key", text_of(input.key)},    {"path", text_of(input.path)}, {"value", text_of(input.value)},
          {"all", text_of(input.options)}};
}

json upstream_json(const solder_upstream_input& input) {
  return {{"owner", ref_json(input.upstream)}, {"key", text_of(input.key)},  {"path", text_of(input.path)},
          {"value", text_of(input.value)},     {"all", text_of(input.spec)}, {"cluster", text_of(input.cluster_name)}};
}

json destination_json(const solder_destination_input& input) {
  return {{"weighted", input.weighted},
          {"owner", ref_json(input.object)},
          {"key", text_of(input.key)},
          {"path", text_of(input.path)},
          {"upstream", ref_json(input.upstream)},
          {"value", text_of(input.upstream_value)},
          {"spec", text_of(input.destination_spec)},
          {"cluster", text_of(input.cluster_name)}};
}

json input_json(Operation operation, solder_span in, uint64_t index) {
  json out;
  switch (operation) {
    case Operation::kOptions:
      out = option_json(*SOLDER_AT(solder_option_input, in, index));
      break;
    case Operation::kClusters:
    case Operation::kEndpoints:
      out = upstream_json(*SOLDER_AT(solder_upstream_input, in, index));
      break;
    case Operation::kDestinations:
      out = destination_json(*SOLDER_AT(solder_destination_input, in, index));
      break;
    case Operation::kDerive: {
      const auto& input = *SOLDER_AT(solder_object, in, index);
      out = {{"owner", ref_json(input.ref)}, {"value", text_of(input.json)}};
      break;
    }
  }
  out["operation"] = static_cast<int>(operation);
  return out;
}

// The views of a sample that is being replayed; the JSON outlives them.
solder_str member(const json& sample, const char* key) { return view(sample.at(key).get_ref<const std::string&>()); }
solder_ref ref_member(const json& sample, const char* key) {
  const auto part = [&](size_t i) { return view(sample.at(key).at(i).get_ref<const std::string&>()); };
  return {part(0), part(1), part(2)};
}

void call_one(Plugin& plugin, const json& sample) {
  const auto operation = static_cast<Operation>(sample.at("operation").get<int>());
  const auto call = [&](const auto& input, const char* path) {
    const solder_ref owner = ref_member(sample, "owner");
    const Subject subject{
        {std::string(text_of(owner.kind)), std::string(text_of(owner.ns)), std::string(text_of(owner.name))}, path};
    plugin.call(operation, {&input, 1, sizeof(input)}, {&subject, 1}, {}, kSamplePatience);
  };
  if (operation == Operation::kOptions) {
    call(solder_option_input{sizeof(solder_option_input), sample.at("scope").get<uint32_t>(),
                             sample.at("action").get<uint32_t>(), 0, ref_member(sample, "owner"), member(sample, "key"),
                             member(sample, "path"), member(sample, "value"), member(sample, "all")},
         "");
  } else if (operation == Operation::kDestinations) {
    call(solder_destination_input{sizeof(solder_destination_input), sample.at("weighted").get<uint32_t>(),
                                  ref_member(sample, "owner"), member(sample, "path"), ref_member(sample, "upstream"),
                                  member(sample, "value"), member(sample, "spec"), member(sample, "cluster"),
                                  member(sample, "key")},
         "");
  } else if (operation == Operation::kDerive) {
    call(solder_object{sizeof(solder_object), 0, ref_member(sample, "owner"), member(sample, "value")}, "");
  } else {
    call(solder_upstream_input{sizeof(solder_upstream_input), 0, ref_member(sample, "owner"), member(sample, "key"),
                               member(sample, "path"), member(sample, "value"), member(sample, "all"),
                               member(sample, "cluster")},
         "");
  }
}

}  // namespace

void SampleBook::take(Operation operation, solder_span in) {
  const std::lock_guard lock(mutex_);
  for (uint64_t i = 0; i < in.count && samples_.size() < kMostSamples; ++i) {
    int& count = counts_[alike(operation, in, i)];
    if (count >= kMostAlike) continue;
    ++count;
    std::string text = input_json(operation, in, i).dump(-1, ' ', false, json::error_handler_t::replace);
    if (text.size() <= kMostBytes) samples_.push_back(std::move(text));
  }
}

std::vector<std::string> SampleBook::all() const {
  const std::lock_guard lock(mutex_);
  return samples_;
}

bool replay(Plugin& plugin, const std::vector<std::string>& samples) {
  try {
    for (const std::string& text : samples) {
      const json sample = json::parse(text);
      const auto operation = static_cast<Operation>(sample.at("operation").get<int>());
      if (plugin.has(operation)) call_one(plugin, sample);
    }
  } catch (const json::exception&) {
    return false;
  }
  return true;
}

}  // namespace solder::host

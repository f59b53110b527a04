// serviceSpec says what a service speaks. Functions (rest, grpc) are for plugins that route to them; only what a
// transcoder would load is looked at here, because Gloo refuses an upstream whose descriptors cannot be read.
#include <cstdint>
#include <optional>
#include <string_view>

#include "spec.h"

namespace solder::plugins::statics {

namespace {

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<uint32_t>(c - 'a' + 26);
    else if (c >= '0' && c <= '9')
      value = static_cast<uint32_t>(c - '0' + 52);
    else if (c == '+' || c == '-')
      value = 62;
    else if (c == '/' || c == '_')
      value = 63;
    else if (c == '=' || c == '\n' || c == '\r' || c == ' ')
      continue;
    else
      return std::nullopt;
    bits = bits << 6 | value;
    have += 6;
    if (have >= 8) {
      have -= 8;
      out.push_back(static_cast<char>(bits >> have & 0xff));
    }
  }
  return out;
}

bool take_varint(std::string_view& bytes, uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) return false;
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

// Whether these bytes are wire format; at depth 0 those of a FileDescriptorSet, whose field 1 holds further messages.
bool is_descriptor_set(std::string_view bytes, int depth = 0) {
  while (!bytes.empty()) {
    uint64_t key = 0, size = 0;
    if (!take_varint(bytes, key) || key >> 3 == 0) return false;
    switch (key & 7) {
      case 0:
        if (!take_varint(bytes, size)) return false;
        continue;
      case 1:
        size = 8;
        break;
      case 2:
        if (!take_varint(bytes, size)) return false;
        break;
      case 5:
        size = 4;
        break;
      default:
        return false;
    }
    if (size > bytes.size()) return false;
    if (depth == 0 && key == (1 << 3 | 2) && !is_descriptor_set(bytes.substr(0, size), 1)) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

}  // namespace

void check_service_spec(const sdk::Json& spec, sdk::Out& out) {
  const sdk::Json* service = sdk::find(spec, "serviceSpec");
  const sdk::Json* transcoder = service == nullptr ? nullptr : sdk::find(*service, "grpcJsonTranscoder");
  if (transcoder == nullptr) return;
  const sdk::Json* descriptors = sdk::find(*transcoder, "protoDescriptorBin");
  if (descriptors != nullptr && descriptors->is_string()) {
    const auto bytes = decode_base64(descriptors->get_ref<const std::string&>());
    if (!bytes || !is_descriptor_set(*bytes)) {
      return out.error({"/serviceSpec/grpcJsonTranscoder/protoDescriptorBin", "InvalidDescriptors",
                        "protoDescriptorBin is not a valid FileDescriptorSet", "",
                        "the base64 of what `protoc --descriptor_set_out` wrote"});
    }
  }
  out.warning({"/serviceSpec/grpcJsonTranscoder", "NotServed",
               "transcoding between JSON and gRPC is not there yet; requests pass unchanged"});
}

}  // namespace solder::plugins::statics

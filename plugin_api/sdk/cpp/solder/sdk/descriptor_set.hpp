// solder/sdk/descriptor_set.hpp - what a google.protobuf.FileDescriptorSet holds, read without a protobuf library: the
// names of its services and methods, and whether it is whole. Envoy refuses a listener whose descriptors do not build.
// Source: google/protobuf/descriptor.proto. Tested by plugins/grpc_json/testdata and plugins/static/testdata.
#ifndef SOLDER_SDK_DESCRIPTOR_SET_HPP_
#define SOLDER_SDK_DESCRIPTOR_SET_HPP_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace solder::sdk {

// Walks the fields of a message in wire format. Ends at the first byte that cannot be; ok() tells which end it was.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : left_(bytes) {}

  bool next() {
    if (left_.empty() || !ok_) return false;
    const std::string_view from = left_;
    uint64_t key = 0;
    if (!varint(key) || key >> 3 == 0) return fail();
    number_ = key >> 3;
    value_ = {};
    if (!take(static_cast<unsigned>(key & 7))) return fail();
    raw_ = from.substr(0, from.size() - left_.size());
    return true;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] uint64_t number() const { return number_; }
  // The bytes of a field that has a length; empty for all others.
  [[nodiscard]] std::string_view value() const { return value_; }
  // The field as it stands, its key included.
  [[nodiscard]] std::string_view raw() const { return raw_; }

 private:
  bool fail() { return ok_ = false; }

  bool varint(uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) return false;
      const auto byte = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  bool take(unsigned wire_type) {
    uint64_t size = 0;
    if (wire_type == 0) return varint(size);
    if (wire_type == 1) return skip(8);
    if (wire_type == 5) return skip(4);
    if (wire_type != 2 || !varint(size) || size > left_.size()) return false;
    value_ = left_.substr(0, size);
    return skip(size);
  }

  bool skip(uint64_t size) {
    if (size > left_.size()) return false;
    left_.remove_prefix(size);
    return true;
  }

  std::string_view left_;
  std::string_view value_;
  std::string_view raw_;
  uint64_t number_ = 0;
  bool ok_ = true;
};

struct DescriptorSet {
  std::vector<std::string> files;
  std::vector<std::string> services;         // full names: package.Service
  std::vector<std::string> methods;          // package.Service/Method
  std::vector<std::string> missing_imports;  // files that are imported and do not stand before their importer
};

// One service of a file. False where the bytes are none.
inline bool read_service(std::string_view bytes, std::string_view package, DescriptorSet& out) {
  std::string name;
  std::vector<std::string> methods;
  WireReader service(bytes);
  while (service.next()) {
    if (service.number() == 1) name = service.value();
    if (service.number() != 2) continue;
    WireReader method(service.value());
    while (method.next()) {
      if (method.number() == 1) methods.emplace_back(method.value());
    }
    if (!method.ok()) return false;
  }
  if (!package.empty()) name = std::string(package) + "." + name;
  for (const std::string& method : methods) out.methods.push_back(name + "/" + method);
  out.services.push_back(std::move(name));
  return service.ok();
}

// Nothing where the bytes are no FileDescriptorSet.
inline std::optional<DescriptorSet> read_descriptor_set(std::string_view bytes) {
  DescriptorSet out;
  WireReader set(bytes);
  while (set.next()) {
    if (set.number() != 1) continue;
    std::string name, package;
    std::vector<std::string_view> services;
    WireReader file(set.value());
    while (file.next()) {
      if (file.number() == 1) name = file.value();
      if (file.number() == 2) package = file.value();
      if (file.number() == 3 && std::find(out.files.begin(), out.files.end(), file.value()) == out.files.end())
        out.missing_imports.emplace_back(file.value());
      if (file.number() == 6) services.push_back(file.value());
    }
    if (!file.ok()) return std::nullopt;
    out.files.push_back(name);
    for (const std::string_view service : services) {
      if (!read_service(service, package, out)) return std::nullopt;
    }
  }
  return set.ok() ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace solder::sdk

#endif

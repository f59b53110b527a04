#include "core/services/descriptor_set.h"

#include <string>

#include <google/protobuf/io/coded_stream.h>

extern "C" {
extern const char solder_envoy_descriptors_begin[];
extern const char solder_envoy_descriptors_end[];
}

namespace solder::services {

void DescriptorSet::load() const {
  database_ = std::make_unique<google::protobuf::EncodedDescriptorDatabase>();
  // A FileDescriptorSet is a sequence of (tag of field 1, length, FileDescriptorProto). It is walked here, not parsed:
  // the database keeps pointers into the compiled-in bytes and parses a file only when it is needed.
  const char* data = solder_envoy_descriptors_begin;
  const auto size = static_cast<int>(solder_envoy_descriptors_end - solder_envoy_descriptors_begin);
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(data), size);
  uint32_t length = 0;
  while (in.ReadTag() != 0 && in.ReadVarint32(&length)) {
    database_->Add(data + in.CurrentPosition(), static_cast<int>(length));
    in.Skip(static_cast<int>(length));
  }
  pool_ = std::make_unique<google::protobuf::DescriptorPool>(database_.get());
}

const google::protobuf::Descriptor* DescriptorSet::find(std::string_view name) const {
  std::call_once(loaded_, [this] { load(); });
  if (const size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  {
    const std::shared_lock lock(known_mutex_);
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
  }
  const auto* found = pool_->FindMessageTypeByName(std::string(name));
  // Only what exists is remembered: names come from anybody.
  if (found != nullptr) {
    const std::unique_lock lock(known_mutex_);
    known_.emplace(found->full_name(), found);
  }
  return found;
}

}  // namespace solder::services

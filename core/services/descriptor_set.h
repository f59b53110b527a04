// The descriptor set of the pinned Envoy release, compiled into this library, as a descriptor pool. The set is indexed
// on the first use (5 ms for 532 files) and a file is built when a type in it is first asked for, so a command that
// needs no message pays nothing. It is a pool of its own: the process' generated pool is never touched. Any thread.
// Tested by tests/unit/services/message_types_test.cc.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor_database.h>

namespace solder::services {

class DescriptorSet {
 public:
  DescriptorSet() = default;
  DescriptorSet(const DescriptorSet&) = delete;
  DescriptorSet& operator=(const DescriptorSet&) = delete;

  // By full name or type URL, which is what follows the last slash; null where unknown.
  [[nodiscard]] const google::protobuf::Descriptor* find(std::string_view name) const;

 private:
  void load() const;

  mutable std::once_flag loaded_;
  mutable std::unique_ptr<google::protobuf::EncodedDescriptorDatabase> database_;
  mutable std::unique_ptr<google::protobuf::DescriptorPool> pool_;  // after database_: destroyed before it
};

}  // namespace solder::services

// The descriptor set of the pinned Envoy release, compiled into this library, as a descriptor pool. The set is indexed
// on the first use (5 ms for 532 files) and a file is built when a type in it is first asked for, so a command that
// needs no message pays nothing. It is a pool of its own: the process' generated pool is never touched. Any thread.
// Tested by tests/unit/services/message_types_test.cc.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

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

  // The pool's own index takes a copy of the name and a lock of everybody; types are asked for by the million.
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  mutable std::shared_mutex known_mutex_;
  mutable std::unordered_map<std::string, const google::protobuf::Descriptor*, Hash, std::equal_to<>> known_;
};

}  // namespace solder::services

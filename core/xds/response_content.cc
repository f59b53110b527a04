#include "core/xds/response_content.h"

#include <utility>

#include "core/base/hash.h"
#include "core/xds/set_hash.h"

namespace solder::xds {

ResponseContentPtr make_content(std::vector<ResourcePtr> resources, std::vector<std::string> removed) {
  auto content = std::make_shared<ResponseContent>();
  content->resources = std::move(resources);
  content->removed = std::move(removed);
  if (!content->is_large()) return content;
  SetHash set;
  for (const auto& resource : content->resources) set.add(resource->name, resource->hash);
  content->hash = base::hash_combine(set.value(), content->removed.size());
  for (const auto& name : content->removed) {
    content->hash = base::hash_combine(content->hash, base::hash_bytes(name));
  }
  return content;
}

const ResponseContentPtr& no_content() {
  static const ResponseContentPtr kNone = std::make_shared<ResponseContent>();
  return kNone;
}

}  // namespace solder::xds

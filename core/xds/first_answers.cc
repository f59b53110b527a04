#include "core/xds/first_answers.h"

#include <utility>

namespace solder::xds {

ResponseContentPtr first_answer(const NameList* names, const ResourceSet& world) {
  if (names == nullptr) return make_content({world.begin(), world.end()});
  std::vector<ResourcePtr> resources;
  std::vector<std::string> removed;
  resources.reserve(names->names().size());
  for (const auto& name : names->names()) {
    if (const auto& resource = world.find(name)) {
      resources.push_back(resource);
    } else {
      removed.push_back(name);
    }
  }
  return make_content(std::move(resources), std::move(removed));
}

ResponseContentPtr FirstAnswers::get(const NameListPtr& names, const ResourceSet& world) {
  return answers_.get(
      {names, world}, [&] { return first_answer(names.get(), world); }, [](const auto&) { return true; });
}

}  // namespace solder::xds

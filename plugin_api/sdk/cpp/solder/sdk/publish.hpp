// solder/sdk/publish.hpp - what a discovery found and what is wrong with it, to the host ("solder.publish/1"). Not
// included by sdk.hpp. Whoever makes use of it lists "solder.publish/1" under "needs" in the manifest. Tested by
// tests/plugin/discovery_test.cc.
#ifndef SOLDER_SDK_PUBLISH_HPP_
#define SOLDER_SDK_PUBLISH_HPP_

#include <string_view>
#include <vector>

#include "solder/sdk/out.hpp"
#include "solder/sdk/text.hpp"
#include "solder/services/publish.h"

namespace solder::sdk {

class Publisher {
 public:
  explicit Publisher(const Host& host)
      : publish_(static_cast<const solder_svc_publish*>(host.service(SOLDER_SVC_PUBLISH))) {}

  // All items of that list of the object; `key` names each.
  solder_status list(const Ref& object, std::string_view field, std::string_view key,
                     std::string_view items_json) const {
    if (!SOLDER_HAS(publish_, list)) return SOLDER_UNAVAILABLE;
    const solder_published what{sizeof what, 0, object.c(), str(field), str(key), str(items_json)};
    return publish_->list(publish_->ctx, &what);
  }
  // The same of an object: its members come where the user wrote none. {}: nothing.
  solder_status object(const Ref& object, std::string_view field, std::string_view json) const {
    return list(object, field, {}, json);
  }
  // All warnings that there are about discovering for the object; their fields begin at its root.
  solder_status report(const Ref& object, const std::vector<Problem>& problems) const {
    if (!SOLDER_HAS(publish_, report)) return SOLDER_UNAVAILABLE;
    std::vector<solder_diag> diags;
    for (const Problem& problem : problems) {
      diags.push_back({sizeof(solder_diag), SOLDER_SEVERITY_WARNING, 0, str(problem.field), str(problem.reason),
                       str(problem.message), str(problem.found), str(problem.expected), problem.related.c()});
    }
    const solder_ref ref = object.c();
    return publish_->report(publish_->ctx, &ref, {diags.data(), diags.size(), sizeof(solder_diag)});
  }

 private:
  const solder_svc_publish* publish_;
};

}  // namespace solder::sdk

#endif

// solder/sdk/objects.hpp - objects from elsewhere, into the store ("solder.objects/1"), and documents on the host's
// disk
// ("solder.files/1"), and the lease among several Solders ("solder.lease/1"). Not included by sdk.hpp. Whoever makes
// use of them lists them under "needs" in the manifest. Tested by tests/plugin/config_watcher_test.cc.
#ifndef SOLDER_SDK_OBJECTS_HPP_
#define SOLDER_SDK_OBJECTS_HPP_

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "solder/sdk/out.hpp"
#include "solder/sdk/text.hpp"
#include "solder/services/files.h"
#include "solder/services/lease.h"
#include "solder/services/objects.h"

namespace solder::sdk {

class Objects {
 public:
  explicit Objects(const Host& host)
      : objects_(static_cast<const solder_svc_objects*>(host.service(SOLDER_SVC_OBJECTS))) {}

  solder_status put(std::string_view json) const { return call(&solder_svc_objects::put, str(json)); }
  solder_status remove(const Ref& object) const {
    const solder_ref ref = object.c();
    return call(&solder_svc_objects::remove, &ref);
  }
  solder_status begin(std::string_view kind, std::string_view ns) const {
    return call(&solder_svc_objects::begin, str(kind), str(ns));
  }
  solder_status end(std::string_view kind, std::string_view ns) const {
    return call(&solder_svc_objects::end, str(kind), str(ns));
  }
  solder_status keep(std::string_view kind, std::string_view ns) const {
    return call(&solder_svc_objects::keep, str(kind), str(ns));
  }
  solder_status complete() const { return call(&solder_svc_objects::complete); }
  // All warnings that there are about the source.
  solder_status report(const std::vector<Problem>& problems) const {
    std::vector<solder_diag> diags;
    for (const Problem& problem : problems) {
      diags.push_back({sizeof(solder_diag), SOLDER_SEVERITY_WARNING, 0, str(problem.field), str(problem.reason),
                       str(problem.message), str(problem.found), str(problem.expected), problem.related.c()});
    }
    return call(&solder_svc_objects::report, solder_span{diags.data(), diags.size(), sizeof(solder_diag)});
  }

  // What became of a change that change() was told.
  solder_status changed(uint64_t id, solder_status status, std::string_view words) const {
    if (!SOLDER_HAS(objects_, changed)) return SOLDER_UNAVAILABLE;
    return objects_->changed(objects_->ctx, id, status, str(words));
  }

 private:
  template <typename Member, typename... Arguments>
  solder_status call(Member member, Arguments... arguments) const {
    return objects_ == nullptr ? SOLDER_UNAVAILABLE : (objects_->*member)(objects_->ctx, arguments...);
  }

  const solder_svc_objects* objects_;
};

// Whether this process may lead at all: where not, a source takes no lease.
inline bool offers_lease(const Host& host) { return host.service(SOLDER_SVC_LEASE) != nullptr; }

// Says until when, on the clock of services/loop.h, this Solder leads; 0: it does not.
inline solder_status hold_lease(const Host& host, uint64_t until_ns) {
  const auto* lease = static_cast<const solder_svc_lease*>(host.service(SOLDER_SVC_LEASE));
  return SOLDER_HAS(lease, hold) ? lease->hold(lease->ctx, until_ns) : SOLDER_UNAVAILABLE;
}

// A file of YAML or JSON as JSON; texts under members of the names in `hidden` come as "(hidden)". Throws
// std::runtime_error with the reason.
inline std::string read_document(const Host& host, std::string_view path, const std::vector<std::string_view>& hidden) {
  const auto* files = static_cast<const solder_svc_files*>(host.service(SOLDER_SVC_FILES));
  if (!SOLDER_HAS(files, read)) throw std::runtime_error("this host reads no files");
  std::vector<solder_str> names;
  for (const std::string_view name : hidden) names.push_back(str(name));
  std::string out;
  const solder_status status = files->read(
      files->ctx, str(path), {names.data(), names.size(), sizeof(solder_str)},
      [](void* arg, solder_str got) { *static_cast<std::string*>(arg) = text(got); }, &out);
  if (status != SOLDER_OK) throw std::runtime_error(out.empty() ? "it cannot be read" : out);
  return out;
}

}  // namespace solder::sdk

#endif

// The host's side of "solder.http/1" for one instance of a plugin: reads what it asks for, puts in what it may not
// know, and brings the answer to where its timers fire. Tested by tests/unit/host/requests_test.cc.
#pragma once

#include <memory>
#include <string>

#include "core/host/services/services.h"
#include "core/host/services/timers.h"
#include "core/host/services/wish.h"
#include "solder/services/http.h"

namespace solder::host {

class Requests {
 public:
  // `events` must outlive close(). Without `services` nothing is sent.
  Requests(Timers& events, ServicesPtr services);
  ~Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  [[nodiscard]] const solder_svc_http* table() const { return &table_; }
  // The same of a request that was read already.
  solder_status send(Wish wish, solder_answered done, void* arg, solder_request* id);
  // No answer is handed to `events` any more; what is under way is dropped.
  void close();

 private:
  struct Core;
  std::shared_ptr<Core> core_;
  solder_svc_http table_;
};

}  // namespace solder::host

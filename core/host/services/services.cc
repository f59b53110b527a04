#include "core/host/services/services.h"

#include <cstdlib>

namespace solder::host {

Services::Services()
    : aws(
          secrets,
          [this](HttpRequest request, HttpClient::Done done) { http.send(std::move(request), std::move(done)); },
          [](const char* name) {
            const char* value = std::getenv(name);
            return std::string(value == nullptr ? "" : value);
          },
          [] { return std::chrono::system_clock::now(); }) {}

}  // namespace solder::host

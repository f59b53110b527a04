#include "core/host/services/services.h"

#include <cstdlib>

namespace solder::host {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

Services::Services()
    : aws(
          secrets,
          [this](HttpRequest request, HttpClient::Done done) { http.send(std::move(request), std::move(done)); },
          environment, std::chrono::system_clock::now),
      google([this](HttpRequest request, HttpClient::Done done) { http.send(std::move(request), std::move(done)); },
             environment, std::chrono::system_clock::now),
      id_tokens([this](const GoogleSource& source, const GoogleCredentials::Done& done) { google.get(source, done); },
                std::chrono::system_clock::now) {}

// Its thread makes requests.
Services::~Services() { id_tokens.stop(); }

}  // namespace solder::host

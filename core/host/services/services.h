// What all instances of plugins share of the host: the Secrets' values, and the thread that makes requests. Whoever
// makes it holds it until all plugins are gone. Where there is none, as in `solder check`, nothing leaves the process.
#pragma once

#include <memory>

#include "core/host/services/aws_credentials.h"
#include "core/host/services/elsewhere.h"
#include "core/host/services/file_values.h"
#include "core/host/services/google_credentials.h"
#include "core/host/services/http_client.h"
#include "core/host/services/id_tokens.h"
#include "core/host/services/secret_book.h"

namespace solder::host {

struct Services {
  Services();
  ~Services();
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  SecretBook secrets;
  FileValues files;
  AwsCredentials aws;
  GoogleCredentials google;
  IdTokens id_tokens;
  bool lease = true;  // "solder.lease/1" is offered; not where this process never leads. Set before a plugin is loaded.
  Elsewhere* elsewhere = nullptr;  // in a plugin's process: what Solder serves for it. Outlives all instances
  HttpClient http;                 // last: ends first, so that no answer comes to what is gone
};
using ServicesPtr = std::shared_ptr<Services>;

}  // namespace solder::host

// A request that a plugin asks for, before the host has put in what the plugin may not know. Read here from what the
// plugin says (services/http.h), or from the process that it stands in (isolation/wish_parcel.h): either may be
// nonsense. Tested by tests/unit/host/requests_test.cc.
#pragma once

#include <optional>
#include <string>

#include "core/host/services/aws_credentials.h"
#include "core/host/services/file_values.h"
#include "core/host/services/http_client.h"
#include "core/model/object.h"
#include "solder/services/http.h"

namespace solder::host {

// What stands in files for a request: who asks, and whom it trusts.
struct Presented {
  std::string ca, certificate, key, token;
};

struct Wish {
  struct Auth {
    uint32_t kind = SOLDER_HTTP_NO_AUTH;
    model::ObjectRef secret{};
    std::string key{}, service{};
    AwsSource aws{};
  };
  struct Identity {
    bool given = false;
    bool verify = true;
    FileValue ca{}, certificate{}, key{}, token{};
    std::optional<Presented> presented{};  // read already
  };

  HttpRequest request{};
  model::ObjectRef tls_secret{};
  Auth auth{};
  Identity identity{};
  solder_piece piece = nullptr;
  bool long_poll = false;
};

// Nothing: something of it cannot be read or sent.
std::optional<Wish> read_wish(const solder_http_request* theirs);
// Keeps it within the limits. False: it cannot be sent.
bool bound(Wish& wish);
// Reads the files.
base::Result<Presented> present(FileValues& files, const Wish::Identity& identity);

}  // namespace solder::host

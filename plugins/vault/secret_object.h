// A Secret out of what stands at a path of Vault's: in one of Gloo's forms, as it writes them itself, or values under
// their names, as people put them. Source: Gloo's secret.proto. Tested by tests/unit/vault/secret_object_test.cc.
#pragma once

#include <string>

#include "solder/sdk/json.hpp"

namespace solder::plugins::vault {

struct MadeSecret {
  std::string json;   // empty: it cannot be read
  std::string wrong;  // why, without a value; of one that can be read, what of it is left out
};

// `keep_on_disk`: the host may write it to its state directory.
MadeSecret make_secret(const sdk::Json& data, const std::string& ns, const std::string& name, bool keep_on_disk);
// Keys of AWS's that Vault made.
std::string make_aws_secret(const std::string& access_key, const std::string& secret_key,
                            const std::string& session_token, const std::string& ns, const std::string& name,
                            bool keep_on_disk);

}  // namespace solder::plugins::vault

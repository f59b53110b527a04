// Whose keys sign a request to AWS: those of a Secret or of the machine's environment, or temporary ones that AWS's STS
// gives for a role, kept until shortly before they expire. Nothing here is logged. Any thread; `done` runs at once or
// in the HTTP client's thread. Tested by tests/unit/host/aws_credentials_test.cc.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/host/services/http_client.h"
#include "core/host/services/secret_book.h"
#include "core/host/services/sigv4.h"

namespace solder::host {

struct AwsSource {
  model::ObjectRef secret{};  // without a name: the environment
  std::string region{};
  std::string role_arn{};      // assumed with these keys
  bool token_role = false;     // by the token in AWS_WEB_IDENTITY_TOKEN_FILE itself
  std::string sts_endpoint{};  // empty: that of the region
};

class AwsCredentials {
 public:
  using Done = std::function<void(base::Result<AwsKeys>)>;
  using Send = std::function<void(HttpRequest, HttpClient::Done)>;
  using Environment = std::function<std::string(const char*)>;
  using Now = std::function<std::chrono::system_clock::time_point()>;

  AwsCredentials(const SecretBook& secrets, Send send, Environment environment, Now now);

  void get(const AwsSource& source, const Done& done);

 private:
  using Time = std::chrono::system_clock::time_point;
  struct Kept {
    AwsKeys keys;
    Time expires{};
    std::vector<Done> waiting;  // not empty: STS was asked
  };

  [[nodiscard]] base::Result<AwsKeys> base_keys(const AwsSource& source) const;
  [[nodiscard]] base::Result<AwsKeys> keys_of_secret(const model::ObjectRef& ref) const;
  void by_token(const AwsSource& source, const std::string& role, const Done& done);
  void assume(const AwsSource& source, const base::Result<AwsKeys>& keys, const Done& done);
  // Gives what is kept under `name`, or asks with what `make` gives.
  void from_sts(const std::string& name, const std::function<base::Result<HttpRequest>()>& make, const Done& done);
  void answered(const std::string& name, const HttpAnswer& answer);

  const SecretBook& secrets_;
  const Send send_;
  const Environment environment_;
  const Now now_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace solder::host

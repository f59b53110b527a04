#include "core/host/services/aws_credentials.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/hash.h"
#include "core/host/abi_text.h"
#include "core/host/services/url_text.h"

namespace solder::host {

namespace {

constexpr auto kRenewBefore = std::chrono::minutes(5);
constexpr size_t kMaxKept = 1000;
constexpr size_t kMaxWords = 500;

// The text of the first element of that name. STS's answers have no attributes and no elements twice that matter here.
std::string element(const std::string& xml, const std::string& name) {
  const size_t open = xml.find("<" + name + ">");
  if (open == std::string::npos) return "";
  const size_t begin = open + name.size() + 2, end = xml.find("</" + name + ">", begin);
  return end == std::string::npos ? "" : xml.substr(begin, end - begin);
}

HttpRequest ask(const AwsSource& source, const std::string& action, const std::string& role) {
  HttpRequest request;
  request.method = "POST";
  const bool china = source.region.starts_with("cn-");
  request.url = source.sts_endpoint.empty()
                    ? "https://sts." + source.region + ".amazonaws.com" + (china ? ".cn" : "") + "/"
                    : source.sts_endpoint + (source.sts_endpoint.ends_with("/") ? "" : "/");
  request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  request.body = "Action=" + action + "&Version=2011-06-15&RoleSessionName=solder&RoleArn=" + form_encoded(role);
  return request;
}

base::Result<std::string> read_token(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::not_found("the token file " + path + " (AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read");
  std::string token((std::istreambuf_iterator<char>(file)), {});
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back())) != 0) token.pop_back();
  return token;
}

}  // namespace

AwsCredentials::AwsCredentials(const SecretBook& secrets, Send send, Environment environment, Now now)
    : secrets_(secrets), send_(std::move(send)), environment_(std::move(environment)), now_(std::move(now)) {}

void AwsCredentials::get(const AwsSource& source, const Done& done) {
  const bool by_file = source.secret.name.empty() && environment_("AWS_ACCESS_KEY_ID").empty() &&
                       !environment_("AWS_WEB_IDENTITY_TOKEN_FILE").empty();
  if (!by_file) return assume(source, base_keys(source), done);
  const bool direct = source.token_role && !source.role_arn.empty();
  const std::string role = direct ? source.role_arn : environment_("AWS_ROLE_ARN");
  if (role.empty())
    return done(base::not_found("there is a token of AWS's, but no role (AWS_ROLE_ARN) to take with it"));
  if (direct) return by_token(source, role, done);
  by_token(source, role, [this, source, done](const base::Result<AwsKeys>& keys) { assume(source, keys, done); });
}

base::Result<AwsKeys> AwsCredentials::base_keys(const AwsSource& source) const {
  if (!source.secret.name.empty()) return keys_of_secret(source.secret);
  AwsKeys keys{environment_("AWS_ACCESS_KEY_ID"), environment_("AWS_SECRET_ACCESS_KEY"),
               environment_("AWS_SESSION_TOKEN")};
  if (keys.access_key.empty() || keys.secret_key.empty()) {
    return base::not_found("no Secret is named, and Solder's environment has no keys of AWS's (AWS_ACCESS_KEY_ID, " +
                           std::string("AWS_SECRET_ACCESS_KEY) and no token (AWS_WEB_IDENTITY_TOKEN_FILE)"));
  }
  return keys;
}

base::Result<AwsKeys> AwsCredentials::keys_of_secret(const model::ObjectRef& ref) const {
  const std::string who = "the Secret " + ref.ns + "/" + ref.name;
  const auto values = secrets_.find(ref);
  if (!values) return base::not_found(who + " is not there");
  const auto value = [&](const char* form, const char* plain) {
    for (const char* key : {form, plain}) {
      if (const auto at = values->find(key); at != values->end()) return at->second;
    }
    return std::string();
  };
  AwsKeys keys{value("aws.accessKey", "aws_access_key_id"), value("aws.secretKey", "aws_secret_access_key"),
               value("aws.sessionToken", "aws_session_token")};
  if (keys.access_key.empty() || keys.secret_key.empty()) {
    return base::not_found(who + " has no " +
                           (keys.access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key"));
  }
  for (const std::string* text : {&keys.access_key, &keys.secret_key, &keys.session_token}) {
    if (std::any_of(text->begin(), text->end(), [](unsigned char c) { return c <= 0x20 || c >= 0x7f; }))
      return base::not_found("a value of " + who + " has characters that no key of AWS's has, such as a line break");
  }
  return keys;
}

void AwsCredentials::by_token(const AwsSource& source, const std::string& role, const Done& done) {
  const std::string file = environment_("AWS_WEB_IDENTITY_TOKEN_FILE");
  const std::string name = "token\n" + file + "\n" + role + "\n" + source.region + "\n" + source.sts_endpoint;
  from_sts(
      name,
      [&]() -> base::Result<HttpRequest> {
        const auto token = read_token(file);
        if (!token.ok()) return token.status();
        HttpRequest request = ask(source, "AssumeRoleWithWebIdentity", role);
        request.body += "&WebIdentityToken=" + form_encoded(*token);
        return request;
      },
      done);
}

void AwsCredentials::assume(const AwsSource& source, const base::Result<AwsKeys>& keys, const Done& done) {
  if (!keys.ok() || source.role_arn.empty() || source.token_role) return done(keys);
  // Other keys, other temporary ones: the name changes with them.
  const std::string by = keys->access_key + "\n" + base::hash_text(base::hash_bytes(keys->secret_key));
  const std::string name = "role\n" + by + "\n" + source.role_arn + "\n" + source.region + "\n" + source.sts_endpoint;
  from_sts(
      name,
      [&]() -> base::Result<HttpRequest> {
        HttpRequest request = ask(source, "AssumeRole", source.role_arn);
        sign_v4(request, *keys, "sts", source.region, now_());
        return request;
      },
      done);
}

void AwsCredentials::from_sts(const std::string& name, const std::function<base::Result<HttpRequest>()>& make,
                              const Done& done) {
  {
    std::unique_lock lock(mutex_);
    std::erase_if(kept_, [&](const auto& each) {
      return kept_.size() >= kMaxKept && each.second.waiting.empty() && each.second.expires <= now_();
    });
    Kept& kept = kept_[name];
    if (kept.expires - kRenewBefore > now_()) {
      const AwsKeys keys = kept.keys;
      lock.unlock();
      return done(keys);
    }
    kept.waiting.push_back(done);
    if (kept.waiting.size() > 1) return;
  }
  auto request = make();
  if (!request.ok()) return answered(name, {.status = request.status()});
  if (auto status = check_request(*request); !status.ok()) return answered(name, {.status = status});
  send_(std::move(*request), [this, name](const HttpAnswer& answer) { answered(name, answer); });
}

void AwsCredentials::answered(const std::string& name, const HttpAnswer& answer) {
  AwsKeys keys{element(answer.body, "AccessKeyId"), element(answer.body, "SecretAccessKey"),
               element(answer.body, "SessionToken")};
  base::Result<AwsKeys> result = base::unavailable("");
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    Kept& kept = kept_[name];
    waiting.swap(kept.waiting);
    if (answer.status.ok() && answer.code == 200 && !keys.access_key.empty() && !keys.secret_key.empty()) {
      kept.keys = keys;
      kept.expires = parse_utc(element(answer.body, "Expiration"));
      result = std::move(keys);
    } else if (kept.expires > now_()) {
      result = kept.keys;  // they are good for some more minutes
    } else {
      std::string words = answer.status.message();
      if (answer.status.ok()) {
        // Behind the first line AWS may repeat the whole request, a session token included.
        const std::string message = element(answer.body, "Message");
        words = std::to_string(answer.code) + " " + printable(element(answer.body, "Code").substr(0, kMaxWords)) +
                ": " + printable(message.substr(0, std::min(message.find('\n'), kMaxWords)));
      }
      result = base::Status(base::Code::kPermissionDenied, "AWS's STS gave no keys: " + words);
    }
  }
  for (const Done& done : waiting) done(result);
}

}  // namespace solder::host

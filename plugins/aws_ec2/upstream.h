// What an upstream of the type awsEc2 says, and which instances are its own. Source: Gloo's aws_ec2.proto. Tested by
// tests/unit/aws_ec2/upstream_test.cc and plugins/aws_ec2/testdata.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "solder/sdk.hpp"
#include "solder/sdk/aws.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::aws_ec2 {

struct Instance {
  std::string id, private_ip, public_ip;
  std::map<std::string, std::string> tags;  // keys in small letters
};

struct TagFilter {
  std::string key;                   // in small letters
  std::optional<std::string> value;  // nothing: any
};

struct Upstream {
  std::string url;  // of EC2's API
  sdk::AwsSigner signer;
  std::vector<TagFilter> filters;
};

// Nothing where it cannot be asked for; why is reported, unless `out` is null.
std::optional<Upstream> read_upstream(const sdk::Json& spec, sdk::Out* out);

// Whether the instance has all that the filters ask for.
bool matches(const Instance& instance, const std::vector<TagFilter>& filters);

// Tags' keys as they are compared: Amazon makes no difference between capitals and small letters in conditions.
std::string tag_key(std::string text);

// `instances` of an upstream: the identities and addresses, in order of identity.
std::string items_json(const std::vector<Instance>& instances, const std::vector<TagFilter>& filters);

}  // namespace solder::plugins::aws_ec2

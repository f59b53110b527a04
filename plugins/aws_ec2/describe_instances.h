// DescribeInstances of EC2's Query API: what is asked and what is answered. Source: Amazon's description of that
// action, version 2016-11-15. Tested by tests/unit/aws_ec2/describe_instances_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "upstream.h"

namespace solder::plugins::aws_ec2 {

// A form: all instances that run, a page of them. `token`: that of the page before; empty for the first.
std::string describe_instances(std::string_view token);

struct Page {
  std::vector<Instance> instances;
  std::string next_token;  // empty: this was the last one
};
// Nothing: this is no such answer. Instances without an address are left out.
std::optional<Page> parse_instances(std::string_view body);

// What an error is called, "RequestLimitExceeded", and the first line of what it says.
struct ApiError {
  std::string code, message;
};
ApiError parse_error(std::string_view body);

// Whether it is over by itself: throttling, and what is Amazon's own fault.
bool is_passing(unsigned status, const ApiError& error);

}  // namespace solder::plugins::aws_ec2

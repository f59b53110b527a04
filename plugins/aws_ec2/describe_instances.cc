#include "describe_instances.h"

#include <algorithm>
#include <pugixml.hpp>

#include "solder/sdk/web_endpoint.hpp"

namespace solder::plugins::aws_ec2 {

namespace {

constexpr size_t kMaxWords = 500;

std::string text_of(const pugi::xml_node& parent, const char* name) { return parent.child_value(name); }

Instance read_instance(const pugi::xml_node& item) {
  Instance out{text_of(item, "instanceId"), text_of(item, "privateIpAddress"), text_of(item, "ipAddress"), {}};
  for (const auto& tag : item.child("tagSet").children("item"))
    out.tags.emplace(tag_key(text_of(tag, "key")), text_of(tag, "value"));
  return out;
}

}  // namespace

std::string describe_instances(std::string_view token) {
  std::string form = "Action=DescribeInstances&Version=2016-11-15&MaxResults=1000";
  form += "&Filter.1.Name=instance-state-name&Filter.1.Value.1=running";
  if (!token.empty()) form += "&NextToken=" + sdk::percent_encoded(token);
  return form;
}

std::optional<Page> parse_instances(std::string_view body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size(), pugi::parse_default, pugi::encoding_utf8)) return std::nullopt;
  const auto answer = document.child("DescribeInstancesResponse");
  const auto reservations = answer.child("reservationSet");
  if (!reservations) return std::nullopt;
  Page page;
  page.next_token = text_of(answer, "nextToken");
  for (const auto& reservation : reservations.children("item")) {
    for (const auto& item : reservation.child("instancesSet").children("item")) {
      Instance instance = read_instance(item);
      const bool has_address = !instance.private_ip.empty() || !instance.public_ip.empty();
      if (!instance.id.empty() && has_address) page.instances.push_back(std::move(instance));
    }
  }
  return page;
}

ApiError parse_error(std::string_view body) {
  pugi::xml_document document;
  document.load_buffer(body.data(), body.size(), pugi::parse_default, pugi::encoding_utf8);
  const auto error = document.select_node("//Error").node();
  ApiError out{text_of(error, "Code").substr(0, kMaxWords), text_of(error, "Message")};
  // Behind the first line AWS may repeat the whole request, a session token included.
  out.message.resize(std::min({out.message.size(), out.message.find('\n'), kMaxWords}));
  return out;
}

bool is_passing(unsigned status, const ApiError& error) {
  return status == 429 || status >= 500 || error.code == "RequestLimitExceeded" ||
         error.code.find("Throttl") != std::string::npos;
}

}  // namespace solder::plugins::aws_ec2

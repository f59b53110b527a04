// What the Cloud Controller and UAA say when they do not do what they were asked for. Tested by
// tests/unit/cloud_foundry/answers_test.cc.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "solder/sdk/http.hpp"

namespace solder::plugins::cloud_foundry {

// One line for people: "403 CF-NotAuthorized: You are not authorized to perform the requested action".
std::string words_of(const sdk::HttpAnswer& answer);
// The same of UAA's answer to a login: what it calls the error, and nothing in which a secret could stand.
std::string login_words_of(const sdk::HttpAnswer& answer);

// How long the other side wants to be left alone; 0 where it does not say. Both headers may be seconds or, as the Cloud
// Controller writes them, the time of the end in seconds since 1970: that is compared with its own clock (Date), or
// with `now` where it does not tell it.
std::chrono::seconds pause_of(const sdk::HttpAnswer& answer, std::chrono::system_clock::time_point now);

// What has no end by itself: neither throttling nor what is the server's own fault.
bool is_lasting(const sdk::HttpAnswer& answer);

}  // namespace solder::plugins::cloud_foundry

// The filters that make a call of Invoke out of a request, and what a route tells them. Stock Envoy has no filter that
// sets the method and the body and keeps the parts apart as Gloo does, so this is Lua (lua/): one filter before the
// signature, one behind it that lets nothing unsigned pass. Tested by tests/e2e/lambda_test.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::aws_lambda {

inline constexpr std::string_view kStage = "out_auth";
inline constexpr int32_t kInvokeWeight = -1, kSignWeight = 0, kGuardWeight = 1;

// On the cluster. `standard` is what lua/invoke.lua reads where no route says anything; an object, perhaps empty.
void invoke_functions(const sdk::Json& standard, sdk::Out& out);
// On a route or weighted destination; `context` is what lua/invoke.lua reads.
void tell_invocation(const sdk::Json& context, std::string_view field, sdk::Out& out);

}  // namespace solder::plugins::aws_lambda

// solder/sdk.hpp - write a Solder plugin as one C++20 class. Header-only, depends on the C headers and on std alone.
//
//   class Maintenance {
//    public:
//     void options(const solder::sdk::OptionInput& in, solder::sdk::Out& out) {
//       out.fragment_json("route", R"({"directResponse": {"status": 503}})");
//     }
//   };
//   SOLDER_PLUGIN(Maintenance, "maintenance", "1.0.0")
//
// The SDK finds the methods that the class has (sdk/plugin.hpp), runs the batch, and lets no exception cross the C
// boundary. Beside it: sdk/message.hpp writes Envoy messages as wire bytes; sdk/json.hpp, which is not included here,
// reads values with nlohmann/json. Guide: docs/plugins/writing.md. Tested by tests/unit/sdk and by every plugin here.
#ifndef SOLDER_SDK_HPP_
#define SOLDER_SDK_HPP_

#include "solder/sdk/entry.hpp"
#include "solder/sdk/inputs.hpp"
#include "solder/sdk/message.hpp"
#include "solder/sdk/out.hpp"
#include "solder/sdk/plugin.hpp"
#include "solder/sdk/text.hpp"

#endif

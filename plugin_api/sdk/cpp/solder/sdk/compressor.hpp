// solder/sdk/compressor.hpp - Envoy's compressor filter around a library, with the settings that Gloo's options of
// compression share. Source: Envoy Compressor. Tested by plugins/gzip/testdata and plugins/brotli/testdata.
#ifndef SOLDER_SDK_COMPRESSOR_HPP_
#define SOLDER_SDK_COMPRESSOR_HPP_

#include <string_view>
#include <utility>

#include "solder/sdk/json.hpp"
#include "solder/sdk/out.hpp"

namespace solder::sdk {

namespace internal {

// Which answers are compressed; empty: Envoy's defaults.
inline Json response_direction(const Json& value) {
  Json common = Json::object();
  if (const Json* length = find(value, "contentLength")) common["minContentLength"] = *length;
  if (const Json* types = find(value, "contentType")) common["contentType"] = *types;
  Json direction = Json::object();
  if (!common.empty()) direction["commonConfig"] = std::move(common);
  for (const char* flag : {"disableOnEtagHeader", "removeAcceptEncodingHeader"}) {
    if (get_bool(value, flag).value_or(false)) direction[flag] = true;
  }
  return direction;
}

}  // namespace internal

// `value`: the option as the user wrote it; `library`: a TypedExtensionConfig of Envoy's compression libraries.
inline void compressor_filter(std::string_view name, const Json& value, Json library, Out& out) {
  Json compressor{{"compressorLibrary", std::move(library)}};
  if (Json direction = internal::response_direction(value); !direction.empty())
    compressor["responseDirectionConfig"] = std::move(direction);
  out.filter_json("fault", name, "type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor",
                  compressor.dump(), -1);
}

}  // namespace solder::sdk

#endif

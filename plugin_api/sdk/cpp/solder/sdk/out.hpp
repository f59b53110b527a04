// solder/sdk/out.hpp - what a plugin may say about one input: fragments, filters, uses of secrets, problems, look-ups.
// The host copies everything at once, so temporaries are fine. `field` is a JSON pointer below the input's path
// ("/hosts/0/port"); it becomes provenance and the place that a report points at. Lives for one item. Tested by
// tests/unit/sdk/plugin_test.cc.
#ifndef SOLDER_SDK_OUT_HPP_
#define SOLDER_SDK_OUT_HPP_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "solder/items.h"
#include "solder/sdk/message.hpp"
#include "solder/sdk/text.hpp"

namespace solder::sdk {

// A problem of the object. `reason` is a stable CamelCase word, `message` one sentence for a person.
struct Problem {
  std::string_view field;
  std::string_view reason;
  std::string_view message;
  std::string_view found = {};
  std::string_view expected = {};
  Ref related = {};
};

// Tells the host to serve an SDS secret. form: SOLDER_SECRET_*.
struct SecretUse {
  std::string_view sds_name;
  Ref ref;
  uint32_t form = SOLDER_SECRET_TLS_CERTIFICATE;
  std::string_view key = {};
  std::string_view patch = {};
  std::string_view field = {};
};

// An HTTP filter, as proto3 JSON, with all that can be said of one.
struct HttpFilter {
  std::string_view stage;
  std::string_view name;
  std::string_view type_url;
  std::string_view json = "{}";
  int32_t weight = 0;
  uint32_t flags = 0;                                  // SOLDER_FILTER_*
  std::initializer_list<std::string_view> clear = {};  // what fragments of less weight said of these fields is undone
  std::string_view field = {};
};

// Tells the host to write a value of a Secret into a text field of resource/<resource>.
struct SecretField {
  std::string_view resource;
  std::string_view path;  // "credential_provider.inline_credential.access_key_id"
  Ref ref;
  std::string_view key;
  std::string_view field = {};
};

class Out {
 public:
  Out(const solder_call* call, const solder_out* out, uint64_t index) : call_(call), out_(out), index_(index) {}

  // A partial message for a slot that fixes the type. False: the host refused it and has reported why. A higher weight
  // is merged later, so that it wins over what other plugins say.
  bool fragment(std::string_view slot, const Message& message, std::string_view field = {}, int32_t weight = 0) {
    return emit({.slot = std::string(slot), .bytes = message.bytes(), .weight = weight, .field = field});
  }
  // ... for one that does not: transport_socket/, resource/.
  bool fragment(std::string_view slot, std::string_view type_url, const Message& message, std::string_view field = {}) {
    return emit({.slot = std::string(slot), .type_url = type_url, .bytes = message.bytes(), .field = field});
  }
  // The same as proto3 JSON; convenient, and slower.
  bool fragment_json(std::string_view slot, std::string_view json, std::string_view type_url = {},
                     std::string_view field = {}) {
    return emit({.slot = std::string(slot),
                 .type_url = type_url,
                 .bytes = json,
                 .encoding = SOLDER_ENCODING_JSON,
                 .field = field});
  }
  // An HTTP filter at a stage: "fault", "cors", "waf", "authn", "authz", "rate_limit", "accepted", "out_auth", "route".
  // weight: before (-1), during (0) or after (1) the stage.
  bool filter(std::string_view stage, std::string_view name, std::string_view type_url, const Message& message,
              int32_t weight = 0, std::string_view field = {}) {
    return filter_at("http_filter/", stage, name, type_url, message.bytes(), SOLDER_ENCODING_WIRE, weight, field);
  }
  // The same as proto3 JSON.
  bool filter_json(std::string_view stage, std::string_view name, std::string_view type_url, std::string_view json,
                   int32_t weight = 0, std::string_view field = {}) {
    return filter_at("http_filter/", stage, name, type_url, json, SOLDER_ENCODING_JSON, weight, field);
  }
  // The same with all that can be said of one.
  bool filter(const HttpFilter& filter) {
    const std::vector<solder_str> paths = views(filter.clear);
    return emit({.slot = "http_filter/" + std::string(filter.stage),
                 .name = filter.name,
                 .type_url = filter.type_url,
                 .bytes = filter.json,
                 .encoding = SOLDER_ENCODING_JSON,
                 .clear = {paths.data(), paths.size(), sizeof(solder_str)},
                 .weight = filter.weight,
                 .flags = filter.flags,
                 .field = filter.field});
  }
  // A network filter before the connection manager or the TCP proxy, at one of the same stages.
  bool network_filter_json(std::string_view stage, std::string_view name, std::string_view type_url,
                           std::string_view json, int32_t weight = 0, std::string_view field = {}) {
    return filter_at("network_filter/", stage, name, type_url, json, SOLDER_ENCODING_JSON, weight, field);
  }
  bool upstream_filter(std::string_view stage, std::string_view name, std::string_view type_url, const Message& message,
                       int32_t weight = 0, std::string_view field = {}) {
    return filter_at("upstream_filter/", stage, name, type_url, message.bytes(), SOLDER_ENCODING_WIRE, weight, field);
  }
  bool upstream_filter_json(std::string_view stage, std::string_view name, std::string_view type_url,
                            std::string_view json, int32_t weight = 0, std::string_view field = {}) {
    return filter_at("upstream_filter/", stage, name, type_url, json, SOLDER_ENCODING_JSON, weight, field);
  }
  // A filter's configuration for this route, weighted destination or virtual host.
  bool per_filter(std::string_view filter_name, std::string_view type_url, const Message& message,
                  std::string_view field = {}) {
    return emit({.slot = "per_filter/" + std::string(filter_name),
                 .type_url = type_url,
                 .bytes = message.bytes(),
                 .field = field});
  }
  // The same as proto3 JSON.
  bool per_filter_json(std::string_view filter_name, std::string_view type_url, std::string_view json,
                       std::string_view field = {}) {
    return fragment_json("per_filter/" + std::string(filter_name), json, type_url, field);
  }
  // A google.protobuf.Struct in the metadata of the cluster, route or virtual host.
  bool metadata(std::string_view name_space, const Message& structure, std::string_view field = {}) {
    return emit({.slot = "metadata/" + std::string(name_space), .bytes = structure.bytes(), .field = field});
  }
  // Unsets fields that others set before: dotted proto paths, "retry_policy.num_retries". Before is by weight, then by
  // name of the plugin.
  bool clear(std::string_view slot, std::initializer_list<std::string_view> paths, std::string_view field = {},
             int32_t weight = 0) {
    const std::vector<solder_str> list = views(paths);
    return emit({.slot = std::string(slot),
                 .clear = {list.data(), list.size(), sizeof(solder_str)},
                 .weight = weight,
                 .field = field});
  }
  bool secret_use(const SecretUse& use) {
    solder_item_secret_use item{};
    item.head = {sizeof item, SOLDER_ITEM_SECRET_USE};
    item.index = index_;
    item.sds_name = str(use.sds_name);
    item.ref = use.ref.c();
    item.form = use.form;
    item.key = str(use.key);
    item.patch = str(use.patch);
    item.field = str(use.field);
    return out_->emit(out_->ctx, &item.head) == SOLDER_OK;
  }
  bool secret_field(const SecretField& secret) {
    solder_item_secret_field item{};
    item.head = {sizeof item, SOLDER_ITEM_SECRET_FIELD};
    item.index = index_;
    item.resource = str(secret.resource);
    item.path = str(secret.path);
    item.ref = secret.ref.c();
    item.key = str(secret.key);
    item.field = str(secret.field);
    return out_->emit(out_->ctx, &item.head) == SOLDER_OK;
  }

  // derive() alone: an object that follows from the input, whole.
  bool object(std::string_view json) {
    solder_item_object item{};
    item.head = {sizeof item, SOLDER_ITEM_OBJECT};
    item.index = index_;
    item.json = str(json);
    return out_->emit(out_->ctx, &item.head) == SOLDER_OK;
  }

  // The input is dropped, its fragments with it; the object's report says why.
  void error(const Problem& problem) { report(SOLDER_SEVERITY_ERROR, problem); }
  void warning(const Problem& problem) { report(SOLDER_SEVERITY_WARNING, problem); }
  void info(const Problem& problem) { report(SOLDER_SEVERITY_INFO, problem); }
  // Whether error() was called for this item.
  [[nodiscard]] bool failed() const { return failed_; }

  // Another object as JSON, or nothing where there is none. Either way the item is translated again when the answer
  // changes. A Secret comes as its shape, without values. The view lives until the call returns.
  std::optional<std::string_view> lookup(const Ref& ref) {
    if (!SOLDER_HAS(call_, lookup)) return std::nullopt;
    const solder_ref wanted = ref.c();
    solder_object found{};
    found.size = sizeof found;
    if (call_->lookup(call_->ctx, index_, &wanted, &found) != SOLDER_OK) return std::nullopt;
    return text(found.json);
  }

  // What list() found: an object and where it is.
  struct Found {
    Ref ref;
    std::string_view json;
  };
  // The objects of a kind in a namespace that have `value` at the declared index `field`, in order of name. The item is
  // translated again when one of them changes, comes or goes. Views live until the call returns.
  std::vector<Found> list(std::string_view kind, std::string_view ns, std::string_view field, std::string_view value) {
    std::vector<Found> out;
    if (!SOLDER_HAS(call_, list)) return out;
    const solder_selector selector{sizeof selector, 0, str(kind), str(ns), str(field), str(value)};
    solder_span found{};
    if (call_->list(call_->ctx, index_, &selector, &found) != SOLDER_OK) return out;
    for (uint64_t i = 0; i < found.count; ++i) {
      const solder_object& one = *SOLDER_AT(solder_object, found, i);
      out.push_back({Ref::of(one.ref), text(one.json)});
    }
    return out;
  }

 private:
  struct Fragment {
    std::string slot;
    std::string_view name = {};
    std::string_view type_url = {};
    std::string_view bytes = {};
    uint32_t encoding = SOLDER_ENCODING_WIRE;
    solder_span clear = {nullptr, 0, sizeof(solder_str)};
    int32_t weight = 0;
    uint32_t flags = 0;
    std::string_view field = {};
  };

  static std::vector<solder_str> views(std::initializer_list<std::string_view> texts) {
    std::vector<solder_str> list;
    for (const std::string_view text : texts) list.push_back(str(text));
    return list;
  }

  // `list`: the slot's beginning, "http_filter/" and its like.
  bool filter_at(const char* list, std::string_view stage, std::string_view name, std::string_view type_url,
                 std::string_view bytes, uint32_t encoding, int32_t weight, std::string_view field) {
    return emit({.slot = list + std::string(stage),
                 .name = name,
                 .type_url = type_url,
                 .bytes = bytes,
                 .encoding = encoding,
                 .weight = weight,
                 .field = field});
  }

  bool emit(const Fragment& fragment) {
    solder_item_fragment item{};
    item.head = {sizeof item, SOLDER_ITEM_FRAGMENT};
    item.index = index_;
    item.slot = str(fragment.slot);
    item.name = str(fragment.name);
    item.message = {str(fragment.type_url), str(fragment.bytes), fragment.encoding, 0};
    item.clear = fragment.clear;
    item.weight = fragment.weight;
    item.flags = fragment.flags;
    item.field = str(fragment.field);
    return out_->emit(out_->ctx, &item.head) == SOLDER_OK;
  }

  void report(uint32_t severity, const Problem& problem) {
    solder_diag diag{};
    diag.size = sizeof diag;
    diag.severity = severity;
    diag.index = index_;
    diag.field = str(problem.field);
    diag.reason = str(problem.reason);
    diag.message = str(problem.message);
    diag.found = str(problem.found);
    diag.expected = str(problem.expected);
    diag.related = problem.related.c();
    out_->diag(out_->ctx, &diag);
    if (severity == SOLDER_SEVERITY_ERROR) failed_ = true;
  }

  const solder_call* call_;
  const solder_out* out_;
  uint64_t index_;
  bool failed_ = false;
};

}  // namespace solder::sdk

#endif

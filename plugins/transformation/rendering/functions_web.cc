// Functions that make requests of web services: they take parameters by name, from the extractions first, then from the
// body. Names are texts, so that any name will do: "X-Rate", "filter[a]". A parameter that is missing, null or an empty
// text is left out. Where `name` may end in ":word", the word says how the value is written.
#include <algorithm>

#include "functions.h"
#include "json.h"
#include "renderer.h"
#include "template.h"
#include "web_text.h"

namespace solder::transformation {

namespace {

constexpr size_t kMostNames = 128;

// Null where there is none.
Value parameter_of(const Call& call, std::string_view name) {
  const auto& known = call.inputs.extractions;
  const auto at = std::find_if(known.begin(), known.end(), [&](const auto& e) { return e.first == name; });
  if (at != known.end()) return Value::of(at->second);
  return call.inputs.context.get(name);
}

bool is_missing(const Value& value) { return value.is_null() || (value.is_string() && value.length == 0); }

bool append_text(Call& call, const Value& value, std::string& out) {
  if (value.is_string()) {
    out += value.string();
  } else if (!write_json(value, out)) {
    return call.fail("a text that is not UTF-8 cannot be printed as JSON");
  }
  return call.spend(out.size() / kBytesOfStep);
}

// Of a list, with the separator between: what other separators would stand for is encoded later.
bool append_joined(Call& call, const Value& value, std::string_view separator, std::string& out) {
  if (!value.is_array()) return append_text(call, value, out);
  for (size_t i = 0; i < value.list().size(); ++i) {
    if (i > 0) out += separator;
    if (!append_text(call, value.list()[i], out)) return false;
  }
  return true;
}

bool append_encoded(Call& call, const Value& value, std::string& out) {
  std::string plain;
  if (!append_text(call, value, plain)) return false;
  append_percent_encoded(plain, out);
  return true;
}

struct Named {
  std::string_view name, form;
};
// "tags:csv", where csv is one of the forms; else the whole is the name.
Named named(std::string_view text, std::initializer_list<std::string_view> forms) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {text, ""};
  const std::string_view form = text.substr(colon + 1);
  if (std::find(forms.begin(), forms.end(), form) == forms.end()) return {text, ""};
  return {text.substr(0, colon), form};
}

bool all_texts(Call& call, const Value* in, size_t count, const char* function) {
  if (std::all_of(in, in + count, [](const Value& value) { return value.is_string(); })) return true;
  return call.fail(std::string(function) + "() takes names of parameters as strings");
}

bool parameter(Call& call, const Value* in, size_t count, Value& out) {
  if (!all_texts(call, in, 1, "parameter")) return false;
  const Value value = parameter_of(call, in[0].string());
  out = !is_missing(value) ? value : count > 1 ? in[1] : Value::of(std::string_view(""));
  if (!out.is_array()) return true;
  std::string joined;
  return append_joined(call, out, ",", joined) && call.text(joined, out);
}

bool required(Call& call, const Value* in, size_t, Value& out) {
  if (!all_texts(call, in, 1, "required")) return false;
  if (is_missing(parameter_of(call, in[0].string())))
    return call.fail("the parameter " + std::string(in[0].string()) + " is missing");
  return parameter(call, in, 1, out);
}

// name=value&..., encoded. Forms: csv, ssv, pipes join a list; deep writes name[key]=value for an object.
bool append_pairs(Call& call, const Named& what, const Value& value, std::string& out) {
  const auto pair = [&](const std::string& name, const Value& one) {
    if (!out.empty()) out += '&';
    append_percent_encoded(name, out);
    out += '=';
    return append_encoded(call, one, out);
  };
  const std::string name(what.name);
  if (value.is_object() && what.form == "deep") {
    return std::all_of(value.entries().begin(), value.entries().end(), [&](const Member& member) {
      return pair(name + "[" + std::string(member.key) + "]", member.value);
    });
  }
  if (!value.is_array()) return pair(name, value);
  if (what.form.empty() || what.form == "deep") {
    return std::all_of(value.list().begin(), value.list().end(), [&](const Value& one) { return pair(name, one); });
  }
  std::string joined;
  if (!append_joined(call, value, what.form == "csv" ? "," : what.form == "ssv" ? " " : "|", joined)) return false;
  return pair(name, Value::of(std::string_view(joined)));
}

bool query_string(Call& call, const Value* in, size_t count, Value& out) {
  if (!all_texts(call, in, count, "query_string")) return false;
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    const Named what = named(in[i].string(), {"csv", "ssv", "pipes", "deep"});
    const Value value = parameter_of(call, what.name);
    if (!is_missing(value) && !append_pairs(call, what, value, text)) return false;
  }
  return call.text(text, out);
}

// What the request has in its Cookie header, with these set in it.
bool cookies(Call& call, const Value* in, size_t count, Value& out) {
  if (!all_texts(call, in, count, "cookies")) return false;
  std::string text;
  const auto add = [&](std::string_view pair) { text.append(text.empty() ? "" : "; ").append(pair); };
  std::string_view own = call.inputs.around->header("cookie").value_or("");
  while (!own.empty()) {
    const size_t end = own.find(';');
    std::string_view pair = own.substr(0, end);
    own = end == std::string_view::npos ? "" : own.substr(end + 1);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const std::string_view name = pair.substr(0, pair.find('='));
    const bool is_set = std::any_of(in, in + count, [&](const Value& one) {
      return one.string() == name && !is_missing(parameter_of(call, name));
    });
    if (!pair.empty() && !is_set) add(pair);
  }
  for (size_t i = 0; i < count; ++i) {
    const Value value = parameter_of(call, in[i].string());
    if (is_missing(value)) continue;
    std::string pair;
    append_percent_encoded(in[i].string(), pair);
    pair += '=';
    if (!append_encoded(call, value, pair)) return false;
    add(pair);
  }
  return call.text(text, out);
}

// A text, such as one from a header, as what the service expects; itself where it is none.
Value typed(Call& call, const Value& value, std::string_view type) {
  if (!value.is_string() || type.empty() || type == "string") return value;
  JsonError problem;
  const auto read = read_json(call.arena, value.string(), problem);
  if (!read) return value;
  const bool fits = (type == "integer" && read->is_integer()) || (type == "number" && read->is_number()) ||
                    (type == "boolean" && read->kind == Value::Kind::kBool) || (type == "array" && read->is_array()) ||
                    (type == "object" && read->is_object());
  return fits ? *read : value;
}

// An object of those parameters that are there. An empty text in the body is a value like others.
bool json_object(Call& call, const Value* in, size_t count, Value& out) {
  if (!all_texts(call, in, count, "json_object")) return false;
  Value made = Value::object(nullptr, 0);
  for (size_t i = 0; i < count; ++i) {
    const Named what = named(in[i].string(), {"string", "integer", "number", "boolean", "array", "object"});
    Value value = parameter_of(call, what.name);
    if (is_missing(value)) value = call.inputs.context.get(what.name);
    const bool own_text = value.is_string() && value.length == 0;
    const bool extracted = std::any_of(call.inputs.extractions.begin(), call.inputs.extractions.end(),
                                       [&](const auto& one) { return one.first == what.name; });
    if (value.is_null() || (own_text && extracted)) continue;
    const auto with = with_member(call.arena, made, what.name, typed(call, value, what.form));
    if (!with || !call.spend(made.size + 1)) return call.fail("too much memory would be needed");
    made = *with;
  }
  out = made;
  return true;
}

bool url_encode(Call& call, const Value* in, size_t, Value& out) {
  std::string text;
  return append_encoded(call, in[0], text) && call.text(text, out);
}

constexpr Function kWebFunctions[] = {
    {"cookies", 1, kMostNames, cookies, true}, {"json_object", 0, kMostNames, json_object, true},
    {"parameter", 1, 2, parameter, true},      {"query_string", 1, kMostNames, query_string, true, true},
    {"required", 1, 1, required, true},        {"url_encode", 1, 1, url_encode, false, true},
};

}  // namespace

const Function* web_functions(size_t& count) {
  count = std::size(kWebFunctions);
  return kWebFunctions;
}

}  // namespace solder::transformation

-- JSON for events and answers. Reading is lazy: an object is a map from names to the texts of its members, so that of a
-- large answer only what is used is decoded. What is not JSON gives nil, never an error.
local json = {}

local escapes = {['"'] = '\\"', ['\\'] = '\\\\', ['\b'] = '\\b', ['\f'] = '\\f', ['\n'] = '\\n', ['\r'] = '\\r',
                 ['\t'] = '\\t'}
local function escape(c)
  return escapes[c] or string.format("\\u%04x", c:byte())
end

local utf8_forms = {
  "^[\194-\223][\128-\191]", "^\224[\160-\191][\128-\191]", "^[\225-\236\238\239][\128-\191][\128-\191]",
  "^\237[\128-\159][\128-\191]", "^\240[\144-\191][\128-\191][\128-\191]",
  "^[\241-\243][\128-\191][\128-\191][\128-\191]", "^\244[\128-\143][\128-\191][\128-\191]"}

-- Whether it is UTF-8, which is all that JSON can hold.
function json.is_text(s)
  local at = s:find("[\128-\255]")
  while at do
    local last
    for _, form in ipairs(utf8_forms) do
      local _, found = s:find(form, at)
      last = last or found
    end
    if not last then return false end
    at = s:find("[\128-\255]", last + 1)
  end
  return true
end

function json.text(s)
  if not json.is_text(s) then s = s:gsub("[\128-\255]", "?") end
  return '"' .. s:gsub('[%z\1-\31\\"\127]', escape) .. '"'
end

function json.list(values)
  local out = {}
  for i, value in ipairs(values) do out[i] = json.text(value) end
  return "[" .. table.concat(out, ",") .. "]"
end

-- `write` turns a value into JSON.
function json.object(map, write)
  local out = {}
  for key, value in pairs(map) do out[#out + 1] = json.text(key) .. ":" .. write(value) end
  table.sort(out)
  return "{" .. table.concat(out, ",") .. "}"
end

local function past_blanks(s, at)
  return s:find("[^ \t\r\n]", at) or #s + 1
end

-- The closing quote of the string that opens at `at`.
local function string_end(s, at)
  at = at + 1
  while true do
    at = s:find('["\\%z\1-\31]', at)
    if not at then return nil end
    local c = s:byte(at)
    if c == 34 then return at end
    if c ~= 92 then return nil end
    at = at + 2
  end
end

local value_end

-- Past the list or object that opens at `at`; each(key or nil, first, last) for what is in it.
local function each_in(s, at, depth, each)
  local is_object = s:byte(at) == 123
  local close = is_object and 125 or 93
  at = past_blanks(s, at + 1)
  if s:byte(at) == close then return at end
  while true do
    local key
    if is_object then
      local last = s:byte(at) == 34 and string_end(s, at)
      if not last then return nil end
      key = s:sub(at, last)
      at = past_blanks(s, last + 1)
      if s:byte(at) ~= 58 then return nil end
      at = past_blanks(s, at + 1)
    end
    local last = value_end(s, at, depth)
    if not last then return nil end
    if each then each(key, at, last) end
    at = past_blanks(s, last + 1)
    if s:byte(at) == close then return at end
    if s:byte(at) ~= 44 then return nil end
    at = past_blanks(s, at + 1)
  end
end

-- The last byte of the value that begins at `at`.
value_end = function(s, at, depth)
  local c = s:byte(at)
  if c == 34 then return string_end(s, at) end
  if c == 123 or c == 91 then return depth < 100 and each_in(s, at, depth + 1) or nil end
  for _, word in ipairs({"true", "false", "null"}) do
    if s:sub(at, at + #word - 1) == word then return at + #word - 1 end
  end
  local _, last = s:find("^-?%d+", at)
  if not last or s:find("^-?0%d", at) then return nil end
  local _, fraction = s:find("^%.%d+", last + 1)
  last = fraction or last
  local _, exponent = s:find("^[eE][+-]?%d+", last + 1)
  return exponent or last
end

local function utf8(code)
  if code < 0x80 then return string.char(code) end
  if code < 0x800 then return string.char(0xC0 + math.floor(code / 0x40), 0x80 + code % 0x40) end
  local low = string.char(0x80 + math.floor(code / 0x40) % 0x40, 0x80 + code % 0x40)
  if code < 0x10000 then return string.char(0xE0 + math.floor(code / 0x1000)) .. low end
  return string.char(0xF0 + math.floor(code / 0x40000), 0x80 + math.floor(code / 0x1000) % 0x40) .. low
end

local unescaped = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/"}

-- The character of the escape at `at`, and what follows it.
local function unescape(s, at)
  local c = s:sub(at + 1, at + 1)
  if c ~= "u" then return unescaped[c], at + 2 end
  local hex = s:match("^%x%x%x%x", at + 2)
  if not hex then return nil end
  local code = tonumber(hex, 16)
  if code < 0xD800 or code > 0xDFFF then return utf8(code), at + 6 end
  local low = s:match("^\\u([dD][c-fC-F]%x%x)", at + 6)
  if code > 0xDBFF or not low then return nil end
  return utf8(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), at + 12
end

-- The string that the text of a value is, or nil.
function json.read_string(raw)
  if raw == nil or raw:byte(1) ~= 34 then return nil end
  local out, at = {}, 2
  while true do
    local found = raw:find("\\", at, true)
    if not found then
      out[#out + 1] = raw:sub(at, -2)
      return table.concat(out)
    end
    out[#out + 1] = raw:sub(at, found - 1)
    local c, after = unescape(raw, found)
    if not c then return nil end
    out[#out + 1] = c
    at = after
  end
end

local function read(raw, opening, each)
  local first = past_blanks(raw, 1)
  if raw:byte(first) ~= opening then return nil end
  local last = each_in(raw, first, 0, each)
  return last and past_blanks(raw, last + 1) > #raw
end

-- Name → text of the value.
function json.read_object(raw)
  local out, good = {}, true
  local function each(key, first, last)
    local name = json.read_string(key)
    if name then out[name] = raw:sub(first, last) else good = false end
  end
  return read(raw, 123, each) and good and out or nil
end

function json.read_list(raw)
  local out = {}
  local function each(_, first, last) out[#out + 1] = raw:sub(first, last) end
  return read(raw, 91, each) and out or nil
end

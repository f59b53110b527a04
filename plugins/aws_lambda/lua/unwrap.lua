-- What the client gets of a function's JSON, by the name in the route's `unwrap`. Each gives the answer: status, headers
-- (a list of {name, value}), body, and whether the headers that came with the JSON stay.
local unwraps = {}

-- The connection's, not the function's, to say.
local reserved = {["content-length"] = true, ["transfer-encoding"] = true, ["connection"] = true, ["upgrade"] = true,
                  ["keep-alive"] = true, ["proxy-connection"] = true, ["te"] = true, ["trailer"] = true}

-- A name or a value that could break out of its line is left out.
local function add_header(list, name, value)
  name = name:lower()
  if reserved[name] or not name:find("^[%w!#$%%&'*+.^_`|~-]+$") or value:find("[%z\1-\8\10-\31\127]") then return end
  list[#list + 1] = {name, value}
end

local digits = {}
for i = 1, 64 do
  local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  digits[alphabet:byte(i)] = i - 1
end

local function from_base64(s)
  s = s:gsub("%s", ""):gsub("=*$", "")
  local out, count = {}, 0
  for at = 1, #s, 4 do
    local a, b, c, d = s:byte(at, at + 3)
    local x, y, z, w = digits[a], digits[b], digits[c or 65], digits[d or 65]
    if not (x and y and z and w) then return nil end
    local bits = x * 262144 + y * 4096 + z * 64 + w
    count = count + 1
    out[count] = string.char(math.floor(bits / 65536), math.floor(bits / 256) % 256, bits % 256)
      :sub(1, d and 3 or c and 2 or 1)
  end
  return table.concat(out)
end

local function status_of(raw)
  local status = raw and raw:find("^%d") and tonumber(raw)
  if not status or status ~= math.floor(status) or status < 200 or status > 599 then return nil end
  return string.format("%d", status)
end

-- A string as what it says, any other value as it is written; nil where the string is none that can be.
local function written(raw)
  if raw:byte(1) == 34 then return json.read_string(raw) end
  return raw
end

-- The headers of both maps; nil where one is no map, or a value of many is no text.
local function headers_of(answer)
  local list = {}
  local single = json.read_object(answer.headers or "{}")
  local multi = json.read_object(answer.multiValueHeaders or "{}")
  if not single or not multi then return nil end
  for name, raw in pairs(single) do
    local text = written(raw)
    if not text then return nil end
    add_header(list, name, text)
  end
  for name, raw in pairs(multi) do
    local values = json.read_list(raw)
    if not values then return nil end
    for _, value in ipairs(values) do
      local text = json.read_string(value)
      if not text then return nil end
      add_header(list, name, text)
    end
  end
  return list
end

local function failed(message)
  return {status = "500", headers = {{"content-type", "text/plain"}, {"x-amzn-errortype", "500"}},
          body = "500: " .. message}
end

-- null is as good as absent.
local function parsed(text)
  local answer = json.read_object(text)
  for name, raw in pairs(answer or {}) do
    if raw == "null" then answer[name] = nil end
  end
  return answer
end

function unwraps.api_gateway(text)
  local answer = parsed(text)
  if not answer then return failed("failed to parse response body as JSON") end
  local status = answer.statusCode == nil and "200" or status_of(answer.statusCode)
  if not status then return failed("Non-integer status code") end
  local headers = headers_of(answer)
  if not headers then return failed("invalid headers object") end
  local body = written(answer.body or "{}")
  if body and answer.isBase64Encoded == "true" then body = from_base64(body) end
  if not body then return failed("Failed to transform response") end
  return {status = status, headers = headers, body = body}
end

function unwraps.alb(text)
  local answer = parsed(text)
  local broken = {status = "500", headers = {}, body = "", keep = true}
  if not answer then return broken end
  local status = answer.statusCode == nil and "200" or status_of(answer.statusCode)
  local headers = headers_of(answer)
  local base64 = answer.isBase64Encoded
  if not status or not headers or not (base64 == nil or base64 == "true" or base64 == "false") then return broken end
  local body = written(answer.body or '""')
  if body and base64 == "true" then body = from_base64(body) end
  if not body then return broken end
  return {status = status, headers = headers, body = body, keep = true}
end

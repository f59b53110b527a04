-- What a function gets in the place of the request's body, by the name in the route's `wrap`. Each is given the
-- request's parts: headers (a list of {name, value}), method, path, query, body, is_base64.
local wraps = {}

local function decoded(s)
  return (s:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- All values of each name, in order.
local function gathered(pairs_of)
  local out = {}
  for _, pair in ipairs(pairs_of) do
    local values = out[pair[1]] or {}
    out[pair[1]] = values
    values[#values + 1] = pair[2]
  end
  return out
end

local function query_pairs(query)
  local out = {}
  for part in query:gmatch("[^&]+") do
    local name, value = part:match("^([^=]*)=(.*)$")
    out[#out + 1] = name and {decoded(name), decoded(value)} or {part, ""}
  end
  return out
end

local function last_of(values) return json.text(values[#values]) end

local function repeated(all)
  local out = {}
  for name, values in pairs(all) do
    if #values > 1 then out[name] = values end
  end
  return out
end

-- Gloo's requestTransformation: maps of last values, and of those that stand more than once. A body that is no text,
-- which Gloo cannot hand on, is base64, as it is behind an API Gateway.
function wraps.gloo(request)
  local headers, query = gathered(request.headers), gathered(query_pairs(request.query))
  local parts = {
    '"headers":' .. json.object(headers, last_of),
    '"multiValueHeaders":' .. json.object(repeated(headers), json.list),
    '"httpMethod":' .. json.text(request.method),
    '"path":' .. json.text(request.path),
    '"queryString":' .. json.text(request.query),
    '"queryStringParameters":' .. json.object(query, last_of),
    '"multiValueQueryStringParameters":' .. json.object(repeated(query), json.list)}
  if request.body ~= "" then parts[#parts + 1] = '"body":' .. json.text(request.body) end
  if request.is_base64 then parts[#parts + 1] = '"isBase64Encoded":true' end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function or_null(map, write)
  return next(map) == nil and "null" or json.object(map, write)
end

-- The event of an API Gateway's proxy integration, version 1.0.
function wraps.api_gateway(request)
  local named, agent, forwarded, id = {}, "", "", ""
  for _, pair in ipairs(request.headers) do
    local name = pair[1] == ":authority" and "host" or pair[1]
    if name:sub(1, 1) ~= ":" then named[#named + 1] = {name, pair[2]} end
    if name == "user-agent" then agent = pair[2] end
    if name == "x-forwarded-for" then forwarded = pair[2] end
    if name == "x-request-id" then id = pair[2] end
  end
  local headers, query = gathered(named), gathered(query_pairs(request.query))
  local method, path = json.text(request.method), json.text(request.path)
  return '{"resource":' .. path .. ',"path":' .. path .. ',"httpMethod":' .. method ..
    ',"headers":' .. json.object(headers, last_of) .. ',"multiValueHeaders":' .. json.object(headers, json.list) ..
    ',"queryStringParameters":' .. or_null(query, last_of) ..
    ',"multiValueQueryStringParameters":' .. or_null(query, json.list) ..
    ',"pathParameters":null,"stageVariables":null,"requestContext":{"resourcePath":' .. path .. ',"path":' .. path ..
    ',"httpMethod":' .. method .. ',"protocol":"HTTP/1.1","requestId":' .. json.text(id) ..
    ',"identity":{"sourceIp":' .. json.text(forwarded:match("[^, ]*$")) .. ',"userAgent":' .. json.text(agent) ..
    '}},"body":' .. (request.body == "" and "null" or json.text(request.body)) ..
    ',"isBase64Encoded":' .. tostring(request.is_base64) .. '}'
end

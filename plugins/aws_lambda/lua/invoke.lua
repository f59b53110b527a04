-- An HTTP request as a call of AWS Lambda's Invoke, before it is signed, and the answer back. What to call stands in the
-- route's filter context, or, where no route says anything (copies, events), in `standard`, which the cluster's script
-- begins with. Of a handle's wrappers only those fetched after body() may be used.
local function told(handle)
  local context = handle:filterContext()
  if standard.path and context:get("path") == nil and context:get("problem") == nil then
    return function(name) return standard[name] end
  end
  return function(name) return context:get(name) end
end

local function collect(handle)
  local list = {}
  for name, value in pairs(handle:headers()) do list[#list + 1] = {name, value} end
  return list
end

local function first(headers, name)
  for _, pair in ipairs(headers) do
    if pair[1] == name then return pair[2] end
  end
  return ""
end

local function event_of(handle, wrap)
  local headers = collect(handle)
  local target = first(headers, ":path")
  local body = handle:body(true)
  local bytes = body:length() == 0 and "" or body:getBytes(0, body:length())
  local is_base64 = not json.is_text(bytes)
  if is_base64 then bytes = handle:base64Escape(bytes) end
  return wraps[wrap]({headers = headers, method = first(headers, ":method"), path = target:match("^[^?]*"),
                      query = target:match("%?(.*)$") or "", body = bytes, is_base64 = is_base64})
end

-- A name of the client's own would be signed as ours, or be taken for a signature.
local forged = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "transfer-encoding"}

function envoy_on_request(handle)
  local context = told(handle)
  local path, host, async = context("path"), context("host"), context("async")
  local wrap, propagate, problem = context("wrap"), context("propagate"), context("problem")
  if path == nil then
    handle:respond({[":status"] = "500", ["content-type"] = "text/plain"},
                   problem or "no function present for AWS upstream")
    return
  end
  if async then keep_key(handle) end
  local event = wrap and event_of(handle, wrap)
  local body = handle:body(true)
  local size = event and body:setBytes(event) or body:length()
  local headers = handle:headers()
  for _, name in ipairs(forged) do headers:remove(name) end
  if propagate then
    headers:replace("x-envoy-original-path", headers:get(":path"))
    headers:replace("x-envoy-original-method", headers:get(":method"))
  end
  if event then headers:replace("content-type", "application/json") end
  headers:replace("content-length", tostring(size))
  headers:replace(":path", path)
  headers:replace(":authority", host)
  headers:replace("x-amz-invocation-type", async and "Event" or "RequestResponse")
  headers:replace("x-amz-log-type", "None")
  headers:replace(":method", "POST")
end

local function answer_with(handle, answer)
  local body = handle:body(true)
  body:setBytes(answer.body)
  local headers = handle:headers()
  local replaced = {}
  if not answer.keep then
    for name in pairs(headers) do
      if name:sub(1, 1) ~= ":" then replaced[name] = true end
    end
  end
  for _, pair in ipairs(answer.headers) do replaced[pair[1]] = true end
  for name in pairs(replaced) do headers:remove(name) end
  for _, pair in ipairs(answer.headers) do headers:add(pair[1], pair[2]) end
  headers:replace("content-length", tostring(#answer.body))
  headers:replace(":status", answer.status)
end

function envoy_on_response(handle)
  local context = told(handle)
  local unwrap = context("unwrap")
  local headers = handle:headers()
  if context("async") then tell_key(handle) end
  if headers:get("x-amz-function-error") ~= nil then
    headers:replace(":status", "504")
    return
  end
  if unwrap == nil or not headers:get(":status"):find("^2") then return end
  local body = handle:body(true)
  answer_with(handle, unwraps[unwrap](body:length() == 0 and "" or body:getBytes(0, body:length())))
end

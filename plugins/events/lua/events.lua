-- Hands a copy of each request to every cluster that the route names, and waits for none of them; the route's own action
-- answers.
local of_the_connection = {["content-length"] = true, ["transfer-encoding"] = true, ["connection"] = true, ["expect"] = true,
                           ["upgrade"] = true, ["keep-alive"] = true, ["te"] = true, ["proxy-connection"] = true}

local function copy_of(headers)
  local copy = {}
  for name, value in pairs(headers) do
    if not of_the_connection[name] then
      local values = copy[name] or {}
      copy[name] = values
      values[#values + 1] = value
    end
  end
  for name, values in pairs(copy) do
    if #values == 1 then copy[name] = values[1] end
  end
  return copy
end

function envoy_on_request(handle)
  local clusters, timeout = handle:filterContext():get("clusters"), handle:filterContext():get("timeout")
  if clusters == nil then return end
  keep_key(handle)
  local body = handle:body(true)
  local bytes = body:length() == 0 and "" or body:getBytes(0, body:length())
  local copy = copy_of(handle:headers())
  for _, cluster in ipairs(clusters) do
    local sent = pcall(function() handle:httpCall(cluster, copy, bytes, timeout, true) end)
    if not sent then
      handle:respond({[":status"] = "503", ["content-type"] = "text/plain"}, "the event cannot be handed on")
      return
    end
  end
end

function envoy_on_response(handle)
  tell_key(handle)
end

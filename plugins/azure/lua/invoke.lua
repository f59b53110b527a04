-- A request as a call of an Azure function, by the route's filter context. Under `key` stands the name of the key that it
-- is called with; the filter behind this one writes the key itself in its place.
function envoy_on_request(handle)
  local context = handle:filterContext()
  local path, host, key, problem = context:get("path"), context:get("host"), context:get("key"), context:get("problem")
  if problem ~= nil then
    handle:respond({[":status"] = "500", ["content-type"] = "text/plain"}, problem)
  elseif path ~= nil then
    local headers = handle:headers()
    headers:remove("x-functions-key")
    if key ~= nil then headers:replace("x-functions-key", key) end
    headers:replace(":path", path .. (headers:get(":path"):match("%?.*") or ""))
    headers:replace(":authority", host)
  end
end

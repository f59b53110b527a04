-- Whether a path has a segment that is . or .., in whatever spelling.
local function climbs(path)
  local plain = path:match("^[^?]*"):gsub("%%2[eE]", "."):gsub("%%2[fF]", "/"):gsub("%%5[cC]", "/"):gsub("\\", "/")
  return (plain .. "/"):find("/%.%.?/") ~= nil
end

-- A request for a service of Google's. What it is called by stands in the route's filter context, or else in `standard`,
-- which the cluster's script begins with. The name of the token takes the place of whatever the client sent as its own
-- authorization; the token itself is put over it behind this. Where Envoy asked for one itself it did so on the route,
-- which says so: a copy of a request came by no such route, and has the client's own, which goes no further.
function envoy_on_request(handle)
  local context, headers = handle:filterContext(), handle:headers()
  local problem = context:get("problem")
  if problem ~= nil then
    handle:respond({[":status"] = "500", ["content-type"] = "text/plain"}, problem)
    return
  end
  headers:remove("x-serverless-authorization")
  local token = context:get("token") or standard.token
  if token then
    headers:replace("authorization", token)
  elseif not (standard.by_envoy and context:get("by_envoy")) then
    headers:remove("authorization")
  end
  headers:replace(":authority", standard.host)
  local prefix = context:get("prefix") or standard.prefix or ""
  if prefix == "" then return end
  local path = headers:get(":path")
  if climbs(path) then
    handle:respond({[":status"] = "400", ["content-type"] = "text/plain"}, "the path leads out of the function")
    return
  end
  headers:replace(":path", prefix .. path)
end

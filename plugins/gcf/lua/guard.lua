-- Behind the token: whatever went wrong before, nothing leaves without one.
function envoy_on_request(handle)
  local token = handle:headers():get("authorization") or ""
  if token:sub(1, 7) == "Bearer " and #token > 7 then return end
  handle:respond({[":status"] = "500", ["content-type"] = "text/plain"}, "no ID token present for GCP upstream")
end

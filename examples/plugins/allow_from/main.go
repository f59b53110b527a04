// A plugin in Go: `allowFrom` on a virtual host or a route lets only clients of some networks in. An HTTP filter at the
// stage "authz", which stands disabled on the listener until a virtual host or route switches it on.
package main

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"solder"
)

const (
	filter = "allow_from.example.com" // any name; the type says what it is
	rbac   = "envoy.extensions.filters.http.rbac.v3.RBAC"
)

type allowFrom struct{}

func (allowFrom) Options(in *solder.OptionInput, out *solder.Out) {
	var networks []string
	if !in.Decode(&networks, out) {
		return
	}
	var principals []solder.JSON
	for i, text := range networks {
		network, err := parse(text)
		if err != nil {
			out.Error(solder.Problem{Field: fmt.Sprintf("/%d", i), Reason: "BadNetwork", Message: "this is no network and no address",
				Found: text, Expected: `an address, or one with the bits that count, as in "10.0.0.0/8"`})
			continue
		}
		if network != network.Masked() {
			out.Warning(solder.Problem{Field: fmt.Sprintf("/%d", i), Reason: "AddressInNetwork", Message: "this is an address within a network; the whole network is let in",
				Found: text, Expected: network.Masked().String()})
		}
		block := solder.JSON{"addressPrefix": network.Masked().Addr().String(), "prefixLen": network.Bits()}
		principals = append(principals, solder.JSON{"directRemoteIp": block})
	}
	policy := solder.JSON{"permissions": []solder.JSON{{"any": true}}, "principals": principals}
	rules := solder.JSON{"action": "ALLOW", "policies": solder.JSON{"allowFrom": policy}}
	out.Filter(solder.Filter{Stage: "authz", Name: filter, Type: rbac, Flags: solder.FilterDisabled})
	out.PerFilter(filter, rbac+"PerRoute", solder.JSON{"rbac": solder.JSON{"rules": rules}})
}

func parse(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

func main() {
	solder.Serve(func(solder.Host, json.RawMessage) (any, error) { return allowFrom{}, nil })
}

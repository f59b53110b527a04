package manifests

// Ref names an object.
type Ref struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// Object is any of the three kinds; the members of the others are empty.
type Object struct {
	Kind     string `json:"kind"`
	Metadata Ref    `json:"metadata"`
	Spec     Spec   `json:"spec"`
}

// Spec holds what stands in `spec` of an Upstream, a VirtualService or a Gateway.
type Spec struct {
	Static      *Hosts       `json:"static"`
	Discovered  *Hosts       `json:"benchEndpoints"`
	VirtualHost *VirtualHost `json:"virtualHost"`
	BindAddress string       `json:"bindAddress"`
	BindPort    uint32       `json:"bindPort"`
	HTTPGateway *HTTPGateway `json:"httpGateway"`
}

// Hosts are the endpoints of an Upstream.
type Hosts struct {
	Hosts []Host `json:"hosts"`
}

// Host is one endpoint.
type Host struct {
	Address string `json:"addr"`
	Port    uint32 `json:"port"`
}

// HTTPGateway chooses virtual services by reference; without any it takes all.
type HTTPGateway struct {
	VirtualServices []Ref `json:"virtualServices"`
}

// VirtualHost has the routes of some domains.
type VirtualHost struct {
	Domains []string `json:"domains"`
	Routes  []Route  `json:"routes"`
}

// Route forwards what matches to one upstream.
type Route struct {
	Matchers []struct {
		Prefix string `json:"prefix"`
	} `json:"matchers"`
	RouteAction struct {
		Single struct {
			Upstream Ref `json:"upstream"`
		} `json:"single"`
	} `json:"routeAction"`
	Options Options `json:"options"`
}

// Options are the route options that the worlds use.
type Options struct {
	Timeout string `json:"timeout"`
	Retries struct {
		RetryOn    string `json:"retryOn"`
		NumRetries uint32 `json:"numRetries"`
	} `json:"retries"`
	PrefixRewrite      string `json:"prefixRewrite"`
	HeaderManipulation struct {
		RequestHeadersToAdd []struct {
			Header struct {
				Key   string `json:"key"`
				Value string `json:"value"`
			} `json:"header"`
		} `json:"requestHeadersToAdd"`
	} `json:"headerManipulation"`
}

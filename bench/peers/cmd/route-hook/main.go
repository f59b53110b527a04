// What a route costs where an extension is a gRPC hook that is called for each, as Envoy Gateway's PostRouteModify is: the
// route goes to another process as protobuf, comes back changed, and the next one waits. The messages are less than
// Envoy Gateway's, which sends what stands in the user's policy along; the server does what the `maintenance` example does.
//
//	route-hook serve              prints its port, serves until its standard input ends
//	route-hook call PORT ROUTES   prints microseconds for each route, median of rounds
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strconv"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	service = "solder.bench.RouteHook"
	method  = "PostRouteModify"
	rounds  = 20
)

type hook interface {
	modify(*routev3.Route) *routev3.Route
}

type closed struct{}

func (closed) modify(route *routev3.Route) *routev3.Route {
	body := &corev3.DataSource{Specifier: &corev3.DataSource_InlineString{InlineString: "back"}}
	route.Action = &routev3.Route_DirectResponse{DirectResponse: &routev3.DirectResponseAction{Status: 503, Body: body}}
	return route
}

func answer(self any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	route := &routev3.Route{}
	if err := decode(route); err != nil {
		return nil, err
	}
	return self.(hook).modify(route), nil
}

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{ServiceName: service, HandlerType: (*hook)(nil), Methods: []grpc.MethodDesc{{MethodName: method, Handler: answer}}}, closed{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	return server.Serve(listener)
}

func route(number int) *routev3.Route {
	return &routev3.Route{
		Name:  fmt.Sprintf("route-%d", number),
		Match: &routev3.RouteMatch{PathSpecifier: &routev3.RouteMatch_Prefix{Prefix: fmt.Sprintf("/path-%d", number)}},
		Action: &routev3.Route_Route{Route: &routev3.RouteAction{
			ClusterSpecifier: &routev3.RouteAction_Cluster{Cluster: "one_gloo-system"}, Timeout: durationpb.New(time.Duration(number+1) * time.Second)}},
	}
}

func call(port string, routes int) error {
	connection, err := grpc.NewClient("127.0.0.1:"+port, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	var each []float64
	for round := 0; round <= rounds; round++ {
		begin := time.Now()
		for number := 0; number < routes; number++ {
			changed := &routev3.Route{}
			if err := connection.Invoke(context.Background(), "/"+service+"/"+method, route(number), changed); err != nil {
				return err
			}
			if changed.GetDirectResponse().GetStatus() != 503 {
				return fmt.Errorf("route %d came back as it was", number)
			}
		}
		// The first round opens the connection.
		if round > 0 {
			each = append(each, float64(time.Since(begin).Microseconds())/float64(routes))
		}
	}
	sort.Float64s(each)
	fmt.Printf("%.2f\n", each[len(each)/2])
	return nil
}

func main() {
	err := fmt.Errorf("usage: route-hook serve | call PORT ROUTES")
	if len(os.Args) == 2 && os.Args[1] == "serve" {
		err = serve()
	} else if len(os.Args) == 4 && os.Args[1] == "call" {
		var routes int
		if routes, err = strconv.Atoi(os.Args[3]); err == nil {
			err = call(os.Args[2], routes)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

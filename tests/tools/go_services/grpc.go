// A gRPC service by grpc-go with server reflection, v1 and v1alpha: grpc.testing.TestService, whose files import others.
package main

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
)

type server struct {
	grpc_testing.UnimplementedTestServiceServer
}

func (server) UnaryCall(_ context.Context, in *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
	if in.GetResponseStatus().GetCode() != 0 {
		return nil, status.Error(codes.Code(in.GetResponseStatus().GetCode()), in.GetResponseStatus().GetMessage())
	}
	return &grpc_testing.SimpleResponse{Payload: in.GetPayload(), Username: "go"}, nil
}

func serveGrpc(listener net.Listener) error {
	calls := grpc.NewServer()
	grpc_testing.RegisterTestServiceServer(calls, server{})
	reflection.Register(calls)
	return calls.Serve(listener)
}

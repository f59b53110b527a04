// Services in Go that tests find the functions of. Arguments: shelves|grpc PORT.
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	serve := map[string]func(net.Listener) error{"shelves": serveShelves, "grpc": serveGrpc}[os.Args[1]]
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
	if err == nil {
		fmt.Println("listening")
		err = serve(listener)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// xds-server is the peer: go-control-plane's server over one of its caches, fed from a directory of manifests.
//
//	xds-server --manifests DIR --cache snapshot|linear       serves; prints {"port":N} when it is ready
//	xds-server --manifests DIR --cache snapshot|linear --cold ROUNDS
//	                                                         prints the milliseconds from objects to a filled cache
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"github.com/fsnotify/fsnotify"
	"google.golang.org/grpc"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"

	"solder/bench/peers/caches"
	"solder/bench/peers/manifests"
	"solder/bench/peers/translate"
)

func main() {
	directory := flag.String("manifests", "", "directory with the world")
	kind := flag.String("cache", "linear", "snapshot or linear")
	cold := flag.Int("cold", 0, "measure so many cold translations instead of serving")
	flag.Parse()
	var err error
	if *cold > 0 {
		err = measureCold(*directory, *kind, *cold)
	} else {
		err = serve(*directory, *kind)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func measureCold(directory, kind string, rounds int) error {
	documents, err := manifests.ReadDirectory(directory)
	if err != nil {
		return err
	}
	var times []float64
	for i := 0; i < rounds; i++ {
		sink, err := caches.New(kind)
		if err != nil {
			return err
		}
		runtime.GC()
		begin := time.Now()
		changes, err := translate.NewWorld().Apply(documents)
		if err == nil {
			err = sink.Set(changes)
		}
		if err != nil {
			return err
		}
		times = append(times, float64(time.Since(begin).Microseconds())/1000)
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"ms": times})
}

func serve(directory, kind string) error {
	sink, err := caches.New(kind)
	if err != nil {
		return err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer watcher.Close()
	if err := watcher.Add(directory); err != nil {
		return err
	}
	world := translate.NewWorld()
	documents, err := manifests.ReadDirectory(directory)
	if err != nil {
		return err
	}
	if err := apply(world, sink, documents); err != nil {
		return err
	}
	documents = nil
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	transport := grpc.NewServer(grpc.MaxConcurrentStreams(1000000), grpc.MaxRecvMsgSize(32<<20))
	discovery.RegisterAggregatedDiscoveryServiceServer(transport, server.NewServer(context.Background(), sink.Cache(), nil))
	go func() { _ = transport.Serve(listener) }()
	defer transport.Stop()
	runtime.GC()
	fmt.Printf("{\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, os.Interrupt)
	return follow(watcher, world, sink, stop)
}

func apply(world *translate.World, sink caches.Sink, documents []manifests.Document) error {
	changes, err := world.Apply(documents)
	if err != nil {
		return err
	}
	return sink.Set(changes)
}

// Whatever happened by the time that the last change was taken over is one change.
func follow(watcher *fsnotify.Watcher, world *translate.World, sink caches.Sink, stop <-chan os.Signal) error {
	for {
		changed := map[string]bool{}
		take := func(event fsnotify.Event) {
			if event.Op&(fsnotify.Create|fsnotify.Write) != 0 && manifests.IsManifest(event.Name) {
				changed[event.Name] = true
			}
		}
		select {
		case <-stop:
			return nil
		case err := <-watcher.Errors:
			return err
		case event := <-watcher.Events:
			take(event)
		}
		for more := true; more; {
			select {
			case event := <-watcher.Events:
				take(event)
			default:
				more = false
			}
		}
		var documents []manifests.Document
		for path := range changed {
			found, err := manifests.ReadFile(path)
			if err != nil {
				return err
			}
			documents = append(documents, found...)
		}
		if len(documents) == 0 {
			continue
		}
		if err := apply(world, sink, documents); err != nil {
			return err
		}
	}
}

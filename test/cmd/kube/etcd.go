package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
)

// runEtcd is a single-member etcd without TLS, for loopback use only.
func runEtcd() int {
	flags := flag.NewFlagSet("etcd", flag.ExitOnError)
	dataDir := flags.String("data-dir", "etcd", "folder of the data")
	client := flags.String("listen-client-url", "http://127.0.0.1:2379", "address for clients")
	peer := flags.String("listen-peer-url", "http://127.0.0.1:2380", "address for peers")
	unsafeNoFsync := flags.Bool("unsafe-no-fsync", false, "do not wait for the disk: the data need not outlive the machine")
	_ = flags.Parse(os.Args[1:])

	if err := serveEtcd(*dataDir, *client, *peer, *unsafeNoFsync); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		return 1
	}
	return 0
}

func serveEtcd(dataDir, client, peer string, unsafeNoFsync bool) error {
	clientURL, err := url.Parse(client)
	if err != nil {
		return err
	}
	peerURL, err := url.Parse(peer)
	if err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir = dataDir
	config.LogLevel = "warn"
	config.UnsafeNoFsync = unsafeNoFsync
	config.ListenClientUrls = []url.URL{*clientURL}
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.ListenPeerUrls = []url.URL{*peerURL}
	config.AdvertisePeerUrls = config.ListenPeerUrls
	config.InitialCluster = config.InitialClusterFromName(config.Name)

	member, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer member.Close()

	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, syscall.SIGTERM, syscall.SIGINT)
	select {
	case <-interrupted:
		return nil
	case err := <-member.Err():
		return err
	}
}

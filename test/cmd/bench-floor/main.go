// Command bench-floor sends the requests of the plugin's commands with client-go's transport and
// does next to nothing else: what the plugin takes beyond it is its own. `bench-floor LEASE` is the
// floor of holder, `bench-floor --lists` that of list -A.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bench-floor:", err)
		os.Exit(1)
	}
}

func run(argument string) error {
	loaded := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(clientcmd.NewDefaultClientConfigLoadingRules(), nil)
	config, err := loaded.ClientConfig()
	if err != nil {
		return err
	}
	namespace, _, err := loaded.Namespace()
	if err != nil {
		return err
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	if argument == "--lists" {
		return lists(client, config.Host)
	}
	return holder(client, config.Host, namespace, argument)
}

var errNotFound = errors.New("not found")

// get sends one request.
func get(client *http.Client, url, accept string) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", accept)
	response, err := client.Do(request)
	switch {
	case err != nil:
		return nil, err
	case response.StatusCode == http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", url, errNotFound)
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	return response, nil
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// object is what is read of a Lease and of a pod.
type object struct {
	Metadata struct{ Name string }
	Spec     struct{ HolderIdentity string }
}

// holder prints the pod that is named in a Lease's holder.
func holder(client *http.Client, host, namespace, lease string) error {
	var held, pod object
	if err := read(client, host+"/apis/coordination.k8s.io/v1/namespaces/"+namespace+"/leases/"+lease, &held); err != nil {
		return err
	}
	name, _, _ := strings.Cut(held.Spec.HolderIdentity, "_")
	if err := read(client, host+"/api/v1/namespaces/"+namespace+"/pods/"+name, &pod); err != nil {
		return err
	}
	_, err := fmt.Println(pod.Metadata.Name)
	return err
}

func read(client *http.Client, url string, into *object) error {
	response, err := get(client, url, "application/json")
	if err != nil {
		return err
	}
	defer response.Body.Close() // read-only
	return json.NewDecoder(response.Body).Decode(into)
}

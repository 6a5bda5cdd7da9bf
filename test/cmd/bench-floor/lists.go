package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

const (
	whole    = "application/vnd.kubernetes.protobuf"
	metadata = whole + ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
)

// list is a list that list -A reads. Its size is printed.
type list struct{ path, accept string }

// lists reads what list -A reads, in its order: locks of all kinds at once, then pods. Nodes are
// read for holders alone that are no pods, and here there are none.
func lists(client *http.Client, host string) error {
	for _, together := range [][]list{
		{
			{"/apis/coordination.k8s.io/v1/leases?", whole}, {"/apis/apps/v1/daemonsets?", metadata},
			{"/api/v1/endpoints?", metadata}, {"/api/v1/configmaps?", metadata},
			{"/api/v1/configmaps?labelSelector=provider%3Dspring-cloud-kubernetes&", whole},
			{"/apis/kopf.dev/v1/kopfpeerings?", "application/json"}, {"/apis/kopf.dev/v1/clusterkopfpeerings?", "application/json"},
		},
		{{"/api/v1/pods?", whole}},
	} {
		done := make(chan error)
		for _, l := range together {
			go func() { done <- l.read(client, host) }()
		}
		for range together {
			if err := <-done; err != nil {
				return err
			}
		}
	}
	return nil
}

// read reads the list page by page.
func (l list) read(client *http.Client, host string) error {
	items, next := 0, ""
	for {
		response, err := get(client, host+l.path+"limit=500&continue="+url.QueryEscape(next), l.accept)
		switch {
		case errors.Is(err, errNotFound): // a kind that this cluster does not have
			return nil
		case err != nil:
			return err
		}
		data, err := io.ReadAll(response.Body)
		response.Body.Close() // read to its end
		if err != nil {
			return err
		}
		count, meta, err := page(data)
		if err != nil {
			return fmt.Errorf("%s: %w", l.path, err)
		}
		items += count
		if next = meta.Continue; next == "" {
			_, err := fmt.Println(l.path, items)
			return err
		}
	}
}

// page counts the items of a list in protobuf, which are field 2, and decodes its metadata alone,
// which are field 1.
func page(data []byte) (items int, meta metav1.ListMeta, err error) {
	var envelope runtime.Unknown
	if len(data) < 4 {
		return 0, meta, errors.New("no protobuf")
	}
	if err := envelope.Unmarshal(data[4:]); err != nil {
		return 0, meta, err
	}
	for rest := envelope.Raw; len(rest) > 0; {
		length, prefix := binary.Uvarint(rest[1:])
		end := 1 + prefix + int(length)
		if prefix <= 0 || end > len(rest) {
			return 0, meta, errors.New("cut off")
		}
		switch rest[0] {
		case 1<<3 | 2:
			err = errors.Join(err, meta.Unmarshal(rest[1+prefix:end]))
		case 2<<3 | 2:
			items++
		}
		rest = rest[end:]
	}
	return items, meta, err
}

package leader_test

import (
	"context"
	"errors"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
)

// listings is a cluster without locks, where some kinds of them cannot even be listed.
type listings struct {
	dynamic.Interface
	failing map[string]error // by resource
}

func (l listings) Leases(string) kube.Leases { return leaseListing{err: l.failing["leases"]} }

func (l listings) Metadata(kind schema.GroupVersionResource, _ string) kube.Metadata {
	return metadataListing{err: l.failing[kind.Resource]}
}

func (l listings) Resource(kind schema.GroupVersionResource) dynamic.NamespaceableResourceInterface {
	return objectListing{err: l.failing[kind.Resource]}
}

type leaseListing struct {
	kube.Leases
	err error
}

func (l leaseListing) List(context.Context, metav1.ListOptions) (*coordinationv1.LeaseList, error) {
	return &coordinationv1.LeaseList{}, l.err
}

type metadataListing struct {
	kube.Metadata
	err error
}

func (l metadataListing) List(context.Context, metav1.ListOptions) (*metav1.PartialObjectMetadataList, error) {
	return &metav1.PartialObjectMetadataList{}, l.err
}

type objectListing struct {
	dynamic.NamespaceableResourceInterface
	err error
}

func (l objectListing) Namespace(string) dynamic.ResourceInterface { return l }

func (l objectListing) List(context.Context, metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	return &unstructured.UnstructuredList{}, l.err
}

// TestSurveyTellsOfTheSameKindEachTime: all kinds are listed at once, and the error is not that of whichever fails first.
func TestSurveyTellsOfTheSameKindEachTime(t *testing.T) {
	refused := errors.New("connection refused")
	for _, test := range []struct {
		failing []string
		want    string
	}{
		{nil, ""},
		{[]string{"leases", "configmaps", "endpoints", "kopfpeerings", "clusterkopfpeerings", "daemonsets"}, "lease locks: connection refused"},
		{[]string{"daemonsets", "clusterkopfpeerings", "endpoints"}, "endpoints locks: connection refused"},
		{[]string{"daemonsets"}, "daemonset locks: connection refused"},
	} {
		cluster := listings{failing: map[string]error{}}
		for _, resource := range test.failing {
			cluster.failing[resource] = refused
		}
		survey := leader.Survey{
			Locks: election.Lister{Client: election.Client{Leases: cluster, Dynamic: cluster, Metadata: cluster}},
			Clock: &election.ServerClock{},
		}
		for range 50 {
			got := ""
			if _, err := survey.Run(t.Context()); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Fatalf("%v fail: %q, want %q", test.failing, got, test.want)
			}
		}
	}
}

package check

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

// TestAnAnswerCutInItsMiddlePasses: the API server was killed while it wrote.
func TestAnAnswerCutInItsMiddlePasses(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"kind":`) // the connection breaks as the rest does not come
	}))
	defer server.Close()
	client, err := rest.RESTClientFor(&rest.Config{
		Host: server.URL, APIPath: "/api", ContentConfig: rest.ContentConfig{GroupVersion: &metav1.Unversioned, NegotiatedSerializer: scheme.Codecs},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = client.Get().AbsPath("/api/v1/pods").Do(t.Context()).Error()
	if !errors.Is(err, io.ErrUnexpectedEOF) || !passing(err) {
		t.Errorf("%v is not waited for", err)
	}
}

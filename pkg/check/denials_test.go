package check

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

// TestDenials counts how many denials in a row it takes until they are believed, by what is known of the server.
func TestDenials(t *testing.T) {
	for _, test := range []struct {
		name    string
		outage  bool
		version error
		want    int
	}{
		{"a server that knows its roles", false, nil, denialsBelieved},
		{"one that has just come back", true, nil, denialsInStart},
		{"one that denies all to these credentials", false, apierrors.NewUnauthorized("no"), denialsAlone},
	} {
		d, count := denials{outage: test.outage}, 1
		for !d.believed(test.version) {
			count++
		}
		if count != test.want {
			t.Errorf("%s: believed after %d, want %d", test.name, count, test.want)
		}
	}
	d := denials{count: denialsAlone}
	if d.believed(errors.New("connection refused")) || d.count != 0 {
		t.Error("a server that does not answer is believed")
	}
}

// TestPassing: a server that ends in the middle of an answer may be back soon, as may one that does
// not answer at all.
func TestPassing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("{")) // and no more: the server closes the connection
	}))
	defer server.Close()
	config := rest.ContentConfig{NegotiatedSerializer: scheme.Codecs.WithoutConversion(), GroupVersion: &coordinationv1.SchemeGroupVersion}
	client, err := rest.UnversionedRESTClientFor(&rest.Config{Host: server.URL, ContentConfig: config})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Get().AbsPath("/").Do(t.Context()).Error(); err == nil || !passing(err) {
		t.Errorf("%v is the last word of a server that has ended", err)
	}
	if passing(apierrors.NewUnauthorized("no")) {
		t.Error("a denial is an outage")
	}
}

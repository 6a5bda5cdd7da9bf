package check

import (
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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

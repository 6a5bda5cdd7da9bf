package tunnel

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	compat "k8s.io/apimachinery/pkg/util/httpstream"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// RoundTripperFor is what upgrades connections to SPDY. Where client-go's keeps only the text of a refusal, the errors of this one
// have what the API server said, as those of WebSocket do: a denial is told from what another try may mend.
func RoundTripperFor(config *rest.Config) (http.RoundTripper, spdy.Upgrader, error) {
	transport, upgrader, err := spdy.RoundTripperFor(config)
	return transport, refusing{upgrader}, err
}

// answerMost is how much of a refusal is read.
const answerMost = 1 << 20

// refusing is an upgrader whose errors have the server's status.
type refusing struct{ upgrader spdy.Upgrader }

func (r refusing) NewConnection(resp *http.Response) (compat.Connection, error) {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return r.upgrader.NewConnection(resp)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, answerMost))
	if err != nil {
		return nil, err
	}
	var status metav1.Status
	if json.Unmarshal(body, &status) == nil && status.Kind == "Status" {
		return nil, &httpstream.UpgradeFailureError{Cause: &apierrors.StatusError{ErrStatus: status}}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body)) // who made the request closes it
	return r.upgrader.NewConnection(resp)
}

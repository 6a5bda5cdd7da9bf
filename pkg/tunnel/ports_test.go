package tunnel

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestParsePort(t *testing.T) {
	for _, test := range []struct {
		spec string
		want Port
		err  string
	}{
		{"8080", Port{SameAsRemote, "8080"}, ""},
		{"5000:6000", Port{5000, "6000"}, ""},
		{":8080", Port{0, "8080"}, ""},
		{"0:8080", Port{0, "8080"}, ""},
		{"metrics", Port{SameAsRemote, "metrics"}, ""},
		{"9000:metrics", Port{9000, "metrics"}, ""},
		{"", Port{}, "want REMOTE"},
		{"8080:", Port{}, "want REMOTE"},
		{"1:2:3", Port{}, "want REMOTE"},
		{"0", Port{}, "between 1 and 65535"},
		{"65536", Port{}, "between 1 and 65535"},
		{"-1", Port{}, "between 1 and 65535"},
		{"70000:80", Port{}, "local port"},
		{"-1:80", Port{}, "local port"},
		{"http:80", Port{}, "local port"},
	} {
		got, err := ParsePort(test.spec)
		if (test.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.err) || got != test.want {
			t.Errorf("%q: %+v, %v; want %+v, %q", test.spec, got, err, test.want, test.err)
		}
	}
}

func TestRemoteNumber(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Ports: []corev1.ContainerPort{
		{Name: "http", ContainerPort: 8080}, {Name: "dns", ContainerPort: 53, Protocol: corev1.ProtocolUDP},
		{Name: "both-udp", ContainerPort: 54, Protocol: corev1.ProtocolUDP}, {Name: "both-tcp", ContainerPort: 54},
	}}}, InitContainers: []corev1.Container{
		{Ports: []corev1.ContainerPort{{Name: "setup", ContainerPort: 1}}},
		{RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways), Ports: []corev1.ContainerPort{{Name: "side", ContainerPort: 15090}}},
	}}}
	for _, test := range []struct {
		remote string
		want   int32
		err    string
	}{
		{"8080", 8080, ""}, {"9", 9, ""}, {"http", 8080, ""}, {"54", 54, ""}, {"side", 15090, ""},
		{"setup", 0, "only http"}, {"dns", 0, "UDP"}, {"53", 0, "UDP"}, {"metrics", 0, "only http, dns, both-udp, both-tcp, side"},
	} {
		got, err := Port{Remote: test.remote}.RemoteNumber(pod)
		if (test.err == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.err) || got != test.want {
			t.Errorf("%q: %d, %v; want %d, %q", test.remote, got, err, test.want, test.err)
		}
	}
}

func TestListen(t *testing.T) {
	listeners, err := Listen([]Port{{0, "8080"}, {0, "9090"}}, []string{"localhost"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(listeners)
	first := listeners[0].Port.Local
	if first == 0 || listeners[0].Host() != "127.0.0.1" {
		t.Errorf("bound %s:%d", listeners[0].Host(), first)
	}
	for _, l := range listeners {
		if (l.Port.Remote == "8080") != (l.Port.Local == first) {
			t.Errorf("one random port for all addresses: %s has %d for %s", l.Host(), l.Port.Local, l.Port.Remote)
		}
	}
	if _, err := Listen([]Port{{0, "1"}, {first, "2"}}, []string{"127.0.0.1"}, nil); err == nil || !strings.Contains(err.Error(), strconv.Itoa(first)) {
		t.Errorf("a port in use gave %v", err)
	}
	if _, err := Listen([]Port{{0, "1"}}, []string{"example.org"}, nil); err == nil {
		t.Error("a host name was taken for an address")
	}
}

// TestListenOnHalfTakenPort: clients of the address that somebody else has would reach another
// process.
func TestListenOnHalfTakenPort(t *testing.T) {
	for _, test := range []struct{ network, host string }{{"tcp4", "127.0.0.1"}, {"tcp6", "::1"}} {
		stranger, err := net.Listen(test.network, net.JoinHostPort(test.host, "0"))
		if err != nil {
			t.Logf("this machine has no %s: %v", test.host, err)
			continue
		}
		defer stranger.Close()
		port := stranger.Addr().(*net.TCPAddr).Port
		listeners, err := Listen([]Port{{port, "8080"}}, []string{"localhost"}, nil)
		if err == nil {
			Close(listeners)
			t.Errorf("listens on %s although %s is taken", listeners[0].Addr(), stranger.Addr())
		} else if !strings.Contains(err.Error(), stranger.Addr().String()) {
			t.Errorf("%v does not name %s", err, stranger.Addr())
		}
	}
}

// TestListenWhereAFamilyIsLacking: a machine without IPv6 has no ::1, which is no fault.
func TestListenWhereAFamilyIsLacking(t *testing.T) {
	const lacking = "2001:db8::1" // for documentation: no machine has it
	opened, err := listenPort(Port{0, "8080"}, []address{{"tcp4", "127.0.0.1", true}, {"tcp6", lacking, true}}, nil)
	if err != nil || len(opened) != 1 || opened[0].Host() != "127.0.0.1" {
		t.Errorf("opened %v, %v; want 127.0.0.1 alone", opened, err)
	}
	Close(opened)
	if opened, err = listenPort(Port{0, "8080"}, []address{{"tcp6", lacking, true}}, nil); err == nil || !strings.Contains(err.Error(), lacking) {
		t.Errorf("opened %v, %v; want an error that names %s", opened, err, lacking)
	}
}

// TestRefusedInThePod says what the kubelet said, and what that means for a process that listens on
// the pod's address.
func TestRefusedInThePod(t *testing.T) {
	const said = "failed to connect to localhost:9500 inside namespace: IPv4: dial tcp4 127.0.0.1:9500: connect: connection refused"
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "op-0"}}
	err := podError(errors.New(said), pod, 9500, true)
	if want := "pod ops/op-0: nothing listens in the pod on localhost:9500 (" + said + "); a process that listens on the pod's own address alone cannot be reached through port-forward"; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

package cli

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/dynamic"
	_ "k8s.io/client-go/plugin/pkg/client/auth/oidc" // as kubectl has it
	"k8s.io/client-go/rest"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
	"github.com/kubectl-leader/kubectl-leader/pkg/kube"
	"github.com/kubectl-leader/kubectl-leader/pkg/leader"
	"github.com/kubectl-leader/kubectl-leader/pkg/login"
	"github.com/kubectl-leader/kubectl-leader/pkg/tunnel"
)

// cluster is a connection to the API server, shared by all that a command does.
type cluster struct {
	config    *rest.Config
	namespace string // of the context, or of --namespace
	kube      *kube.Client
	locks     election.Client
	finder    *leader.Finder // of the command's LOCK, if it has one
}

// connect prepares the connection; nothing is sent yet.
func connect(flags *connectionFlags) (*cluster, error) {
	config, err := flags.load().ClientConfig()
	if err != nil {
		return nil, err
	}
	raw, err := flags.load().RawConfig()
	if err != nil {
		return nil, err
	}
	if len(raw.Clusters) == 0 && flags.overrides.ClusterInfo.Server == "" && strings.HasSuffix(config.Host, "localhost:8080") {
		if files := os.Getenv("KUBECONFIG"); files != "" {
			return nil, fmt.Errorf("%w in KUBECONFIG=%s", errNoCluster, files)
		}
		return nil, errNoCluster // that is kubectl's default of old, where nobody listens any more
	}
	config.UserAgent = "kubectl-leader/" + thisBuild().version
	// Protobuf takes a fraction of the time and the memory of JSON; who cannot speak it answers in JSON.
	config.AcceptContentTypes, config.ContentType = "application/vnd.kubernetes.protobuf,application/json", "application/vnd.kubernetes.protobuf"
	config.QPS = -1 // a few requests, none of them in a loop: nothing to hold back
	clock := &election.ServerClock{}
	config.Wrap(clock.Wrap)
	client, err := httpClient(config, flags.stdinUse)
	if err != nil {
		return nil, err
	}
	typed, err := kube.New(config, client)
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	namespace, _, err := flags.load().Namespace()
	if err != nil {
		return nil, err
	}
	if err := checkNamespace(namespace); err != nil {
		return nil, err
	}
	locks := election.Client{Leases: typed, Dynamic: objects, Metadata: typed, Clock: clock}
	return &cluster{config: config, namespace: namespace, kube: typed, locks: locks}, nil
}

// httpClient makes the client of a cluster. What a plugin for credentials asks of its user takes as
// long as it takes; stdinUse is what else reads stdin, "" for nothing.
func httpClient(config *rest.Config, stdinUse string) (*http.Client, error) {
	if config.ExecProvider == nil {
		return rest.HTTPClientFor(config)
	}
	login.Watch()
	config.ExecProvider.StdinUnavailable, config.ExecProvider.StdinUnavailableMessage = stdinUse != "", stdinUse
	if timeout := config.Timeout; timeout > 0 {
		config.Wrap(func(next http.RoundTripper) http.RoundTripper { return login.Bounding(next, timeout) })
	}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	client.Timeout, client.Transport = 0, login.Abandoning(client.Transport)
	return client, nil
}

const (
	// answerWithin bounds one judgement of a cluster that hangs, unless --request-timeout says otherwise.
	answerWithin = 30 * time.Second
	// leastAnswer is how long a judgement may take however short a command's timeout is: that is meant for the wait, and a cluster
	// that is far away or busy is no failure.
	leastAnswer = 5 * time.Second
)

// boundBy keeps a cluster that hangs from holding up a command far beyond its timeout, 0 for none.
func boundBy(finder *leader.Finder, timeout time.Duration) {
	if timeout > 0 && finder.AnswerWithin > 0 {
		finder.AnswerWithin = min(finder.AnswerWithin, max(timeout, leastAnswer))
	}
}

// finderOf makes a finder of a lock, whose pods are looked for in a namespace first.
func (c *cluster) finderOf(ref election.Ref, podNamespace string) *leader.Finder {
	finder := &leader.Finder{
		Lock: ref, PodNamespace: podNamespace, Locks: c.locks, Pods: c.kube, Nodes: c.kube, Clock: c.locks.Clock,
	}
	if c.config.Timeout == 0 {
		finder.AnswerWithin = answerWithin
	}
	return finder
}

// dialer opens connections to pods for port-forward.
func (c *cluster) dialer() tunnel.Dialer {
	return tunnel.NewDialer(c.config, c.kube.Core(), tunnel.NewProtocol("portforward", webSockets("KUBECTL_PORT_FORWARD_WEBSOCKETS")))
}

// execProtocol is how commands are run in pods.
func execProtocol() *tunnel.Protocol {
	return tunnel.NewProtocol("exec", webSockets("KUBECTL_REMOTE_COMMAND_WEBSOCKETS"))
}

// webSockets reads a feature gate of kubectl's (k8s.io/kubectl/pkg/cmd/util,
// FeatureGate.IsDisabled).
func webSockets(variable string) bool { return !strings.EqualFold(os.Getenv(variable), "false") }

func checkNamespace(namespace string) error {
	if problems := validation.IsDNS1123Label(namespace); len(problems) > 0 {
		return fmt.Errorf("%q cannot be a namespace: %s", namespace, strings.Join(problems, "; "))
	}
	return nil
}

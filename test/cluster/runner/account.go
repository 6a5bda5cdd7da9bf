package runner

import (
	"context"
	"fmt"
	"path/filepath"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-leader/kubectl-leader/test/cluster"
)

// tokenLife is the life of a pod's token, in seconds; it is not renewed.
const tokenLife = 24 * 60 * 60

func (p *pod) kubeconfig() string { return filepath.Join(p.folder, "kubeconfig") }

// writeKubeconfig gets a token of the pod's service account, bound to the pod
// as the kubelet's are, and writes it to the pod's own kubeconfig.
func (p *pod) writeKubeconfig(ctx context.Context) error {
	account := p.object.Spec.ServiceAccountName
	life := int64(tokenLife)
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: &life,
		BoundObjectRef: &authenticationv1.BoundObjectReference{
			APIVersion: "v1", Kind: "Pod", Name: p.object.Name, UID: p.object.UID,
		},
	}}
	accounts := p.runner.client.CoreV1().ServiceAccounts(p.object.Namespace)
	answer, err := accounts.CreateToken(ctx, account, request, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("token of service account %s: %w", account, err)
	}
	config := p.runner.config
	return cluster.WriteKubeconfig(p.kubeconfig(), config.Host, config.CAData, answer.Status.Token, p.object.Namespace)
}

package cluster

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"os"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

// ContextName is the name of the cluster, user and context in the kubeconfig.
const ContextName = "kubectl-leader"

// writeCredentials makes the certificate, the key of the service accounts and
// the administrator's token once; a later call leaves them as they are.
func (d Dir) writeCredentials(apiserverPort int) error {
	if _, err := os.Stat(d.Kubeconfig()); err == nil {
		return nil
	}
	addresses := []net.IP{net.ParseIP("127.0.0.1"), net.ParseIP("10.96.0.1")}
	names := []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	certificate, key, err := cert.GenerateSelfSignedCertKey("localhost", addresses, names)
	if err != nil {
		return fmt.Errorf("make certificate: %w", err)
	}
	accountKey, err := keyutil.MakeEllipticPrivateKeyPEM()
	if err != nil {
		return fmt.Errorf("make key of the service accounts: %w", err)
	}
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	token := hex.EncodeToString(secret)

	for file, content := range map[string][]byte{
		d.Cert():       certificate,
		d.Key():        key,
		d.accountKey(): accountKey,
		d.tokens():     []byte(token + ",admin,admin,system:masters\n"),
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return err
		}
	}
	// Last: its existence says that the rest is complete.
	server := fmt.Sprintf("https://127.0.0.1:%d", apiserverPort)
	return WriteKubeconfig(d.Kubeconfig(), server, certificate, token, "default")
}

func (d Dir) accountKey() string { return d.join("pki", "service-accounts.key") }
func (d Dir) tokens() string     { return d.join("pki", "tokens.csv") }

// WriteKubeconfig writes a kubeconfig with one context, whose user has token.
// ca is PEM.
func WriteKubeconfig(file, server string, ca []byte, token, namespace string) error {
	config := api.NewConfig()
	config.Clusters[ContextName] = &api.Cluster{Server: server, CertificateAuthorityData: ca}
	config.AuthInfos[ContextName] = &api.AuthInfo{Token: token}
	config.Contexts[ContextName] = &api.Context{Cluster: ContextName, AuthInfo: ContextName, Namespace: namespace}
	config.CurrentContext = ContextName
	return clientcmd.WriteToFile(*config, file)
}

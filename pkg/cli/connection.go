package cli

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/homedir"
)

// connectionFlags are those of kubectl that say which cluster to talk to, and as whom. cli-runtime has them, too, together
// with discovery and kustomize, which would make up most of the program. A scenario holds them to being the same.
type connectionFlags struct {
	kubeconfig string
	overrides  clientcmd.ConfigOverrides
	userExtra  []string
	stdinUse   string                 // what reads stdin, so that a plugin for credentials must not
	config     clientcmd.ClientConfig // once it is loaded
}

func (f *connectionFlags) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&f.kubeconfig, "kubeconfig", "", "Path to the kubeconfig file to use for CLI requests.")
	flags.String("cache-dir", cacheDir(), "Default cache directory") // kubectl's; nothing is kept here

	user := &f.overrides.AuthInfo
	flags.StringVar(&user.ClientCertificate, "client-certificate", "", "Path to a client certificate file for TLS")
	flags.StringVar(&user.ClientKey, "client-key", "", "Path to a client key file for TLS")
	flags.StringVar(&user.Token, "token", "", "Bearer token for authentication to the API server")
	// API servers have no basic authentication any more; what stands before them may. A token beside it is an error, as in
	// kubectl, which asks for a name that is missing. Here the input may be the command's after "--": nothing is asked.
	flags.StringVar(&user.Username, "username", "", "Username for basic authentication to the API server")
	flags.StringVar(&user.Password, "password", "", "Password for basic authentication to the API server")
	flags.StringVar(&user.Impersonate, "as", "", "Username to impersonate for the operation. User could be a regular user or a service account in a namespace.")
	flags.StringVar(&user.ImpersonateUID, "as-uid", "", "UID to impersonate for the operation.")
	flags.StringArrayVar(&user.ImpersonateGroups, "as-group", []string{}, "Group to impersonate for the operation, this flag can be repeated to specify multiple groups.")
	flags.StringArrayVar(&f.userExtra, "as-user-extra", []string{}, "User extras to impersonate for the operation, this flag can be repeated to specify multiple values for the same key.")

	cluster := &f.overrides.ClusterInfo
	flags.StringVarP(&cluster.Server, "server", "s", "", "The address and port of the Kubernetes API server")
	flags.StringVar(&cluster.TLSServerName, "tls-server-name", "", "Server name to use for server certificate validation. If it is not provided, the hostname used to contact the server is used")
	flags.BoolVar(&cluster.InsecureSkipTLSVerify, "insecure-skip-tls-verify", false, "If true, the server's certificate will not be checked for validity. This will make your HTTPS connections insecure")
	flags.StringVar(&cluster.CertificateAuthority, "certificate-authority", "", "Path to a cert file for the certificate authority")
	flags.BoolVar(&cluster.DisableCompression, "disable-compression", false, "If true, opt-out of response compression for all requests to the server")
	flags.StringVar(&cluster.ProxyURL, "proxy-url", "", "Proxy URL to use for requests to the API server")

	context := &f.overrides.Context
	flags.StringVar(&f.overrides.CurrentContext, "context", "", "The name of the kubeconfig context to use")
	flags.StringVar(&context.Cluster, "cluster", "", "The name of the kubeconfig cluster to use")
	flags.StringVar(&context.AuthInfo, "user", "", "The name of the kubeconfig user to use")
	flags.StringVarP(&context.Namespace, "namespace", "n", "", "If present, the namespace scope for this CLI request")
	flags.StringVar(&f.overrides.Timeout, "request-timeout", "0", "The length of time to wait before giving up on a single server request. Non-zero values should contain a corresponding time unit (e.g. 1s, 2m, 3h). A value of zero means don't timeout requests.")
}

// load reads the kubeconfig as kubectl does, once the flags are parsed.
func (f *connectionFlags) load() clientcmd.ClientConfig {
	if f.config != nil {
		return f.config
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.DefaultClientConfig = &clientcmd.DefaultClientConfig
	rules.ExplicitPath = f.kubeconfig
	f.overrides.ClusterDefaults = clientcmd.ClusterDefaults
	for _, extra := range f.userExtra {
		if key, value, found := strings.Cut(extra, "="); found {
			if f.overrides.AuthInfo.ImpersonateUserExtra == nil {
				f.overrides.AuthInfo.ImpersonateUserExtra = map[string][]string{}
			}
			f.overrides.AuthInfo.ImpersonateUserExtra[key] = append(f.overrides.AuthInfo.ImpersonateUserExtra[key], value)
		}
	}
	f.config = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &f.overrides)
	return f.config
}

func cacheDir() string {
	return cmp.Or(os.Getenv("KUBECACHEDIR"), filepath.Join(homedir.HomeDir(), ".kube", "cache"))
}

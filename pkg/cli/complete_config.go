package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-leader/kubectl-leader/pkg/election"
)

// completeGlobalFlags completes the flags that all commands share, as kubectl does.
func completeGlobalFlags(root *cobra.Command, config *connectionFlags) {
	completeFlag(root, "namespace", namespaces(config))
	completeFlag(root, "context", fromConfig(config, func(c clientcmdapi.Config) []string { return slices.Collect(maps.Keys(c.Contexts)) }))
	completeFlag(root, "cluster", fromConfig(config, func(c clientcmdapi.Config) []string { return slices.Collect(maps.Keys(c.Clusters)) }))
	completeFlag(root, "user", fromConfig(config, func(c clientcmdapi.Config) []string { return slices.Collect(maps.Keys(c.AuthInfos)) }))
	for _, flag := range []string{"kubeconfig", "certificate-authority", "client-certificate", "client-key"} {
		completeFlag(root, flag, files)
	}
	completeFlag(root, "cache-dir", dirs)
}

// fromConfig completes a name that the kubeconfig has.
func fromConfig(flags *connectionFlags, names func(clientcmdapi.Config) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		config, err := flags.load().RawConfig()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return startingWith(toComplete, slices.Sorted(slices.Values(names(config)))), cobra.ShellCompDirectiveNoFileComp
	}
}

// namespaces completes a namespace of the cluster. The metadata tells enough.
func namespaces(flags *connectionFlags) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, toComplete string) ([]cobra.Completion, cobra.ShellCompDirective) {
		found := inTime(cmd, flags, func(ctx context.Context, c *cluster, found *gathering[cobra.Completion]) {
			client := c.locks.Metadata.Metadata(corev1.SchemeGroupVersion.WithResource("namespaces"), metav1.NamespaceAll)
			// What comes before an error is better than nothing.
			_ = election.EachPage(ctx, metav1.ListOptions{}, func(ctx context.Context, opts metav1.ListOptions) (string, error) {
				page, err := client.List(ctx, opts)
				if err != nil {
					return "", err
				}
				for _, item := range page.Items {
					found.add(item.Name)
				}
				return page.Continue, nil
			})
		})
		return startingWith(toComplete, found), cobra.ShellCompDirectiveNoFileComp
	}
}

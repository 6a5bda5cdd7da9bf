#!/usr/bin/env bash
# Scenarios on a cluster with containerd and the real kubelet: `make e2e`; or on any other cluster that there is. With ALL=1 all of
# them.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${E2E_KUBECONFIG:-}" ]; then
	echo "Scenarios on the cluster of $E2E_KUBECONFIG, which must have the images demo-operator:dev and pause:dev on its nodes."
	E2E_KUBECONFIG=$(realpath "$E2E_KUBECONFIG")
	export E2E_KUBECONFIG
	make -s build cluster-bins
	ln -sf kube bin/kubectl
else
	if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
		cat >&2 <<-TEXT
			make e2e starts containerd and the real kubelet, for which it needs Linux and root.
			On any other machine it can use a cluster that there is:
			    make e2e-images                               on Linux: writes bin/e2e-images.tar
			    kind load image-archive bin/e2e-images.tar    or whatever brings images to the nodes of your cluster
			    make e2e E2E_KUBECONFIG=\$HOME/.kube/config    an administrator's; its current context counts
		TEXT
		exit 2
	fi
	# Who looks into a pod needs a shell that brings its libraries along.
	static() { [ -x "$1" ] && ! ldd "$1" > /dev/null 2>&1; }
	missing=()
	for pair in containerd:containerd runc:runc /usr/lib/cni/bridge:containernetworking-plugins; do
		command -v "${pair%%:*}" > /dev/null || missing+=("${pair##*:}")
	done
	static /bin/busybox || missing+=(busybox-static)
	if [ ${#missing[@]} -gt 0 ]; then
		if ! command -v apt-get > /dev/null; then
			echo "make e2e needs ${missing[*]} (Debian's names): install them with this system's package manager." >&2
			exit 2
		fi
		echo "Installing Debian packages: ${missing[*]} ..."
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" > /dev/null
	fi
	make -s build e2e-bins
	echo "Scenarios on nodes with containerd and the real kubelet. All of it is in .cluster-e2e, and goes in the end."
	export E2E_NODES=kubelet
fi
if [ -n "${ALL:-}" ]; then
	select=(-skip '^(TestFaults|TestClusterFaults|TestMainPath)$')
else
	# What only real kubelets, runtimes and networks can show, and the main path of each command: `make test` has the rest.
	select=(-run '^(TestKubeletScripts|TestMainPath|TestLogsAcrossTheKubeletsRotation|TestDeadNode|TestAPIServerRestart|TestStalledReader|TestSignals|TestLogsAcrossCrashes)$')
fi
cd test
# shellcheck disable=SC2086 # several arguments
exec go run ./cmd/gotest -rerun -output ../.test-output -- -count=1 -timeout 60m "${select[@]}" ${E2E_ARGS:-} ./scenarios/...

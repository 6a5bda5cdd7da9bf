# kubectl leader. `make help` lists what can be made.

BIN      := bin
# The tag, or what leads to the commit: a semantic version in any case.
VERSION  := $(or $(shell git describe --tags --match='v[0-9]*' --dirty 2>/dev/null || \
	git describe --always --exclude='*' --dirty 2>/dev/null | sed s/^/v0.0.0-g/),v0.0.0-dev)
COMMIT   := $(shell git log -1 --format='%H %cI' 2>/dev/null)
LDFLAGS  := -s -w -buildid= $(foreach v,version=$(VERSION) commit=$(word 1,$(COMMIT)) commitDate=$(word 2,$(COMMIT)),-X github.com/kubectl-leader/kubectl-leader/pkg/cli.$(v))
GO_FILES  = $(shell find cmd pkg -name '*.go') go.mod go.sum
KUBE_VERSION := v1.36.3
# What a Kubernetes of this version is linked with: $(call kube_ldflags,v1.36.3).
kube_ldflags = -s -w $(foreach p,k8s.io/component-base/version k8s.io/client-go/pkg/version,-X $(p).gitVersion=$(1) -X $(p).gitMajor=1 -X $(p).gitMinor=$(word 2,$(subst ., ,$(1))))
KUBE_LDFLAGS := $(call kube_ldflags,$(KUBE_VERSION))
# The other versions that the plugin is tested against: v1.30, ...
VERSIONS ?= $(sort $(notdir $(wildcard test/compat/v*)))
CLUSTER  ?= .cluster
# Tests that take minutes: make faults.
FAULTS   := ^(TestFaults|TestClusterFaults)$$
# Go test, with what explains a failure in 200 lines. The limit of time only says "not for ever".
GOTEST   := go run ./cmd/gotest -output ../.test-output -- -count=1 -timeout 60m
CASES    ?= $(wildcard test/identity/testdata/*.json)
STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  = go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK = go run golang.org/x/vuln/cmd/govulncheck@v1.9.0
# To install what is in dist/.
export KREW = go run sigs.k8s.io/krew/cmd/krew@v0.4.3
export KREW_VALIDATE = go run sigs.k8s.io/krew/cmd/validate-krew-manifest@v0.4.3

# All of test/ but the embedded Kubernetes: the few lines there are checked by the compiler, and anything more would check
# Kubernetes with them, for minutes.
TEST_PACKAGES := ./bench/... ./cluster/... ./identity/... ./operator/... ./scenarios/... ./cmd/bench ./cmd/bench-floor ./cmd/bench-run ./cmd/cluster ./cmd/gotest ./cmd/identity ./cmd/pause ./cmd/picture ./picture/...

export CGO_ENABLED ?= 0
# The same for all, so that nothing is compiled twice.
export GOFLAGS := $(strip $(shell go env GOFLAGS) -trimpath)

.DEFAULT_GOAL := help
.PHONY: help build demo test unit scenarios faults compat e2e e2e-bins e2e-images bench identity docs docs-picture lint vulncheck fmt dist dist-check image cluster-bins cluster-up cluster-down clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: $(BIN)/kubectl-leader ## Build the plugin: bin/kubectl-leader

$(BIN)/kubectl-leader: $(GO_FILES)
	go build -ldflags "$(LDFLAGS)" -o $@ ./cmd/kubectl-leader

demo: build cluster-bins ## See it work: an embedded cluster, a real operator, a real failover
	@test/demo.sh

test: unit identity scenarios ## Run all tests

unit: ## Run the tests that need no cluster
	go test ./...
	cd test && go test ./bench/... ./cluster/... ./cmd/gotest ./identity/... ./operator/... ./picture/...

scenarios: build cluster-bins ## Run the built plugin against the embedded cluster
	cd test && $(GOTEST) -skip '$(FAULTS)' ./scenarios/...

faults: build cluster-bins ## Run the plugin through faults of clusters, networks and clients: four minutes of them
	cd test && $(GOTEST) -run '$(FAULTS)' ./scenarios/...

compat: build cluster-bins $(VERSIONS:%=$(BIN)/kube-%) ## Run the scenarios against other versions of Kubernetes: VERSIONS="v1.30 v1.37"
	@test/compat.sh $(VERSIONS)

e2e: ## Run on real kubelets (Linux, root) what needs them, ALL=1 all scenarios; E2E_KUBECONFIG=FILE takes another cluster
	@test/e2e.sh

e2e-images: e2e-bins ## Write bin/e2e-images.tar: what a cluster needs for make e2e E2E_KUBECONFIG=FILE
	@$(BIN)/cluster images $(BIN)/e2e-images.tar

bench: build cluster-bins $(BIN)/bench $(BIN)/bench-run $(BIN)/bench-kubectl $(BIN)/bench-floor ## Compare with kubectl, and check each figure against its limit (about eight minutes); ARGS=--help
	@$(BIN)/bench $(ARGS)

identity: build cluster-bins ## Find the leaders behind the locks of real projects; CASES=FILE takes others
	@$(BIN)/identity --dir .cluster-identity --list $(ARGS) $(CASES)

docs: ## Write the pages of docs/ that are made from the code anew
	go test ./pkg/cli ./pkg/identity -run 'TestPagesOfCommands|TestOperatorTable|TestDocumentedElections' -update

docs-picture: build cluster-bins $(BIN)/picture ## Play a failover in tmux, and draw docs/failover.svg of it
	@test/picture.sh

lint: ## Check the code with vet, gofmt and staticcheck, the workflows with actionlint (both pinned)
	@test -z "$$(gofmt -l cmd hack pkg test)" || { gofmt -d cmd hack pkg test; exit 1; }
	go vet ./...
	cd test && go vet $(TEST_PACKAGES)
	$(STATICCHECK) ./...
	cd test && $(STATICCHECK) $(TEST_PACKAGES)
	@# the same everywhere, whatever else is installed
	$(ACTIONLINT) -shellcheck= -pyflakes= .github/workflows/*.yml

vulncheck: ## Look for known vulnerabilities in what the plugin uses (asks vuln.go.dev)
	$(GOVULNCHECK) ./...

fmt: ## Format the code
	gofmt -w cmd hack pkg test

dist: export SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null))
dist: export GOTOOLCHAIN := $(shell sed -n 's/^toolchain //p' go.mod)
dist: ## Make a release in dist/: archives for all platforms, SBOMs, checksums and the manifest for krew
	rm -rf dist
	go run ./hack/dist -version $(VERSION) -ldflags "$(LDFLAGS)"

dist-check: ## Check what is in dist/: its checksums, and that krew (pinned) installs each of the archives
	@hack/dist-check.sh

image: ## Build a container image for this machine's architecture from dist/: kubectl-leader:VERSION
	docker build --build-arg VERSION=$(VERSION) --tag kubectl-leader:$(VERSION) .

cluster-bins: $(BIN)/kube $(BIN)/cluster $(BIN)/demo-operator $(BIN)/identity

# What make e2e needs beyond that, on Linux.
e2e-bins: cluster-bins $(BIN)/kubelet $(BIN)/pause

# etcd, the control plane, kwok and kubectl in one binary. Built once: it depends on the module's versions alone.
$(BIN)/kube: test/go.mod test/go.sum $(wildcard test/cmd/kube/*.go)
	@echo "Building the embedded Kubernetes $(KUBE_VERSION), once. First its modules are fetched ..."
	@cd test && go list -deps ./cmd/kube > /dev/null
	@echo "... and now it is compiled, without a word: 6 to 10 minutes on two cores."
	cd test && go build -ldflags "$(KUBE_LDFLAGS)" -o ../$@ ./cmd/kube

# The control plane of another version. Its module names the patch version.
$(BIN)/kube-v%: test/compat/main.go test/compat/v%/go.mod test/compat/v%/go.sum
	@echo "Building the control plane of Kubernetes v$*, once: about 7 minutes on two cores ..."
	cd test/compat/v$* && go build -ldflags "$(call kube_ldflags,$(shell sed -n 's/^.*k8s.io\/kubernetes v/v/p' test/compat/v$*/go.mod))" -o ../../../$@ .

# A program of its own: who runs no real kubelet does not build it. Most of it is compiled with kube.
$(BIN)/kubelet: test/go.mod test/go.sum $(wildcard test/cmd/kubelet/*.go)
	@echo "Building the kubelet $(KUBE_VERSION), once ..."
	cd test && go build -ldflags "$(KUBE_LDFLAGS)" -o ../$@ ./cmd/kubelet

$(BIN)/pause: $(wildcard test/cmd/pause/*.go)
	cd test && go build -ldflags "-s -w" -o ../$@ ./cmd/pause

$(BIN)/cluster: $(shell find test/cluster test/cmd/cluster -name '*.go' 2>/dev/null) test/go.mod test/go.sum
	cd test && go build -ldflags "-s -w" -o ../$@ ./cmd/cluster

$(BIN)/bench: $(shell find test/bench test/cluster test/cmd/bench -name '*.go' 2>/dev/null) test/go.mod test/go.sum
	cd test && go build -ldflags "-s -w" -o ../$@ ./cmd/bench

$(BIN)/bench-run: $(wildcard test/cmd/bench-run/*.go test/bench/usage/*.go)
	cd test && go build -ldflags "-s -w" -o ../$@ ./cmd/bench-run

# Linked with the plugin's own flags: the two are compared.
$(BIN)/bench-floor: $(wildcard test/cmd/bench-floor/*.go) test/go.mod test/go.sum
	cd test && go build -ldflags "$(LDFLAGS)" -o ../$@ ./cmd/bench-floor

# kubectl as everybody has it. The one in kube bears the weight of a whole control plane: a race with it is won too easily.
$(BIN)/bench-kubectl: test/go.mod test/go.sum
	cd test && go build -ldflags "$(KUBE_LDFLAGS)" -o ../$@ k8s.io/kubernetes/cmd/kubectl

$(BIN)/identity: $(shell find test/cluster test/identity test/cmd/identity -name '*.go' 2>/dev/null) test/go.mod test/go.sum
	cd test && go build -ldflags "-s -w" -o ../$@ ./cmd/identity

$(BIN)/picture: $(wildcard test/picture/*.go test/cmd/picture/*.go) test/go.mod test/go.sum
	cd test && go build -ldflags "-s -w" -o ../$@ ./cmd/picture

$(BIN)/demo-operator: $(wildcard test/operator/*.go) test/go.mod test/go.sum
	cd test && go build -ldflags "-s -w" -o ../$@ ./operator

cluster-up: build cluster-bins ## Start the embedded cluster with the demo operator, in .cluster/
	@$(BIN)/cluster --dir $(CLUSTER) up

cluster-down: ## Stop the embedded cluster and remove .cluster/
	@if [ -x $(BIN)/cluster ]; then $(BIN)/cluster --dir $(CLUSTER) down; fi

clean: cluster-down ## Remove all that was built, and all clusters
	@# also of a demo or a test that was killed
	@if [ -x $(BIN)/cluster ]; then for dir in .cluster-*; do [ ! -e $$dir ] || $(BIN)/cluster --dir $$dir down; done; fi
	rm -rf $(BIN)

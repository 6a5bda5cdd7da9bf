# Targets for an operator's Makefile:  include leader.mk
LOCK             ?= my-operator-leader
NAMESPACE        ?= my-operator-system
PORT             ?= 8080
FAILOVER_TIMEOUT ?= 1m

.PHONY: leader leader-logs leader-metrics leader-check leader-failover

leader: ## Print the pod that leads
	@kubectl leader holder $(LOCK) -n $(NAMESPACE) --timeout=$(FAILOVER_TIMEOUT)

leader-logs: ## Follow the leader's logs, from pod to pod
	@kubectl leader logs -f $(LOCK) -n $(NAMESPACE)

leader-metrics: ## Print the leader's metrics: a follower's are zeros
	@kubectl leader port-forward $(LOCK) -n $(NAMESPACE) :$(PORT) -- sh -c 'curl -fsS localhost:$$LOCAL_PORT/metrics'

leader-check: ## Check that somebody leads, and goes on doing so
	kubectl leader assert $(LOCK) -n $(NAMESPACE) --pod-ready --stable-for=5s --timeout=$(FAILOVER_TIMEOUT)

# A recipe is one shell: what led before is still known after the deletion.
leader-failover: ## Delete the leader, and check that another one takes over
	@set -eu; old=$$(kubectl leader holder $(LOCK) -n $(NAMESPACE)); \
	kubectl delete pod "$$old" -n $(NAMESPACE) --wait=false; \
	kubectl leader assert $(LOCK) -n $(NAMESPACE) --changed-from="$$old" --pod-ready --timeout=$(FAILOVER_TIMEOUT)

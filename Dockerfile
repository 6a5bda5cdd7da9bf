# For CI: the program, and the authorities that API servers' certificates may be signed by. `make dist image` builds it.
FROM scratch
ARG VERSION
ARG TARGETARCH
COPY --from=alpine:3.22 /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
# An archive is unpacked: kubectl-leader and LICENSE.
ADD dist/kubectl-leader_${VERSION}_linux_${TARGETARCH}.tar.gz /
USER 65532:65532
ENTRYPOINT ["/kubectl-leader"]

package check

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// HTTP is a request to the leader.
type HTTP struct {
	Port string // a number, or the name of a container's port
	// Path may have a query.
	Path   string
	Scheme string // http or https; "" is http
	// ServerName is the name in the endpoint's certificate, with https: what is asked for by SNI
	// and as Host, and verified. "" is the Runner's, and localhost where that has none.
	ServerName string
	Method     string // "" is GET
	// Headers and Body may hold secrets: they are never shown.
	Headers http.Header
	Body    string
	// Status is what the answer's may be. Where it is the zero Status, an answer that satisfies an assertion may have any
	// status, as in the E2E schema; but it has to be 2xx if nothing is asserted of its body, or only what the body lacks: an
	// error page lacks it, too.
	Status Status
	// Wait is how long to wait before each request.
	Wait time.Duration
}

// String is the request in short: `GET 8080/state`.
func (h HTTP) String() string {
	text := h.method() + " " + h.Port + cut(h.Path)
	if h.Scheme == "https" {
		text = h.method() + " https:" + h.Port + cut(h.Path)
	}
	return text
}

func (h HTTP) method() string {
	if h.Method == "" {
		return http.MethodGet
	}
	return h.Method
}

func (h HTTP) problems() (found findings) {
	if problem := portProblem(h.Port); problem != "" {
		found.wrong("port", "%s", problem)
	}
	switch _, err := url.ParseRequestURI(h.Path); {
	case h.Path == "":
		found.wrong("path", "is missing: what to request, like /healthz")
	case !strings.HasPrefix(h.Path, "/"):
		found.wrong("path", "has to begin with a slash: what to request from the leader, like /healthz")
	case err != nil || strings.ContainsAny(h.Path, " #"):
		found.wrong("path", "%s is no path of a URL: percent-encode what is special in one", quote(h.Path))
	}
	if !slices.Contains([]string{"", "http", "https"}, h.Scheme) {
		found.wrong("scheme", "is http or https, not %s", quote(h.Scheme))
	}
	switch {
	case h.ServerName == "":
	case h.Scheme != "https":
		found.wrong("serverName", "is the name in a certificate: it needs a `scheme` of https")
	case serverNameProblem(h.ServerName) != "":
		found.wrong("serverName", "%s", serverNameProblem(h.ServerName))
	}
	if h.Method != "" && !token(h.Method) {
		found.wrong("method", "%s is no HTTP method, like GET or POST", quote(h.Method))
	}
	for name, values := range h.Headers {
		if !token(name) {
			found.wrong("headers", "have a name that HTTP does not allow: %s", quote(name))
		}
		for _, value := range values {
			if strings.IndexFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) >= 0 {
				found.wrong("headers", "have a line break or another control character in the value of %s", name)
			}
		}
	}
	if h.Body != "" && (h.method() == http.MethodGet || h.method() == http.MethodHead) {
		found.wrong("body", "does not go with %s: give a `method` like POST", h.method())
	}
	if h.Wait < 0 {
		found.wrong("wait", "cannot be negative")
	}
	return found
}

// portProblem is what is wrong with a port, "" when nothing is.
func portProblem(port string) string {
	number, err := strconv.Atoi(port)
	switch {
	case port == "":
		return "is missing: the leader's port, by number or name"
	case err == nil && (number < 1 || number > 65535):
		return fmt.Sprintf("has to be between 1 and 65535, not %d", number)
	case err == nil && strconv.Itoa(number) == port:
		return ""
	case strings.Contains(port, ":"):
		return fmt.Sprintf("is the leader's alone, not %s: no local port is opened", quote(port))
	case len(validation.IsValidPortName(port)) > 0:
		return fmt.Sprintf("%s is no number and no name of a port: %s", quote(port), validation.IsValidPortName(port)[0])
	}
	return ""
}

// serverNameProblem is what is wrong with the name of a server, "" when nothing is.
func serverNameProblem(name string) string {
	if _, err := netip.ParseAddr(name); err == nil || len(validation.IsDNS1123Subdomain(strings.ToLower(name))) == 0 {
		return ""
	}
	return fmt.Sprintf("is a host's name without a port, like my-operator-metrics.my-operator-system.svc, not %s", quote(name))
}

// token reports whether HTTP allows a text as the name of a header or a method (RFC 9110, 5.6.2).
func token(text string) bool {
	return text != "" && strings.Trim(text, letters+"!#$%&'*+-.^_`|~") == ""
}

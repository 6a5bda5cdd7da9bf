package check

import (
	"net/http"
	"strings"

	"go.yaml.in/yaml/v3"
)

func (e entry) http() *HTTP {
	h := &HTTP{Port: e.text("port"), Path: e.text("path"), Scheme: e.text("scheme"), ServerName: e.text("serverName"), Method: strings.ToUpper(e.text("method"))}
	h.Wait, _ = e.duration("wait")
	if body := e.values["body"]; body != nil {
		if _, ok := e.scalar("body", "a text"); ok {
			h.Body = e.expand(body, "body")
		}
	}
	if e.has("headers") {
		h.Headers = e.headers(e.values["headers"])
	}
	e.status(h)
	return h
}

func (e entry) headers(node *yaml.Node) http.Header {
	headers := http.Header{}
	if node.Kind != yaml.MappingNode {
		e.wrong("headers", "wants a mapping of names to values, like {Accept: application/json}, not %s", kindOf(node))
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := resolve(node.Content[i]), resolve(node.Content[i+1])
		if name.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode || value.ShortTag() == "!!null" {
			e.wrongAt(name.Line, "headers", "want a text for each name, not %s", kindOf(value))
			continue
		}
		if _, twice := headers[http.CanonicalHeaderKey(name.Value)]; twice {
			e.wrongAt(name.Line, "headers", "have %s twice", quote(name.Value))
		}
		headers.Add(name.Value, e.expand(value, "headers"))
	}
	return headers
}

// status reads status, or statusCode as the E2E schema calls it.
func (e entry) status(h *HTTP) {
	name := "status"
	if e.has("statusCode") {
		name = "statusCode"
	}
	node := e.values[name]
	switch {
	case node == nil:
		return
	case e.has("status") && e.has("statusCode"):
		e.wrong("statusCode", "and status mean the same: give one of them")
		return
	}
	var texts []string
	if node.Kind == yaml.SequenceNode {
		texts = e.texts(name, "[200, 404]")
	} else if text, ok := e.scalar(name, "a status, like 200"); ok {
		texts = []string{text}
	}
	if len(texts) == 0 {
		if node.Kind == yaml.SequenceNode {
			e.wrong(name, "wants statuses, like 200, 2xx or [200, 404]")
		}
		return
	}
	status, err := ParseStatus(texts...)
	if err != nil {
		e.wrong(name, "%v", err)
	}
	h.Status = status
}

package identity

import "strings"

// Answer is what of the plugin's object matters here.
type Answer struct {
	State      string  `json:"state"`
	Pod        *Place  `json:"pod"`
	Reason     string  `json:"reason"`
	Message    string  `json:"message"`
	Rule       string  `json:"rule"`
	Node       string  `json:"node"`
	Candidates []Place `json:"candidates"`
}

// Place is where an object of the plugin's is found.
type Place struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

func (p Place) String() string { return p.Namespace + "/" + p.Name }

// String tells the answer in one line.
func (a Answer) String() string {
	var parts []string
	if a.Pod != nil {
		parts = append(parts, "pod "+a.Pod.String())
	}
	said := a.State
	if a.Reason != "" && a.Reason != a.State {
		said += ", " + a.Reason
	}
	parts = append(parts, said)
	if a.Node != "" {
		parts = append(parts, "node "+a.Node)
	}
	var names []string
	for _, one := range a.Candidates {
		names = append(names, one.String())
	}
	if len(names) > 0 {
		parts = append(parts, "candidates "+strings.Join(names, " "))
	}
	if a.Rule != "" {
		parts = append(parts, "rule "+a.Rule)
	}
	text := strings.Join(parts, ", ")
	if a.Message != "" {
		text += ": " + strings.Join(strings.Fields(a.Message), " ")
	}
	return text
}

package cli

import (
	"io"
	"strings"
	"sync"
)

// notice prints one line at a time to stderr; stdout carries data only.
func notice(out io.Writer) func(message string) {
	var mu sync.Mutex
	return func(message string) {
		mu.Lock()
		defer mu.Unlock()
		io.WriteString(out, strings.TrimRight(message, "\n")+"\n") // nowhere left to say it
	}
}

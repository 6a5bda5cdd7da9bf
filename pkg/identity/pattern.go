package identity

import (
	"regexp"
	"sync"
)

// pattern compiles an expression once it is needed: each holder needs a few of them.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

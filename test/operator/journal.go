package main

import (
	"fmt"
	"io"
	"sync"
)

// journal writes numbered lines: the number never skips or repeats within a
// process, so that a reader can prove that it has every line exactly once.
type journal struct {
	mu  sync.Mutex
	out io.Writer
	seq int64
}

func newJournal(out io.Writer) *journal { return &journal{out: out} }

// printf writes one line, `seq=N ` before it, in one write.
func (j *journal) printf(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.seq++
	fmt.Fprintf(j.out, "seq=%d %s\n", j.seq, fmt.Sprintf(format, args...))
}

package check

import (
	"fmt"

	"github.com/kubectl-leader/kubectl-leader/pkg/typo"
)

// didYouMean is the end of a message about an unknown word: the known one that is meant, where that is plain.
func didYouMean(word string, known []string) string {
	if meant := typo.Meant(word, known); meant != "" {
		return fmt.Sprintf(": did you mean %q?", meant)
	}
	return ""
}

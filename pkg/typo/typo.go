// Package typo finds out which word was meant by one that is not known.
package typo

import "strings"

// Meant is the known word that is meant, "" where that is not plain: at most two letters differ, or only how words are joined.
func Meant(word string, known []string) string {
	best, least := "", 3
	for _, candidate := range known {
		if plain(candidate) == plain(word) {
			return candidate
		}
		if d := distance(strings.ToLower(word), strings.ToLower(candidate)); d < least && d < len(word) {
			best, least = candidate, d
		}
	}
	return best
}

// plain is a word without what flags, YAML and Go write differently.
func plain(word string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(word))
}

// distance is Levenshtein's: how many letters to add, drop or change. Long words are not worth it.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return len(a) + len(b)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

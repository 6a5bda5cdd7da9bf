package check

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// number keeps integers exact: a resourceVersion may have more digits than a float64.
type number struct {
	float   float64
	integer *big.Int // nil for what is none
}

// exactMost is the most digits of an integer that is kept exact; more would only cost time.
const exactMost = 100

// parseNumber reads a decimal number, and what Prometheus writes for those that are none. Go's own syntax is wider: 0x10
// and 1_000 are text.
func parseNumber(text string) (number, bool) {
	switch text {
	case "NaN":
		return number{float: math.NaN()}, true
	case "Inf", "+Inf":
		return number{float: math.Inf(1)}, true
	case "-Inf":
		return number{float: math.Inf(-1)}, true
	}
	if text == "" || strings.Trim(text, "0123456789+-.eE") != "" {
		return number{}, false
	}
	float, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(float, 0) { // out of range is infinite, and compares as such
		return number{}, false
	}
	n := number{float: float}
	if len(text) <= exactMost {
		if integer, ok := new(big.Int).SetString(text, 10); ok {
			n.integer = integer
		}
	}
	return n, true
}

func (n number) isNaN() bool { return math.IsNaN(n.float) }

// compare is negative, 0 or positive as n is less than, equal to or greater than o.
func (n number) compare(o number) int {
	if n.integer != nil && o.integer != nil {
		return n.integer.Cmp(o.integer)
	}
	return cmp.Compare(n.float, o.float)
}

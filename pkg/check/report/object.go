package report

// Object is what -o json prints. Fields are added within leader.kubectl/v1, never changed; what is not known is left out.
//
//	| field | |
//	|---|---|
//	| `apiVersion`, `kind` | `leader.kubectl/v1`, `AssertReport` |
//	| `holds` | whether all checks hold, and none was skipped |
//	| `began`, `ended`, `seconds` | when, by the clock of this machine, and how long |
//	| `passed`, `failed`, `undecided` | how many checks hold, do not hold, could not be answered |
//	| `checkpoints` | in their order: `name` where it has one, `holds`, `checks` |
//	| `checks[]` | `kind` (`lock`, `http`, `logs`, `exec`, `delete`), `check` (what was asked, in words), `lock` (`kind`, `namespace`, `name`, `key`), `source` (`file`, `line`) where a file asks, and the fields below |
//	| `holds`, `error` | the answer; `error` is why there is none, `holds` is then `false` |
//	| `results` | what was compared last: `holds`, `wanted`, `got`. Long texts are cut |
//	| `term` | whose evidence it is: `pod`, `namespace`, `node`, `holderIdentity`, `acquireTime`, `leaseTransitions`. Without `pod` where the holder is not called the leader; not there when there is no lock |
//	| `state`, `reason`, `message` | of the lock, as in `holder -o json`; `reason` and `message` where nobody leads |
//	| `attempts`, `discarded` | how often evidence was taken, and how often it did not count, as the term changed meanwhile |
//	| `began`, `seconds` | of this check |
//	| `lastLines` | the end of the leader's log, of a check that failed |
//	| `skipped` | the checks that nobody has asked: `reason`, `checkpoint` (its name), `kind`, `check`, `lock`, `source` |
type Object struct {
	APIVersion  string             `json:"apiVersion"`
	Kind        string             `json:"kind"`
	Holds       bool               `json:"holds"`
	Began       string             `json:"began,omitempty"`
	Ended       string             `json:"ended,omitempty"`
	Seconds     float64            `json:"seconds"`
	Passed      int                `json:"passed"`
	Failed      int                `json:"failed"`
	Undecided   int                `json:"undecided"`
	Checkpoints []CheckpointObject `json:"checkpoints"`
	Skipped     []SkippedObject    `json:"skipped,omitempty"`
}

// CheckpointObject is the checks that have to hold together.
type CheckpointObject struct {
	Name   string        `json:"name,omitempty"`
	Holds  bool          `json:"holds"`
	Checks []CheckObject `json:"checks"`
}

// QuestionObject is what was asked of which lock.
type QuestionObject struct {
	Kind   string        `json:"kind"`
	Check  string        `json:"check"`
	Lock   LockObject    `json:"lock"`
	Source *SourceObject `json:"source,omitempty"`
}

// SkippedObject is a question that was not asked.
type SkippedObject struct {
	Checkpoint string `json:"checkpoint,omitempty"`
	Reason     string `json:"reason"`
	QuestionObject
}

// LockObject names a lock.
type LockObject struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	Key       string `json:"key,omitempty"`
}

// SourceObject is where a check is written.
type SourceObject struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
}

// CheckObject is a question with its answer.
type CheckObject struct {
	QuestionObject
	Holds     bool           `json:"holds"`
	Error     string         `json:"error,omitempty"`
	Results   []ResultObject `json:"results"`
	Term      *TermObject    `json:"term,omitempty"`
	State     string         `json:"state,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Message   string         `json:"message,omitempty"`
	Attempts  int            `json:"attempts"`
	Discarded int            `json:"discarded"`
	Began     string         `json:"began,omitempty"`
	Seconds   float64        `json:"seconds"`
	LastLines []string       `json:"lastLines,omitempty"`
}

// ResultObject is how one thing that was wanted compares with what there is.
type ResultObject struct {
	Holds  bool   `json:"holds"`
	Wanted string `json:"wanted"`
	Got    string `json:"got"`
}

// TermObject is the term in which evidence was taken.
type TermObject struct {
	Pod              string `json:"pod,omitempty"`
	Namespace        string `json:"namespace,omitempty"`
	Node             string `json:"node,omitempty"`
	HolderIdentity   string `json:"holderIdentity"`
	AcquireTime      string `json:"acquireTime,omitempty"`
	LeaseTransitions int32  `json:"leaseTransitions"`
}

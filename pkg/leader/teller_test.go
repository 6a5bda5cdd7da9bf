package leader

import (
	"errors"
	"reflect"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A lock that can be read, and a pod that cannot: the denial is told once, though the lock goes on to be heard of. It is no outage.
func TestTellerOfADeniedPod(t *testing.T) {
	denied := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "op-0", errors.New("no"))
	var said []string
	shared := &outage{}
	for range 2 { // of two locks
		told := teller{notice: func(message string) { said = append(said, message) }, outage: shared}
		for range 3 {
			told.tell(trouble{err: denied})
			told.reached()
		}
	}
	want := []string{`the cluster refuses (pods "op-0" is forbidden: no); trying again`}
	if !reflect.DeepEqual(said, want) {
		t.Errorf("told\n%q\nwant\n%q", said, want)
	}
}

package runner

import "testing"

func TestAddressesAreUniqueAndStay(t *testing.T) {
	a := newAddresses()
	a.keep("old", "10.244.0.2")
	a.keep("pending", "") // has none yet
	first, second := a.of("one"), a.of("two")
	if first != "10.244.0.1" || second != "10.244.0.3" {
		t.Errorf("got %s and %s, want 10.244.0.1 and the one after 10.244.0.2, which is taken", first, second)
	}
	if again := a.of("one"); again != first {
		t.Errorf("the pod's address changed from %s to %s", first, again)
	}
	if old := a.of("old"); old != "10.244.0.2" {
		t.Errorf("got %s, want the address that the pod had", old)
	}
	a.free("one")
	if len(a.used) != 2 || len(a.pods) != 2 {
		t.Errorf("want two addresses in use, got %v of %v", a.used, a.pods)
	}
}

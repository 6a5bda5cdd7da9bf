package identity

import (
	"bytes"
	"encoding/json"
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// randomPods are pods with something in every field.
func randomPods(t *testing.T) *corev1.PodList {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	fill := fuzzer.FuzzerFor(metafuzzer.Funcs, rand.NewSource(rand.Int63()), serializer.NewCodecFactory(scheme)).NumElements(1, 3).NilChance(0)
	list := &corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, Items: make([]corev1.Pod, 20)}
	list.Continue = "more"
	for i := range list.Items {
		fill.Fill(&list.Items[i].ObjectMeta)
		fill.Fill(&list.Items[i].Spec)
		fill.Fill(&list.Items[i].Status)
	}
	return list
}

// TestPageIsTrimmed compares with pods that are decoded whole and trimmed then.
func TestPageIsTrimmed(t *testing.T) {
	list := randomPods(t)
	var answer bytes.Buffer
	if err := protobuf.NewSerializer(nil, nil).Encode(list, &answer); err != nil {
		t.Fatal(err)
	}
	page, err := ReadPage(answer.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if page.Continue() != "more" {
		t.Errorf("goes on with %q", page.Continue())
	}
	whole := &corev1.PodList{}
	data, err := list.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.Unmarshal(data); err != nil {
		t.Fatal(err)
	}
	var buffer []byte
	for range 2 { // the buffer is used again
		pods, err := page.Pods(&buffer)
		if err != nil {
			t.Fatal(err)
		}
		if len(pods) != len(list.Items) {
			t.Fatalf("%d pods, want %d", len(pods), len(list.Items))
		}
		for i := range pods {
			if diff := cmp.Diff(PodKeys(&whole.Items[i]), PodKeys(&pods[i])); diff != "" {
				t.Errorf("keys: %s", diff)
			}
			got, want := pods[i].DeepCopy(), whole.Items[i].DeepCopy()
			Trim(got)
			Trim(want)
			forget(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	}
	if len(buffer) > len(data)/2 {
		t.Errorf("%d of %d bytes are decoded", len(buffer), len(data))
	}
}

// forget removes what Trim leaves in, and no rule and no verdict asks for.
func forget(pod *corev1.Pod) {
	status := pod.Status
	pod.Status = corev1.PodStatus{
		Phase: status.Phase, Conditions: status.Conditions, Message: status.Message, Reason: status.Reason, HostIP: status.HostIP,
		PodIP: status.PodIP, StartTime: status.StartTime, ContainerStatuses: status.ContainerStatuses, QOSClass: status.QOSClass,
		NominatedNodeName: status.NominatedNodeName, PodIPs: status.PodIPs, HostIPs: status.HostIPs,
	}
}

func TestPageInJSON(t *testing.T) {
	list := randomPods(t)
	answer, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	page, err := ReadPage(answer)
	if err != nil {
		t.Fatal(err)
	}
	pods, err := page.Pods(new([]byte))
	if err != nil || len(pods) != len(list.Items) || pods[0].Name != list.Items[0].Name || page.Continue() != "more" {
		t.Errorf("%d pods, %v", len(pods), err)
	}
}

func TestBrokenPages(t *testing.T) {
	for _, answer := range []string{"", "<html>", "k8s\x00\x12\x05\x0a", "k8s\x00\x12\x03\x0a\x05x"} {
		if _, err := ReadPage([]byte(answer)); err == nil {
			t.Errorf("%q was read", answer)
		}
	}
	page, err := ReadPage([]byte("k8s\x00\x12\x04\x12\x02\x0a\x05"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := page.Pods(new([]byte)); err == nil {
		t.Error("a pod that is cut off was decoded")
	}
}

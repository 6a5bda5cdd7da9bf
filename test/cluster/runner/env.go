package runner

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// environment is the container's environment as `NAME=value`, from the pod's
// spec and the Downward API.
func environment(object *corev1.Pod, ip string, spec *corev1.Container) ([]string, error) {
	known := map[string]string{}
	var env []string
	for _, one := range spec.Env {
		value := expand(one.Value, known)
		if from := one.ValueFrom; from != nil {
			if from.FieldRef == nil {
				return nil, fmt.Errorf("variable %s: only value and fieldRef are supported", one.Name)
			}
			var err error
			if value, err = field(object, ip, from.FieldRef.FieldPath); err != nil {
				return nil, fmt.Errorf("variable %s: %w", one.Name, err)
			}
		}
		known[one.Name] = value
		env = append(env, one.Name+"="+value)
	}
	return env, nil
}

// arguments are the container's command and args, references resolved. The
// binary is the image's entry point, so a command counts as arguments.
func arguments(spec *corev1.Container, env []string) []string {
	known := map[string]string{}
	for _, one := range env {
		name, value, _ := strings.Cut(one, "=")
		known[name] = value
	}
	var args []string
	if len(spec.Command) > 1 {
		args = append(args, spec.Command[1:]...) // its first word is the binary
	}
	args = append(args, spec.Args...)
	for i, arg := range args {
		args[i] = expand(arg, known)
	}
	return args
}

// field is the value of a fieldRef.
func field(object *corev1.Pod, ip, path string) (string, error) {
	switch path {
	case "metadata.name":
		return object.Name, nil
	case "metadata.namespace":
		return object.Namespace, nil
	case "metadata.uid":
		return string(object.UID), nil
	case "spec.nodeName":
		return object.Spec.NodeName, nil
	case "spec.serviceAccountName":
		return object.Spec.ServiceAccountName, nil
	case "status.podIP", "status.podIPs":
		return ip, nil
	case "status.hostIP", "status.hostIPs":
		return hostIP, nil
	}
	for prefix, values := range map[string]map[string]string{"metadata.labels": object.Labels, "metadata.annotations": object.Annotations} {
		if key, ok := strings.CutPrefix(path, prefix+"['"); ok && strings.HasSuffix(key, "']") {
			return values[strings.TrimSuffix(key, "']")], nil
		}
	}
	return "", fmt.Errorf("field %q is not supported", path)
}

// expand resolves $(NAME) for known names; others stay as they are, and $$ is
// a dollar sign.
// https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
func expand(text string, known map[string]string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if rest, escaped := strings.CutPrefix(after, "$"); escaped {
			out.WriteByte('$')
			text = rest
			continue
		}
		name, rest, closed := strings.Cut(strings.TrimPrefix(after, "("), ")")
		value, ok := known[name]
		if !strings.HasPrefix(after, "(") || !closed || !ok {
			out.WriteByte('$')
			text = after
			continue
		}
		out.WriteString(value)
		text = rest
	}
}

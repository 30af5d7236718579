{{- /* Values that cannot be meant, or that this product refuses on purpose. Each message says what to do. */ -}}
{{- define "multi-eni.checks" -}}
{{- /* The Go controller has one image, whose whole name its values give where ours give the folder of two. */ -}}
{{- if and (eq (base .Values.image.repository) "aws-multi-eni-controller") (hasPrefix "v1." .Values.image.tag) -}}
{{- fail (printf "image.repository %s with image.tag %s is the image of the Go controller: here image.repository is the folder that holds eni-controller and eni-manager. Set it to where you pushed them (eng/build-images.sh REPOSITORY --push), and image.tag to their tag or to \"\"; the other values of the file can stay." .Values.image.repository .Values.image.tag) -}}
{{- end -}}
{{- if .Values.fullnameOverride -}}
{{- fail "fullnameOverride is not supported: the objects are always named eni-controller and eni-manager, because a cluster has one installation and the documented commands name them. Remove it; nameOverride changes a label." -}}
{{- end -}}
{{- if and .Values.imds.aggressiveConfiguration (not .Values.imds.autoConfigureHopLimit) -}}
{{- fail "imds.aggressiveConfiguration is true and imds.autoConfigureHopLimit is false: the first widens the second from the controller's own instance to those of the nodes that NodeENIs select. Set both, or neither." -}}
{{- end -}}
{{- if or (not .Values.cloudNativeAuth.enabled) (not .Values.cloudNativeAuth.preferIRSA) -}}
{{- fail "cloudNativeAuth cannot be switched off: credentials come from the AWS SDK's chain, in which IRSA goes before EKS Pod Identity. Remove the value; to use keys, give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY with controller.extraEnvFrom." -}}
{{- end -}}
{{- if and (gt (int .Values.controller.replicas) 1) (not .Values.controller.enableLeaderElection) -}}
{{- fail (printf "controller.replicas is %d and controller.enableLeaderElection is false: two controllers would both act. Switch the election on, or set controller.replicas to 1." (int .Values.controller.replicas)) -}}
{{- end -}}
{{- if eq (include "multi-eni.controller.address" .) "0" -}}
{{- fail "controller.metricsAddr is 0, which leaves nothing to probe. Give an address such as :8080." -}}
{{- end -}}
{{- if and .Values.metrics.enabled .Values.controller.metricsAddr (ne (include "multi-eni.port" .Values.controller.metricsAddr) (toString .Values.metrics.port)) -}}
{{- fail (printf "controller.metricsAddr is %s and metrics.port is %v: they must name the same port. Leave controller.metricsAddr empty to follow metrics.port." .Values.controller.metricsAddr .Values.metrics.port) -}}
{{- end -}}
{{- if eq (include "multi-eni.manager.address" .) "0" -}}
{{- fail "eniManager.metricsAddr is 0, which leaves nothing to probe. Give an address such as 127.0.0.1:8081." -}}
{{- end -}}
{{- if and (eq (include "multi-eni.manager.account" .) (include "multi-eni.controller.account" .)) .Values.eniManager.enabled -}}
{{- fail (printf "serviceAccount.name and eniManager.serviceAccount.name are both %s: every node would then have the controller's rights. Give them different names." (include "multi-eni.controller.account" .)) -}}
{{- end -}}
{{- if and (eq (toString .Values.admissionPolicy.enabled) "true") (not (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version)) -}}
{{- fail (printf "admissionPolicy.enabled is true and the cluster is Kubernetes %s: ValidatingAdmissionPolicy and the node's name in tokens need 1.30. Set it to auto or false; the managers' rights are then not limited to their own node's objects." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (eq .Values.eniManager.devicePublisher "sriov-config") (empty .Values.eniManager.devicePlugin.namespaces) -}}
{{- fail "eniManager.devicePlugin.namespaces is empty: name the namespace of the SR-IOV device plugin, or set eniManager.devicePublisher to embedded, dra or none." -}}
{{- end -}}
{{- if and (eq .Values.eniManager.devicePublisher "dra") (not (semverCompare ">=1.34-0" .Capabilities.KubeVersion.Version)) -}}
{{- fail (printf "eniManager.devicePublisher is dra and the cluster is Kubernetes %s: resource.k8s.io/v1 needs 1.34. Set it to embedded." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- range $kind := list "serviceMonitor" "podMonitor" -}}
{{- if and (index $.Values.metrics $kind "enabled") (not $.Values.metrics.enabled) -}}
{{- fail (printf "metrics.%s.enabled needs metrics.enabled: without it there is nothing to scrape." $kind) -}}
{{- end -}}
{{- end -}}
{{- /* What only the cluster tells: lookup finds nothing where the chart is merely rendered, as by helm template or Argo CD. */ -}}
{{- $namespace := include "multi-eni.namespace" . -}}
{{- if and .Values.createNamespace .Release.IsInstall (eq $namespace .Release.Namespace) (lookup "v1" "Namespace" "" "kube-system") -}}
{{- fail (printf "createNamespace cannot create the namespace %s that the release itself is in: helm stores the release there before it creates anything. Create it first, kubectl apply -f deploy/namespace.yaml, and leave createNamespace false." $namespace) -}}
{{- end -}}
{{- if and .Values.eniManager.enabled (not .Values.createNamespace) -}}
{{- $level := dig "metadata" "labels" "pod-security.kubernetes.io/enforce" "" (lookup "v1" "Namespace" "" $namespace) -}}
{{- if has $level (list "baseline" "restricted") -}}
{{- fail (printf "the namespace %s enforces the pod security level %s, which refuses every pod of the privileged ENI manager. Allow them there: kubectl label namespace %s pod-security.kubernetes.io/enforce=privileged --overwrite" $namespace $level $namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}

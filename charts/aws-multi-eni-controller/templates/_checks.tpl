{{- /* Rejects invalid and unsupported values. Each message explains the fix. */ -}}
{{- define "multi-eni.checks" -}}
{{- /* The Go controller has one image: its image.repository is a full image name, ours is the parent of two images. */ -}}
{{- if and (eq (base .Values.image.repository) "aws-multi-eni-controller") (hasPrefix "v1." .Values.image.tag) -}}
{{- fail (printf "image.repository %s with image.tag %s is the image of the Go controller: in this chart image.repository is the parent repository of eni-controller and eni-manager. Set it to where you pushed them (eng/build-images.sh REPOSITORY --push), and image.tag to their tag or to \"\". The other values in the file can stay." .Values.image.repository .Values.image.tag) -}}
{{- end -}}
{{- if .Values.fullnameOverride -}}
{{- fail "fullnameOverride is not supported: the objects are always named eni-controller and eni-manager, because a cluster has one installation and the documented commands use these names. Remove it; nameOverride changes a label." -}}
{{- end -}}
{{- if and .Values.imds.aggressiveConfiguration (not .Values.imds.autoConfigureHopLimit) -}}
{{- fail "imds.aggressiveConfiguration is true and imds.autoConfigureHopLimit is false: the former extends the latter from the controller's own instance to those of the nodes that NodeENIs select. Set both, or neither." -}}
{{- end -}}
{{- if or (not .Values.cloudNativeAuth.enabled) (not .Values.cloudNativeAuth.preferIRSA) -}}
{{- fail "cloudNativeAuth cannot be switched off: credentials come from the AWS SDK's default chain, in which IRSA precedes EKS Pod Identity. Remove the value; to use access keys, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY with controller.extraEnvFrom." -}}
{{- end -}}
{{- if and (gt (int .Values.controller.replicas) 1) (not .Values.controller.enableLeaderElection) -}}
{{- fail (printf "controller.replicas is %d and controller.enableLeaderElection is false: several controllers would act at once. Enable leader election, or set controller.replicas to 1." (int .Values.controller.replicas)) -}}
{{- end -}}
{{- if eq (include "multi-eni.controller.address" .) "0" -}}
{{- fail "controller.metricsAddr is 0, which leaves nothing to probe. Set an address such as :8080." -}}
{{- end -}}
{{- if and .Values.metrics.enabled .Values.controller.metricsAddr (ne (include "multi-eni.port" .Values.controller.metricsAddr) (toString .Values.metrics.port)) -}}
{{- fail (printf "controller.metricsAddr is %s and metrics.port is %v: they must have the same port. Leave controller.metricsAddr empty to use metrics.port." .Values.controller.metricsAddr .Values.metrics.port) -}}
{{- end -}}
{{- if eq (include "multi-eni.manager.address" .) "0" -}}
{{- fail "eniManager.metricsAddr is 0, which leaves nothing to probe. Set an address such as 127.0.0.1:8081." -}}
{{- end -}}
{{- if and (eq (include "multi-eni.manager.account" .) (include "multi-eni.controller.account" .)) .Values.eniManager.enabled -}}
{{- fail (printf "serviceAccount.name and eniManager.serviceAccount.name are both %s: every node would then have the controller's permissions. Give them different names." (include "multi-eni.controller.account" .)) -}}
{{- end -}}
{{- if and (eq (toString .Values.admissionPolicy.enabled) "true") (not (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version)) -}}
{{- fail (printf "admissionPolicy.enabled is true and the cluster is Kubernetes %s: ValidatingAdmissionPolicy and the node name in tokens need 1.30. Set it to auto or false; the managers' permissions are then not limited to their own node's objects." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (eq .Values.eniManager.devicePublisher "sriov-config") (empty .Values.eniManager.devicePlugin.namespaces) -}}
{{- fail "eniManager.devicePlugin.namespaces is empty: set the namespace of the SR-IOV device plugin, or set eniManager.devicePublisher to embedded, dra or none." -}}
{{- end -}}
{{- if and (eq .Values.eniManager.devicePublisher "dra") (not (semverCompare ">=1.34-0" .Capabilities.KubeVersion.Version)) -}}
{{- fail (printf "eniManager.devicePublisher is dra and the cluster is Kubernetes %s: resource.k8s.io/v1 needs 1.34. Set it to embedded." .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- range $kind := list "serviceMonitor" "podMonitor" -}}
{{- if and (index $.Values.metrics $kind "enabled") (not $.Values.metrics.enabled) -}}
{{- fail (printf "metrics.%s.enabled needs metrics.enabled: without it there is nothing to scrape." $kind) -}}
{{- end -}}
{{- end -}}
{{- /* Checks against the cluster: lookup returns nothing if the chart is only rendered, as with helm template or Argo CD. */ -}}
{{- $namespace := include "multi-eni.namespace" . -}}
{{- if and .Values.createNamespace .Release.IsInstall (eq $namespace .Release.Namespace) (lookup "v1" "Namespace" "" "kube-system") -}}
{{- fail (printf "createNamespace cannot create the namespace %s because the release is in it: Helm stores the release there before it creates anything. Create it first with kubectl apply -f deploy/namespace.yaml, and leave createNamespace false." $namespace) -}}
{{- end -}}
{{- if and .Values.eniManager.enabled (not .Values.createNamespace) -}}
{{- $level := dig "metadata" "labels" "pod-security.kubernetes.io/enforce" "" (lookup "v1" "Namespace" "" $namespace) -}}
{{- if has $level (list "baseline" "restricted") -}}
{{- fail (printf "the namespace %s enforces the pod security level %s, which rejects every pod of the privileged ENI manager. To allow them: kubectl label namespace %s pod-security.kubernetes.io/enforce=privileged --overwrite" $namespace $level $namespace) -}}
{{- end -}}
{{- end -}}
{{- if and .Release.IsUpgrade (or (not .Values.eniManager.enabled) (ne .Values.eniManager.devicePublisher "dra")) -}}
{{- $variables := list -}}
{{- range dig "spec" "template" "spec" "containers" list (lookup "apps/v1" "DaemonSet" $namespace "eni-manager") -}}
{{- range .env | default list -}}
{{- $variables = append $variables (printf "%s=%s" .name (.value | default "")) -}}
{{- end -}}
{{- end -}}
{{- if has "DEVICE_PUBLISHER=dra" $variables -}}
{{- $claims := list -}}
{{- range $claim := dig "items" list (lookup "resource.k8s.io/v1" "ResourceClaim" "" "") -}}
{{- range dig "status" "allocation" "devices" "results" list $claim -}}
{{- if eq .driver "eni.networking.k8s.aws" -}}
{{- $claims = append $claims (printf "%s/%s" $claim.metadata.namespace $claim.metadata.name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $claims -}}
{{- $change := ternary (printf "eniManager.devicePublisher changes from dra to %s" .Values.eniManager.devicePublisher) "eniManager.enabled becomes false" .Values.eniManager.enabled -}}
{{- fail (printf "%s while claims have ENIs: %s. Without the DRA driver their pods would stay Terminating. Delete these pods first, or drain their nodes; kubectl eni doctor lists them." $change (join ", " (uniq $claims))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

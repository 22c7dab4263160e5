{{/* What the operator needs in each namespace that it looks after. */}}
{{- define "podgraft.namespaceRules" -}}
- apiGroups: [locust.io]
  resources: [locusttests]
  # patch removes the finalizer of the public operator from tests that have it.
  verbs: [get, list, watch, patch]
- apiGroups: [locust.io]
  resources: [locusttests/status]
  verbs: [patch]
{{- if and .Values.webhook.enabled .Values.webhook.authorizeAuthors }}
- apiGroups: [authorization.k8s.io]
  # Whether authors may give their pods what reaches beyond them.
  resources: [localsubjectaccessreviews]
  verbs: [create]
{{- end }}
- apiGroups: [locust.io]
  # Owner references that block the deletion of the owner need this.
  resources: [locusttests/finalizers]
  verbs: [update]
- apiGroups: [locust.io]
  resources: [podoverlays]
{{- if .Values.overlays.enabled }}
  # More than list and watch is for the overlays of the release.
  verbs: [get, list, watch, create, patch, delete]
{{- else }}
  verbs: [list, watch]
{{- end }}
- apiGroups: [locust.io]
  resources: [podoverlays/status]
  verbs: [patch]
- apiGroups: [batch]
  resources: [jobs]
  # patch lets finished Jobs expire, and suspends and resumes them when job.suspend changes.
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch, create, delete]
- apiGroups: [apps]
  resources: [controllerrevisions]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [pods]
{{- if eq .Values.dryRun "pod" }}
  # create is for dry runs only: without dryRun pod it is not there.
  verbs: [list, watch, create]
{{- else }}
  verbs: [list, watch]
{{- end }}
- apiGroups: [""]
  # Why the Job controller cannot create a pod is only said in events.
  resources: [events]
  verbs: [list]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}

{{/* What overlays of the whole cluster need: to be read, and the labels of the namespaces that they select. */}}
{{- define "podgraft.clusterOverlayRules" -}}
- apiGroups: [locust.io]
  resources: [clusterpodoverlays]
{{- if .Values.overlays.enabled }}
  verbs: [get, list, watch, create, patch, delete]
{{- else }}
  verbs: [list, watch]
{{- end }}
- apiGroups: [locust.io]
  resources: [clusterpodoverlays/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [namespaces]
  verbs: [list, watch]
{{- end }}

{{/* What says in which versions tests are stored: the CRD, and its status where the operator looks after all namespaces. */}}
{{- define "podgraft.storageRules" -}}
- apiGroups: [apiextensions.k8s.io]
  # Whether tests may be stored as locust.io/v1.
  resources: [customresourcedefinitions]
  resourceNames: [locusttests.locust.io]
  verbs: [list, watch]
{{- if not (include "podgraft.namespaces" . | fromJsonArray) }}
- apiGroups: [apiextensions.k8s.io]
  # Takes v1 out of storedVersions, once all tests are stored as v2.
  resources: [customresourcedefinitions/status]
  resourceNames: [locusttests.locust.io]
  verbs: [patch]
{{- end }}
{{- end }}

{{/* What the webhook needs in the release's namespace: its own certificate, in one Secret. */}}
{{- define "podgraft.certificateRules" -}}
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ include "podgraft.fullname" . }}-webhook]
  verbs: [get, watch, update]
- apiGroups: [""]
  # Rights to create cannot name an object.
  resources: [secrets]
  verbs: [create]
{{- end }}

{{/* What the webhook needs in the cluster: to say which CA signed its certificate. */}}
{{- define "podgraft.webhookRules" -}}
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [{{ include "podgraft.clusterName" . }}]
  verbs: [get, watch, patch]
{{- if include "podgraft.converts" . }}
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  resourceNames: [locusttests.locust.io]
  verbs: [get, watch, patch]
{{- end }}
{{- end }}

{{/* What the metrics need: to ask who wants to read them, and whether that one may. */}}
{{- define "podgraft.metricsRules" -}}
- apiGroups: [authentication.k8s.io]
  resources: [tokenreviews]
  verbs: [create]
- apiGroups: [authorization.k8s.io]
  resources: [subjectaccessreviews]
  verbs: [create]
{{- end }}

{{/* What the overlays of the release need in its namespace: their list. */}}
{{- define "podgraft.overlayListRules" -}}
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ include "podgraft.fullname" . }}-overlays]
  verbs: [get, list, watch]
{{- end }}

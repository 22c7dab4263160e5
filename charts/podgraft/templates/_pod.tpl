{{/* The operator's arguments, a setting each. */}}
{{- define "podgraft.arguments" -}}
- operator
- --config=/etc/podgraft/config.yaml
- --dry-run={{ .Values.dryRun }}
- --concurrency={{ .Values.concurrency }}
{{- range include "podgraft.namespaces" . | fromJsonArray }}
- --namespace={{ . }}
{{- end }}
{{- if .Values.leaderElection.enabled }}
- --leader-elect
- --lease-duration={{ .Values.leaderElection.leaseDurationSeconds }}
{{- end }}
- --health-probe-bind-address=:{{ .Values.health.port }}
- --metrics-bind-address={{ .Values.metrics.enabled | ternary (printf ":%v" .Values.metrics.port) "0" }}
{{- if include "podgraft.secureMetrics" . }}
- --metrics-secure
{{- if .Values.metrics.certificateSecret }}
- --metrics-cert-dir=/etc/podgraft-metrics
{{- end }}
{{- end }}
{{- if .Values.overlays.enabled }}
- --overlays-config-map={{ include "podgraft.fullname" . }}-overlays
{{- end }}
{{- if .Values.webhook.enabled }}
- --webhook-bind-address=:{{ .Values.webhook.port }}
- --webhook-service={{ include "podgraft.fullname" . }}-webhook
{{- if .Values.webhook.certManager.enabled }}
- --webhook-cert-dir=/etc/podgraft-webhook
{{- else }}
- --webhook-secret={{ include "podgraft.fullname" . }}-webhook
- --webhook-configuration={{ include "podgraft.clusterName" . }}
{{- end }}
{{- if include "podgraft.converts" . }}
- --webhook-conversion
{{- end }}
{{- if .Values.webhook.authorizeAuthors }}
- --webhook-authorize-authors
{{- end }}
{{- if .Values.webhook.clientCAConfigMap }}
- --webhook-client-ca=/etc/podgraft-client-ca/ca.crt
{{- end }}
{{- end }}
- --log-format={{ .Values.log.format }}
- --log={{ .Values.log.filter }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The operator's pods, before podTemplate is merged over them. */}}
{{- define "podgraft.pod" -}}
metadata:
  annotations:
    kubectl.kubernetes.io/default-container: operator
    # Another configuration is another pod: the operator reads it at its start.
    checksum/config: {{ include "podgraft.config" . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- include "podgraft.labels" . | nindent 4 }}
spec:
  serviceAccountName: {{ include "podgraft.serviceAccountName" . }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - {{ kindIs "map" . | ternary . (dict "name" .) | toJson }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  containers:
    - name: operator
      image: {{ include "podgraft.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        {{- include "podgraft.arguments" . | fromYamlArray | toYaml | nindent 8 }}
      env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: POD_NAMESPACE
          valueFrom:
            fieldRef:
              fieldPath: metadata.namespace
        {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: health
          containerPort: {{ .Values.health.port }}
        {{- if .Values.metrics.enabled }}
        - name: metrics
          containerPort: {{ .Values.metrics.port }}
        {{- end }}
        {{- if .Values.webhook.enabled }}
        - name: webhook
          containerPort: {{ .Values.webhook.port }}
        {{- end }}
      livenessProbe:
        httpGet:
          path: /healthz
          port: health
        periodSeconds: 10
      readinessProbe:
        httpGet:
          path: /readyz
          port: health
        periodSeconds: 5
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- toYaml .Values.containerSecurityContext | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/podgraft
          readOnly: true
        {{- if and .Values.webhook.enabled .Values.webhook.certManager.enabled }}
        - name: webhook-certificate
          mountPath: /etc/podgraft-webhook
          readOnly: true
        {{- end }}
        {{- if and .Values.webhook.enabled .Values.webhook.clientCAConfigMap }}
        - name: webhook-client-ca
          mountPath: /etc/podgraft-client-ca
          readOnly: true
        {{- end }}
        {{- if and (include "podgraft.secureMetrics" .) .Values.metrics.certificateSecret }}
        - name: metrics-certificate
          mountPath: /etc/podgraft-metrics
          readOnly: true
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "podgraft.fullname" . }}
        items:
          - key: config.yaml
            path: config.yaml
    {{- if and .Values.webhook.enabled .Values.webhook.certManager.enabled }}
    - name: webhook-certificate
      secret:
        secretName: {{ include "podgraft.fullname" . }}-webhook
    {{- end }}
    {{- if and .Values.webhook.enabled .Values.webhook.clientCAConfigMap }}
    - name: webhook-client-ca
      configMap:
        name: {{ .Values.webhook.clientCAConfigMap }}
    {{- end }}
    {{- if and (include "podgraft.secureMetrics" .) .Values.metrics.certificateSecret }}
    - name: metrics-certificate
      secret:
        secretName: {{ .Values.metrics.certificateSecret }}
    {{- end }}
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- with .Values.topologySpreadConstraints }}
    {{- toYaml . | nindent 4 }}
    {{- else }}
    - topologyKey: kubernetes.io/hostname
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "podgraft.selectorLabels" . | nindent 10 }}
    {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
{{- end }}

{{- define "zscaler-mcp.name" -}}
{{- if contains "zscaler-mcp" .Release.Name -}}{{ .Release.Name | trunc 63 | trimSuffix "-" }}{{- else -}}{{ printf "%s-zscaler-mcp" .Release.Name | trunc 63 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- define "zscaler-mcp.selector" -}}
app.kubernetes.io/name: zscaler-mcp
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "zscaler-mcp.labels" -}}
{{ include "zscaler-mcp.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "zscaler-mcp.envSecret" -}}
{{- .Values.existingSecret | default (printf "%s-env" (include "zscaler-mcp.name" .)) -}}
{{- end -}}

{{- /* What the values may not be together, said before anything is made of them. */ -}}
{{- define "zscaler-mcp.check" -}}
{{- if and .Values.env .Values.existingSecret -}}{{ fail "env and existingSecret are both set: the .env comes from one place" }}{{- end -}}
{{- if not (or .Values.env .Values.existingSecret) -}}{{ fail "there is no .env: --set-file env=my.env, or existingSecret. It needs a way to authenticate clients, such as ZSCALER_MCP_AUTH_API_KEY" }}{{- end -}}
{{- if and (eq .Values.onChange "roll") .Values.existingSecret -}}{{ fail "onChange: roll needs env: a change of existingSecret is not seen here" }}{{- end -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.stateSecret) -}}{{ fail "more than one replica needs stateSecret: a session is known to one pod only otherwise" }}{{- end -}}
{{- if le (int .Values.terminationGracePeriodSeconds) (add (int .Values.preStopSeconds) 7) -}}{{ fail "terminationGracePeriodSeconds must be longer than preStopSeconds and the drain timeout together" }}{{- end -}}
{{- end -}}

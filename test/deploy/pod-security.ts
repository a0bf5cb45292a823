/** The Pod Security Standard "restricted", as far as pods of ours could break it: kubernetes.io/docs/concepts/security/pod-security-standards */
import type { Container, Fields, Pod } from './manifests.ts';

const VOLUMES = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret']);

/** The rules that the pod violates. */
export function breachesOf(pod: Pod): string[] {
  const fields = pod as unknown as Fields;
  const context = pod.securityContext ?? {};
  const found = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => fields[key] === true);
  for (const { name, ...source } of pod.volumes ?? [])
    found.push(
      ...Object.keys(source)
        .filter((kind) => !VOLUMES.has(kind))
        .map((kind) => `volume ${name} is a ${kind}`),
    );
  for (const container of [...(pod.initContainers ?? []), ...pod.containers])
    found.push(...breachesOfContainer(container, context).map((breach) => `${container.name}: ${breach}`));
  return found;
}

function breachesOfContainer(container: Container, ofPod: Fields): string[] {
  const own = container.securityContext ?? {};
  const effective = { ...ofPod, ...own };
  const capabilities = (own['capabilities'] ?? {}) as { drop?: string[]; add?: string[] };
  const seccomp = (effective['seccompProfile'] ?? {}) as { type?: string };
  const rules: readonly (readonly [isKept: boolean, breach: string])[] = [
    [own['privileged'] !== true, 'is privileged'],
    [own['allowPrivilegeEscalation'] === false, 'may escalate its privileges'],
    [effective['runAsNonRoot'] === true, 'may run as root'],
    [effective['runAsUser'] !== 0, 'runs as root'],
    [seccomp.type === 'RuntimeDefault' || seccomp.type === 'Localhost', 'has no seccomp profile'],
    [capabilities.drop?.includes('ALL') === true, 'keeps capabilities'],
    [(capabilities.add ?? []).every((name) => name === 'NET_BIND_SERVICE'), 'adds capabilities'],
    [(container.ports ?? []).every((port) => !('hostPort' in port)), 'takes a port of the host'],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, breach]) => breach);
}

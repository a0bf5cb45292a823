/**
 * Metrics in the Prometheus text format. The number of label values is bounded by construction: tools and products come from
 * the catalogue, statuses and outcomes from short lists; nothing that a caller sends becomes a label.
 */
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Sources that are read at scrape time. */
export interface MetricsSource {
  readonly sessions: () => number;
  readonly process: () => ProcessFacts | null;
  /** Whether the shared state store is reachable; null where nothing is shared. */
  readonly isShared: () => boolean | null;
}

/** What metrics tell of the process: a part of the PID file's record. */
export interface ProcessFacts {
  readonly version: string;
  readonly generation: number;
  /** ISO times. */
  readonly startedAt: string;
  readonly generationStartedAt: string;
  readonly failedCount: number;
  readonly config: { readonly loadedAt: string; readonly pendingRestart: readonly string[] };
  /** Number of operations by kind and outcome, over all generations. */
  readonly operationCounts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The latest operations, oldest first. */
  readonly operations: readonly { readonly kind: string; readonly outcome: string }[];
}

/** One answered HTTP request; `ms` is the time to the end of the answer. */
export interface RequestFacts {
  readonly method: string;
  /** One of the server's own paths, or `other`. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

export interface CallFacts {
  readonly tool: string;
  readonly product: string;
  /** `ok`, or the error code. */
  readonly outcome: string;
  readonly ms: number;
}

/** One attempt of a request to the cloud; `ms` is its duration. */
export interface CloudFacts {
  readonly product: string;
  /** HTTP status; `error` when there was no answer. */
  readonly status: number | 'error';
  readonly ms: number;
  /** Remaining requests in the cloud's rate limit, where it says so. */
  readonly remaining: number | null;
  /** Requests allowed per window of the cloud's rate limit, where it says so. */
  readonly limit: number | null;
}

/** Receives what is to be counted, as it happens. */
export interface Observer {
  requested(facts: RequestFacts): void;
  called(facts: CallFacts): void;
  asked(facts: CloudFacts): void;
}

/** The metrics: receives observations and renders them on a scrape. */
export interface Metrics extends Observer {
  readonly contentType: string;
  render(): Promise<string>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'DELETE']);
/** Histogram buckets, in seconds. */
const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60];

/** Loads the library, which the first `openMetrics` does otherwise. */
export async function loadMetrics() {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client');
  return { Counter, Gauge, Histogram, Registry };
}

/** Loads the library and registers the metrics; called once metrics are switched on. */
export async function openMetrics(source: MetricsSource): Promise<Metrics> {
  const { Counter: CounterOf, Gauge: GaugeOf, Histogram: HistogramOf, Registry: RegistryOf } = await loadMetrics();
  const registry: Registry = new RegistryOf();
  const registers = [registry];
  const described = (name: string, help: string) => ({ name: `zscaler_mcp_${name}`, help, registers });
  const register: Register = {
    counter: (name, help, labelNames) => new CounterOf({ ...described(name, help), labelNames }),
    gauge: (name, help, labelNames = []) => new GaugeOf({ ...described(name, help), labelNames }),
    histogram: (name, help, labelNames) => new HistogramOf({ ...described(name, help), labelNames, buckets: REQUEST_BUCKETS }),
  };
  const observer = observe(register);
  const update = updateFrom(source, register);
  return {
    ...observer,
    contentType: registry.contentType,
    render() {
      update();
      return registry.metrics();
    },
  };
}

interface Register {
  readonly counter: <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => Counter<Label>;
  readonly gauge: <Label extends string = never>(name: string, help: string, labelNames?: readonly Label[]) => Gauge<Label>;
  readonly histogram: <Label extends string>(name: string, help: string, labelNames: readonly Label[]) => Histogram<Label>;
}

/** Metrics that are counted as things happen. */
function observe({ counter, gauge, histogram }: Register): Observer {
  const requests = counter('http_requests_total', 'HTTP requests that were answered.', ['method', 'path', 'status']);
  const requestSeconds = histogram('http_request_duration_seconds', 'Time to the end of an HTTP answer, event streams excluded.', ['path']);
  const calls = counter('tool_calls_total', 'Tool calls.', ['tool', 'outcome']);
  const callSeconds = histogram('tool_call_duration_seconds', 'Duration of a tool call.', ['product']);
  const cloudSeconds = histogram('cloud_request_duration_seconds', 'Duration of one attempt of a request to the cloud.', [
    'product',
    'status',
  ]);
  const remaining = gauge('cloud_requests_remaining', 'Requests left in the rate limit of the cloud, as it last reported.', ['product']);
  const limit = gauge('cloud_requests_limit', 'Requests allowed by the rate limit of the cloud, as it last reported.', ['product']);
  return {
    requested({ method, path, status, ms }) {
      requests.inc({ method: METHODS.has(method) ? method : 'other', path, status: String(status) });
      requestSeconds.observe({ path }, ms / 1_000);
    },
    called({ tool, product, outcome, ms }) {
      calls.inc({ tool, outcome });
      callSeconds.observe({ product }, ms / 1_000);
    },
    asked({ product, status, ms, remaining: left, limit: most }) {
      cloudSeconds.observe({ product, status: String(status) }, ms / 1_000);
      if (left !== null) remaining.set({ product }, left);
      if (most !== null) limit.set({ product }, most);
    },
  };
}

/** Metrics that are read from their source at the moment of a scrape. */
function updateFrom(source: MetricsSource, { counter, gauge }: Register): () => void {
  const sessions = gauge('sessions', 'Open MCP sessions.');
  const generation = gauge('generation', 'Generation of the running program; each restart adds one.');
  const started = gauge('start_time_seconds', 'Start of the first generation, in seconds since 1970.');
  const generationStarted = gauge('generation_start_time_seconds', 'Start of this generation, in seconds since 1970.');
  const configLoaded = gauge('config_load_time_seconds', 'When the configuration in force was loaded, in seconds since 1970.');
  const pending = gauge('config_pending_restart', 'Changed settings that wait for a restart.');
  const memory = gauge('process_resident_memory_bytes', 'Resident memory.');
  const shared = source.isShared() === null ? null : gauge('state_store_up', '1 while the shared state store is reachable, else 0.');
  const operations = counter('operations_total', 'Reloads and restarts by outcome, over all generations.', ['kind', 'outcome']);
  const failed = counter('operations_failed_total', 'Failed reloads and restarts, over all generations.', []);
  const cpu = counter('process_cpu_seconds_total', 'CPU time of this generation, user and system.', []);
  const lastSuccessful = gauge('last_operation_successful', '1 if the latest operation of this kind succeeded, else 0.', ['kind']);
  const build = gauge('build_info', 'Always 1; the labels hold the running versions.', ['version', 'node']);

  const setFacts = (facts: ProcessFacts): void => {
    generation.set(facts.generation);
    started.set(seconds(facts.startedAt));
    generationStarted.set(seconds(facts.generationStartedAt));
    configLoaded.set(seconds(facts.config.loadedAt));
    pending.set(facts.config.pendingRestart.length);
    setCounter(failed, {}, facts.failedCount);
    build.set({ version: facts.version, node: process.versions.node }, 1);
    for (const [kind, outcomes] of Object.entries(facts.operationCounts))
      for (const [outcome, count] of Object.entries(outcomes)) setCounter(operations, { kind, outcome }, count);
    for (const { kind, outcome } of facts.operations) lastSuccessful.set({ kind }, FAILURES.has(outcome) ? 0 : 1);
  };

  return () => {
    const { user, system } = process.cpuUsage();
    sessions.set(source.sessions());
    memory.set(process.memoryUsage.rss());
    setCounter(cpu, {}, (user + system) / 1e6);
    shared?.set(source.isShared() ? 1 : 0);
    const facts = source.process();
    if (facts) setFacts(facts);
  };
}

/** Sets a counter to a total that is counted elsewhere, over all generations. */
function setCounter<Label extends string>(counter: Counter<Label>, labels: Partial<Record<Label, string>>, value: number): void {
  counter.remove(labels);
  counter.inc(labels, value);
}

const FAILURES: ReadonlySet<string> = new Set(['refused', 'failed', 'rolled-back', 'timed-out']);

const seconds = (time: string): number => Date.parse(time) / 1_000 || 0;

/**
 * What monitoring reads, in the text format of Prometheus. Labels are few by construction: tools and products come from
 * the catalogue, statuses and outcomes from short lists; nothing that a caller sends becomes one.
 */
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is looked up at the moment of a scrape. */
export interface MetricsSource {
  readonly sessions: () => number;
  readonly process: () => ProcessFacts | null;
  /** Whether the store that replicas share can be reached; null where nothing is shared. */
  readonly isShared: () => boolean | null;
}

export interface ProcessFacts {
  readonly version: string;
  readonly generation: number;
  /** ISO times. */
  readonly startedAt: string;
  readonly generationStartedAt: string;
  readonly failedCount: number;
  readonly config: { readonly loadedAt: string; readonly pendingRestart: readonly string[] };
  /** How often each kind of operation came to each outcome, over all generations. */
  readonly operationCounts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The latest, in the order in which they ended. */
  readonly operations: readonly { readonly kind: string; readonly outcome: string }[];
}

export interface RequestFacts {
  readonly method: string;
  /** One of our own paths, or `other`. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

export interface CallFacts {
  readonly tool: string;
  readonly product: string;
  /** `ok`, or the code of the error. */
  readonly outcome: string;
  readonly ms: number;
}

export interface CloudFacts {
  readonly product: string;
  /** `error` when there was no answer. */
  readonly status: number | 'error';
  readonly ms: number;
  /** Requests that the cloud still allows, where it says so. */
  readonly remaining: number | null;
  /** Requests that it allows in its window, where it says so. */
  readonly limit: number | null;
}

export interface Observer {
  requested(facts: RequestFacts): void;
  called(facts: CallFacts): void;
  asked(facts: CloudFacts): void;
}

export interface Metrics extends Observer {
  readonly contentType: string;
  render(): Promise<string>;
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'DELETE']);
/** Seconds. */
const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 60];

/** Loads the library; done when metrics are switched on. */
export async function openMetrics(source: MetricsSource): Promise<Metrics> {
  const { Counter: CounterOf, Gauge: GaugeOf, Histogram: HistogramOf, Registry: RegistryOf } = await import('prom-client');
  const registry: Registry = new RegistryOf();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new CounterOf({ name: `zscaler_mcp_${name}`, help, labelNames, registers });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> =>
    new GaugeOf({ name: `zscaler_mcp_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Histogram<Label> =>
    new HistogramOf({ name: `zscaler_mcp_${name}`, help, labelNames, buckets: REQUEST_BUCKETS, registers });

  const requests = counter('http_requests_total', 'HTTP requests that were answered.', ['method', 'path', 'status']);
  const requestSeconds = histogram('http_request_duration_seconds', 'Time to the end of an HTTP answer; event streams are left out.', [
    'path',
  ]);
  const calls = counter('tool_calls_total', 'Calls of tools.', ['tool', 'outcome']);
  const callSeconds = histogram('tool_call_duration_seconds', 'Time of a tool call.', ['product']);
  const cloudSeconds = histogram('cloud_request_duration_seconds', 'Time of one attempt at the cloud.', ['product', 'status']);
  const remaining = gauge('cloud_requests_remaining', 'Requests that the cloud still allows, as it last said.', ['product']);
  const limit = gauge('cloud_requests_limit', 'Requests that the cloud allows in its window, as it last said.', ['product']);
  const gauges = {
    sessions: gauge('sessions', 'MCP sessions that are open.'),
    generation: gauge('generation', 'Which image of the process runs; each restart makes the next.'),
    started: gauge('start_time_seconds', 'When the first generation started, since 1970.'),
    generationStarted: gauge('generation_start_time_seconds', 'When this generation started, since 1970.'),
    configLoaded: gauge('config_load_time_seconds', 'When the configuration in force was loaded, since 1970.'),
    pending: gauge('config_pending_restart', 'Changes of the configuration that wait for a restart.'),
    memory: gauge('process_resident_memory_bytes', 'Resident memory.'),
  };
  const shared = source.isShared() === null ? null : gauge('state_store_up', '1 while the store that replicas share can be reached.');
  const operations = counter('operations_total', 'Reloads and restarts by outcome, over all generations.', ['kind', 'outcome']);
  const failed = counter('operations_failed_total', 'Reloads and restarts that failed, over all generations.', []);
  const cpu = counter('process_cpu_seconds_total', 'Processor time of this generation, in user and system mode.', []);
  const lastSuccessful = gauge('last_operation_successful', 'Whether the latest reload, and the latest restart, did not fail: 1 or 0.', [
    'kind',
  ]);
  const build = gauge('build_info', 'Always 1; the labels tell what runs.', ['version', 'node']);

  return {
    contentType: registry.contentType,
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
    render() {
      const { user, system } = process.cpuUsage();
      gauges.sessions.set(source.sessions());
      gauges.memory.set(process.memoryUsage.rss());
      setCounter(cpu, {}, (user + system) / 1e6);
      shared?.set(source.isShared() ? 1 : 0);
      const facts = source.process();
      if (facts) setFacts(facts);
      return registry.metrics();
    },
  };

  function setFacts(facts: ProcessFacts): void {
    gauges.generation.set(facts.generation);
    gauges.started.set(seconds(facts.startedAt));
    gauges.generationStarted.set(seconds(facts.generationStartedAt));
    gauges.configLoaded.set(seconds(facts.config.loadedAt));
    gauges.pending.set(facts.config.pendingRestart.length);
    setCounter(failed, {}, facts.failedCount);
    build.set({ version: facts.version, node: process.versions.node }, 1);
    for (const [kind, outcomes] of Object.entries(facts.operationCounts))
      for (const [outcome, count] of Object.entries(outcomes)) setCounter(operations, { kind, outcome }, count);
    for (const { kind, outcome } of facts.operations) lastSuccessful.set({ kind }, FAILURES.has(outcome) ? 0 : 1);
  }
}

/** For what is counted elsewhere, over all generations. */
function setCounter<Label extends string>(counter: Counter<Label>, labels: Partial<Record<Label, string>>, value: number): void {
  counter.remove(labels);
  counter.inc(labels, value);
}

const FAILURES: ReadonlySet<string> = new Set(['refused', 'failed', 'rolled-back', 'timed-out']);

const seconds = (time: string): number => Date.parse(time) / 1_000 || 0;

/** Metrics for monitoring; nothing is loaded unless they are switched on. */
export {
  loadMetrics,
  openMetrics,
  type CloudFacts,
  type Metrics,
  type MetricsSource,
  type Observer,
  type ProcessFacts,
} from './metrics.ts';
